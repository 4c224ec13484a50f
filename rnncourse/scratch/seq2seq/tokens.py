"""Batches of sentences: token ids in time-major arrays, and the shift between what a decoder reads and what it says."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rnncourse.scratch.validate import require_indices, require_size


@dataclass(frozen=True)
class SpecialTokens:
    """The ids of three tokens that are no words: padding, what a decoder reads first, what it says last."""

    pad: int = 0
    start: int = 1
    eos: int = 2

    def __post_init__(self):
        for name, token in vars(self).items():
            if not isinstance(token, int | np.integer) or isinstance(token, bool) or token < 0:
                raise ValueError(f"{name}: expected an id, an integer of at least 0, got {token!r}")
        if len(set(vars(self).values())) < 3:
            raise ValueError(f"eos: expected three ids that differ, got {self}")

    def require_within(self, vocabulary_size):
        """Raise ``ValueError`` unless the three are ids of a vocabulary of this size."""
        if max(vars(self).values()) >= vocabulary_size:
            raise ValueError(f"vocabulary_size: expected room for {self}, got {vocabulary_size}")


DEFAULT_TOKENS = SpecialTokens()


class TeacherForcing(NamedTuple):
    """What a decoder reads, what it should answer, and where that counts; each (T, B), T one more than the longest."""

    inputs: np.ndarray
    targets: np.ndarray
    mask: np.ndarray


def pad(sentences, vocabulary_size, special=DEFAULT_TOKENS):
    """Return ``(tokens, lengths)`` for a list of B sentences, each a list or an array of word ids.

    ``tokens`` (T, B) has a sentence in each column, filled up with PAD to the longest; ``lengths`` is (B,). An id out
    of range, an empty sentence, and PAD, START or EOS inside a sentence are ``ValueError``.
    """
    arrays = _arrays(sentences, vocabulary_size, special)
    lengths = np.array([len(array) for array in arrays])
    tokens = np.full((lengths.max(), len(arrays)), special.pad)
    tokens.T[np.arange(len(tokens)) < lengths[:, None]] = np.concatenate(arrays)
    return tokens, lengths


def teacher_forcing(sentences, vocabulary_size, special=DEFAULT_TOKENS):
    """Return :class:`TeacherForcing`: the inputs are START + sentence, the targets sentence + EOS, both padded.

    So the decoder reads word t - 1 where it should say word t, and learns where to stop. ``mask`` is True at the words
    and at EOS: a loss with this mask ignores padding. Errors are those of :func:`pad`.
    """
    tokens, lengths = pad(sentences, vocabulary_size, special)
    T, B = tokens.shape
    inputs = np.concatenate([np.full((1, B), special.start), tokens])
    targets = np.concatenate([tokens, np.full((1, B), special.pad)])
    targets[lengths, np.arange(B)] = special.eos
    return TeacherForcing(inputs, targets, np.arange(T + 1)[:, None] <= lengths)


def _arrays(sentences, vocabulary_size, special):
    require_size("vocabulary_size", vocabulary_size)
    special.require_within(vocabulary_size)
    if not isinstance(sentences, list | tuple) or not sentences:
        raise ValueError(f"sentences: expected a list of at least one sentence, got {sentences!r:.60}")
    arrays = [_array(f"sentences[{i}]", sentence) for i, sentence in enumerate(sentences)]
    for i, array in enumerate(arrays):
        require_indices(f"sentences[{i}]", array, vocabulary_size)
        forbidden = array[np.isin(array, list(vars(special).values()))]
        if forbidden.size:
            raise ValueError(f"sentences[{i}]: expected words without {special}, got {forbidden[0]}")
    return arrays


def _array(name, sentence):
    flat = sentence.ndim == 1 if isinstance(sentence, np.ndarray) else isinstance(sentence, list | tuple)
    if not flat or any(isinstance(token, list | tuple | np.ndarray) for token in sentence):
        raise ValueError(f"{name}: expected a list or one-dimensional array of ids, got {sentence!r:.60}")
    if len(sentence) == 0:
        raise ValueError(f"{name}: expected at least one token, got none")
    return np.asarray(sentence)
