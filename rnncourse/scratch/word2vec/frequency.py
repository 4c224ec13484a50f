"""What depends on how often words occur: which are dropped from the text, and which are drawn as noise."""

import numpy as np

from rnncourse.scratch.validate import require_positive


def keep_probabilities(counts, threshold):
    """The probability with which each word stays in the text, (V,): ``min(1, sqrt(threshold / f(w)))``.

    ``f(w)`` is the word's share of all tokens and the threshold is about 1e-5 for a large corpus. This is equation 5 of
    Mikolov et al. 2013b, *Distributed representations of words and phrases and their compositionality*, which states
    the probability to drop, ``1 - sqrt(t / f)``. Their C program keeps with ``sqrt(t / f) + t / f`` instead, a little
    more. A word of count 0 has 1.
    """
    _require_counts(counts)
    require_positive("threshold", threshold)
    share = np.where(counts > 0, counts / counts.sum(), threshold)
    return np.minimum(1, np.sqrt(threshold / share))


class NoiseSampler:
    """Draws words with ``P(w) = counts[w]^0.75 / sum_v counts[v]^0.75`` (Mikolov et al. 2013b, section 2.2).

    The power lies between the words' own frequencies (1) and one chance for all (0). ``counts`` (V,) are integers;
    ``probabilities`` (V,) is P. A word of count 0 is never drawn.
    """

    def __init__(self, counts):
        _require_counts(counts)
        weights = counts**0.75
        self.probabilities = weights / weights.sum()
        cumulative = np.cumsum(weights)
        self._upper_ends = cumulative / cumulative[-1]

    def draw(self, shape, rng):
        """Words as an integer array of this shape: a word owns a piece of [0, 1) as long as its probability."""
        return np.searchsorted(self._upper_ends, rng.random(shape), side="right")


def _require_counts(counts):
    if not isinstance(counts, np.ndarray) or counts.ndim != 1 or counts.dtype.kind not in "iu":
        raise ValueError(f"counts: expected a one-dimensional array of integers, got {counts!r:.60}")
    if not counts.any():
        raise ValueError("counts: expected at least one word that occurs, got none")
    if counts.min() < 0:
        raise ValueError(f"counts: expected numbers of at least 0, got {counts.min()}")
