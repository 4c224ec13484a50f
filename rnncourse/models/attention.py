"""Attention: a query is compared with keys, and the values are averaged by how well their keys fit.

The four scores of :mod:`rnncourse.scratch.attention`, with the same names and parameters, for PyTorch to train.
"""

import math

import torch
from torch import Tensor, nn

from rnncourse.models.parameters import uniform
from rnncourse.scratch.validate import require_choice


class Attention(nn.Module):
    """What every attention does with its scores e: ``a = softmax(e)`` over the keys, ``c = sum_s a_s values_s``.

    A subclass defines its score by :meth:`project`, which depends on the keys alone, and :meth:`scores`; those of this
    class make the dot product. A decoder that goes step by step projects the keys of a sentence once and calls
    :meth:`attend` at each step. Source: Bahdanau et al. 2015, *Neural machine translation by jointly learning to align
    and translate*, section 3.1.
    """

    def project(self, keys: Tensor) -> Tensor:
        """The part of the scores that depends on the keys (S, B, K) alone: (S, B, P), any P."""
        return keys

    def scores(self, queries: Tensor, projected: Tensor) -> Tensor:
        """How well each key fits each query: queries (Q, B, D) and projected keys (S, B, P) give (Q, B, S)."""
        return torch.einsum("qbk,sbk->qbs", queries, projected)

    def attend(
        self, queries: Tensor, projected: Tensor, values: Tensor, visible: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """:meth:`forward` with projected keys; ``visible`` is (Q, B, S), or (1, B, S) for all queries alike."""
        scores = self.scores(queries, projected)
        if visible is not None:
            scores = torch.where(visible, scores, -torch.inf)
        weights = scores.softmax(dim=-1)
        return torch.einsum("qbs,sbm->qbm", weights, values), weights

    def forward(
        self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return ``(contexts, weights)``, (Q, B, M) and (Q, B, S), for queries (Q, B, D).

        Keys are (S, B, K) and values (S, B, M), often the same S encoder states twice. ``mask`` is (S, B) booleans,
        True where a key exists (:func:`length_mask`), or (Q, B, S), True where this query may see this key; a hidden
        key has weight 0 exactly. A query that sees no key is a ``ValueError``.
        """
        visible = None if mask is None else mask.T[None] if mask.ndim == 2 else mask
        if visible is not None and not visible.any(dim=-1).all():
            raise ValueError("mask: expected at least one key for each query, got none for some")
        return self.attend(queries, self.project(keys), values, visible)


class AdditiveAttention(Attention):
    """``e = v . tanh(q @ W_q + k @ W_k + b)``, a small network with one hidden layer of A units.

    ``W_q`` is (D, A), ``W_k`` (K, A), ``b`` (A,) and ``v`` (A,). Over the concatenated [q; k] the two matrices are one.
    Source: Bahdanau et al. 2015, section 3.1 and appendix A.1.2 (without b).
    """

    def __init__(self, query_size: int, key_size: int, attention_size: int):
        super().__init__()
        self.W_q = uniform(query_size + key_size, query_size, attention_size)
        self.W_k = uniform(query_size + key_size, key_size, attention_size)
        self.b = uniform(query_size + key_size, attention_size)
        self.v = uniform(attention_size, attention_size)

    def project(self, keys: Tensor) -> Tensor:
        return keys @ self.W_k

    def scores(self, queries: Tensor, projected: Tensor) -> Tensor:
        hidden = torch.tanh((queries @ self.W_q + self.b)[:, None] + projected)
        return (hidden @ self.v).transpose(1, 2)


class GeneralAttention(Attention):
    """``e = q @ W @ k^T``, the bilinear score; ``W`` is (D, K).

    Source: Luong et al. 2015, *Effective approaches to attention-based neural machine translation*, section 3.1.
    """

    def __init__(self, query_size: int, key_size: int):
        super().__init__()
        self.W = uniform(query_size, query_size, key_size)

    def project(self, keys: Tensor) -> Tensor:
        return keys @ self.W.T


class DotProductAttention(Attention):
    """``e = q @ k^T``: no parameters, and keys of the query's size (Luong et al. 2015, section 3.1)."""


class ScaledDotProductAttention(Attention):
    """``e = q @ k^T / sqrt(K)``: the scores of random vectors keep the same variance whatever K is.

    Source: Vaswani et al. 2017, *Attention is all you need*, section 3.2.1.
    """

    def project(self, keys: Tensor) -> Tensor:
        return keys / math.sqrt(keys.shape[-1])


def length_mask(lengths: Tensor, steps: int) -> Tensor:
    """(S, B), True at the real steps of each sentence: ``mask[s, b]`` is ``s < lengths[b]``."""
    return torch.arange(steps, device=lengths.device)[:, None] < lengths


def make_attention(score: str, size: int) -> Attention:
    """The attention of this name, "additive", "general", "dot" or "scaled dot", for queries and keys of one size."""
    kinds = {
        "additive": lambda: AdditiveAttention(size, size, size),
        "general": lambda: GeneralAttention(size, size),
        "dot": DotProductAttention,
        "scaled dot": ScaledDotProductAttention,
    }
    require_choice("attention", score, kinds)
    return kinds[score]()
