"""Sequences of different lengths in one batch."""

import numpy as np

from rnncourse.scratch import memory
from rnncourse.scratch.validate import require_lengths


def as_lengths(lengths, steps, batch):
    """Lengths (B,) as an array of integers from 1 to ``steps``; a list will do."""
    array = np.array(lengths) if isinstance(lengths, list | tuple) else lengths
    require_lengths("lengths", array, steps, batch)
    return array.astype(int)


class RaggedBatch:
    """The order that lets every step work on the first rows of the batch only.

    Sorted by falling length, the sequences that still run at step t are rows ``0 .. active[t] - 1``: nothing is
    computed for the others, whose state stays what it was at their last step. ``active`` is None when all sequences
    have full length, and then nothing is sorted.
    """

    def __init__(self, lengths, steps, batch):
        self.shape = steps, batch
        self.longest, self.order, self.active = steps, None, None
        if lengths is None:
            return
        lengths = as_lengths(lengths, steps, batch)
        self.longest = int(lengths.max())
        if lengths.min() < self.longest:
            self.order = np.argsort(-lengths, kind="stable")
            self.lengths = lengths[self.order]
            self.active = [int((lengths > t).sum()) for t in range(self.longest)]

    def enter(self, sequence):
        """A sequence (T, B, .) in our order, up to the longest one's last step; padding becomes 0, even if NaN."""
        sequence = sequence[: self.longest]
        if self.order is not None:
            sequence = sequence[:, self.order]
            for step, count in zip(sequence, self.active, strict=True):
                step[count:] = 0
        return sequence

    def leave(self, sequence):
        """The reverse of :meth:`enter`, with zeros for padding."""
        if self.order is None and self.longest == self.shape[0]:
            return sequence
        original = np.zeros((*self.shape, sequence.shape[-1]), sequence.dtype)
        original[: self.longest, slice(None) if self.order is None else self.order] = sequence
        return original

    def enter_state(self, array):
        """A copy of a state (B, H) in our order."""
        return array.copy() if self.order is None else array[self.order]

    def leave_state(self, array):
        """The reverse of :meth:`enter_state`, without a copy where none is needed."""
        if self.order is None:
            return array
        original = np.empty_like(array)
        original[self.order] = array
        return original

    def last(self, states):
        """Each row's state after its own last step, (B, H), from the states 0..T, (T + 1, B, H)."""
        return states[-1].copy() if self.order is None else states[self.lengths, np.arange(len(self.lengths))]

    def buffer(self, *shape, dtype):
        """Memory for what is computed on active rows: the rest must hold 0 to count for nothing in sums."""
        return (memory.empty if self.order is None else memory.zeros)(shape, dtype)

    def steps(self, window, *groups, backwards=False):
        """Step by step, each group's arrays of that step, without the rows of sequences that have ended.

        The arrays begin at the window's first step; those of the i-th group have the batch on axis i of a step.
        """
        lists = [[self._rows(array, window, axis) for array in group] for axis, group in enumerate(groups)]
        if backwards:
            lists = [[rows[::-1] for rows in group] for group in lists]
        return zip(*(zip(*group, strict=True) for group in lists), strict=True)

    def clear_padding(self, gates, window):
        """Set gates (n, G, B, H) to 0 in the rows of sequences that have ended."""
        if self.active is not None:
            for step, count in zip(gates, self.active[window], strict=True):
                step[:, count:] = 0

    def _rows(self, arrays, window, axis):
        if self.active is None:
            return list(arrays)
        before = (slice(None),) * axis
        return [array[(*before, slice(count))] for array, count in zip(arrays, self.active[window], strict=True)]
