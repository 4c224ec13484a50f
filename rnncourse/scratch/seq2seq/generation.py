"""Sentences from an encoder-decoder, with their alignments."""

from typing import NamedTuple

import numpy as np

from rnncourse.scratch.seq2seq.search import beam_search, greedy_search
from rnncourse.scratch.validate import require_size


class Generated(NamedTuple):
    """For each source the words found, without EOS; their score; whether EOS followed; and the alignment.

    An alignment is (words, S), the words and EOS if it followed, by the source's own steps; None without attention.
    """

    tokens: list[np.ndarray]
    scores: np.ndarray
    ended: np.ndarray
    alignments: list[np.ndarray] | None


def generate(model, source, lengths=None, max_length=50, beam_size=1, alpha=0.0):
    """Find a sentence for each source, by greedy search, or by beam search for a ``beam_size`` above 1.

    The arguments are those of :meth:`EncoderDecoder.encode` and :func:`beam_search`. Returns :class:`Generated`.
    """
    require_size("beam_size", beam_size)
    state, step = model.start(source, lengths, beam_size)
    if beam_size == 1 and alpha == 0:
        found = greedy_search(step, state, max_length, model.special)
    else:
        found = beam_search(step, state, beam_size, max_length, alpha, model.special)
    attends = model.decoder.memory_size is not None
    return Generated(*found, _alignments(model, source, lengths, found) if attends else None)


def _alignments(model, source, lengths, found):
    """The weights with which the found words were chosen: those of one pass that reads START and these words."""
    counts = np.array([len(words) for words in found.tokens]) + found.ended
    inputs = np.full((counts.max(), len(counts)), model.special.pad)
    inputs[0] = model.special.start
    for b, words in enumerate(found.tokens):
        inputs[1 : counts[b], b] = words[: counts[b] - 1]
    _, weights, _ = model.forward(source, inputs, lengths)
    steps = np.full(len(counts), weights.shape[2]) if lengths is None else lengths
    return [weights[:count, b, : steps[b]] for b, count in enumerate(counts)]
