"""Cells that read their own last output y, and teacher forcing, which puts the right output in its place.

What comes back is the state's first array, whatever it holds. A cell by itself feeds back y as it is: linear scores,
without a softmax. Who wants to feed back probabilities, or the chosen class as a one-hot row, puts these into the state
before the next step; under teacher forcing the targets are fed, for classes as one-hot rows. A network should read in
use what it read in training.
"""

import numpy as np

from rnncourse.scratch.cells import Cell
from rnncourse.scratch.module import uniform
from rnncourse.scratch.recurrent import RNN
from rnncourse.scratch.state import pack, require_state, unpack
from rnncourse.scratch.validate import require_all_finite, require_array, require_size


class _FeedbackCell(Cell):
    """What both cells have in common: the readout ``y = h @ W_hy + b_y``, and teacher forcing.

    Subclasses give ``_all_steps(x, fed, *others)``, which runs a sequence on given feedback (T, B, K) and returns
    ``(outputs, others, cache)``, and ``_all_steps_backward(doutputs, cache)``, which returns ``(dx, dfed, *dothers)``;
    ``others`` are the state's arrays after y.
    """

    def __init__(self, input_size, hidden_size, output_size, rng, dtype=np.float64):
        require_size("input_size", input_size)
        require_size("hidden_size", hidden_size)
        require_size("output_size", output_size)
        D, H, K = input_size, hidden_size, output_size
        shapes = {"W_xh": (D, H), "W_yh": (K, H), "W_hh": (H, H), "b_h": (H,), "W_hy": (H, K), "b_y": (K,)}
        for name in self.names:
            setattr(self, name, uniform(rng, H, *shapes[name], dtype=dtype))
        self.zero_grads()

    def teacher_forced(self, x, targets, state=None):
        """Run over x (T, B, D) with the target in the place of each y that the next step reads.

        ``targets`` (T, B, K) holds at t what step t + 1 reads; the first step reads ``state``, zeros when None. No step
        waits for an output. Returns ``(outputs, state, cache)``: y_1..y_T as (T, B, K), the state with the last target
        in it, from which the network can go on with its own outputs, and what :meth:`teacher_forced_backward` needs.
        Source: Williams and Zipser 1989, *A learning algorithm for continually running fully recurrent neural
        networks*.
        """
        require_array("x", x, ("T", "B", self.input_size), self.dtype)
        require_all_finite("x", x)
        T, B, _ = x.shape
        require_array("targets", targets, (T, B, self.output_size), self.dtype)
        require_all_finite("targets", targets)
        shapes = [(B, size) for size in self.state_sizes]
        if state is None:
            state = pack(np.zeros(shape, self.dtype) for shape in shapes)
        require_state("state", state, shapes, self.dtype)
        y_0, *others = unpack(state)
        fed = np.concatenate([y_0[None], targets[:-1]])
        outputs, others, cache = self._all_steps(x, fed, *others)
        return outputs, pack([targets[-1].copy(), *others]), (fed.shape, cache)

    def teacher_forced_backward(self, doutputs, cache):
        """Return ``(dx, dtargets, dstate)`` for a gradient of the outputs (T, B, K). Adds into ``grads``.

        ``dtargets`` is the gradient of what was fed back, (T, B, K); it is 0 for the last target, which no step read.
        """
        shape, cache = cache
        require_array("doutputs", doutputs, shape, self.dtype)
        dx, dfed, *dothers = self._all_steps_backward(doutputs, cache)
        dtargets = np.concatenate([dfed[1:], np.zeros_like(dfed[:1])])
        return dx, dtargets, pack([dfed[0], *dothers])

    def _read_out(self, h):
        return h @ self.W_hy + self.b_y

    def _read_out_backward(self, dy, h):
        """Add the readout's gradients; return what it sends to h (..., H)."""
        rows, drows = h.reshape(-1, h.shape[-1]), dy.reshape(-1, dy.shape[-1])
        self.grads["W_hy"] += rows.T @ drows
        self.grads["b_y"] += drows.sum(axis=0)
        return dy @ self.W_hy.T


class JordanCell(_FeedbackCell):
    """One step of a network whose only recurrence is its output (Jordan 1986, *Serial order*).

    ``h_t = tanh(x_t @ W_xh + y_{t-1} @ W_yh + b_h)``, ``y_t = h_t @ W_hy + b_y``

    ``W_xh`` is (D, H), ``W_yh`` (K, H), ``b_h`` (H,), ``W_hy`` (H, K) and ``b_y`` (K,); x_t is (B, D). The state is y
    (B, K), which is the output: what a step does not say, the next cannot know. On its own scores it is an Elman
    network with ``W_hh = W_hy @ W_yh``, of rank K at most. Under teacher forcing no step depends on another, and all
    are computed at once. Jordan's own network kept a decaying sum of past outputs; here it is the last one.
    """

    names = ("W_xh", "W_yh", "b_h", "W_hy", "b_y")

    def forward(self, x, y_prev):
        """Return ``(y, cache)``."""
        self.require_step(x, y_prev, "y_prev")
        h = np.tanh(x @ self.W_xh + y_prev @ self.W_yh + self.b_h)
        return self._read_out(h), (x, y_prev, h)

    def backward(self, dy, cache):
        """Return ``(dx, dy_prev)`` for a gradient ``dy`` (B, K) that arrives at y.

        ``dh = dy W_hy^T``, ``da = (1 - h^2) dh``, ``dx = da W_xh^T``, ``dy_prev = da W_yh^T``.
        """
        x, y_prev, h = cache
        require_array("dy", dy, y_prev.shape, y_prev.dtype)
        da = (1 - h**2) * self._read_out_backward(dy, h)
        self.grads["W_xh"] += x.T @ da
        self.grads["W_yh"] += y_prev.T @ da
        self.grads["b_h"] += da.sum(axis=0)
        return da @ self.W_xh.T, da @ self.W_yh.T

    def _all_steps(self, x, fed):
        """One step on T B rows: to a cell without memory of its own, steps are rows like any others."""
        y, cache = self.forward(_rows(x), _rows(fed))
        return y.reshape(fed.shape), [], cache

    def _all_steps_backward(self, doutputs, cache):
        dx, dfed = self.backward(_rows(doutputs), cache)
        return dx.reshape(*doutputs.shape[:2], -1), dfed.reshape(doutputs.shape)


class ElmanJordanCell(_FeedbackCell):
    """One step of a network that remembers both its hidden state and its output.

    ``h_t = tanh(x_t @ W_xh + h_{t-1} @ W_hh + y_{t-1} @ W_yh + b_h)``, ``y_t = h_t @ W_hy + b_y``

    Shapes as in :class:`JordanCell`, and ``W_hh`` is (H, H). The state is (y, h), (B, K) and (B, H); y is the output.
    When an output is drawn and fed back, the next can depend on it, as it cannot in a network that never learns what
    was drawn: given x, this one's outputs need not be independent. On its own scores, with nothing drawn, it is an
    Elman network with ``W_hh + W_hy @ W_yh`` for ``W_hh``; under teacher forcing it is one over ``[x_t, y_{t-1}]``.
    Source: Goodfellow et al. 2016, *Deep learning*, section 10.2, as "conditional" network.
    """

    names = ("W_xh", "W_yh", "W_hh", "b_h", "W_hy", "b_y")

    @property
    def state_sizes(self):
        """The widths of y and h."""
        return self.W_yh.shape

    def forward(self, x, state_prev):
        """Return ``((y, h), cache)`` for the state ``(y_prev, h_prev)``."""
        self.require_step(x, state_prev, "state_prev")
        y_prev, h_prev = state_prev
        h = np.tanh(x @ self.W_xh + h_prev @ self.W_hh + y_prev @ self.W_yh + self.b_h)
        return (self._read_out(h), h), (x, y_prev, h_prev, h)

    def backward(self, dstate, cache):
        """Return ``(dx, (dy_prev, dh_prev))`` for gradients ``(dy, dh)``, (B, K) and (B, H), that arrive at y and h.

        h also receives what comes through y: ``dh <- dh + dy W_hy^T``. Then ``da = (1 - h^2) dh`` and each of x,
        y_prev and h_prev gets da times its weight's transpose.
        """
        x, y_prev, h_prev, h = cache
        require_state("dstate", dstate, (y_prev.shape, h_prev.shape), x.dtype)
        dy, dh = dstate
        da = (1 - h**2) * (dh + self._read_out_backward(dy, h))
        self.grads["W_xh"] += x.T @ da
        self.grads["W_yh"] += y_prev.T @ da
        self.grads["W_hh"] += h_prev.T @ da
        self.grads["b_h"] += da.sum(axis=0)
        return da @ self.W_xh.T, (da @ self.W_yh.T, da @ self.W_hh.T)

    def _all_steps(self, x, fed, h):
        hidden, h, cache = self._elman_network().forward(np.concatenate([x, fed], axis=2), h)
        return self._read_out(hidden), [h], (hidden, cache)

    def _all_steps_backward(self, doutputs, cache):
        hidden, cache = cache
        elman, D = self._elman_network(), self.input_size
        dinputs, dh = elman.backward(self._read_out_backward(doutputs, hidden), None, cache)
        self.grads["W_xh"] += elman.grads["W_xh"][:D]
        self.grads["W_yh"] += elman.grads["W_xh"][D:]
        self.grads["W_hh"] += elman.grads["W_hh"]
        self.grads["b_h"] += elman.grads["b_h"]
        return dinputs[..., :D], dinputs[..., D:], dh

    def _elman_network(self):
        """The Elman network over ``[x_t, y_{t-1}]`` with these weights, and with gradients of its own."""
        elman = RNN(self.input_size + self.output_size, len(self.W_hh), np.random.default_rng(0), self.dtype)
        elman.W_xh = np.concatenate([self.W_xh, self.W_yh])
        elman.W_hh, elman.b_h = self.W_hh, self.b_h
        return elman


def _rows(sequence):
    """(T, B, .) as (T B, .)."""
    return sequence.reshape(-1, sequence.shape[-1])
