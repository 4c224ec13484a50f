"""The LSTM of ``live.Characters``: which letters it knows, and what happens inside it as it reads them."""

import unicodedata
from typing import NamedTuple

import numpy as np

from rnncourse.live.stored import stored
from rnncourse.scratch import LSTMCell
from rnncourse.scratch.functional import softmax

ALIKE = {"‘": "'", "’": "'", "“": "'", "”": "'", "–": "-", "—": "-", "…": ".", "\u00a0": " ", "\t": " "}
"""What keyboards and papers write in place of letters that it knows."""


class Reading(NamedTuple):
    """Gates, content, cell and state after each of T letters, each (T, H), and the next letter's odds (T, V)."""

    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    c: np.ndarray
    h: np.ndarray
    odds: np.ndarray


class CharacterLSTM:
    """The stored network: a row of ``W_x`` for each letter, one LSTM cell, and a score for each letter to come.

    ``h_t, c_t = LSTM(x_t, h_{t-1}, c_{t-1})``, ``odds_t = softmax(h_t @ W_y + b_y)``
    """

    def __init__(self):
        self.weights, self.about = stored("characters")
        self.alphabet = self.about["alphabet"]
        self.units = len(self.weights["W_h"])
        self.cell = LSTMCell(len(self.alphabet), self.units, np.random.default_rng(0))
        for name in self.cell.names:
            setattr(self.cell, name, self.weights[name])

    def letters(self, text):
        """The letters of a text that it can read, typographic ones as plain ones, the others left out."""
        return "".join(letter for letter in map(self._known, text) if letter in self.alphabet)

    def left_out(self, text):
        """The characters of a text that it has never read, each once."""
        return list(dict.fromkeys(letter for letter in text if self._known(letter) not in self.alphabet))

    def _known(self, letter):
        plain = ALIKE.get(letter, letter)
        return plain if plain in self.alphabet else unicodedata.normalize("NFD", letter)[0]

    def read(self, letters, state=None):
        """Read letters of its alphabet from ``state``, (h, c) of shape (1, H), zeros when None; a :class:`Reading`."""
        state = (np.zeros((1, self.units)),) * 2 if state is None else state
        one_hot, steps = np.eye(len(self.alphabet)), []
        for letter in letters:
            x = one_hot[[self.alphabet.index(letter)]]
            state, (_, _, _, i, f, g, o, _) = self.cell.forward(x, state)
            odds = softmax(state[0] @ self.weights["W_y"] + self.weights["b_y"])
            steps.append((i, f, g, o, state[1], state[0], odds))
        return Reading(*(np.concatenate(parts) for parts in zip(*steps, strict=True)))
