"""Attention inside the recurrence: the context that the last state finds is part of the next step's input."""

import numpy as np

from rnncourse.scratch.cells import Cell
from rnncourse.scratch.layers import Embedding, Linear
from rnncourse.scratch.module import Composite
from rnncourse.scratch.recurrent.layer import RecurrentLayer
from rnncourse.scratch.seq2seq.decoder import memory_width
from rnncourse.scratch.state import pack, require_state, unpack
from rnncourse.scratch.validate import require_array


class BahdanauDecoder(Composite):
    """A cell that attends before each step, with the arguments and results of :class:`Decoder`.

    ``c_t = attention(h_{t-1}, memory)``, ``x_t = [E[y_{t-1}], c_t]``, ``h_t = cell(x_t, h_{t-1})``,
    ``o_t = [h_t, x_t] @ W + b``

    Each state depends on the context before it, so the steps follow one another. The scores see y_{t-1}, h_t and c_t,
    as in equation 4 of Bahdanau et al. 2015, through one linear map in place of their maxout layer. Parts are named
    ``embedding``, ``attention``, ``cell`` and ``readout``.
    """

    def __init__(self, embedding, cell, attention, rng):
        if not isinstance(cell, Cell) or isinstance(cell, RecurrentLayer):
            raise ValueError(f"cell: expected a cell, such as GRUCell, got {type(cell).__name__}")
        if not isinstance(embedding, Embedding):
            raise ValueError(f"embedding: expected an Embedding, got {type(embedding).__name__}")
        V, E = embedding.W.shape
        width = E + memory_width(attention, cell.output_size)
        if cell.input_size != width:
            raise ValueError(f"cell: expected input size {width}, a token's and a context's, got {cell.input_size}")
        self.embedding, self.attention, self.cell = embedding, attention, cell
        self.readout = Linear(cell.output_size + width, V, rng, cell.dtype)
        super().__init__(embedding=embedding, attention=attention, cell=cell, readout=self.readout)

    @property
    def memory_size(self):
        """The width of the encoder outputs that the decoder attends to."""
        return memory_width(self.attention, self.cell.output_size)

    @property
    def vocabulary_size(self):
        """V, how many tokens are scored."""
        return self.embedding.W.shape[0]

    @property
    def dtype(self):
        """The floating type of weights and states."""
        return self.cell.dtype

    def state_shapes(self, batch):
        """The shape of each array of the state."""
        return [(batch, size) for size in self.cell.state_sizes]

    def forward(self, inputs, state, memory, mask=None):
        """Return ``(logits, weights, state, cache)`` as :class:`Decoder` does."""
        require_array("inputs", inputs, ("T", "B"))
        require_state("state", state, self.state_shapes(inputs.shape[1]), self.dtype)
        embedded, tokens = self.embedding.forward(inputs)
        weights, reads, caches = [], [], []
        for y_t in embedded:
            a_t, context, attention_cache = self.attention.forward(unpack(state)[0], memory, memory, mask)
            x_t = np.concatenate([y_t, context], axis=1)
            state, cell_cache = self.cell.forward(x_t, state)
            weights.append(a_t)
            reads.append(np.concatenate([unpack(state)[0], x_t], axis=1))
            caches.append((attention_cache, cell_cache))
        logits, read = self.readout.forward(np.stack(reads))
        return logits, np.stack(weights), state, (tokens, memory.shape, caches, read)

    def backward(self, dlogits, cache):
        """Return ``(dstate, dmemory)``: h_{t-1} receives a gradient from the cell and, as a query, from c_t."""
        tokens, memory_shape, caches, read = cache
        H, E = self.cell.output_size, self.embedding.W.shape[1]
        dread = self.readout.backward(dlogits, read)
        dembedded = np.empty((*tokens.shape, E), self.dtype)
        dmemory = np.zeros(memory_shape, self.dtype)
        dh, *dothers = (np.zeros(shape, self.dtype) for shape in self.state_shapes(tokens.shape[1]))
        for t in reversed(range(len(caches))):
            attention_cache, cell_cache = caches[t]
            dx_t, dstate = self.cell.backward(pack([dh + dread[t, :, :H], *dothers]), cell_cache)
            dx_t = dx_t + dread[t, :, H:]
            dembedded[t] = dx_t[:, :E]
            dquery, dkeys, dvalues = self.attention.backward(dx_t[:, E:], attention_cache)
            dmemory += dkeys + dvalues
            dh, *dothers = unpack(dstate)
            dh = dh + dquery
        self.embedding.backward(dembedded, tokens)
        return pack([dh, *dothers]), dmemory
