"""Finding a likely sentence, one token after the other: greedy search and beam search.

Both know nothing of the model but ``step(state, tokens) -> (log_probabilities, state)``: the log-probabilities (B, V)
of the next token for each row, given the last tokens (B,) and a state, an array or a tuple of arrays whose rows are on
the last axis but one, (B, .) or (depth, B, .). Rows whose sentence has ended go on being passed, with any token: a step
must answer for them too, and the answer is not used.
"""

from typing import NamedTuple

import numpy as np

from rnncourse.scratch.seq2seq.rows import row_count, select_rows
from rnncourse.scratch.seq2seq.tokens import DEFAULT_TOKENS
from rnncourse.scratch.validate import require_between, require_size

ROUNDING = 1e-3  # by so much the probabilities of a row may miss 1


class Hypotheses(NamedTuple):
    """For each source the words found, without EOS; their score; and whether EOS followed within the length."""

    tokens: list[np.ndarray]
    scores: np.ndarray
    ended: np.ndarray


def length_penalty(length, alpha):
    """``((5 + |Y|) / 6)^alpha``, by which a log-probability is divided, so that short sentences do not always win.

    Each further word multiplies by a number below 1: with alpha = 0 a sentence pays for it in full, with larger alpha
    less. |Y| counts EOS here, so all hypotheses of one step of a search have the same length. Source: Wu et al. 2016,
    *Google's neural machine translation system*, equation 14, without its term for coverage.
    """
    return ((5 + length) / 6) ** alpha


def greedy_search(step, state, max_length, special=DEFAULT_TOKENS):
    """Take the most likely token at each step, until EOS or for ``max_length`` tokens, EOS among them.

    ``state`` has a row for each of B sources. Returns :class:`Hypotheses`; a score is the sum of log-probabilities.
    PAD and START are never taken.
    """
    require_size("max_length", max_length)
    B = row_count("state", state)
    tokens, running = np.full(B, special.start), np.ones(B, bool)
    found, scores = np.full((B, max_length), special.eos), np.zeros(B)
    for t in range(max_length):
        log_probabilities, state = step(state, tokens)
        permitted = permit(log_probabilities, B, special)
        tokens = permitted.argmax(axis=1)
        scores += np.where(running, permitted[np.arange(B), tokens], 0)
        found[:, t] = np.where(running, tokens, special.eos)
        running &= tokens != special.eos
        if not running.any():
            break
    return _hypotheses(found, scores, special)


def beam_search(step, state, beam_size, max_length, alpha=0.0, special=DEFAULT_TOKENS):
    """Keep the ``beam_size`` most likely beginnings at each step, and return the best sentence for each source.

    A hypothesis that takes EOS leaves the beam for the finished ones (Sutskever et al. 2014, section 3.2), and its
    place stays empty, so that a beam of 1 is greedy search; one of V^max_length misses nothing. At ``max_length``
    tokens, EOS among them, all count as they stand. The best has the highest
    ``log p(Y) / length_penalty(|Y|, alpha)``. A source is done as soon as no unfinished hypothesis can win, even if all
    its further tokens were certain.

    ``state`` has B rows; ``step`` is called with ``B beam_size`` rows, those of one source next to each other. Returns
    :class:`Hypotheses` with these scores. PAD and START are never taken.
    """
    require_size("beam_size", beam_size)
    require_size("max_length", max_length)
    require_between("alpha", alpha, 0, np.inf)
    B = row_count("state", state)
    beam = _Beam(B, beam_size, max_length, alpha, special)
    state = select_rows(state, np.repeat(np.arange(B), beam_size))
    while beam.is_open():
        log_probabilities, state = step(state, beam.last_tokens())
        parents = beam.extend(permit(log_probabilities, B * beam_size, special))
        state = select_rows(state, parents)
        beam.finish()
    return _hypotheses(beam.best, beam.best_scores, special)


class _Beam:
    """The unfinished hypotheses of B sources, K places each, and the best finished one of each source.

    ``scores`` (B, K) are log-probabilities; -inf is an empty place, into which nothing can come but from a full one.
    """

    def __init__(self, B, K, max_length, alpha, special):
        self.max_length, self.alpha, self.special = max_length, alpha, special
        self.scores = np.full((B, K), -np.inf)
        self.scores[:, 0] = 0
        self.tokens, self.length = np.full((B, K, max_length), special.eos), 0
        self.best, self.best_scores = np.full((B, max_length), special.eos), np.full(B, -np.inf)

    def is_open(self):
        return (self.scores > -np.inf).any()

    def last_tokens(self):
        if self.length == 0:
            return np.full(self.scores.size, self.special.start)
        return self.tokens[:, :, self.length - 1].ravel()

    def extend(self, log_probabilities):
        """Replace the hypotheses by the K best extensions; returns the row from which each of them comes."""
        B, K = self.scores.shape
        V = log_probabilities.shape[1]
        extensions = (self.scores[:, :, None] + log_probabilities.reshape(B, K, V)).reshape(B, K * V)
        parents, tokens = np.divmod(self._take_best(extensions), V)
        self.tokens = np.take_along_axis(self.tokens, parents[:, :, None], axis=1)
        self.tokens[:, :, self.length] = tokens
        self.length += 1
        return (parents + K * np.arange(B)[:, None]).ravel()

    def _take_best(self, extensions):
        """The places of the K best, one after the other: that is quicker than sorting, and of equals the first wins."""
        items, chosen = np.arange(len(extensions)), np.empty(self.scores.shape, dtype=int)
        for k in range(chosen.shape[1]):
            chosen[:, k] = extensions.argmax(axis=1)
            self.scores[:, k] = extensions[items, chosen[:, k]]
            extensions[items, chosen[:, k]] = -np.inf
        return chosen

    def finish(self):
        """Take finished hypotheses out, and all of a source when the best finished one is beyond their reach."""
        ends = (self.tokens[:, :, self.length - 1] == self.special.eos) | (self.length == self.max_length)
        finished = np.where(ends, self.scores, -np.inf) / length_penalty(self.length, self.alpha)
        items, places = np.arange(len(finished)), finished.argmax(axis=1)
        scores = finished[items, places]
        better = scores > self.best_scores
        self.best[better] = self.tokens[items, places][better]
        self.best_scores[better] = scores[better]
        self.scores[ends] = -np.inf
        reach = self.scores.max(axis=1) / length_penalty(self.max_length, self.alpha)
        self.scores[reach <= self.best_scores] = -np.inf


def permit(log_probabilities, rows, special):
    """A copy in float64, (rows, V), in which PAD and START have probability 0.

    Raises ``ValueError`` for another shape, a row whose probabilities do not add up to 1, as of scores before the
    softmax, and one in which nothing is left to choose.
    """
    shape = np.shape(log_probabilities)
    if len(shape) != 2 or shape[0] != rows:
        raise ValueError(f"step: expected log-probabilities of shape ({rows}, V), got {shape}")
    special.require_within(shape[1])
    permitted = np.array(log_probabilities, np.float64)
    with np.errstate(over="ignore"):
        totals = np.exp(permitted).sum(axis=1)
    unlike = totals[~(np.abs(totals - 1) <= ROUNDING)]
    if unlike.size:
        raise ValueError(f"step: expected log-probabilities, whose exponentials add up to 1, got a sum of {unlike[0]}")
    permitted[:, [special.pad, special.start]] = -np.inf
    if (permitted.max(axis=1) == -np.inf).any():
        raise ValueError("step: expected a token beside PAD and START to be possible, got none")
    return permitted


def _hypotheses(found, scores, special):
    """From tokens (B, max_length) that are filled up with EOS."""
    lengths = (found != special.eos).sum(axis=1)
    tokens = [row[:length] for row, length in zip(found, lengths, strict=True)]
    return Hypotheses(tokens, scores, lengths < found.shape[1])
