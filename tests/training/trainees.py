"""Small models and data for the tests of training; a step takes about a millisecond."""

import numpy as np
import torch
from torch import nn

V = 5


class Reader(nn.Module):
    """Numbers (T, B, 2) to one number (B,), with dropout and batch normalisation on the way."""

    def __init__(self, hidden_size=6, dropout=0.2, cell="LSTM"):
        super().__init__()
        self.recurrent = getattr(nn, cell)(2, hidden_size)
        self.norm, self.dropout = nn.BatchNorm1d(hidden_size), nn.Dropout(dropout)
        self.readout = nn.Linear(hidden_size, 1)

    def forward(self, x):
        """The numbers, and the last state."""
        outputs, state = self.recurrent(x)
        return self.readout(self.dropout(self.norm(outputs[-1])))[:, 0], state


class Writer(nn.Module):
    """Scores (T, B, V) of the next token; carries its state."""

    def __init__(self, hidden_size=6, dropout=0.1):
        super().__init__()
        self.embedding, self.recurrent = nn.Embedding(V, 4), nn.LSTM(4, hidden_size)
        self.dropout, self.readout = nn.Dropout(dropout), nn.Linear(hidden_size, V)

    def forward(self, tokens, state=None):
        """Scores and the last state."""
        outputs, state = self.recurrent(self.embedding(tokens), state)
        return self.readout(self.dropout(outputs)), state


def sums(step, rng):
    """A batch of the sum of four pairs of numbers."""
    x = rng.standard_normal((4, 8, 2))
    return x, x.sum(axis=(0, 2))


def tokens(step, rng):
    """A batch of tokens that count up by one or two."""
    text = (rng.integers(V, size=8) + rng.integers(1, 3, (7, 8)).cumsum(axis=0)) % V
    return text[:-1], text[1:]


def linear():
    """The smallest model."""
    return nn.Linear(2, 1)


def pairs(step, rng):
    """A batch for it."""
    x = rng.standard_normal((8, 2))
    return x, x @ [[1.0], [-2.0]]


def weights(model):
    """All parameters and buffers as one array."""
    return np.concatenate([tensor.double().numpy().ravel() for tensor in model.state_dict().values()])


def same_weights(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))
