"""The GRU over a sequence, arranged for speed."""

import numpy as np
from numpy import add, multiply, subtract, tanh

from rnncourse.scratch import memory
from rnncourse.scratch.cells import GRUCell
from rnncourse.scratch.recurrent import blocks
from rnncourse.scratch.recurrent.layer import RecurrentLayer
from rnncourse.scratch.recurrent.products import RecurrentProduct, TransposedProduct
from rnncourse.scratch.recurrent.unrolled import backward_steps, forward_steps

ORDER = 0, 1, 2  # r z n
SLOPES = 3, 1, 2, 0  # n r z q as q r z n
SIGMOIDS = slice(0, 2)


class GRU(RecurrentLayer, GRUCell):
    """The GRU over a sequence, with the parameters and the results of :class:`GRUCell`. The state is h.

    With ``reset_after=True`` all gates' recurrent products are one, and every gate's gradient is dh times something
    that is known before going back. With ``reset_after=False`` a second product has to wait for r: there the layer
    runs its cell step by step.
    """

    def _forward_steps(self, x, state, batch):
        if not self.reset_after:
            return forward_steps(lambda x_t, h: GRUCell.forward(self, x_t, h), x, state, batch)
        (T, B, _), H = x.shape, self.output_size
        h, gates = batch.buffer(T + 1, B, H, dtype=x.dtype), batch.buffer(T, 4, B, H, dtype=x.dtype)
        h[0] = state[0]
        W_x, b = blocks.by_gate(self.W_x, ORDER), blocks.by_gate(self.b, ORDER)
        W_x[SIGMOIDS] *= 0.5  # because sigmoid(a) = 1/2 + 1/2 tanh(a / 2)
        b[SIGMOIDS] *= 0.5
        product = RecurrentProduct(self.W_h, ORDER, B, SIGMOIDS)
        for w in blocks.windows(T, B, H):
            window, projected = gates[w], blocks.project(x[w], W_x, b)
            states = h[w], h[1:][w], *window.swapaxes(0, 1), projected[:, 2]
            arguments, panels = (window[:, SIGMOIDS], projected[:, SIGMOIDS]), (product.out(window[:, :3]),)
            _forward_window(batch.steps(w, states, arguments, panels), product, self.b_hn)
        return h[1:], (batch.last(h),), (x, h, gates)

    def _backward_steps(self, doutputs, dstate, cache, batch):
        if not self.reset_after:
            return backward_steps(lambda dh, c: GRUCell.backward(self, dh, c), doutputs, dstate, cache, batch)
        x, h, gates = cache
        (T, B, _), H = x.shape, self.output_size
        product = TransposedProduct(self.W_h, ORDER, B)
        dx, parts = memory.empty(x.shape, x.dtype), memory.empty((product.groups + 1, B, H), x.dtype)
        dW_h = self.grads["W_h"]
        for w in reversed(blocks.windows(T, B, H)):
            da = _slopes(gates[w], h[w])
            batch.clear_padding(da, w)
            n = len(da)
            states = doutputs[w], gates[w][:, 1], [*dstate] * n, [parts[-1]] * n
            panels = product.left(da[:, 1:]), [product.out(parts[:-1])] * n
            _backward_window(batch.steps(w, states, (da, [parts] * n), panels, backwards=True), product)
            rows = blocks.as_rows(da, SLOPES)
            to_q, to_rz, to_rzn = rows[:, :H], rows[:, H : 3 * H], rows[:, H:]
            blocks.add_product(self.grads["W_x"], x[w], to_rzn)
            blocks.add_product(dW_h[:, : 2 * H], h[w], to_rz)
            blocks.add_product(dW_h[:, 2 * H :], h[w], to_q)
            blocks.add_sum(self.grads["b"], to_rzn)
            blocks.add_sum(self.grads["b_hn"], to_q)
            np.matmul(to_rzn, self.W_x.T, out=dx[w].reshape(len(rows), -1))
        return dx, dstate


def _forward_window(steps, product, b_hn):
    """The equations of the cell, one step after the other; q is ``h_{t-1} @ W_hn + b_hn``, what r resets."""
    product_of, weights = product.multiply, product.weights
    half = np.array(0.5, weights.dtype)  # as an array: NumPy would convert the number at every call
    # The last argument of each is where the result goes: `out=` would take a twentieth of a small step.
    for (h_prev, h, r, z, q, n, projected_n), (rz, projected_rz), (recurrent,) in steps:
        product_of(h_prev, weights, recurrent)  # writes into r, z and q
        add(rz, projected_rz, rz)
        tanh(rz, rz)
        multiply(rz, half, rz)
        add(rz, half, rz)
        add(q, b_hn, q)
        multiply(r, q, n)
        add(n, projected_n, n)
        tanh(n, n)
        subtract(h_prev, n, h)
        multiply(z, h, h)
        add(h, n, h)  # n + z (h_{t-1} - n)


def _backward_window(steps, product):
    """From the last step to the first: the slopes become gradients, and dh goes back in time."""
    product_of, weights = product.multiply, product.weights
    for (dy, z, dh, through_z), (da, parts), (da_h, out) in steps:
        add(dh, dy, dh)
        multiply(da, dh, da)
        product_of(da_h, weights, out)  # writes into all parts but the last
        multiply(dh, z, through_z)
        np.add.reduce(parts, 0, None, dh)


def _slopes(gates, h_prev):
    """What dh is to be multiplied by, over a window, to give the gradients of four arguments: n's, r's, z's and q.

    n: ``(1 - z) (1 - n^2)``; q: that times r; r: that times ``q (1 - r)``; z: ``(h_{t-1} - n) z (1 - z)``. In this
    order what goes to x (n, r, z) and what goes to h_{t-1} (r, z, q) both lie together.
    """
    slopes = blocks.gate_buffer(*gates.shape, gates.dtype)
    (r, z, q, n), (da_n, da_r, da_z, da_q) = gates.swapaxes(0, 1), slopes.swapaxes(0, 1)
    update = 1 - z
    multiply(n, n, out=da_n)
    subtract(1, da_n, out=da_n)
    multiply(da_n, update, out=da_n)
    multiply(da_n, r, out=da_q)
    subtract(1, r, out=da_r)
    multiply(da_r, q, out=da_r)
    multiply(da_r, da_q, out=da_r)
    subtract(h_prev, n, out=da_z)
    multiply(da_z, z, out=da_z)
    multiply(da_z, update, out=da_z)
    return slopes
