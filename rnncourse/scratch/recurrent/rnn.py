"""The Elman network over a sequence, arranged for speed."""

import numpy as np

from rnncourse.scratch import memory
from rnncourse.scratch.cells import ElmanCell
from rnncourse.scratch.recurrent import blocks
from rnncourse.scratch.recurrent.layer import RecurrentLayer


class RNN(RecurrentLayer, ElmanCell):
    """The Elman network over a sequence, with the parameters and the results of :class:`ElmanCell`. The state is h.

    ``h_t = tanh(x_t @ W_xh + h_{t-1} @ W_hh + b_h)``, t = 1..T. Three things make it faster than the cell in a loop:
    the input products of many steps are one product, so are the weight gradients, and the loop writes in place.
    """

    def _forward_steps(self, x, state, batch):
        (T, B, _), H = x.shape, self.output_size
        h = batch.buffer(T + 1, B, H, dtype=x.dtype)
        h[0] = state[0]
        a = h[1:, None]  # written where h_t will stand; the second axis is for gates, of which there is one
        for w in blocks.windows(T, B):
            projected = blocks.project(x[w], self.W_xh[None], self.b_h)
            for (h_prev,), (a_t, from_x) in batch.steps(w, (h[w],), (a[w], projected)):
                np.matmul(h_prev, self.W_hh, out=a_t[0])
                np.add(a_t, from_x, out=a_t)
                if self.nonlinearity == "tanh":
                    np.tanh(a_t, out=a_t)
                else:
                    np.maximum(a_t, 0, out=a_t)
        return h[1:], (batch.last(h),), (x, h)

    def _backward_steps(self, doutputs, dstate, cache, batch):
        x, h = cache
        (T, B, _), H = x.shape, self.output_size
        (dh,) = dstate
        W_hh_T = np.ascontiguousarray(self.W_hh.T)  # BLAS is faster on the copy than on the transposed view
        dx = memory.empty(x.shape, x.dtype)
        for w in reversed(blocks.windows(T, B)):
            da = self._slope(h[1:][w])
            batch.clear_padding(da[:, None], w)
            for ((dy, dh_t, da_t),) in batch.steps(w, (doutputs[w], [dh] * len(da), da), backwards=True):
                np.add(dh_t, dy, out=dh_t)
                np.multiply(da_t, dh_t, out=da_t)
                np.matmul(da_t, W_hh_T, out=dh_t)
            rows = da.reshape(-1, H)
            blocks.add_product(self.grads["W_xh"], x[w], rows)
            blocks.add_product(self.grads["W_hh"], h[w], rows)
            blocks.add_sum(self.grads["b_h"], rows)
            np.matmul(rows, self.W_xh.T, out=dx[w].reshape(len(rows), -1))
        return dx, (dh,)

    def _slope(self, h):
        """The derivative of the nonlinearity, from its value: ``1 - h^2`` for tanh, 1 where h > 0 for relu."""
        if self.nonlinearity == "relu":
            return (h > 0).astype(h.dtype)
        slope = h * h
        return np.subtract(1, slope, out=slope)
