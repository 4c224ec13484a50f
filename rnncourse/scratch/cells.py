"""Cells: one time step of a recurrent network, written as the equation is printed."""

import numpy as np

from rnncourse.scratch.functional import sigmoid
from rnncourse.scratch.module import Module, uniform
from rnncourse.scratch.state import require_finite_state, require_state
from rnncourse.scratch.validate import require_all_finite, require_array, require_choice, require_finite, require_size


class Cell(Module):
    """What every cell has in common; subclasses give ``forward`` and ``backward`` of one step.

    ``names`` begins with the input weight (D, .) and the weight of the state that the cell outputs. The state is an
    array (B, H), or a tuple whose first array is the cell's output, such as (h, c) of the LSTM.
    """

    @property
    def input_size(self):
        """D, the width of x."""
        return getattr(self, self.names[0]).shape[0]

    @property
    def output_size(self):
        """The width of what one step puts out: H, for a cell that puts out its hidden state."""
        return self.state_sizes[0]

    @property
    def state_sizes(self):
        """The width of each array of the state."""
        return (getattr(self, self.names[1]).shape[0],)

    @property
    def dtype(self):
        """The floating type of weights, inputs and states."""
        return getattr(self, self.names[0]).dtype

    def require_step(self, x, state, name):
        """Raise ``ValueError`` unless x (B, D) and the state are finite and fit this cell and each other."""
        require_array("x", x, ("B", self.input_size), self.dtype)
        require_all_finite("x", x)
        require_state(name, state, [(x.shape[0], size) for size in self.state_sizes], self.dtype)
        require_finite_state(name, state)


class ElmanCell(Cell):
    """One step of the simple recurrent network (Elman 1990, *Finding structure in time*).

    ``h_t = tanh(x_t @ W_xh + h_{t-1} @ W_hh + b_h)``

    ``W_xh`` is (D, H), ``W_hh`` is (H, H), ``b_h`` is (H,); x_t is (B, D) and h is (B, H). With
    ``nonlinearity="relu"`` the larger of 0 and the argument stands in place of its tanh.
    """

    names = ("W_xh", "W_hh", "b_h")

    def __init__(self, input_size, hidden_size, rng, dtype=np.float64, nonlinearity="tanh"):
        require_size("input_size", input_size)
        require_size("hidden_size", hidden_size)
        require_choice("nonlinearity", nonlinearity, ("tanh", "relu"))
        self.nonlinearity = nonlinearity
        self.W_xh = uniform(rng, hidden_size, input_size, hidden_size, dtype=dtype)
        self.W_hh = uniform(rng, hidden_size, hidden_size, hidden_size, dtype=dtype)
        self.b_h = uniform(rng, hidden_size, hidden_size, dtype=dtype)
        self.zero_grads()

    def forward(self, x, h_prev):
        """Return ``(h, cache)``: the next state (B, H), and what :meth:`backward` needs."""
        self.require_step(x, h_prev, "h_prev")
        a = x @ self.W_xh + h_prev @ self.W_hh + self.b_h
        h = np.tanh(a) if self.nonlinearity == "tanh" else np.maximum(a, 0)
        return h, (x, h_prev, h)

    def backward(self, dh, cache):
        """Return ``(dx, dh_prev)`` for a gradient ``dh`` (B, H) that arrives at h.

        With ``a`` the argument of tanh: ``da = (1 - h^2) dh``, ``dW_xh = x^T da``, ``dW_hh = h_prev^T da``,
        ``db_h = sum_B da``, ``dx = da W_xh^T``, ``dh_prev = da W_hh^T``. With relu, ``da = dh`` where h > 0, else 0.
        """
        x, h_prev, h = cache
        require_array("dh", dh, h.shape, h.dtype)
        da = (1 - h**2) * dh if self.nonlinearity == "tanh" else (h > 0) * dh
        self.grads["W_xh"] += x.T @ da
        self.grads["W_hh"] += h_prev.T @ da
        self.grads["b_h"] += da.sum(axis=0)
        return da @ self.W_xh.T, da @ self.W_hh.T


class LSTMCell(Cell):
    """One step of the long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000).

    ``[a_i a_f a_g a_o] = x_t @ W_x + h_{t-1} @ W_h + b``
    ``i, f, o = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o)``, ``g = tanh(a_g)``
    ``c_t = f * c_{t-1} + i * g``, ``h_t = o * tanh(c_t)``

    The gates are the columns of ``W_x`` (D, 4H), ``W_h`` (H, 4H) and ``b`` (4H,), in PyTorch's order i f g o. The
    state is the tuple (h, c), each (B, H). ``forget_bias`` is added to the start value of f's bias: with 1, the gate
    begins open and c lasts (Gers et al. 2000; Jozefowicz et al. 2015).
    """

    names = ("W_x", "W_h", "b")

    def __init__(self, input_size, hidden_size, rng, dtype=np.float64, forget_bias=0.0):
        require_size("input_size", input_size)
        require_size("hidden_size", hidden_size)
        require_finite("forget_bias", forget_bias)
        self.W_x = uniform(rng, hidden_size, input_size, 4 * hidden_size, dtype=dtype)
        self.W_h = uniform(rng, hidden_size, hidden_size, 4 * hidden_size, dtype=dtype)
        self.b = uniform(rng, hidden_size, 4 * hidden_size, dtype=dtype)
        self.b[hidden_size : 2 * hidden_size] += forget_bias
        self.zero_grads()

    @property
    def state_sizes(self):
        """The widths of h and c."""
        H = self.W_h.shape[0]
        return H, H

    def forward(self, x, state_prev):
        """Return ``((h, c), cache)`` for the state ``(h_prev, c_prev)``."""
        self.require_step(x, state_prev, "state_prev")
        h_prev, c_prev = state_prev
        a_i, a_f, a_g, a_o = np.split(x @ self.W_x + h_prev @ self.W_h + self.b, 4, axis=1)
        i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
        c = f * c_prev + i * g
        tanh_c = np.tanh(c)
        return (o * tanh_c, c), (x, h_prev, c_prev, i, f, g, o, tanh_c)

    def backward(self, dstate, cache):
        """Return ``(dx, (dh_prev, dc_prev))`` for gradients ``(dh, dc)``, each (B, H), that arrive at h and c.

        c also receives what comes through h: ``dc <- dc + o (1 - tanh(c)^2) dh``. Then ``di = g dc``,
        ``df = c_prev dc``, ``dg = i dc``, ``do = tanh(c) dh`` and ``dc_prev = f dc``; the slope of a sigmoid s is
        ``s (1 - s)``, that of g is ``1 - g^2``.
        """
        x, h_prev, c_prev, i, f, g, o, tanh_c = cache
        require_state("dstate", dstate, (h_prev.shape, h_prev.shape), h_prev.dtype)
        dh, dc = dstate
        dc = dc + o * (1 - tanh_c**2) * dh
        da_i, da_f, da_o = i * (1 - i) * g * dc, f * (1 - f) * c_prev * dc, o * (1 - o) * tanh_c * dh
        da = np.concatenate([da_i, da_f, (1 - g**2) * i * dc, da_o], axis=1)
        self.grads["W_x"] += x.T @ da
        self.grads["W_h"] += h_prev.T @ da
        self.grads["b"] += da.sum(axis=0)
        return da @ self.W_x.T, (da @ self.W_h.T, f * dc)


class GRUCell(Cell):
    """One step of the gated recurrent unit (Cho et al. 2014).

    ``r = sigmoid(x_t @ W_xr + h_{t-1} @ W_hr + b_r)``, ``z = sigmoid(x_t @ W_xz + h_{t-1} @ W_hz + b_z)``
    ``h_t = (1 - z) * n + z * h_{t-1}``, so that z = 1 keeps the state, with the new content n either

    - ``tanh(x_t @ W_xn + b_n + r * (h_{t-1} @ W_hn + b_hn))`` for ``reset_after=True``, PyTorch's form; or
    - ``tanh(x_t @ W_xn + b_n + (r * h_{t-1}) @ W_hn)`` for ``reset_after=False``, the form of Cho et al. and the decks.

    The gates are the columns of ``W_x`` (D, 3H), ``W_h`` (H, 3H) and ``b`` (3H,), in PyTorch's order r z n. ``b_hn``
    (H,) exists only with ``reset_after=True``: elsewhere a second bias would do what the first does.
    """

    def __init__(self, input_size, hidden_size, rng, dtype=np.float64, reset_after=True):
        require_size("input_size", input_size)
        require_size("hidden_size", hidden_size)
        require_choice("reset_after", reset_after, (True, False))
        self.reset_after = reset_after
        self.names = ("W_x", "W_h", "b", "b_hn") if reset_after else ("W_x", "W_h", "b")
        self.W_x = uniform(rng, hidden_size, input_size, 3 * hidden_size, dtype=dtype)
        self.W_h = uniform(rng, hidden_size, hidden_size, 3 * hidden_size, dtype=dtype)
        self.b = uniform(rng, hidden_size, 3 * hidden_size, dtype=dtype)
        if reset_after:
            self.b_hn = uniform(rng, hidden_size, hidden_size, dtype=dtype)
        self.zero_grads()

    def forward(self, x, h_prev):
        """Return ``(h, cache)``."""
        self.require_step(x, h_prev, "h_prev")
        H = h_prev.shape[1]
        a = x @ self.W_x + self.b
        gates = sigmoid(a[:, : 2 * H] + h_prev @ self.W_h[:, : 2 * H])
        r, z = gates[:, :H], gates[:, H:]
        if self.reset_after:
            recurrent = h_prev @ self.W_h[:, 2 * H :] + self.b_hn
            n = np.tanh(a[:, 2 * H :] + r * recurrent)
        else:
            recurrent = r * h_prev
            n = np.tanh(a[:, 2 * H :] + recurrent @ self.W_h[:, 2 * H :])
        return (1 - z) * n + z * h_prev, (x, h_prev, r, z, n, recurrent)

    def backward(self, dh, cache):
        """Return ``(dx, dh_prev)`` for a gradient ``dh`` (B, H) that arrives at h.

        ``dn = (1 - z) dh``, ``dz = (h_prev - n) dh``; r is reached through n only, by whichever form was run.
        """
        x, h_prev, r, z, n, recurrent = cache
        require_array("dh", dh, h_prev.shape, h_prev.dtype)
        W_hr, W_hz, W_hn = np.split(self.W_h, 3, axis=1)
        da_n = (1 - n**2) * (1 - z) * dh
        da_z = z * (1 - z) * (h_prev - n) * dh
        if self.reset_after:
            dr, drecurrent = da_n * recurrent, da_n * r
            dh_prev, dW_hn = drecurrent @ W_hn.T, h_prev.T @ drecurrent
            self.grads["b_hn"] += drecurrent.sum(axis=0)
        else:
            drecurrent = da_n @ W_hn.T
            dr, dh_prev, dW_hn = drecurrent * h_prev, drecurrent * r, recurrent.T @ da_n
        da_r = r * (1 - r) * dr
        da = np.concatenate([da_r, da_z, da_n], axis=1)
        self.grads["W_x"] += x.T @ da
        self.grads["W_h"] += np.concatenate([h_prev.T @ da_r, h_prev.T @ da_z, dW_hn], axis=1)
        self.grads["b"] += da.sum(axis=0)
        return da @ self.W_x.T, dh_prev + da_r @ W_hr.T + da_z @ W_hz.T + z * dh
