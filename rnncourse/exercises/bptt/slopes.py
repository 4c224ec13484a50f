"""What learners take for the slope of tanh."""

import numpy as np

SLOPES = {
    "tanh": lambda h: 1 - h**2,
    "missing": np.ones_like,
    "linear": lambda h: 1 - h,
    "twice": lambda h: 1 - np.tanh(h) ** 2,
    "logistic": lambda h: h * (1 - h),
}
"""Functions of the state h that came out of the tanh; only the first is right."""
