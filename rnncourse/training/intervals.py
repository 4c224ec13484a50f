"""What may be concluded from runs over several seeds: intervals, and paired tests of differences."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

LEVEL = 0.05
"""A difference counts as more than chance when chance alone gives one like it less often than this."""


@dataclass(frozen=True)
class Difference:
    """The mean of paired differences, half the width of its 95 % interval, and the p value of the paired t-test."""

    mean: float
    half_width: float
    p: float

    @property
    def is_clear(self):
        """Whether the difference is more than chance."""
        return self.p < LEVEL


def mean_and_interval(runs):
    """Mean of independent runs and half the width of its 95 % interval, ``t s / sqrt(n)`` with Student's t.

    ``runs`` holds one number a seed, at least 2 of them. Returns two floats, in the unit of the runs. The interval
    holds the true mean in 95 of 100 such experiments, if the runs are spread normally (Student 1908, *The probable
    error of a mean*).
    """
    runs = np.asarray(runs, dtype=float)
    if runs.ndim != 1 or len(runs) < 2:
        raise ValueError(f"runs: expected a list of at least 2 numbers, got shape {runs.shape}")
    if not np.isfinite(runs).all():
        raise ValueError(f"runs: expected finite numbers, got {runs[~np.isfinite(runs)][0]}")
    n = len(runs)
    deviation = runs.std(ddof=1) if np.ptp(runs) > 0 else 0.0  # of three times 0.1 NumPy's is 2e-17
    return float(runs.mean()), float(stdtrit(n - 1, 1 - LEVEL / 2) * deviation / np.sqrt(n))


def paired_difference(scores, others):
    """Compare two models seed by seed: the mean of ``d = scores - others``, its interval, and the paired t-test.

    ``t = mean(d) / (s(d) / sqrt(n))`` with n - 1 degrees of freedom; p is the chance of a t at least as far from 0, on
    either side, if only the seeds made the difference. Where all d are the same there is no spread to judge by: p is
    then the limit of the test, 0, or 1 if all d are 0. Two equal d do not count as certain, since coarse scores such as
    accuracies on few examples make them by chance: p is 1/2, that of their signs alone. Both arguments are (S,), S at least 2.
    """
    scores, others = np.asarray(scores, dtype=float), np.asarray(others, dtype=float)
    if scores.shape != others.shape:
        raise ValueError(
            f"others: expected shape {scores.shape}, one number for each of the scores, got {others.shape}"
        )
    d = scores - others
    mean, half_width = mean_and_interval(d)
    rounding = 4 * np.finfo(float).eps * max(np.abs(scores).max(), np.abs(others).max())
    if np.ptp(d) <= rounding:
        is_zero = abs(mean) <= rounding
        certain = 0.5 if len(d) == 2 else 0.0
        return Difference(0.0 if is_zero else mean, 0.0, 1.0 if is_zero else certain)
    n = len(d)
    return Difference(mean, half_width, float(2 * stdtr(n - 1, -abs(mean) / (d.std(ddof=1) / np.sqrt(n)))))


def holm(p_values):
    """The p values of m tests, raised so that the chance of even one false alarm among them stays below the level.

    The smallest is multiplied by m, the next by m - 1 and so on; none falls below the one before it or exceeds 1
    (Holm 1979, *A simple sequentially rejective multiple test procedure*).
    """
    p_values = np.asarray(p_values, dtype=float)
    order = np.argsort(p_values, kind="stable")
    raised = p_values[order] * np.arange(len(p_values), 0, -1)
    corrected = np.empty_like(p_values)
    corrected[order] = np.minimum(np.maximum.accumulate(raised), 1)
    return corrected.tolist()
