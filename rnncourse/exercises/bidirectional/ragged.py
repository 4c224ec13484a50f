"""Batches of sequences of unequal lengths, and what the exercises do with them again and again."""

import numpy as np

from rnncourse.exercises.networks import network, recurrent_weights
from rnncourse.scratch import RNN, Bidirectional

RAGGED_SIZES = tuple(
    dict(zip("TBDH", shape, strict=True))
    for shape in ((1, 1, 2, 1), (3, 1, 2, 3), (4, 2, 2, 3), (5, 3, 4, 2), (9, 4, 3, 5))
)


def ragged_lengths(T, B):
    """Lengths from 1 to T, in no order; for a single sequence, padding as soon as T is 3."""
    return np.roll(np.linspace(T, 1, B).round().astype(np.int64), 1) if B > 1 else np.array([T - T // 3])


def is_real(T, lengths):
    """Which steps are no padding, (T, B, 1)."""
    return (np.arange(T)[:, None] < lengths)[..., None]


def flipped(sequence, lengths=None):
    """The whole sequence turned round, padding first."""
    return sequence[::-1]


def by_length(sequence, lengths):
    """Each sequence turned round within its own length."""
    turned = sequence.copy()
    for b, n in enumerate(lengths):
        turned[:n, b] = sequence[:n, b][::-1]
    return turned


def unturned(sequence, lengths=None):
    """The sequence as it is."""
    return sequence


def two_directions(rng, D, H):
    """Random weights of both directions by their names."""
    onward, back = recurrent_weights(rng, D, H), recurrent_weights(rng, D, H)
    return {
        **onward,
        "b_h": rng.normal(size=H),
        "W_xg": back["W_xh"],
        "W_gg": back["W_hh"],
        "b_g": rng.normal(size=H),
    }


def both_readers(W_xh, W_hh, b_h, W_xg, W_gg, b_g):
    """The package's layer with these weights."""
    return Bidirectional(network(RNN, W_xh, W_hh, b_h), network(RNN, W_xg, W_gg, b_g))


def states(x, h, W_xh, W_hh, b_h):
    """All states of an Elman network that starts in h, padding read like everything else."""
    return network(RNN, W_xh, W_hh, b_h).forward(x, h)[0]
