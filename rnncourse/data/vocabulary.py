"""Vocabulary: the words a model knows, and the ids they have in its arrays."""

from collections import Counter

import numpy as np

from rnncourse.scratch.seq2seq.tokens import DEFAULT_TOKENS
from rnncourse.scratch.validate import require_size

PAD, START, EOS, UNKNOWN = "<pad>", "<start>", "<eos>", "<unknown>"
SPECIAL = (PAD, START, EOS, UNKNOWN)
"""What the first four ids mean; those of the first three are scratch.seq2seq's ``DEFAULT_TOKENS``."""


class Vocabulary:
    """Words (or characters) and their ids: PAD 0, START 1, EOS 2, UNKNOWN 3, then ``words`` in the order given.

    With ``special=False`` there are no such four, the first word is 0 and a word it does not know is an error: right
    for the characters of one long text. A word that stands twice, or that is one of the four, is a ``ValueError``.
    """

    def __init__(self, words, special=True):
        self.words = (*(SPECIAL if special else ()), *words)
        self.special = DEFAULT_TOKENS if special else None
        self._ids = {word: i for i, word in enumerate(self.words)}
        if len(self._ids) < len(self.words):
            twice = next(word for word, count in Counter(self.words).items() if count > 1)
            raise ValueError(f"words: expected each word once and none of {', '.join(SPECIAL)}, got {twice!r} again")

    @classmethod
    def of(cls, sentences, max_size=None, min_count=1):
        """The words of ``sentences``, the most frequent first; equally frequent ones in alphabetical order.

        A sentence is a list of words, or a string of characters. Words seen less than ``min_count`` times are left
        out, and so are the rarest if the vocabulary would have more than ``max_size`` entries, the four included.
        """
        require_size("min_count", min_count)
        counts = Counter(word for sentence in sentences for word in sentence if word not in SPECIAL)
        by_frequency = sorted((word for word in counts if counts[word] >= min_count), key=lambda w: (-counts[w], w))
        if max_size is None:
            return cls(by_frequency)
        if max_size < len(SPECIAL):
            raise ValueError(f"max_size: expected at least {len(SPECIAL)}, the special tokens, got {max_size}")
        return cls(by_frequency[: max_size - len(SPECIAL)])

    def __len__(self):
        return len(self.words)

    def __contains__(self, word):
        return word in self._ids

    def __getitem__(self, word):
        """The id of a word; UNKNOWN's for one that is not there, or ``ValueError`` if there is no UNKNOWN."""
        found = self._ids.get(word, self._ids.get(UNKNOWN))
        if found is None:
            raise ValueError(f"word: expected one of the {len(self)} in the vocabulary, got {word!r}")
        return found

    def encode(self, sentence):
        """The ids of a sentence, an integer array (T,)."""
        return np.array([self[word] for word in sentence], dtype=np.int64)

    def decode(self, ids):
        """The words of ids up to the first EOS, without PAD and START: a list of strings."""
        words = []
        for i in np.asarray(ids).tolist():
            if not 0 <= i < len(self):
                raise ValueError(f"ids: expected ids from 0 to {len(self) - 1}, got {i}")
            if self.special and i == self.special.eos:
                break
            if not self.special or i not in (self.special.pad, self.special.start):
                words.append(self.words[i])
        return words

    def __repr__(self):
        ordinary = self.words[len(SPECIAL) if self.special else 0 :]
        shown = ", ".join(map(repr, ordinary[:5])) + (", ..." if len(ordinary) > 5 else "")
        return f"Vocabulary of {len(self)}: {shown}"
