"""Same coin: outputs that tell nothing one by one and everything together, as one coin was thrown for all of them."""

from math import log
from typing import NamedTuple

import numpy as np

from rnncourse.data.batching import TaggingBatch
from rnncourse.scratch.validate import require_choice, require_rng, require_size


class SameCoinBatch(NamedTuple):
    """Bits x, the bit y of the step before (2 in the first step), and the bits y to be said: each (T, B)."""

    x: np.ndarray
    y_previous: np.ndarray
    y: np.ndarray

    def tagging(self):
        """The same without ``y_previous``, for models whose outputs are independent given x: :class:`TaggingBatch`."""
        T, B = self.x.shape
        return TaggingBatch(self.x, np.full(B, T), self.y)


def same_coin(T, B, rng):
    """B sequences of T fair bits x, and y: a fair coin, thrown once a sequence, decides between y = x and y = 1 - x.

    ``y_t = x_t XOR coin``, and the coin is never shown. So two sequences y are possible for an x, each with probability
    1/2, but all y_t alone are fair bits, whatever x. From the second step on, a model that has read ``x_{t-1}`` and
    ``y_{t-1}`` knows y_t; one that has read x alone never does, and if it draws each y_t for itself, they are a
    possible y with probability ``2^(1 - T)``. Returns :class:`SameCoinBatch`, for ``models.ConditionalRNN``.
    """
    require_size("T", T)
    require_size("B", B)
    require_rng(rng)
    x = rng.integers(0, 2, (T, B))
    y = x ^ rng.integers(0, 2, B)
    return SameCoinBatch(x, np.vstack([np.full((1, B), 2), y[:-1]]), y)


def same_coin_cross_entropy(T, independent=False):
    """The least mean cross-entropy of a step, in nats: ``log 2 / T``, all of it in the first step.

    ``independent`` is for models that take the y_t to be independent given x, even if they read all of x: ``log 2``.
    """
    require_size("T", T)
    require_choice("independent", independent, (True, False))
    return log(2) if independent else log(2) / T
