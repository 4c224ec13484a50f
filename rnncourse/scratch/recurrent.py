"""Layers: a cell over a whole sequence, arranged for speed."""

from itertools import pairwise

import numpy as np

from rnncourse.scratch.cells import ElmanCell
from rnncourse.scratch.validate import require_array


class RNN(ElmanCell):
    """The Elman network over a sequence, with the parameters and the results of :class:`ElmanCell`.

    ``h_t = tanh(x_t @ W_xh + h_{t-1} @ W_hh + b_h)``, t = 1..T. Three things make it faster than the cell in a loop:
    the input products of all steps are one product, so are the weight gradients, and the loop writes in place.
    """

    def forward(self, x, state=None):
        """Run over x (T, B, D) from ``state`` h_0 (B, H), zeros when None.

        Returns ``(outputs, state, cache)``: h_1..h_T as (T, B, H), h_T as (B, H), and what :meth:`backward` needs.
        The outputs are read-only, because the cache holds the same memory: copy them to change them.
        """
        D, H = self.W_xh.shape
        require_array("x", x, ("T", "B", D), self.W_xh.dtype)
        T, B, _ = x.shape
        h = np.empty((T + 1, B, H), x.dtype)
        if state is None:
            h[0] = 0
        else:
            require_array("state", state, (B, H), x.dtype)
            h[0] = state
        np.matmul(x.reshape(T * B, D), self.W_xh, out=h[1:].reshape(T * B, H))
        h[1:] += self.b_h
        recurrent = np.empty((B, H), x.dtype)
        for h_prev, a in pairwise(h):
            np.matmul(h_prev, self.W_hh, out=recurrent)
            np.add(a, recurrent, out=a)
            np.tanh(a, out=a)
        outputs = h[1:]
        outputs.flags.writeable = False
        return outputs, h[-1].copy(), (x, h)

    def backward(self, doutputs, dstate, cache):
        """Backpropagate gradients of the outputs (T, B, H) and of the last state (B, H); either may be None.

        Returns ``(dx, dstate)``: the gradients of x (T, B, D) and of the initial state (B, H).
        """
        x, h = cache
        T, B, H = h[1:].shape
        if doutputs is not None:
            require_array("doutputs", doutputs, (T, B, H), h.dtype)
        if dstate is not None:
            require_array("dstate", dstate, (B, H), h.dtype)
        da = 1 - h[1:] ** 2
        W_hh_T = np.ascontiguousarray(self.W_hh.T)  # BLAS is faster on the copy than on the transposed view
        dh = np.zeros((B, H), h.dtype) if dstate is None else dstate.copy()
        for t in reversed(range(T)):
            if doutputs is not None:
                dh += doutputs[t]
            da[t] *= dh
            np.matmul(da[t], W_hh_T, out=dh)
        self._add_weight_gradients(x, h[:-1], da)
        return (da.reshape(T * B, H) @ self.W_xh.T).reshape(x.shape), dh

    def _add_weight_gradients(self, x, h_prev, da):
        """The sums over t and over the batch, as one matrix product each."""
        rows = da.reshape(-1, da.shape[-1])
        self.grads["W_xh"] += x.reshape(-1, x.shape[-1]).T @ rows
        self.grads["W_hh"] += h_prev.reshape(rows.shape).T @ rows
        self.grads["b_h"] += rows.sum(axis=0)
