"""Bahdanau's score: a small network that looks at a query and a key together."""

from functools import partial

import numpy as np

from rnncourse.exercises.attention.chapter import CHAPTER
from rnncourse.exercises.attention.scores import mistakes_of_scores
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import with_weights
from rnncourse.scratch import AdditiveAttention


def _inputs(rng, S, B, Q, K, A):
    return {
        "query": rng.normal(size=(B, Q)),
        "keys": rng.normal(size=(S, B, K)),
        "W_q": rng.normal(size=(Q, A)) / np.sqrt(Q),
        "W_k": rng.normal(size=(K, A)) / np.sqrt(K),
        "b": rng.normal(size=A),
        "w": rng.normal(size=A),
    }


def _scores(query, keys, W_q, W_k, b, w):
    weights = {"W_q": W_q, "W_k": W_k, "b": b, "v": w}
    attention = with_weights(AdditiveAttention, len(W_q), len(W_k), len(w), **weights)
    return attention.score(query[None], keys)[0][0]


def _hidden(q, k, b):
    return np.tanh(q + k + b)


def _dot(hidden, w):
    return hidden @ w


def _variant(query, keys, W_q, W_k, b, w, hidden=_hidden, score=_dot):
    """``hidden`` makes the A units (B, S, A) of q @ W_q, k @ W_k and b; ``score`` makes the scores of them and w."""
    q, k = (query @ W_q)[:, None], (keys @ W_k).swapaxes(0, 1)
    return score(hidden(q, k, b), w)


ADDITIVE_SCORES = Exercise(
    name="additive_scores",
    chapter=CHAPTER,
    points=15,
    section="Four ways to score",
    inputs=_inputs,
    reference=_scores,
    outputs=("scores",),
    sizes=tuple(
        dict(zip("SBQKA", size, strict=True))
        for size in ((1, 1, 1, 2, 3), (3, 1, 2, 3, 2), (4, 2, 3, 2, 4), (3, 3, 2, 4, 5), (6, 4, 5, 3, 2))
    ),
    mistakes=(
        Mistake(
            "The tanh is missing. A network without it is a sum, one part for the query and one for the key.",
            partial(_variant, hidden=lambda q, k, b: q + k + b),
        ),
        Mistake("b is missing in the argument of the tanh.", partial(_variant, hidden=lambda q, k, b: np.tanh(q + k))),
        Mistake(
            "b is added after the tanh; it belongs to the hidden layer's argument, inside.",
            partial(_variant, hidden=lambda q, k, b: np.tanh(q + k) + b),
        ),
        Mistake(
            "b is added twice, to the query's part and to the key's; once is enough.",
            partial(_variant, hidden=lambda q, k, b: np.tanh(q + k + 2 * b)),
        ),
        Mistake(
            "Query and key go through a tanh of their own; add both parts first, so that the network sees the pair.",
            partial(_variant, hidden=lambda q, k, b: np.tanh(q + b) + np.tanh(k)),
        ),
        Mistake(
            "Query and key go through a tanh of their own, b with the key; add all first, so that the network sees the pair.",
            partial(_variant, hidden=lambda q, k, b: np.tanh(q) + np.tanh(k + b)),
        ),
        Mistake(
            "w stands inside the tanh; first the A hidden units, each through its tanh, and then their product with w.",
            partial(_variant, hidden=lambda q, k, b: q + k + b, score=lambda hidden, w: np.tanh(hidden @ w)),
        ),
        Mistake(
            "You add up the hidden units as they are; w says how much each of them counts.",
            partial(_variant, score=lambda hidden, w: hidden.sum(axis=-1)),
        ),
        Mistake(
            "You divide by the root of A; only the scaled dot product is scaled.",
            partial(_variant, score=lambda hidden, w: hidden @ w / np.sqrt(len(w))),
        ),
        *mistakes_of_scores(_scores),
    ),
    hints=(
        "query @ W_q is (B, A) and keys @ W_k is (S, B, A): NumPy adds the first to each of the S keys.",
        "Add b as well, then np.tanh: that is the hidden layer of every pair, (S, B, A).",
        "@ w makes one number of each pair's A units: (S, B). One thing is left to do: .T",
    ),
)
