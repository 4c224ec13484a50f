"""Hourly traffic counts with a daily and a weekly rhythm, around a rate that is known."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rnncourse.scratch.validate import require_all_finite, require_array, require_rng, require_size

HOURS_PER_DAY, HOURS_PER_WEEK = 24, 7 * 24
"""The periods of the counts, in steps: one step is an hour."""

_MEAN = 100
_LEVEL_SPREAD, _LEVEL_MEMORY = 0.15, math.exp(-1 / 48)
_DAYS = (1.0, 1.03, 1.05, 1.05, 1.1, 0.75, 0.6)


@dataclass(frozen=True)
class Traffic:
    """Counts (N,), integers, and the rates (N,) they were drawn around; hour 0 is midnight before a Monday."""

    counts: np.ndarray
    rates: np.ndarray


class ForecastErrors(NamedTuple):
    """The expected mean absolute error and the root of the expected mean squared error, in vehicles an hour."""

    mae: float
    rmse: float


def traffic(weeks, rng):
    """``weeks`` weeks of counts, each Poisson around its rate and independent of the others: :class:`Traffic`.

    ``rate = 100 week_profile()[hour of the week] exp(level)``. The level stands for weather, holidays and road works:
    it is Gaussian with mean 0 and standard deviation 0.15, and levels some hours apart have correlation ``exp(-hours /
    48)``. So the last hour and the same hour of last week each say something about the next count, and more together.
    """
    require_size("weeks", weeks)
    require_rng(rng)
    N = weeks * HOURS_PER_WEEK
    shocks = rng.standard_normal(N) * _LEVEL_SPREAD * math.sqrt(1 - _LEVEL_MEMORY**2)
    levels = np.empty(N)
    level = rng.standard_normal() * _LEVEL_SPREAD
    for t, shock in enumerate(shocks.tolist()):
        level = levels[t] = _LEVEL_MEMORY * level + shock
    rates = _MEAN * np.tile(week_profile(), weeks) * np.exp(levels)
    return Traffic(rng.poisson(rates), rates)


def week_profile():
    """How busy each of the 168 hours of a week is, on average 1: two peaks on working days, one at the weekend."""
    hours = np.arange(HOURS_PER_DAY)
    working = 0.15 + _bump(hours, 8, 1.5) + 0.6 * _bump(hours, 13, 3) + 1.1 * _bump(hours, 17, 2)
    weekend = 0.2 + _bump(hours, 14, 4)
    profile = np.concatenate([day * (working if d < 5 else weekend) for d, day in enumerate(_DAYS)])
    return profile / profile.mean()


def _bump(hours, centre, width):
    return np.exp(-(((hours - centre) / width) ** 2) / 2)


def poisson_errors(rates):
    """The least expected errors of any forecast of Poisson counts, exactly: those of a forecast from the rates (N,).

    The rate itself minimises the squared error, whose expectation is the rate. A median m minimises the absolute
    error, whose expectation is ``r - m + 2 (m P(X <= m) - r P(X < m))`` for a rate r. A forecast from past counts knows
    less than the rates, so it cannot have smaller expected errors. Returns :class:`ForecastErrors`.
    """
    _, absolute = _medians(rates)
    return ForecastErrors(float(absolute.mean()), math.sqrt(rates.mean()))


def poisson_medians(rates):
    """The least integers m with ``P(X <= m) >= 1/2``, (N,): the forecasts that minimise the expected absolute error."""
    return _medians(rates)[0]


def _medians(rates):
    """The medians, and the expected absolute error of each."""
    require_array("rates", rates, ("N",))
    require_all_finite("rates", rates)
    if rates.min() <= 0:
        raise ValueError(f"rates: expected positive numbers, got {rates.min()}")
    medians, absolute = np.full(len(rates), -1), np.zeros(len(rates))
    below, k, logs = np.zeros(len(rates)), 0, np.log(rates)
    while (medians < 0).any():
        up_to = below + np.exp(k * logs - rates - math.lgamma(k + 1))
        found = (medians < 0) & (up_to >= 0.5)
        medians[found] = k
        absolute[found] = (rates - k + 2 * (k * up_to - rates * below))[found]
        below, k = up_to, k + 1
    return medians, absolute
