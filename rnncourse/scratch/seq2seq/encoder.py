"""The reading half: a layer over the source, and the bridge from its last state to the decoder's first."""

import numpy as np

from rnncourse.scratch.layers import Embedding, Linear
from rnncourse.scratch.module import Composite
from rnncourse.scratch.recurrent.combined import CombinedLayer
from rnncourse.scratch.recurrent.layer import RecurrentLayer
from rnncourse.scratch.seq2seq.rows import as_state, as_vectors, row_count, state_width
from rnncourse.scratch.state import unpack
from rnncourse.scratch.validate import require_array


def require_reader(name, layer, embedding):
    """Raise ``ValueError`` unless ``layer`` is a recurrent layer that reads vectors of the embedding (None: any)."""
    if not isinstance(layer, RecurrentLayer | CombinedLayer):
        raise ValueError(f"{name}: expected a recurrent layer, such as LSTM or Unrolled, got {type(layer).__name__}")
    if embedding is None:
        return
    if not isinstance(embedding, Embedding):
        raise ValueError(f"embedding: expected an Embedding, got {type(embedding).__name__}")
    if embedding.W.shape[1] != layer.input_size:
        expected = f"vectors of width {layer.input_size}, what the layer reads"
        raise ValueError(f"embedding: expected {expected}, got {embedding.W.shape[1]}")


class Encoder(Composite):
    """Any recurrent layer over the source: tokens (S, B) with an embedding, vectors (S, B, D) without.

    Parameters and gradients are named ``embedding.W`` and ``layer.W_x`` and so on.
    """

    def __init__(self, layer, embedding=None):
        require_reader("layer", layer, embedding)
        super().__init__(**({} if embedding is None else {"embedding": embedding}), layer=layer)
        self.layer, self.embedding = layer, embedding

    @property
    def output_size(self):
        """The width of the outputs, which attention looks at."""
        return self.layer.output_size

    def state_shapes(self, batch):
        """The shape of each array of the last state."""
        return self.layer.state_shapes(batch)

    def forward(self, source, lengths=None):
        """Return ``(outputs, state, cache)``: the outputs (S, B, H) and the last state of the layer.

        ``lengths`` (B,) says how many steps of each source are real; the rest counts for nothing.
        """
        if self.embedding is None:
            require_array("source", source, ("S", "B", self.layer.input_size), self.layer.dtype)
            x, tokens = source, None
        else:
            require_array("source", source, ("S", "B"))
            x, tokens = self.embedding.forward(source)
        outputs, state, cache = self.layer.forward(x, lengths=lengths)
        return outputs, state, (tokens, cache)

    def backward(self, doutputs, dstate, cache):
        """Return the gradient of vectors (S, B, D), or None for tokens; either gradient given may be None."""
        tokens, cache = cache
        dx, _ = self.layer.backward(doutputs, dstate, cache)
        return dx if tokens is None else self.embedding.backward(dx, tokens)


class Bridge(Linear):
    """The decoder's first state from a state of other shapes, or from a vector: ``s_0 = tanh(v @ W + b)``.

    v (B, N) holds all arrays of the given state side by side, s_0 all those of the decoder's; ``W`` is (N, M), ``b``
    (M,). Bahdanau et al. 2015, appendix A.2.2, compute s_0 so from the state of the encoder's backward half, without b.
    """

    def __init__(self, input_size, decoder, rng):
        self.shapes = decoder.state_shapes(1)
        super().__init__(input_size, state_width(self.shapes), rng, decoder.dtype)

    def forward(self, state):
        """Return ``(state, cache)`` for arrays (B, .) or (depth, B, .), one or a tuple, N numbers for each item."""
        B, shapes = row_count("state", state), [array.shape for array in unpack(state)]
        if state_width(shapes) != self.W.shape[0]:
            raise ValueError(f"state: expected {self.W.shape[0]} numbers for each item, got {state_width(shapes)}")
        vectors = as_vectors(state)
        require_array("state", vectors, (B, self.W.shape[0]), self.W.dtype)
        y, v = Linear.forward(self, vectors)
        np.tanh(y, out=y)
        return as_state(y, self.shapes), (y, v, shapes)

    def backward(self, dstate, cache):
        """Return the gradient of the given state: ``dv = (1 - s_0^2) ds_0 @ W^T``."""
        y, v, shapes = cache
        return as_state(Linear.backward(self, (1 - y**2) * as_vectors(dstate), v), shapes)
