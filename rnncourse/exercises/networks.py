"""The networks that inputs and references of exercises are made with."""

import numpy as np

from rnncourse.scratch import Linear

SIZES = tuple(
    dict(zip("TBDH", shape, strict=True))
    for shape in ((1, 1, 2, 3), (2, 1, 2, 3), (3, 2, 2, 3), (5, 3, 4, 2), (8, 2, 3, 5))
)
"""From the smallest to the largest. H and D differ, so that a wrong transpose is seen."""

_ANY = np.random.default_rng(0)  # a layer draws its weights; here they are replaced


def network(layer, W_xh, W_hh, b_h):
    """A layer of the package with these weights, its gradients at zero."""
    made = layer(*W_xh.shape, _ANY)
    made.W_xh, made.W_hh, made.b_h = W_xh, W_hh, b_h
    return made


def readout(W_hy, b_y):
    """The package's linear layer with these weights, its gradients at zero."""
    made = Linear(*W_hy.shape, _ANY)
    made.W, made.b = W_hy, b_y
    return made


def recurrent_weights(rng, D, H):
    """Random W_xh and W_hh, W_hh small enough that no state saturates."""
    return {"W_xh": rng.normal(size=(D, H)), "W_hh": rng.normal(size=(H, H)) / np.sqrt(H)}
