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

    With ``special=False`` there are no special tokens: the first word has id 0, and an unknown word is a
    ``ValueError``. That suits the characters of one long text. Repeated words, and words that are special tokens, are
    a ``ValueError``.
    """

    def __init__(self, words, special=True):
        words = tuple(words)
        self.words = (*(SPECIAL if special else ()), *words)
        self.special = DEFAULT_TOKENS if special else None
        self._ids = {word: i for i, word in enumerate(self.words)}
        self._of_characters = all(len(word) == 1 for word in words)
        if len(self._ids) < len(self.words):
            twice = next(word for word, count in Counter(self.words).items() if count > 1)
            raise ValueError(f"words: expected each word once and none of {', '.join(SPECIAL)}, got {twice!r} again")

    @classmethod
    def of(cls, sentences, max_size=None, min_count=1):
        """The words of ``sentences``, the most frequent first; equally frequent ones in alphabetical order.

        A sentence is a list of words, or a string of characters. Words seen less than ``min_count`` times are left
        out, and so are the rarest if the vocabulary would have more than ``max_size`` entries, special tokens included.
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
        """The id of a word. An unknown word has the id of UNKNOWN, or is a ``ValueError`` where there is no UNKNOWN."""
        found = self._ids.get(word, self._ids.get(UNKNOWN))
        if found is None:
            raise ValueError(f"word: expected one of the {len(self)} in the vocabulary, got {word!r}")
        return found

    def encode(self, sentence):
        """The ids of a sentence, an integer array (T,). A text is a sentence only where all words are characters."""
        if isinstance(sentence, str) and not self._of_characters:
            raise ValueError(f"sentence: expected a list of words, got the text {sentence!r:.40}")
        return np.array([self[word] for word in sentence], dtype=np.int64)

    def decode(self, ids):
        """The words of ids up to the first EOS, without PAD and START: a list of strings."""
        words, ids = [], np.asarray(ids)
        if ids.ndim != 1:
            raise ValueError(f"ids: expected shape (T,), those of one sentence, got {ids.shape}")
        for i in ids.tolist():
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
