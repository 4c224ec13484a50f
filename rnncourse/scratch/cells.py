"""Cells: one time step of a recurrent network, written as the equation is printed."""

import numpy as np

from rnncourse.scratch.module import Module, uniform
from rnncourse.scratch.validate import require_array, require_size


class ElmanCell(Module):
    """One step of the simple recurrent network (Elman 1990, *Finding structure in time*).

    ``h_t = tanh(x_t @ W_xh + h_{t-1} @ W_hh + b_h)``

    ``W_xh`` is (D, H), ``W_hh`` is (H, H), ``b_h`` is (H,); x_t is (B, D) and h is (B, H).
    """

    names = ("W_xh", "W_hh", "b_h")

    def __init__(self, input_size, hidden_size, rng, dtype=np.float64):
        require_size("input_size", input_size)
        require_size("hidden_size", hidden_size)
        self.W_xh = uniform(rng, hidden_size, input_size, hidden_size, dtype=dtype)
        self.W_hh = uniform(rng, hidden_size, hidden_size, hidden_size, dtype=dtype)
        self.b_h = uniform(rng, hidden_size, hidden_size, dtype=dtype)
        self.zero_grads()

    def forward(self, x, h_prev):
        """Return ``(h, cache)``: the next state (B, H), and what :meth:`backward` needs."""
        D, H = self.W_xh.shape
        require_array("x", x, ("B", D), self.W_xh.dtype)
        require_array("h_prev", h_prev, (x.shape[0], H), self.W_xh.dtype)
        h = np.tanh(x @ self.W_xh + h_prev @ self.W_hh + self.b_h)
        return h, (x, h_prev, h)

    def backward(self, dh, cache):
        """Return ``(dx, dh_prev)`` for a gradient ``dh`` (B, H) that arrives at h.

        With ``a`` the argument of tanh: ``da = (1 - h^2) dh``, ``dW_xh = x^T da``, ``dW_hh = h_prev^T da``,
        ``db_h = sum_B da``, ``dx = da W_xh^T``, ``dh_prev = da W_hh^T``.
        """
        x, h_prev, h = cache
        require_array("dh", dh, h.shape, h.dtype)
        da = (1 - h**2) * dh
        self.grads["W_xh"] += x.T @ da
        self.grads["W_hh"] += h_prev.T @ da
        self.grads["b_h"] += da.sum(axis=0)
        return da @ self.W_xh.T, da @ self.W_hh.T
