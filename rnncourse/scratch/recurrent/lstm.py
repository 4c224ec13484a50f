"""The LSTM over a sequence, arranged for speed."""

import numpy as np
from numpy import add, multiply, subtract, tanh

from rnncourse.scratch import memory
from rnncourse.scratch.cells import LSTMCell
from rnncourse.scratch.recurrent import blocks
from rnncourse.scratch.recurrent.layer import RecurrentLayer
from rnncourse.scratch.recurrent.products import RecurrentProduct, TransposedProduct

ORDER = 2, 0, 1, 3  # g i f o: the three sigmoids lie together, and so do the three gates that dc reaches
SIGMOIDS = slice(1, 4)


class LSTM(RecurrentLayer, LSTMCell):
    """The LSTM over a sequence, with the parameters and the results of :class:`LSTMCell`. The state is (h, c).

    One tanh serves all gates, because ``sigmoid(a) = 1/2 + 1/2 tanh(a / 2)``: the weights of sigmoids are halved
    beforehand. Going back, all that does not depend on a gradient is computed for many steps at once.
    """

    def _forward_steps(self, x, state, batch):
        (T, B, _), H = x.shape, self.output_size
        h, c = batch.buffer(T + 1, B, H, dtype=x.dtype), batch.buffer(T + 1, B, H, dtype=x.dtype)
        h[0], c[0] = state
        tanh_c, gates = batch.buffer(T, B, H, dtype=x.dtype), batch.buffer(T, 4, B, H, dtype=x.dtype)
        W_x, b = blocks.by_gate(self.W_x, ORDER), blocks.by_gate(self.b, ORDER)
        W_x[SIGMOIDS] *= 0.5
        b[SIGMOIDS] *= 0.5
        product = RecurrentProduct(self.W_h, ORDER, B, SIGMOIDS)
        for w in blocks.windows(T, B):
            states = h[w], c[w], h[1:][w], c[1:][w], tanh_c[w], *gates[w].swapaxes(0, 1)
            arguments = gates[w], blocks.project(x[w], W_x, b), gates[w][:, SIGMOIDS]
            _forward_window(batch.steps(w, states, arguments, (product.out(gates[w]),)), product)
        return h[1:], (batch.last(h), batch.last(c)), (x, h, c, tanh_c, gates)

    def _backward_steps(self, doutputs, dstate, cache, batch):
        x, h, c, tanh_c, gates = cache
        (T, B, _), H = x.shape, self.output_size
        product = TransposedProduct(self.W_h, ORDER, B)
        dx, dh = memory.empty(x.shape, x.dtype), dstate[0]
        parts = dh[None] if product.groups == 1 else memory.empty((product.groups, B, H), x.dtype)
        for w in reversed(blocks.windows(T, B)):
            da, dc_dh = _slopes(gates[w], h[1:][w], c[w], tanh_c[w])
            n = len(da)
            states = doutputs[w], dc_dh, gates[w][:, 2], da[:, 3], *([array] * n for array in dstate)
            panels = product.left(da), [product.out(parts)] * n
            _backward_window(batch.steps(w, states, (da[:, :3], [parts] * n), panels, backwards=True), product)
            rows = blocks.as_rows(da, ORDER)
            blocks.add_product(self.grads["W_x"], x[w], rows)
            blocks.add_product(self.grads["W_h"], h[w], rows)
            blocks.add_sum(self.grads["b"], rows)
            np.matmul(rows, self.W_x.T, out=dx[w].reshape(len(rows), -1))
        return dx, dstate


def _forward_window(steps, product):
    """The equations of the cell, one step after the other, each array written in place."""
    product_of, weights = product.multiply, product.weights
    half = np.array(0.5, weights.dtype)  # as an array: NumPy would convert the number at every call
    for (h_prev, c_prev, h, c, tanh_c, g, i, f, o), (a, projected, sigmoids), (recurrent,) in steps:
        product_of(h_prev, weights, out=recurrent)  # the same memory as a, which is that of the gates
        add(a, projected, out=a)
        tanh(a, out=a)
        multiply(sigmoids, half, out=sigmoids)
        add(sigmoids, half, out=sigmoids)
        multiply(f, c_prev, out=c)
        multiply(i, g, out=tanh_c)
        add(c, tanh_c, out=c)
        tanh(c, out=tanh_c)
        multiply(o, tanh_c, out=h)


def _backward_window(steps, product):
    """From the last step to the first: the slopes become gradients, and dh and dc go back in time."""
    product_of, weights = product.multiply, product.weights
    for (dy, dc_dh, f, da_o, dh, dc), (da_gif, parts), (da, out) in steps:
        add(dh, dy, out=dh)
        multiply(dc_dh, dh, out=dc_dh)
        add(dc, dc_dh, out=dc)
        multiply(da_gif, dc, out=da_gif)
        multiply(da_o, dh, out=da_o)
        multiply(dc, f, out=dc)
        product_of(da, weights, out=out)  # writes into parts
        if product.groups > 1:
            np.add.reduce(parts, axis=0, out=dh)


def _slopes(gates, h, c_prev, tanh_c):
    """What the gradients dc and dh are to be multiplied by, over a window.

    For the arguments of g, i, f, o: ``i (1 - g^2)``, ``i (1 - i) g``, ``f (1 - f) c_prev`` and ``o (1 - o) tanh(c)``,
    which is ``h (1 - o)``; and for what dh adds to dc: ``o (1 - tanh(c)^2)``, which is ``o - h tanh(c)``.
    """
    slopes = blocks.gate_buffer(*gates.shape, gates.dtype)
    (g, i, f, o), (da_g, da_i, da_f, da_o) = gates.swapaxes(0, 1), slopes.swapaxes(0, 1)
    multiply(h, tanh_c, out=da_o)
    dc_dh = subtract(o, da_o, out=memory.empty(o.shape, o.dtype))
    multiply(h, o, out=da_o)
    subtract(h, da_o, out=da_o)
    multiply(f, c_prev, out=da_f)
    multiply(da_f, f, out=da_g)
    subtract(da_f, da_g, out=da_f)
    multiply(i, g, out=da_i)
    multiply(da_i, g, out=da_g)
    subtract(i, da_g, out=da_g)
    multiply(da_i, 1 - i, out=da_i)
    return slopes, dc_dh
