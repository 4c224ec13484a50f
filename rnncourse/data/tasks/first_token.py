"""First-token recall: after a row of distractors, which token came first?"""

import math
from typing import NamedTuple

import numpy as np

from rnncourse.data.batching import ClassificationBatch
from rnncourse.scratch.validate import require_rng, require_size


class Chance(NamedTuple):
    """What a model that remembers nothing can reach: its accuracy, and its mean cross-entropy in nats."""

    accuracy: float
    cross_entropy: float


def first_token(T, B, rng, symbols=4):
    """B sequences of T tokens whose label is the first: it must be kept for ``T - 1`` steps.

    The first token, one of ``0 .. symbols - 1`` with equal chances, is also the label; the others are distractors from
    ``symbols .. 2 symbols - 1`` that say nothing. So the vocabulary has ``2 symbols`` tokens. Returns
    :class:`ClassificationBatch`: tokens (T, B), lengths (B,), all T, and labels (B,).
    """
    require_size("T", T)
    require_size("B", B)
    _require_symbols(symbols)
    require_rng(rng)
    tokens = rng.integers(symbols, 2 * symbols, (T, B))
    tokens[0] = rng.integers(0, symbols, B)
    return ClassificationBatch(tokens, np.full(B, T), tokens[0].copy())


def first_token_chance(symbols=4):
    """:class:`Chance` of whoever has forgotten the first token: ``1 / symbols`` and ``log symbols``, exactly."""
    _require_symbols(symbols)
    return Chance(1 / symbols, math.log(symbols))


def _require_symbols(symbols):
    require_size("symbols", symbols)
    if symbols < 2:
        raise ValueError(f"symbols: expected at least 2, or there is nothing to recall, got {symbols}")
