"""The Elman network over a sequence, arranged for speed."""

import numpy as np

from rnncourse.scratch import memory
from rnncourse.scratch.cells import ElmanCell
from rnncourse.scratch.recurrent import blocks
from rnncourse.scratch.recurrent.layer import RecurrentLayer
from rnncourse.scratch.recurrent.products import RecurrentProduct, TransposedProduct


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
        product = RecurrentProduct(self.W_hh, (0,), B)
        for w in blocks.windows(T, B, H):
            projected = blocks.project(x[w], self.W_xh[None], self.b_h)
            for (h_prev,), (a_t, from_x), (recurrent,) in batch.steps(
                w, (h[w],), (a[w], projected), (product.out(a[w]),)
            ):
                product.multiply(h_prev, product.weights, out=recurrent)  # writes into a_t
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
        product = TransposedProduct(self.W_hh, (0,), B)
        dx = memory.empty(x.shape, x.dtype)
        for w in reversed(blocks.windows(T, B, H)):
            da = self._slope(h[1:][w])[:, None]
            batch.clear_padding(da, w)
            states, panels = (doutputs[w], [dh] * len(da)), (product.left(da), [product.out(dh[None])] * len(da))
            for (dy, dh_t), (da_t,), (left, out) in batch.steps(w, states, (da,), panels, backwards=True):
                np.add(dh_t, dy, out=dh_t)
                np.multiply(da_t, dh_t, out=da_t)
                product.multiply(left, product.weights, out=out)  # left is da_t, out is dh_t
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
