"""The networks that the inputs and references of this chapter are made with."""

import numpy as np

CHAPTER = "03_bptt"
SIZES = tuple(
    dict(zip("TBDH", shape, strict=True))
    for shape in ((1, 1, 2, 3), (2, 1, 2, 3), (3, 2, 2, 3), (5, 3, 4, 2), (8, 2, 3, 5))
)
"""From the smallest to the largest. H and D differ, so that a wrong transpose is seen."""

SLOPES = {
    "tanh": lambda h: 1 - h**2,
    "missing": np.ones_like,
    "linear": lambda h: 1 - h,
    "twice": lambda h: 1 - np.tanh(h) ** 2,
    "logistic": lambda h: h * (1 - h),
}
"""What learners take for the slope of tanh, given the state h that came out of it; only the first is right."""

_ANY = np.random.default_rng(0)  # a layer draws its weights; here they are replaced


def network(layer, W_xh, W_hh, b_h):
    """A layer of the package with these weights, its gradients at zero."""
    made = layer(*W_xh.shape, _ANY)
    made.W_xh, made.W_hh, made.b_h = W_xh, W_hh, b_h
    return made


def recurrent_weights(rng, D, H):
    """Random W_xh and W_hh, W_hh small enough that no state saturates."""
    return {"W_xh": rng.normal(size=(D, H)), "W_hh": rng.normal(size=(H, H)) / np.sqrt(H)}
