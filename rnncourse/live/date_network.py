"""The network that finds a date in a sentence and writes it as ISO 8601: its alphabet, and its steps in NumPy."""

import string
from typing import NamedTuple

import numpy as np

from rnncourse.data.vocabulary import Vocabulary
from rnncourse.scratch.attention import GeneralAttention
from rnncourse.scratch.functional import softmax
from rnncourse.scratch.layers import Embedding
from rnncourse.scratch.module import Composite
from rnncourse.scratch.recurrent import LSTM, Bidirectional
from rnncourse.scratch.seq2seq import Decoder, Encoder

READS = Vocabulary(string.digits + string.ascii_lowercase + " ,./-:'")
"""What it can tell apart; every other character is one and the same to it."""
CHARACTERS = string.digits + "-"
WRITES = Vocabulary(CHARACTERS)
FIRST_WRITTEN = WRITES["0"]
"""The id of the first of ``CHARACTERS``."""
LONGEST = 80
"""It reads so many letters of a sentence and no more."""
STEPS = len("yyyy-mm-dd")


class Reading(NamedTuple):
    """What the network made of a sentence of S letters."""

    letters: str
    answer: str
    odds: np.ndarray
    """(STEPS, 11): the probabilities of the characters that may stand at each place of the answer, ``CHARACTERS``."""
    weights: np.ndarray
    """(STEPS, S): the attention of each step over the letters."""


class DateNetwork(Composite):
    """A bidirectional LSTM reads, an LSTM that starts from zeros writes: all it knows of the sentence, it looks up.

    The decoder is that of Luong et al. 2015 with the general score. ``weights`` are named as :meth:`parameters` names
    them; it computes in float64.
    """

    def __init__(self, weights):
        rng, (letter, encoder) = np.random.default_rng(0), _sizes(weights["encoder.layer.forward.W_x"])
        digit, hidden = _sizes(weights["decoder.layer.W_x"])
        directions = Bidirectional(LSTM(letter, encoder, rng), LSTM(letter, encoder, rng))
        self.encoder = Encoder(directions, Embedding(len(READS), letter, rng))
        attention = GeneralAttention(hidden, 2 * encoder, rng)
        self.decoder = Decoder(Embedding(len(WRITES), digit, rng), LSTM(digit, hidden, rng), rng, attention)
        super().__init__(encoder=self.encoder, decoder=self.decoder)
        for name, array in self.parameters().items():
            array[...] = weights[name]

    def read(self, sentence):
        """The most likely character at each of ``STEPS`` steps, one after the other: a :class:`Reading`.

        An answer has ten characters, always: the softmax is over what can be one of them, and the end is no choice.
        """
        letters = sentence.lower()[:LONGEST]
        memory, _, _ = self.encoder.forward(READS.encode(letters)[:, None])
        token, state, answer, odds, weights = WRITES.special.start, None, "", [], []
        for _ in range(STEPS):
            logits, looks, state, _ = self.decoder.forward(np.array([[token]]), state, memory)
            odds.append(softmax(logits[0, 0, FIRST_WRITTEN:]))
            weights.append(looks[0, 0])
            answer += CHARACTERS[odds[-1].argmax()]
            token = WRITES[answer[-1]]
        return Reading(letters, answer, np.array(odds), np.array(weights))


def _sizes(W_x):
    return W_x.shape[0], W_x.shape[1] // 4
