"""The modules of the package that inputs and references of exercises are made with."""

import numpy as np

from rnncourse.scratch import Linear

SIZES = tuple(
    dict(zip("TBDH", shape, strict=True))
    for shape in ((1, 1, 2, 3), (2, 1, 2, 3), (3, 2, 2, 3), (5, 3, 4, 2), (8, 2, 3, 5))
)
"""From the smallest to the largest. H and D differ, so that a wrong transpose is seen."""

_ANY = np.random.default_rng(0)  # a layer draws its weights; here they are replaced


def with_weights(kind, *sizes, **weights):
    """A module of the package of these sizes, with these weights in place of its own, its gradients at zero."""
    made = kind(*sizes, _ANY)
    for name, weight in weights.items():
        setattr(made, name, weight)
    return made


def network(layer, W_xh, W_hh, b_h):
    """An Elman cell or layer with these weights."""
    return with_weights(layer, *W_xh.shape, W_xh=W_xh, W_hh=W_hh, b_h=b_h)


def readout(W_hy, b_y):
    """The linear layer with these weights."""
    return with_weights(Linear, *W_hy.shape, W=W_hy, b=b_y)


def recurrent_weights(rng, D, H):
    """Random W_xh and W_hh, W_hh small enough that no state saturates."""
    return {"W_xh": rng.normal(size=(D, H)), "W_hh": rng.normal(size=(H, H)) / np.sqrt(H)}
