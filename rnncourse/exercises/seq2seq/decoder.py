"""The decoder that the exercises step, and weights with which a search has something to find."""

import numpy as np

from rnncourse.exercises.networks import network, readout
from rnncourse.scratch import ElmanCell, functional

PAD, START, EOS = 0, 1, 2
SPECIAL = 3  # tokens that are no words; the words come after them


def step(token, h_prev, E, W_xh, W_hh, b_h, W_hy, b_y):
    """Log-probabilities of the next token and the new state, from the parts of the package."""
    h, _ = network(ElmanCell, W_xh, W_hh, b_h).forward(E[token], h_prev)
    return functional.log_softmax(readout(W_hy, b_y).forward(h)[0]), h


def searchable_weights(rng, words, D, H, eos=0.6, silent=0.6):
    """Random weights (E, W_xh, W_hh, b_h, W_hy, b_y) of a decoder that is never nearly sure.

    ``eos`` and ``silent`` are added to the scores of EOS, and of PAD and START.
    """
    V = SPECIAL + words
    shapes = (V, D), (D, H), (H, H), (H,), (H, V), (V,)
    bounds = 1.5, 3 / np.sqrt(D), 2 / np.sqrt(H), 0.5, 3 / np.sqrt(H), 0.5
    weights = [rng.uniform(-bound, bound, shape) for bound, shape in zip(bounds, shapes, strict=True)]
    weights[-1] += [silent, silent, eos, *[0.0] * words]
    return tuple(weights)
