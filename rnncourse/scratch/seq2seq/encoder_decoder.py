"""The encoder-decoder: one network reads the source, a second one, started where the first ended, writes the target."""

import numpy as np

from rnncourse.scratch.functional import log_softmax
from rnncourse.scratch.module import Composite
from rnncourse.scratch.seq2seq.rows import row_count, state_width
from rnncourse.scratch.seq2seq.tokens import DEFAULT_TOKENS
from rnncourse.scratch.state import require_state
from rnncourse.scratch.validate import require_array, require_size


class EncoderDecoder(Composite):
    """``p(y_1..y_T | x_1..x_S) = prod_t p(y_t | y_<t, s)`` with s from the encoder (Sutskever et al. 2014, equation 1).

    The encoder's last state, through the bridge if there is one, is the decoder's first (also Cho et al. 2014); a
    decoder with attention sees the encoder's outputs too. All parts are trained together::

        inputs, targets, mask = teacher_forcing(sentences, vocabulary_size)
        logits, weights, cache = model.forward(source, inputs, lengths)
        loss, loss_cache = cross_entropy(logits, targets, mask)
        model.backward(cross_entropy_backward(loss_cache), cache)

    Parameters
    ----------
    encoder : :class:`Encoder`, or a module with the same methods, or None for vector to sequence: then the source is
        the decoder's first state itself, or the vector (B, N) from which the bridge makes it.
    decoder : :class:`Decoder` or :class:`BahdanauDecoder`.
    bridge : :class:`Bridge`, needed where the two states differ in shape.
    special : the ids that the decoder's vocabulary uses for PAD, START and EOS.

    Parameters and gradients are named ``encoder.layer.W_x``, ``bridge.W``, ``decoder.readout.W`` and so on.
    """

    def __init__(self, encoder, decoder, bridge=None, special=DEFAULT_TOKENS):
        parts = {"encoder": encoder, "bridge": bridge, "decoder": decoder}
        super().__init__(**{name: part for name, part in parts.items() if part is not None})
        self.encoder, self.bridge, self.decoder, self.special = encoder, bridge, decoder, special
        special.require_within(decoder.vocabulary_size)
        self._require_parts_that_fit()
        self._require_parameters_used_once()

    def encode(self, source, lengths=None):
        """Return ``(state, memory, mask, cache)``: the decoder's first state, and what attention sees, or None.

        The source is (S, B) tokens or (S, B, D) vectors, as the encoder reads; ``lengths`` (B,) its real steps.
        """
        if self.encoder is None:
            if lengths is not None:
                raise ValueError(f"lengths: expected None for a source without steps, got {lengths!r:.60}")
            memory, state, encoder_cache = None, source, None
        else:
            memory, state, encoder_cache = self.encoder.forward(source, lengths)
        if self.bridge is None:
            bridge_cache = None
            require_state("source", state, self.decoder.state_shapes(row_count("source", state)), self.decoder.dtype)
        else:
            state, bridge_cache = self.bridge.forward(state)
        if self.decoder.memory_size is None:
            memory = None
        mask = None if lengths is None or memory is None else np.arange(len(memory))[:, None] < lengths
        return state, memory, mask, (encoder_cache, bridge_cache)

    def forward(self, source, inputs, lengths=None):
        """Score each next token after the inputs (T, B), such as :func:`teacher_forcing` makes.

        Returns ``(logits, weights, cache)``: (T, B, V), the attention's weights (T, B, S) or None, and what
        :meth:`backward` needs. Padded steps of the source have weight 0, exactly.
        """
        state, memory, mask, encode_cache = self.encode(source, lengths)
        require_array("inputs", inputs, ("T", row_count("source", state)))
        logits, weights, _, decoder_cache = self.decoder.forward(inputs, state, memory, mask)
        return logits, weights, (encode_cache, decoder_cache)

    def backward(self, dlogits, cache):
        """Backpropagate through decoder, attention, bridge and encoder. Adds into ``grads``.

        Returns the gradient of the source when it is vectors, a vector or a state, and None when it is tokens.
        """
        (encoder_cache, bridge_cache), decoder_cache = cache
        dstate, dmemory = self.decoder.backward(dlogits, decoder_cache)
        if self.bridge is not None:
            dstate = self.bridge.backward(dstate, bridge_cache)
        return dstate if self.encoder is None else self.encoder.backward(dmemory, dstate, encoder_cache)

    def start(self, source, lengths=None, copies=1):
        """Return ``(state, step)``, what a search needs: ``step(state, tokens) -> (log_probabilities, state)``.

        The state has B rows, one for each source. ``step`` takes ``copies`` rows for each, those of one source next to
        each other, as a beam has them: tokens (B copies,) give (B copies, V).
        """
        require_size("copies", copies)
        state, memory, mask, _ = self.encode(source, lengths)
        memory, mask = (array if array is None else array.repeat(copies, axis=1) for array in (memory, mask))

        def step(state, tokens):
            logits, _, state, _ = self.decoder.forward(tokens[None], state, memory, mask)
            return log_softmax(logits[0]), state

        return state, step

    def _require_parts_that_fit(self):
        found = None if self.encoder is None else self.encoder.output_size
        wanted = self.decoder.memory_size
        if wanted is not None and wanted != found:
            raise ValueError(f"encoder: expected outputs of width {wanted}, which the attention reads, got {found}")
        if self.encoder is None:
            return
        shapes, first = self.encoder.state_shapes(1), self.decoder.state_shapes(1)
        if self.bridge is None and shapes != first:
            raise ValueError(f"bridge: expected a Bridge from states of shapes {shapes} to {first}, got None")
        if self.bridge is not None and self.bridge.W.shape[0] != state_width(shapes):
            raise ValueError(f"bridge: expected input size {state_width(shapes)}, got {self.bridge.W.shape[0]}")

    def _require_parameters_used_once(self):
        """A parameter under two names would be updated twice a step."""
        owner = {}
        for name, array in self.parameters().items():
            if owner.setdefault(id(array), name) != name:
                raise ValueError(f"{name}: expected a parameter of its own, got that of {owner[id(array)]}")
