"""Two layers over one sequence, one in each direction."""

import numpy as np

from rnncourse.scratch.recurrent.combined import CombinedLayer
from rnncourse.scratch.recurrent.ragged import as_lengths
from rnncourse.scratch.state import join
from rnncourse.scratch.validate import require_array


class Bidirectional(CombinedLayer):
    """Reads a sequence from both ends (Schuster and Paliwal 1997, *Bidirectional recurrent neural networks*).

    ``outputs_t = [forward_t, backward_t]``: what the first layer knows after x_1..x_t, beside what the second, with
    weights of its own, knows after x_T..x_t. The outputs are (T, B, 2H). The state's arrays are (2, B, H), the forward
    layer first; the backward layer's last state is the one after x_1. With ``lengths``, each sequence is read back
    from its own last step.
    """

    def __init__(self, forward_layer, backward_layer):
        super().__init__(forward=forward_layer, backward=backward_layer)
        if forward_layer.input_size != backward_layer.input_size:
            expected, found = forward_layer.input_size, backward_layer.input_size
            raise ValueError(f"backward_layer: expected input size {expected} as the forward layer has, got {found}")

    @property
    def input_size(self):
        """D, the width of x."""
        return self.layers[0].input_size

    @property
    def output_size(self):
        """2H: both layers' outputs side by side."""
        return sum(layer.output_size for layer in self.layers)

    def forward(self, x, state=None, lengths=None):
        """Run over x (T, B, D) in both directions. Returns ``(outputs, state, cache)`` as :class:`RNN` does."""
        require_array("x", x, ("T", "B", self.input_size), self.dtype)
        order = _reversal(*x.shape[:2], lengths)
        inputs = x, _reordered(x, order)
        states = self._split("state", state, x.shape[1])
        runs = [layer.forward(*a, lengths) for layer, *a in zip(self.layers, inputs, states, strict=True)]
        (onward, _, _), (back, _, _) = runs
        outputs = np.concatenate([onward, _reordered(back, order)], axis=2)
        return outputs, join([state for _, state, _ in runs]), (order, x.shape, [cache for _, _, cache in runs])

    def backward(self, doutputs, dstate, cache):
        """Return ``(dx, dstate)``; either gradient given may be None."""
        order, (T, B, _), caches = cache
        self._require_doutputs(doutputs, T, B)
        dstates = self._split("dstate", dstate, B)
        if doutputs is None:
            onward = back = None
        else:
            H = self.layers[0].output_size
            onward, back = doutputs[..., :H], _reordered(doutputs[..., H:], order)
        dx, dstate_forward = self.layers[0].backward(onward, dstates[0], caches[0])
        dx_back, dstate_backward = self.layers[1].backward(back, dstates[1], caches[1])
        return dx + _reordered(dx_back, order), join([dstate_forward, dstate_backward])


def _reversal(T, B, lengths):
    """For each step and sequence, the step to read in its place (T, B): padding stays where it is."""
    lengths = np.full(B, T) if lengths is None else as_lengths(lengths, T, B)
    t = np.arange(T)[:, None]
    return np.where(t < lengths, lengths - 1 - t, t)


def _reordered(sequence, order):
    """A sequence (T, B, .) with its steps in this order, which is its own reverse."""
    return np.take_along_axis(sequence, order[..., None], axis=0)
