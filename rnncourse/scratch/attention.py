"""Attention: a query is compared with keys, and the values are averaged by how well their keys fit.

The scores differ, the rest is the same: :class:`Attention` holds it once, and each subclass is one score.
"""

import math

import numpy as np

from rnncourse.scratch.functional import softmax
from rnncourse.scratch.module import Module, uniform
from rnncourse.scratch.validate import require_all_finite, require_array, require_float, require_size


class Attention(Module):
    """What every attention does with its scores e: ``a = softmax(e)`` over the keys, ``c = sum_s a_s values_s``.

    Sequences are time-major: keys are (S, B, K) and values (S, B, M), often the same S encoder states twice. The query
    is (B, Q), one decoder step, or (T, B, Q), all steps at once; T goes before B in the results of the latter.
    Source: Bahdanau et al. 2015, *Neural machine translation by jointly learning to align and translate*, section 3.1.
    """

    query_size = key_size = None  # any, but the same, unless a subclass has weights of a given size

    def score(self, query, keys):
        """Return ``(scores, cache)``: query (T, B, Q) and keys (S, B, K) give scores (T, B, S)."""
        raise NotImplementedError

    def score_backward(self, dscores, cache):
        """Return ``(dquery, dkeys)`` for gradients that arrive at the scores; adds into ``grads``."""
        raise NotImplementedError

    def forward(self, query, keys, values, mask=None):
        """Attend to the keys with each query.

        Parameters
        ----------
        query : (B, Q) or (T, B, Q) floats.
        keys, values : (S, B, K) and (S, B, M) floats.
        mask : (S, B) booleans, optional, True where a key exists; or (T, B, S), True where this query may see this key
            (causal attention). Every query needs a key. A hidden key has weight 0 and gradient 0, exactly; where no
            query sees it, keys and values may hold anything, even NaN.

        Returns ``(weights, context, cache)``: (B, S) and (B, M), or (T, B, S) and (T, B, M), and what :meth:`backward`
        needs. The weights are read-only, because the cache holds the same memory: copy them to change them.
        Raises ``ValueError`` for wrong shapes, mixed dtypes, NaN or infinity that a query sees, a query without a key.
        """
        self._require_arrays(query, keys, values)
        visible = True if mask is None else _visible(mask, query.shape[:-1], len(keys))
        keys, values = _seen("keys", keys, visible), _seen("values", values, visible)
        steps = query.reshape(-1, *query.shape[-2:])  # one query is a sequence of length 1
        scores, score_cache = self.score(steps, keys)
        weights = softmax(np.where(visible, scores, -np.inf))
        weights.flags.writeable = False
        context = _product(weights, values)
        leading = query.shape[:-1]
        return weights.reshape(*leading, -1), context.reshape(*leading, -1), (values, weights, score_cache, leading)

    def backward(self, dcontext, cache, dweights=None):
        """Return ``(dquery, dkeys, dvalues)`` for a gradient at the context; adds into ``grads``.

        ``dweights`` is an optional gradient at the weights themselves, (B, S) or (T, B, S), as of a loss that compares
        them with a known alignment; what it holds at hidden keys is ignored. The chain is
        ``da = dc . values_s + dweights``, ``de = a (da - sum_s a_s da_s)`` and then the gradient of the score.
        """
        values, weights, score_cache, leading = cache
        require_array("dcontext", dcontext, (*leading, values.shape[-1]), values.dtype)
        dcontext = dcontext.reshape(len(weights), *dcontext.shape[-2:])
        da = _product(dcontext, values.T)
        if dweights is not None:
            require_array("dweights", dweights, (*leading, len(values)), values.dtype)
            da += np.where(weights > 0, dweights, 0)
        dscores = weights * (da - (weights * da).sum(axis=-1, keepdims=True))
        dquery, dkeys = self.score_backward(dscores, score_cache)
        return dquery.reshape(*leading, -1), dkeys, _product(weights.T, dcontext)

    def _require_arrays(self, query, keys, values):
        require_float("query", query)
        dtype = next(iter(self.parameters().values()), query).dtype
        Q = self.query_size or "Q"
        require_array("query", query, ("T", "B", Q) if query.ndim == 3 else ("B", Q), dtype)
        require_all_finite("query", query)
        B = query.shape[-2]
        require_array("keys", keys, ("S", B, self.key_size or query.shape[-1]), dtype)
        require_array("values", values, (len(keys), B, "M"), dtype)


class AdditiveAttention(Attention):
    """``e = v . tanh(q @ W_q + k @ W_k + b)``, a small network with one hidden layer of A units.

    ``W_q`` is (Q, A), ``W_k`` (K, A), ``b`` (A,) and ``v`` (A,). Over the concatenated [q; k] the two matrices are one,
    of Q + K rows. The hidden layer of every pair, (T, B, S, A), is by far the largest array: it is held once, in the
    cache. Source: Bahdanau et al. 2015, section 3.1 and appendix A.1.2 (without b).
    """

    names = ("W_q", "W_k", "b", "v")

    def __init__(self, query_size, key_size, attention_size, rng, dtype=np.float64):
        require_size("query_size", query_size)
        require_size("key_size", key_size)
        require_size("attention_size", attention_size)
        self.query_size, self.key_size = query_size, key_size
        fan = query_size + key_size
        self.W_q = uniform(rng, fan, query_size, attention_size, dtype=dtype)
        self.W_k = uniform(rng, fan, key_size, attention_size, dtype=dtype)
        self.b = uniform(rng, fan, attention_size, dtype=dtype)
        self.v = uniform(rng, attention_size, attention_size, dtype=dtype)
        self.zero_grads()

    def score(self, query, keys):
        projected_keys = np.swapaxes(keys @ self.W_k, 0, 1)
        hidden = (query @ self.W_q + self.b)[:, :, None] + projected_keys
        np.tanh(hidden, out=hidden)
        return hidden @ self.v, (query, keys, hidden)

    def score_backward(self, dscores, cache):
        """``dv = sum de h``; with ``a`` the argument of tanh, ``da = de v (1 - h^2)``.

        Each query takes part in S sums a and each key in T of them, so their gradients add up over s and over t.
        """
        query, keys, hidden = cache
        self.grads["v"] += dscores.reshape(-1) @ hidden.reshape(-1, len(self.v))
        slope = 1 - hidden**2
        dprojected_query = np.einsum("tbs,tbsa->tba", dscores, slope) * self.v
        dprojected_keys = np.einsum("tbs,tbsa->sba", dscores, slope) * self.v
        self.grads["W_q"] += _weight_gradient(query, dprojected_query)
        self.grads["W_k"] += _weight_gradient(keys, dprojected_keys)
        self.grads["b"] += dprojected_query.sum(axis=(0, 1))
        return dprojected_query @ self.W_q.T, dprojected_keys @ self.W_k.T


class GeneralAttention(Attention):
    """``e = q @ W @ k^T``, the bilinear score; ``W`` is (Q, K).

    Source: Luong et al. 2015, *Effective approaches to attention-based neural machine translation*, section 3.1.
    """

    names = ("W",)

    def __init__(self, query_size, key_size, rng, dtype=np.float64):
        require_size("query_size", query_size)
        require_size("key_size", key_size)
        self.query_size, self.key_size = query_size, key_size
        self.W = uniform(rng, query_size, query_size, key_size, dtype=dtype)
        self.zero_grads()

    def score(self, query, keys):
        projected = query @ self.W
        return _product(projected, keys.T), (query, projected, keys)

    def score_backward(self, dscores, cache):
        """``dW = sum q^T (de @ k)``, ``dq = (de @ k) @ W^T``, ``dk = de^T @ (q @ W)``."""
        query, projected, keys = cache
        dprojected = _product(dscores, keys)
        self.grads["W"] += _weight_gradient(query, dprojected)
        return dprojected @ self.W.T, _product(dscores.T, projected)


class DotProductAttention(Attention):
    """``e = q @ k^T``: no parameters, and keys of the query's size (Luong et al. 2015, section 3.1)."""

    def __init__(self):
        self.zero_grads()

    def score(self, query, keys):
        return _product(query, keys.T), (query, keys)

    def score_backward(self, dscores, cache):
        """``dq = de @ k``, ``dk = de^T @ q``."""
        query, keys = cache
        return _product(dscores, keys), _product(dscores.T, query)


class ScaledDotProductAttention(Attention):
    """``e = q @ k^T / sqrt(K)``, so that scores of random vectors keep their size when K grows.

    Source: Vaswani et al. 2017, *Attention is all you need*, section 3.2.1.
    """

    def __init__(self):
        self.zero_grads()

    def score(self, query, keys):
        scaled = query / math.sqrt(query.shape[-1])
        return _product(scaled, keys.T), (scaled, keys)

    def score_backward(self, dscores, cache):
        """``dq = de @ k / sqrt(K)``, ``dk = de^T @ q / sqrt(K)``."""
        scaled, keys = cache
        return _product(dscores, keys) / math.sqrt(keys.shape[-1]), _product(dscores.T, scaled)


def _product(a, b):
    """The matrix product for each item: (I, B, J) and (J, B, K) give (I, B, K). ``a.T`` is each item's transpose."""
    return np.matmul(a, b, axes=[(0, 2), (0, 2), (0, 2)])


def _weight_gradient(x, dy):
    """``sum x^T dy`` over steps and items, for ``y = x @ W``."""
    return x.reshape(-1, x.shape[-1]).T @ dy.reshape(-1, dy.shape[-1])


def _visible(mask, leading, S):
    """Which keys each query sees, (T, B, S) or the same for all queries (1, B, S)."""
    of_each_query = np.ndim(mask) == 3 and len(leading) == 2
    require_array("mask", mask, (*leading, S) if of_each_query else (S, leading[-1]), bool)
    visible = mask if of_each_query else mask.T[None]
    blind = np.argwhere(~visible.any(axis=-1))
    if len(blind):
        step, item = blind[0]
        query = f"step {step} of item {item}" if of_each_query else f"item {item}"
        raise ValueError(f"mask: expected at least one key for each query, got none for {query}")
    return visible


def _seen(name, array, visible):
    """The array with zeros where no query looks, so that what padding holds reaches no product."""
    if visible is not True:
        array = np.where(visible.any(axis=0).T[..., None], array, 0)
    require_all_finite(name, array)
    return array
