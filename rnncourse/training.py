"""Runs over several seeds, and what may be concluded from them."""

import numpy as np

_T_975 = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
"""The 97.5 % points of Student's t distribution for 1 to 30 degrees of freedom."""


def mean_and_interval(runs):
    """Mean of independent runs and half the width of its 95 % interval, ``t s / sqrt(n)`` with Student's t.

    ``runs`` holds one number a seed, 2 to 31 of them. Returns two floats, in the unit of the runs.
    """
    runs = np.asarray(runs, dtype=float)
    if runs.ndim != 1 or not 2 <= len(runs) <= len(_T_975) + 1:
        raise ValueError(f"runs: expected a list of 2 to {len(_T_975) + 1} numbers, got shape {runs.shape}")
    return float(runs.mean()), float(_T_975[len(runs) - 2] * runs.std(ddof=1) / np.sqrt(len(runs)))
