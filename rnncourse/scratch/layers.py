"""Layers without memory: the linear map and the embedding table."""

import numpy as np

from rnncourse.scratch.module import Module, uniform
from rnncourse.scratch.validate import require_array, require_float_dtype, require_indices, require_size


class Linear(Module):
    """Affine map ``y = x @ W + b`` over the last axis, such as the readout ``o_t = h_t @ W_hy + b_y``.

    ``W`` is (D, K), ``b`` is (K,); x is (..., D) and y is (..., K).
    """

    names = ("W", "b")

    def __init__(self, input_size, output_size, rng, dtype=np.float64):
        require_size("input_size", input_size)
        require_size("output_size", output_size)
        self.W = uniform(rng, input_size, input_size, output_size, dtype=dtype)
        self.b = uniform(rng, input_size, output_size, dtype=dtype)
        self.zero_grads()

    def forward(self, x):
        """Return ``(y, cache)``."""
        require_array("x", x, (*np.shape(x)[:-1], self.W.shape[0]), self.W.dtype)
        return x @ self.W + self.b, x

    def backward(self, dy, cache):
        """``dW = x^T dy`` and ``db = sum dy``, both summed over all leading axes; returns ``dx = dy W^T``."""
        x = cache
        require_array("dy", dy, (*x.shape[:-1], self.W.shape[1]), self.W.dtype)
        rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
        self.grads["W"] += rows.T @ drows
        self.grads["b"] += drows.sum(axis=0)
        return dy @ self.W.T


class Embedding(Module):
    """A table with one row per token: ``y = W[token]``, the same as ``onehot(token) @ W`` without the product.

    ``W`` is (V, D); tokens are integers of any shape (...), y is (..., D).
    """

    names = ("W",)

    def __init__(self, vocabulary_size, embedding_size, rng, dtype=np.float64):
        require_size("vocabulary_size", vocabulary_size)
        require_size("embedding_size", embedding_size)
        require_float_dtype(dtype)
        self.W = rng.standard_normal((vocabulary_size, embedding_size)).astype(dtype)
        self.zero_grads()

    def forward(self, tokens):
        """Return ``(rows, cache)``."""
        require_indices("tokens", tokens, self.W.shape[0])
        return self.W[tokens], tokens

    def backward(self, dy, cache):
        """Add each position's gradient to its token's row. There is no gradient for the integers: returns None."""
        tokens = cache
        require_array("dy", dy, (*tokens.shape, self.W.shape[1]), self.W.dtype)
        np.add.at(self.grads["W"], tokens, dy)  # `+=` would keep one of several gradients when a token repeats
