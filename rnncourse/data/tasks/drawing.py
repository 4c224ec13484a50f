"""Drawing words by chance: one of several, and sentences that together fill an exact number of words."""

import numpy as np

from rnncourse.scratch.validate import require_size


def pick(options, rng):
    """One entry of a sequence, all equally likely; several times as fast as ``rng.choice``."""
    return options[int(rng.random() * len(options))]


class Fillers:
    """Sentences to be put between two others so that an exact number of words lies there.

    ``sentences`` are strings; words in capitals are slots. A full stop counts as a word.
    """

    def __init__(self, *sentences):
        self.sentences = sentences
        self._split = [tuple(sentence.split()) for sentence in sentences]
        self._beginnings = [[()]]  # for each number of words, the sentences that can begin to fill it

    def can_fill(self, length):
        """Whether some sentences have exactly this many words together."""
        return length >= 0 and bool(self._that_begin(length))

    def draw(self, length, slots, rng):
        """Sentences of ``length`` words in all, a list of tuples; each slot gets one of ``slots[slot]`` by chance."""
        drawn = []
        while length > 0:
            sentence = pick(self._that_begin(length), rng)
            drawn.append(tuple(pick(slots[word], rng) if word in slots else word for word in sentence))
            length -= len(sentence)
        return drawn

    def _that_begin(self, length):
        for n in range(len(self._beginnings), length + 1):
            fit = [s for s in self._split if len(s) <= n and self._beginnings[n - len(s)]]
            self._beginnings.append(fit)
        return self._beginnings[length]


def require_distances(distances, shortest, fillers):
    """Raise ``ValueError`` unless all distances are ``shortest``, or more by a number of words that can be filled."""
    if np.ndim(distances) != 1 or len(distances) == 0:
        raise ValueError(f"distances: expected a list of at least one, got {distances!r}")
    for distance in distances:
        require_size("distances", distance)
        if not fillers.can_fill(distance - shortest):
            raise ValueError(f"distances: expected {shortest}, or {shortest + 2} and above, got {distance}")
