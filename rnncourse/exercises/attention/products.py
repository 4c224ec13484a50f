"""The three scores that are products: dot, scaled dot and general."""

from functools import partial

import numpy as np

from rnncourse.exercises.attention.chapter import CHAPTER
from rnncourse.exercises.attention.scores import mistakes_of_scores
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import with_weights
from rnncourse.scratch import DotProductAttention, GeneralAttention, ScaledDotProductAttention


def _inputs(rng, S, B, Q, K, kind):
    """Only the general score takes a query of another size than the keys, and weights."""
    is_general = kind == "general"
    return {
        "query": rng.normal(size=(B, Q if is_general else K)),
        "keys": rng.normal(size=(S, B, K)),
        "kind": kind,
        "W": rng.normal(size=(Q, K)) if is_general else None,
    }


def _scores(query, keys, kind, W):
    if kind == "general":
        attention = with_weights(GeneralAttention, *W.shape, W=W)
    else:
        attention = DotProductAttention() if kind == "dot" else ScaledDotProductAttention()
    return attention.score(query[None], keys)[0][0]


def _products(query, keys, kind, W):
    return np.array([(key * (query @ W if kind == "general" else query)).sum(axis=1) for key in keys]).T


def _one(query, keys):
    return 1.0


def _root(query, keys):
    return np.sqrt(keys.shape[2])


def _lengths(keys):
    """The length of each key as a vector, (B, S)."""
    return np.linalg.norm(keys, axis=2).T


def _variant(query, keys, kind, W, scaled=_root, dot=_one, general=_one):
    """``scaled``, ``dot`` and ``general`` say what the products of each kind are divided by."""
    divisor = {"scaled dot": scaled, "dot": dot, "general": general}[kind]
    return _products(query, keys, kind, W) / divisor(query, keys)


PRODUCT_SCORES = Exercise(
    name="product_scores",
    chapter=CHAPTER,
    points=15,
    section="Four ways to score",
    inputs=_inputs,
    reference=_scores,
    outputs=("scores",),
    sizes=tuple(
        dict(zip(("S", "B", "Q", "K", "kind"), size, strict=True))
        for size in (
            (1, 1, 1, 2, "dot"),
            (3, 1, 1, 2, "dot"),
            (1, 1, 1, 2, "scaled dot"),
            (4, 2, 1, 3, "scaled dot"),
            (1, 1, 2, 3, "general"),
            (3, 2, 3, 2, "general"),
            (5, 3, 1, 4, "dot"),
            (6, 4, 1, 7, "scaled dot"),
            (4, 3, 2, 5, "general"),
        )
    ),
    mistakes=(
        Mistake(
            "The scaled dot product is not scaled: divide it by the root of K, the number of entries of a key.",
            partial(_variant, scaled=_one),
        ),
        Mistake(
            "You divide by K; a sum of K random products has a variance of K, and so it is as large as the root of K.",
            partial(_variant, scaled=lambda query, keys: keys.shape[2]),
        ),
        Mistake(
            "You multiply by the root of K, which makes large scores larger still; divide by it.",
            partial(_variant, scaled=lambda query, keys: 1 / _root(query, keys)),
        ),
        Mistake(
            "You divide by the root of S, the number of keys; it is K, the number of entries of one key, that counts.",
            partial(_variant, scaled=lambda query, keys: np.sqrt(len(keys))),
        ),
        Mistake(
            "You took |k| for the length of the vector k; what stands under the root is its number of entries, K.",
            partial(_variant, scaled=lambda query, keys: np.sqrt(_lengths(keys))),
        ),
        Mistake(
            "You divide by the lengths of q and k, which makes a cosine; here both keep their length.",
            partial(
                _variant,
                scaled=lambda query, keys: np.linalg.norm(query, axis=1, keepdims=True) * _lengths(keys),
            ),
        ),
        Mistake(
            "You scale the general score, too; only the scaled dot product is divided by the root of K.",
            partial(_variant, general=_root),
        ),
        Mistake(
            "You scale the plain dot product, too; only the scaled one is divided by the root of K.",
            partial(_variant, dot=_root),
        ),
        Mistake(
            "You divide all three by the root of K; the dot product and the general score stay as they are.",
            partial(_variant, dot=_root, general=_root),
        ),
        *mistakes_of_scores(_scores),
    ),
    hints=(
        "One score is a sum over the entries of one query and one key, which belong to the same item of the batch.",
        "(keys * query).sum(axis=2) multiplies each key (B, K) by the queries (B, K), item by item: (S, B).",
        "np.einsum('bk,sbk->bs', query, keys) does it at once, with items first. K is keys.shape[2].",
        "For the general score put query @ W, which has the size of a key, in the place of the query.",
    ),
)
