"""Pairs of sentences with the truth about which words of the one decide which words of the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from rnncourse.scratch.validate import require_lengths


@dataclass(frozen=True)
class AlignedPair:
    """A source, its target and their true alignment.

    ``source`` and ``target`` are tuples of words, or strings of characters. ``alignment[t]`` holds the places of the
    source words that decide target word t, in rising order, and is empty where none does, as for a hyphen that always
    stands there.
    """

    source: Sequence[str]
    target: Sequence[str]
    alignment: tuple[tuple[int, ...], ...]

    @property
    def links(self):
        """The alignment as a set of pairs ``(target, source)``, the form that alignment error rates compare."""
        return {(t, s) for t, places in enumerate(self.alignment) for s in places}

    @property
    def reads(self):
        """How many source words must be read before each target word can be said: a tuple of integers.

        Words are said in order, so a word waits for what decides it and for all that the words before it wait for.
        """
        return tuple(accumulate((max(places, default=-1) + 1 for places in self.alignment), max))


def sources_and_targets(pairs):
    """The sources and the targets of pairs, as two lists: ``translation_batch(*sources_and_targets(pairs), ...)`` takes them."""
    return [pair.source for pair in pairs], [pair.target for pair in pairs]


def alignment_array(pairs):
    """The true alignments of B pairs as booleans (T, B, S), padded, in the shape of attention weights.

    T is one more than the longest target: the row of EOS, like the rows of padding, has no True. The array fits the
    decoder's steps and the encoder's outputs of ``translation_batch`` for the same pairs.
    """
    if len(pairs) == 0:
        raise ValueError("pairs: expected at least one, got none")
    S, T = (max(map(len, side)) for side in sources_and_targets(pairs))
    truth = np.zeros((T + 1, len(pairs), S), dtype=bool)
    for b, pair in enumerate(pairs):
        for t, s in pair.links:
            truth[t, b, s] = True
    return truth


def attention_mass(weights, truth):
    """The mean share of attention that falls on the truth, 0 to 1, over the steps that have a truth.

    ``weights`` (T, B, S) sum to 1 over S; ``truth`` (T, B, S) is 1 or True where attention should be, 0 elsewhere, or
    between them for a place that is partly right. Steps whose truth is all 0 do not count.
    """
    weights, truth = np.asarray(weights), np.asarray(truth)
    if weights.shape != truth.shape or truth.ndim != 3:
        raise ValueError(f"weights: expected the shape of truth, (T, B, S) = {truth.shape}, got {weights.shape}")
    counted = truth.any(axis=2)
    if not counted.any():
        raise ValueError("truth: expected at least one step that has one, got none")
    return float((weights * truth).sum(axis=2)[counted].mean())


def chance_mass(truth, lengths=None):
    """The :func:`attention_mass` of attention that is uniform over the source, exactly: the level to compare with.

    ``lengths`` (B,) are the lengths of the sources where they differ, so that padding gets nothing.
    """
    truth = np.asarray(truth)
    if truth.ndim != 3:
        raise ValueError(f"truth: expected shape (T, B, S), got {truth.shape}")
    T, B, S = truth.shape
    lengths = np.full(B, S) if lengths is None else lengths
    require_lengths("lengths", lengths, S, B)
    uniform = (np.arange(S) < lengths[:, None]) / lengths[:, None]
    return attention_mass(np.broadcast_to(uniform, (T, B, S)), truth)
