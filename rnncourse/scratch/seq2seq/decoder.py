"""The writing half: a layer over the tokens so far, attention if wanted, and scores for the next token."""

import numpy as np

from rnncourse.scratch.attention import Attention
from rnncourse.scratch.layers import Linear
from rnncourse.scratch.module import Composite
from rnncourse.scratch.seq2seq.encoder import require_reader
from rnncourse.scratch.validate import require_array


def memory_width(attention, query_size):
    """The width of the encoder outputs that a decoder with states of this width attends to."""
    if not isinstance(attention, Attention):
        raise ValueError(f"attention: expected one of the four, such as AdditiveAttention, got {attention!r:.60}")
    if attention.query_size not in (None, query_size):
        raise ValueError(f"attention: expected query size {query_size}, the decoder's, got {attention.query_size}")
    return attention.key_size or query_size


class Decoder(Composite):
    """A recurrent layer as a language model of the target, started from the source's state.

    ``h_t = layer(E[y_{t-1}], h_{t-1})``, ``o_t = h_t @ W + b`` (Sutskever et al. 2014), or with attention, where c_t is
    the context that h_t finds in the encoder's outputs,

    ``h~_t = tanh([c_t, h_t] @ W_c + b_c)``, ``o_t = h~_t @ W + b`` (Luong et al. 2015, equations 5 and 6).

    The states do not depend on the contexts, so all steps attend at once: without input feeding, training has no loop
    over time but the layer's. The vocabulary of V tokens is the embedding's. Parts are named ``embedding``, ``layer``,
    ``attention``, ``combine`` (W_c and b_c) and ``readout``.
    """

    def __init__(self, embedding, layer, rng, attention=None):
        require_reader("layer", layer, embedding)
        H, dtype = layer.output_size, layer.dtype
        self.embedding, self.layer, self.attention = embedding, layer, attention
        parts = {"embedding": embedding, "layer": layer}
        if attention is not None:
            self.combine = Linear(memory_width(attention, H) + H, H, rng, dtype)
            parts |= {"attention": attention, "combine": self.combine}
        self.readout = Linear(H, embedding.W.shape[0], rng, dtype)
        super().__init__(**parts, readout=self.readout)

    @property
    def memory_size(self):
        """The width of the encoder outputs that the decoder attends to; None without attention."""
        return None if self.attention is None else memory_width(self.attention, self.layer.output_size)

    @property
    def vocabulary_size(self):
        """V, how many tokens are scored."""
        return self.embedding.W.shape[0]

    @property
    def dtype(self):
        """The floating type of weights and states."""
        return self.layer.dtype

    def state_shapes(self, batch):
        """The shape of each array of the state."""
        return self.layer.state_shapes(batch)

    def forward(self, inputs, state, memory=None, mask=None):
        """Score the token after each of the inputs (T, B), from a state of the layer.

        ``memory`` (S, B, M) are the encoder's outputs and ``mask`` (S, B) is True where they exist, for attention.
        Returns ``(logits, weights, state, cache)``: (T, B, V), the attention's (T, B, S) or None, and the last state.
        """
        require_array("inputs", inputs, ("T", "B"))
        x, tokens = self.embedding.forward(inputs)
        h, state, layer_cache = self.layer.forward(x, state)
        if self.attention is None:
            read, weights, attended = h, None, None
        else:
            read, weights, attended = self._attend(h, memory, mask)
        logits, _ = self.readout.forward(read)
        return logits, weights, state, (tokens, layer_cache, attended, read)

    def backward(self, dlogits, cache):
        """Return ``(dstate, dmemory)``: the gradients of the first state and of the memory, None without attention."""
        tokens, layer_cache, attended, read = cache
        dh, dmemory = self.readout.backward(dlogits, read), None
        if attended is not None:
            dh, dmemory = self._attend_backward(dh, attended, read)
        dx, dstate = self.layer.backward(dh, None, layer_cache)
        self.embedding.backward(dx, tokens)
        return dstate, dmemory

    def _attend(self, h, memory, mask):
        weights, context, cache = self.attention.forward(h, memory, memory, mask)
        combined, both = self.combine.forward(np.concatenate([context, h], axis=2))
        return np.tanh(combined, out=combined), weights, (cache, both)

    def _attend_backward(self, dread, attended, read):
        cache, both = attended
        dboth = self.combine.backward((1 - read**2) * dread, both)
        dcontext, dh = np.split(dboth, [self.memory_size], axis=2)
        dquery, dkeys, dvalues = self.attention.backward(dcontext, cache)
        return dh + dquery, dkeys + dvalues
