"""The highway layer: a gate decides, feature by feature, between a transformed input and the input itself."""

import numpy as np

from rnncourse.scratch.functional import sigmoid
from rnncourse.scratch.module import Module, uniform
from rnncourse.scratch.validate import require_array, require_choice, require_finite, require_float, require_size

NONLINEARITIES = {  # the function, and its slope by its value
    "tanh": (np.tanh, lambda g: 1 - g**2),
    "relu": (lambda a: np.maximum(a, 0), lambda g: g > 0),
}


class Highway(Module):
    """``y = t * g(x @ W_h + b_h) + (1 - t) * x`` with the transform gate ``t = sigmoid(x @ W_t + b_t)``.

    g is ``"tanh"`` or ``"relu"``. ``W_t`` and ``W_h`` are (D, D), ``b_t`` and ``b_h`` are (D,); x and y are (..., D).
    ``b_t`` starts at ``transform_bias``: below zero the layer passes on most of its input, and so most of the gradient,
    until it has learned better. Source: Srivastava et al. 2015, *Training very deep networks*, equation 3.
    """

    names = ("W_t", "b_t", "W_h", "b_h")

    def __init__(self, size, rng, nonlinearity="tanh", transform_bias=-1.0, dtype=np.float64):
        require_size("size", size)
        require_choice("nonlinearity", nonlinearity, NONLINEARITIES)
        require_finite("transform_bias", transform_bias)
        self.nonlinearity = nonlinearity
        self.W_t = uniform(rng, size, size, size, dtype=dtype)
        self.b_t = np.full(size, transform_bias, dtype)
        self.W_h = uniform(rng, size, size, size, dtype=dtype)
        self.b_h = uniform(rng, size, size, dtype=dtype)
        self.zero_grads()

    def forward(self, x):
        """Return ``(y, cache)``."""
        require_float("x", x)
        require_array("x", x, (*x.shape[:-1], len(self.b_t)), self.W_t.dtype)
        transform, _ = NONLINEARITIES[self.nonlinearity]
        t = sigmoid(x @ self.W_t + self.b_t)
        g = transform(x @ self.W_h + self.b_h)
        return t * g + (1 - t) * x, (x, t, g)

    def backward(self, dy, cache):
        """Return dx for a gradient dy (..., D) that arrives at y.

        With ``a_t`` and ``a_h`` the arguments of the sigmoid and of g: ``da_t = dy (g - x) t (1 - t)``,
        ``da_h = dy t g'``, ``dx = dy (1 - t) + da_t W_t^T + da_h W_h^T``.
        """
        x, t, g = cache
        require_array("dy", dy, x.shape, x.dtype)
        _, slope = NONLINEARITIES[self.nonlinearity]
        da_t = dy * (g - x) * t * (1 - t)
        da_h = dy * t * slope(g)
        rows = x.reshape(-1, x.shape[-1])
        for a, da in (("t", da_t.reshape(rows.shape)), ("h", da_h.reshape(rows.shape))):
            self.grads[f"W_{a}"] += rows.T @ da
            self.grads[f"b_{a}"] += da.sum(axis=0)
        return dy * (1 - t) + da_t @ self.W_t.T + da_h @ self.W_h.T
