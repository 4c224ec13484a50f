"""Brackets of several kinds, opened and closed by chance: a language whose next symbol depends on a stack."""

from typing import NamedTuple

import numpy as np

from rnncourse.data.batching import LanguageBatch
from rnncourse.data.tasks.source import SymbolSource, entropy
from rnncourse.scratch.validate import require_between, require_positive, require_rng, require_size

PAIRS = "()", "[]", "{}", "<>"


class _Stacks(NamedTuple):
    """After each symbol: how many brackets are open, and the kind of the innermost (any, if none is); both (T, B)."""

    depths: np.ndarray
    tops: np.ndarray


class BracketSource(SymbolSource):
    """A probabilistic Dyck language: open with probability ``opening``, else close what was opened last.

    At depth 0 there is nothing to close, and at ``depth_cap`` nothing may be opened: there the choice is forced. An
    opening bracket is of each of the ``kinds`` (1 to 4) equally often. Symbol i below ``kinds`` opens kind i, symbol
    ``kinds + i`` closes it, and ``brackets[i]`` is how it is written, so ``Vocabulary(source.brackets, special=False)``
    reads and writes streams. Source of the bounded form, as a test of recurrent networks: Hewitt et al. 2020, *RNNs can
    generate bounded hierarchical languages with optimal memory*.
    """

    def __init__(self, kinds=3, depth_cap=8, opening=0.5):
        require_size("kinds", kinds)
        require_between("kinds", kinds, 1, len(PAIRS) + 1)
        require_size("depth_cap", depth_cap)
        require_positive("opening", opening)
        require_between("opening", opening, 0, 1)
        self.kinds, self.depth_cap, self.symbols = kinds, depth_cap, 2 * kinds
        self.brackets = "".join(pair[0] for pair in PAIRS[:kinds]) + "".join(pair[1] for pair in PAIRS[:kinds])
        self.openings = np.array([1.0] + [opening] * (depth_cap - 1) + [0.0])
        """The probability that the next bracket opens, at each depth, (depth_cap + 1,)."""

    def sample(self, T, B, rng):
        """B streams from an empty stack: :class:`LanguageBatch` of inputs and targets (T, B)."""
        require_size("T", T)
        require_size("B", B)
        require_rng(rng)
        chance, kinds = rng.random((T + 1, B)), rng.integers(0, self.kinds, (T + 1, B))
        stream, stack = np.empty((T + 1, B), dtype=np.int64), np.zeros((self.depth_cap + 1, B), dtype=np.int64)
        depth, column = np.zeros(B, dtype=np.int64), np.arange(B)
        for t in range(T + 1):
            opens = chance[t] < self.openings[depth]
            stream[t] = np.where(opens, kinds[t], self.kinds + stack[depth - 1, column])
            stack[depth, column] = kinds[t]  # counts if this opens; else it lies above the top, where nobody looks
            depth += np.where(opens, 1, -1)
        return LanguageBatch(stream[:T], stream[1:])

    def depths(self, inputs):
        """How many brackets are open after each input, (T, B), for streams (T, B) that began with an empty stack."""
        return self._stacks(inputs).depths

    def next_law(self, inputs):
        """The law of the symbol after each input, (T, B, 2 kinds), which its stack decides.

        With p = ``openings[depth]``, each opening bracket has p / kinds and the one that closes the innermost open
        bracket 1 - p. Streams began with an empty stack; one that breaks the language's rules is a ``ValueError``.
        """
        depths, tops = self._stacks(inputs)
        opening = self.openings[depths][..., None]
        law = np.zeros((*inputs.shape, self.symbols))
        law[..., : self.kinds] = opening / self.kinds
        np.put_along_axis(law, self.kinds + tops[..., None], 1 - opening, axis=2)
        return law

    @property
    def stationary_depths(self):
        """The share of time that a long stream spends at each depth, (depth_cap + 1,).

        Depth moves by one, so it goes up from d as often as down from d + 1:
        ``share_d openings_d = share_{d+1} (1 - openings_{d+1})``.
        """
        ratios = self.openings[:-1] / (1 - self.openings[1:])
        weights = np.append(1, np.cumprod(ratios))
        return weights / weights.sum()

    @property
    def entropy_rate(self):
        """The mean entropy of a symbol in a long stream, in nats: the exact bound.

        At depth d, with p = ``openings[d]``, it is ``-p log p - (1 - p) log(1 - p) + p log kinds``: the choice to open
        or close, and of the kind where it opens. A short stream, which begins empty, is at low depths more often.
        """
        p = self.openings
        by_depth = entropy(np.stack([p, 1 - p], axis=1)) + p * np.log(self.kinds)
        return float(self.stationary_depths @ by_depth)

    def _stacks(self, inputs):
        self._require_streams(inputs)
        depths = np.where(inputs < self.kinds, 1, -1).cumsum(axis=0)
        self._require_depths(depths)
        tops, column = np.empty_like(depths), np.arange(inputs.shape[1])
        stack = np.zeros((self.depth_cap + 1, inputs.shape[1]), dtype=np.int64)
        for t, symbols in enumerate(inputs):
            opens = symbols < self.kinds
            stack[depths[t] - 1, column] = np.where(opens, symbols, stack[depths[t] - 1, column])
            closed = stack[depths[t], column]  # what a closing bracket left behind, just above the top
            if not (opens | (symbols - self.kinds == closed)).all():
                raise ValueError(f"inputs: expected each bracket closed by its own kind, got another at step {t}")
            tops[t] = stack[depths[t] - 1, column]
        return _Stacks(depths, tops)

    def _require_depths(self, depths):
        wrong = (depths < 0) | (depths > self.depth_cap)
        if wrong.any():
            step, column = np.argwhere(wrong)[0].tolist()
            got = depths[step, column]
            raise ValueError(f"inputs: expected depths from 0 to {self.depth_cap}, got {got} at step {step}")
