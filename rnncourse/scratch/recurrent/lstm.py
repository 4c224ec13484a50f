"""The LSTM over a sequence, arranged for speed."""

import numpy as np
from numpy import add, multiply, subtract, tanh

from rnncourse.scratch import memory
from rnncourse.scratch.cells import LSTMCell
from rnncourse.scratch.recurrent import blocks
from rnncourse.scratch.recurrent.layer import RecurrentLayer
from rnncourse.scratch.recurrent.products import RecurrentProduct, TransposedProduct

ORDER = 2, 1, 0, 3  # g f i o: so lie together the three sigmoids, the gates that dc reaches, and what is multiplied
CONTENTS, GATES, ARGUMENTS, SIGMOIDS = slice(0, 2), slice(2, 4), slice(1, 5), slice(2, 5)  # of c_{t-1} g f i o


class LSTM(RecurrentLayer, LSTMCell):
    """The LSTM over a sequence, with the parameters and the results of :class:`LSTMCell`. The state is (h, c).

    One tanh serves all gates, because ``sigmoid(a) = 1/2 + 1/2 tanh(a / 2)``: the weights of sigmoids are halved
    beforehand. Each step's c_{t-1} lies before its gates g f i o, so that one product gives f c_{t-1} and i g. Going
    back, all that does not depend on a gradient is computed for many steps at once.
    """

    def _forward_steps(self, x, state, batch):
        (T, B, _), H = x.shape, self.output_size
        h, tanh_c = batch.buffer(T + 1, B, H, dtype=x.dtype), batch.buffer(T, B, H, dtype=x.dtype)
        slots = batch.buffer(T + 1, 5, B, H, dtype=x.dtype)
        c = slots[:, 0]
        h[0], c[0] = state
        W_x, b = blocks.by_gate(self.W_x, ORDER), blocks.by_gate(self.b, ORDER)
        W_x[1:] *= 0.5
        b[1:] *= 0.5
        product, terms = RecurrentProduct(self.W_h, ORDER, B, slice(1, 4)), np.empty((2, B, H), x.dtype)
        for w in blocks.windows(T, B, H):
            now, n = slots[w], w.stop - w.start
            states = h[w], h[1:][w], c[1:][w], tanh_c[w], now[:, 4], [terms[0]] * n, [terms[1]] * n
            parts = now[:, ARGUMENTS], now[:, SIGMOIDS], now[:, CONTENTS], now[:, GATES]
            by_gate = *parts, blocks.project(x[w], W_x, b), [terms] * n
            _forward_window(batch.steps(w, states, by_gate, (product.out(now[:, ARGUMENTS]),)), product)
        return h[1:], (batch.last(h), batch.last(c)), (x, h, tanh_c, slots)

    def _backward_steps(self, doutputs, dstate, cache, batch):
        x, h, tanh_c, slots = cache
        (T, B, _), H = x.shape, self.output_size
        product = TransposedProduct(self.W_h, ORDER, B)
        dx, dh = memory.empty(x.shape, x.dtype), dstate[0]
        parts = dh[None] if product.groups == 1 else memory.empty((product.groups, B, H), x.dtype)
        for w in reversed(blocks.windows(T, B, H)):
            da, dc_dh = _slopes(slots[w], h[1:][w], tanh_c[w])
            n = len(da)
            states = doutputs[w], dc_dh, slots[w][:, 2], da[:, 3], *([array] * n for array in dstate)
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
    # The last argument of each is where the result goes: `out=` would take a twentieth of a small step.
    for states, (a, sigmoids, contents, gates, projected, terms), (recurrent,) in steps:
        h_prev, h, c, tanh_c, o, kept, new = states
        product_of(h_prev, weights, recurrent)  # the same memory as a, which is that of the gates
        add(a, projected, a)
        tanh(a, a)
        multiply(sigmoids, half, sigmoids)
        add(sigmoids, half, sigmoids)
        multiply(gates, contents, terms)  # f c_{t-1}, which is kept, and i g, which is new
        add(kept, new, c)
        tanh(c, tanh_c)
        multiply(o, tanh_c, h)


def _backward_window(steps, product):
    """From the last step to the first: the slopes become gradients, and dh and dc go back in time."""
    product_of, weights = product.multiply, product.weights
    for (dy, dc_dh, f, da_o, dh, dc), (da_gfi, parts), (da, out) in steps:
        add(dh, dy, dh)
        multiply(dc_dh, dh, dc_dh)
        add(dc, dc_dh, dc)
        multiply(da_gfi, dc, da_gfi)
        multiply(da_o, dh, da_o)
        multiply(dc, f, dc)
        product_of(da, weights, out)  # writes into parts
        if product.groups > 1:
            np.add.reduce(parts, 0, None, dh)


def _slopes(slots, h, tanh_c):
    """What the gradients dc and dh are to be multiplied by, over a window.

    For the arguments of g, f, i, o: ``i (1 - g^2)``, ``f (1 - f) c_prev``, ``i (1 - i) g`` and ``o (1 - o) tanh(c)``,
    which is ``h (1 - o)``; and for what dh adds to dc: ``o (1 - tanh(c)^2)``, which is ``o - h tanh(c)``.
    """
    n, _, B, H = slots.shape
    slopes = blocks.gate_buffer(n, 4, B, H, slots.dtype)
    _, g, _, i, o = slots.swapaxes(0, 1)
    da_g, _, da_i, da_o = slopes.swapaxes(0, 1)
    da_fi, gates = slopes[:, 1:3], slots[:, GATES]
    multiply(h, tanh_c, out=da_o)
    dc_dh = subtract(o, da_o, out=memory.empty(o.shape, o.dtype))
    multiply(h, o, out=da_o)
    subtract(h, da_o, out=da_o)
    multiply(gates, slots[:, CONTENTS], out=da_fi)
    multiply(da_i, g, out=da_g)
    subtract(i, da_g, out=da_g)
    subtract(da_fi, da_fi * gates, out=da_fi)
    return slopes, dc_dh
