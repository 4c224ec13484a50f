"""One gated step as the exercises try it: sizes, random arguments, and columns taken for gates."""

import numpy as np

from rnncourse.exercises.networks import with_weights
from rnncourse.scratch import LSTMCell

STEP_SIZES = tuple(
    dict(zip("BDH", shape, strict=True)) for shape in ((1, 1, 1), (1, 2, 3), (2, 2, 3), (3, 4, 2), (2, 3, 5))
)
"""From one number for each gate upwards. H and D differ, so that a wrong transpose is seen."""


def step_inputs(rng, B, D, H, gates):
    """x, h_prev, W_x, W_h and b of a cell with so many gates; weights so small that no gate is quite open or shut."""
    return {
        "x": rng.normal(size=(B, D)),
        "h_prev": np.tanh(rng.normal(size=(B, H))),
        "W_x": rng.normal(size=(D, gates * H)) / np.sqrt(D),
        "W_h": rng.normal(size=(H, gates * H)) / np.sqrt(H),
        "b": rng.normal(size=gates * H),
    }


def lstm_inputs(rng, B, D, H):
    """Arguments of one step of the LSTM; the cell is large enough to differ from its tanh."""
    x, h_prev, *weights = step_inputs(rng, B, D, H, gates=4).items()
    return dict([x, h_prev, ("c_prev", 2 * rng.normal(size=(B, H))), *weights])


def lstm_cell(W_x, W_h, b):
    """The package's LSTM cell with these weights."""
    return with_weights(LSTMCell, W_x.shape[0], W_h.shape[0], W_x=W_x, W_h=W_h, b=b)


def in_blocks(a, names):
    """The columns of a as blocks side by side, by name, in this order."""
    return dict(zip(names, np.split(a, len(names), axis=1), strict=True))


def in_turn(a, names):
    """The columns of a dealt out one by one: the first to the first name, the second to the second, and so on."""
    return {name: a[:, place :: len(names)] for place, name in enumerate(names)}
