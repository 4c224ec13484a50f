"""The decoder that the exercises step, and weights with which a search has something to find."""

import numpy as np

from rnncourse.exercises.networks import network, readout
from rnncourse.scratch import ElmanCell, functional

PAD, START, EOS = 0, 1, 2
SPECIAL = 3  # tokens that are no words; the words come after them
AXES = "BH", "VD", "DH", "HH", "H", "HV", "V"
"""Of s, E, W_xh, W_hh, b_h, W_hy and b_y: items, words, numbers of an embedding, units."""


def step(token, h_prev, E, W_xh, W_hh, b_h, W_hy, b_y):
    """Log-probabilities of the next token and the new state, from the parts of the package."""
    h, _ = network(ElmanCell, W_xh, W_hh, b_h).forward(E[token], h_prev)
    return functional.log_softmax(readout(W_hy, b_y).forward(h)[0]), h


def searchable(draw, B, words, D, H, eos):
    """First states (B, H) and weights (E, W_xh, W_hh, b_h, W_hy, b_y) of a decoder that is never nearly sure.

    The sizes of the exercises name a ``draw`` for which the usual mistakes are seen (a tuple, so that it is no size).
    ``eos`` is added to the scores of EOS; PAD and START would often win, too, if they were allowed to.
    """
    V = SPECIAL + words
    shapes = (V, D), (D, H), (H, H), (H,), (H, V), (V,)
    bounds = 1.5, 3 / np.sqrt(D), 2 / np.sqrt(H), 0.5, 3 / np.sqrt(H), 0.5
    weights = [draw.uniform(-bound, bound, shape) for bound, shape in zip(bounds, shapes, strict=True)]
    weights[-1] += [0.6, 0.6, eos, *[0.0] * words]
    return np.tanh(1.5 * draw.normal(size=(B, H))), tuple(weights)


def reordered(rng, words, H, arrays, axes):
    """The same decoder with its words and its units in another order, and every number a little changed.

    What it says is the same up to the names of the words, so it does not hang on ``rng`` when its sentences end, and
    which mistakes are seen. ``axes`` says for each array what its axes are: "V" words, "H" units.
    """
    orders = {"V": np.append(np.arange(SPECIAL), SPECIAL + rng.permutation(words)), "H": rng.permutation(H)}
    changed = []
    for array, letters in zip(arrays, axes, strict=True):
        for axis, letter in enumerate(letters):
            array = array.take(orders[letter], axis) if letter in orders else array
        changed.append(array * rng.uniform(0.999, 1.001, array.shape))
    return changed, np.argsort(orders["V"])
