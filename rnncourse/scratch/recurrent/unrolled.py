"""Any cell over a sequence, one step after the other: what the fast layers must agree with."""

import numpy as np

from rnncourse.scratch.cells import Cell
from rnncourse.scratch.module import Composite
from rnncourse.scratch.recurrent.layer import RecurrentLayer
from rnncourse.scratch.state import pack, unpack


class Unrolled(RecurrentLayer, Composite):
    """A cell as a layer: the same arguments and results as :class:`LSTM` and its siblings, at the cell's own pace.

    The state is the cell's. Parameters and gradients are the cell's, named ``cell.W_xh`` and so on.
    """

    def __init__(self, cell):
        if not isinstance(cell, Cell):
            raise ValueError(f"cell: expected a cell, such as ElmanCell, got {type(cell).__name__}")
        super().__init__(cell=cell)
        self.cell = cell

    @property
    def input_size(self):
        """D, the width of x."""
        return self.cell.input_size

    @property
    def output_size(self):
        """The width of the outputs."""
        return self.cell.output_size

    @property
    def state_sizes(self):
        """The width of each array of the state."""
        return self.cell.state_sizes

    @property
    def dtype(self):
        """The floating type of weights, inputs and states."""
        return self.cell.dtype

    def _forward_steps(self, x, state, batch):
        return forward_steps(self.cell.forward, x, state, batch)

    def _backward_steps(self, doutputs, dstate, cache, batch):
        return backward_steps(self.cell.backward, doutputs, dstate, cache, batch)


def forward_steps(step, x, state, batch):
    """``step(x_t, state) -> (state, cache)`` for every t, each on the sequences that still run."""
    T, B, _ = x.shape
    outputs, caches = np.zeros((T, B, state[0].shape[1]), x.dtype), []
    for ((x_t, output, *arrays),) in batch.steps(slice(0, T), (x, outputs, *([array] * T for array in state))):
        following, cache = step(x_t, pack(array.copy() for array in arrays))
        caches.append(cache)
        for array, value in zip(arrays, unpack(following), strict=True):
            array[...] = value
        output[...] = arrays[0]
    return outputs, state, (x.shape, caches)


def backward_steps(step, doutputs, dstate, cache, batch):
    """``step(dstate, cache) -> (dx_t, dstate)`` from the last step to the first."""
    shape, caches = cache
    dx, T = np.zeros(shape, doutputs.dtype), len(caches)
    steps = batch.steps(slice(0, T), (doutputs, dx, *([array] * T for array in dstate)), backwards=True)
    for ((dy, dx_t, dh, *others),), step_cache in zip(steps, reversed(caches), strict=True):
        dx_t[...], previous = step(pack([dh + dy, *others]), step_cache)
        for array, value in zip((dh, *others), unpack(previous), strict=True):
            array[...] = value
    return dx, dstate
