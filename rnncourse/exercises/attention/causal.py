"""Find the bugs: self-attention with a causal mask that runs, and knows what it must not know."""

from functools import partial

import numpy as np

from rnncourse.exercises.attention.chapter import CHAPTER
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.scratch import ScaledDotProductAttention


def _inputs(rng, T, B, D, K, M):
    return {
        "x": rng.normal(size=(T, B, D)),
        "W_q": rng.normal(size=(D, K)),
        "W_k": rng.normal(size=(D, K)),
        "W_v": rng.normal(size=(D, M)),
    }


def _attended(x, W_q, W_k, W_v):
    T, B, _ = x.shape
    mask = np.repeat(np.tri(T, dtype=bool)[:, None], B, axis=1)
    return ScaledDotProductAttention().forward(x @ W_q, x @ W_k, x @ W_v, mask)[1]


SCALES = {
    "root of K": lambda T, D, K: np.sqrt(K),
    "root of T": lambda T, D, K: np.sqrt(T),
    "root of D": lambda T, D, K: np.sqrt(D),
    "K": lambda T, D, K: K,
    "1": lambda T, D, K: 1.0,
}
"""What the scores are divided by; the first is right, the second is the bug."""


def _variant(x, W_q, W_k, W_v, axis=2, scale="root of K", turn=False):
    """The scores are (B, T, T), items, queries and keys; ``axis`` is that of the softmax, 2 is right and 1 the bug."""
    T, _, D = x.shape
    scores = np.einsum("tbk,sbk->bts", x @ W_q, x @ W_k) / SCALES[scale](T, D, W_k.shape[1])
    mask = np.tri(T, dtype=bool)
    scores = np.where(mask.T if turn else mask, scores, -np.inf)
    exponentials = np.exp(scores - np.where(mask.T if turn else mask, scores.max(axis=axis, keepdims=True), 0.0))
    return np.einsum("bts,sbm->tbm", exponentials / exponentials.sum(axis=axis, keepdims=True), x @ W_v)


def _over_the_batch(x, W_q, W_k, W_v, scale="root of K"):
    """As :func:`_variant` with axis 0, where a hidden score is hidden in all items: the weight is 0."""
    with np.errstate(invalid="ignore"):
        return _variant(x, W_q, W_k, W_v, axis=0, scale=scale)


_OTHER_SCALES = {
    "You divide by the root of D, the size of x; the products are sums over the K entries of a query and a key.": (
        "root of D"
    ),
    "You divide by K itself; products of random vectors are as large as its root.": "K",
    "The scores are not scaled at all now: by which size do dot products grow?": "1",
}
"""Wrong repairs of the scale, by the sentence on each."""


CAUSAL_SELF_ATTENTION = Exercise(
    name="causal_self_attention",
    chapter=CHAPTER,
    points=15,
    section="Self-attention",
    inputs=_inputs,
    reference=_attended,
    outputs=("outputs",),
    sizes=tuple(
        dict(zip("TBDKM", size, strict=True))
        for size in ((1, 1, 2, 3, 2), (3, 1, 4, 2, 3), (4, 2, 3, 5, 2), (6, 3, 2, 4, 3), (8, 2, 5, 3, 4))
    ),
    mistakes=(
        Mistake(
            "Look at the picture: when a word changes, which outputs may notice, and which do?",
            partial(_variant, axis=1, scale="root of T"),
        ),
        Mistake(
            "No word sees a later one any more. But compare the sentence with its first words alone: what else knows its length?",
            partial(_variant, scale="root of T"),
        ),
        Mistake(
            "The scale is right now. But look at the picture: the mask is right, and still a word notices later ones. How?",
            partial(_variant, axis=1),
        ),
        *(
            Mistake(sentence + more, partial(_variant, axis=axis, scale=scale))
            for sentence, scale in _OTHER_SCALES.items()
            for more, axis in ((" (And there is one thing more to find.)", 1), ("", 2))
        ),
        *(
            Mistake("Now your softmax runs over the batch: whose weights should add up to 1?" + more, function)
            for more, function in (
                (" (And there is one thing more to find.)", partial(_over_the_batch, scale="root of T")),
                ("", _over_the_batch),
            )
        ),
        Mistake(
            "You turned the mask round: each word sees itself and what comes after it. The mask was right.",
            partial(_variant, turn=True),
        ),
    ),
    hints=(
        "Print the weights of a sentence of three words. What does each row add up to, and what does each column?",
        "A row of scores holds one query's scores of all keys: over which axis does its softmax run?",
        "Give it a sentence, and then the same with more words behind it. Which line uses the number of words, T?",
        "Two lines are wrong: the softmax runs over axis 2, the keys (twice), and the scores are divided by np.sqrt(K).",
    ),
    repair=True,
)
