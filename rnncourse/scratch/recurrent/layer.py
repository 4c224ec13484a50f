"""What all layers over whole sequences share: arguments, ragged batches, the order of results."""

import numpy as np

from rnncourse.scratch.recurrent.ragged import RaggedBatch
from rnncourse.scratch.state import pack, require_finite_state, require_state, unpack
from rnncourse.scratch.validate import require_all_finite, require_array


class RecurrentLayer:
    """A cell over a sequence. Mixed into a cell's class; subclasses give ``_forward_steps`` and ``_backward_steps``.

    Both get arrays that are checked, sorted by falling length and free of padding (:class:`RaggedBatch`).
    """

    depth = 1  # one simple layer, whose state has no axis of its own for that

    def forward(self, x, state=None, lengths=None):
        """Run over x (T, B, D) from ``state``, zeros when None.

        The state is one array h (B, H), or a tuple of arrays such as (h, c), as the class says. ``lengths`` (B,) says
        how many steps of each sequence are real, at least 1; the rest is padding, which counts for nothing: outputs
        there are 0, and the last state is the one after each sequence's own last step.

        Returns ``(outputs, state, cache)``: h_1..h_T as (T, B, H), the last state, and what :meth:`backward` needs.
        The outputs are read-only, because the cache may hold the same memory: copy them to change them.
        """
        require_array("x", x, ("T", "B", self.input_size), self.dtype)
        T, B, _ = x.shape
        batch = RaggedBatch(lengths, T, B)
        arrays = self._enter_state("state", state, batch)
        x = batch.enter(x)
        require_all_finite("x", x)
        require_finite_state("state", pack(arrays))
        outputs, arrays, steps = self._forward_steps(x, arrays, batch)
        outputs = batch.leave(outputs)
        outputs.flags.writeable = False
        return outputs, pack(batch.leave_state(array) for array in arrays), (batch, steps)

    def backward(self, doutputs, dstate, cache):
        """Backpropagate gradients of the outputs (T, B, H) and of the last state; either may be None.

        Returns ``(dx, dstate)``: the gradients of x (T, B, D) and of the initial state. Adds into ``grads``.
        """
        batch, steps = cache
        T, B = batch.shape
        if doutputs is None:
            doutputs = np.broadcast_to(np.zeros((), self.dtype), (T, B, self.output_size))
        require_array("doutputs", doutputs, (T, B, self.output_size), self.dtype)
        darrays = self._enter_state("dstate", dstate, batch)
        dx, darrays = self._backward_steps(batch.enter(doutputs), darrays, steps, batch)
        return batch.leave(dx), pack(batch.leave_state(array) for array in darrays)

    def state_shapes(self, batch):
        """The shape of each array of the state."""
        return [(batch, size) for size in self.state_sizes]

    def _enter_state(self, name, state, batch):
        """The arrays of a state or of its gradient in the batch's order, copies; zeros when None."""
        shapes = self.state_shapes(batch.shape[1])
        if state is None:
            return tuple(np.zeros(shape, self.dtype) for shape in shapes)
        require_state(name, state, shapes, self.dtype)
        return tuple(batch.enter_state(array) for array in unpack(state))
