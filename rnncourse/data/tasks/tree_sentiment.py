"""Sentiment that depends on structure: negations and contrasts, nested to a known depth, with a label at every node."""

import numpy as np

from rnncourse.data.tasks.drawing import pick
from rnncourse.data.trees import LabelledTree
from rnncourse.scratch.validate import require_rng, require_size

POSITIVE = "good", "great", "lovely", "funny", "clever", "bright", "warm", "charming", "fresh", "superb", "moving"
NEGATIVE = "bad", "awful", "nasty", "boring", "stupid", "dull", "cold", "clumsy", "stale", "dreadful", "tedious"
NOT, BUT, ALTHOUGH = "not", "but", "although"
SENTIMENT_WORDS = (*POSITIVE, *NEGATIVE, NOT, BUT, ALTHOUGH)
SENTIMENTS = "negative", "neutral", "positive"
"""What the labels 0, 1 and 2 mean."""


def sentiment(phrase):
    """The label of a word or of nested pairs, exactly.

    - a word: 2 if it is positive, 0 if it is negative, 1 for "not", "but" and "although";
    - ``("not", X)``: the opposite of X;
    - ``("but", B)`` and ``("although", B)``: B's;
    - ``(A, ("but", B))``: B's; ``(A, ("although", B))``: A's.
    """
    if isinstance(phrase, str):
        return 2 if phrase in POSITIVE else 0 if phrase in NEGATIVE else 1
    left, right = phrase
    if left == NOT:
        return 2 - sentiment(right)
    if left in (BUT, ALTHOUGH) or right[0] == BUT:
        return sentiment(right)
    return sentiment(left)


class SentimentTree(LabelledTree):
    """A sentence of :func:`sentiment_trees`."""

    @property
    def depth(self):
        """How many negations and contrasts lie in one another: 0 for a word, 2 for "not (good but bad)"."""
        return _depth(self.nested)


def sentiment_trees(count, rng, *, depths):
    """Draw :class:`SentimentTree`\\ s: a list of ``count``, whose depths are drawn from the list ``depths``.

    A phrase of depth 0 is one of 22 adjectives. A deeper one is, with equal chances, ``("not", X)``,
    ``(A, ("but", B))`` or ``(A, ("although", B))``; X is one less deep, and so is A or B, while the other of the two
    has any depth below. :func:`sentiment` gives the labels, so every label can be known for certain. Always answering
    "positive" is right with probability 1/2, exactly: swapping good and bad words, which are equally likely, swaps the
    answers.
    """
    require_size("count", count)
    require_rng(rng)
    array = np.asarray(depths)
    if array.ndim != 1 or array.dtype.kind not in "iu" or array.size == 0 or array.min() < 0:
        raise ValueError(f"depths: expected a list of at least one integer of at least 0, got {depths!r}")
    return [SentimentTree.from_nested(_phrase(pick(depths, rng), rng), sentiment) for _ in range(count)]


def _phrase(depth, rng):
    if depth == 0:
        return pick(POSITIVE + NEGATIVE, rng)
    operator = pick((NOT, BUT, ALTHOUGH), rng)
    if operator == NOT:
        return NOT, _phrase(depth - 1, rng)
    left, right = depth - 1, int(rng.integers(depth))
    if rng.random() < 0.5:
        left, right = right, left
    return _phrase(left, rng), (operator, _phrase(right, rng))


def _depth(phrase):
    if isinstance(phrase, str):
        return 0
    left, right = phrase
    return 1 + (_depth(right) if left == NOT else max(_depth(left), _depth(right[1])))
