"""One series of numbers, made ready for forecasting its next value: scaling, windows, streams and naive forecasts."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rnncourse.scratch.validate import require_all_finite, require_array, require_rng, require_size


class ForecastBatch(NamedTuple):
    """Values (T, B, 1) and, at each step, the value that comes next (T, B, 1), both float32."""

    inputs: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True)
class Scaling:
    """``(x - mean) / deviation``, with mean and standard deviation of the training part alone.

    Make it with ``Scaling.of(series[:start])``: mean and deviation of the part to be forecast are not known beforehand.
    """

    mean: float
    deviation: float

    @classmethod
    def of(cls, training):
        """The scaling by which ``training`` (N,) has mean 0 and standard deviation 1."""
        _require_series("training", training)
        if training.min() == training.max():
            raise ValueError(f"training: expected numbers that differ, got only {training[0]}")
        return cls(float(training.mean()), float(training.std()))

    def scale(self, values):
        """Values of any shape on the scale that models see."""
        return (values - self.mean) / self.deviation

    def unscale(self, scaled):
        """The inverse of :meth:`scale`: a model's forecasts in the unit of the series."""
        return scaled * self.deviation + self.mean


def random_windows(series, T, B, rng):
    """B windows of T steps from random places of a series (N,), N at least T + 1: :class:`ForecastBatch`.

    Each start is as likely. PKU trains on windows of 4 steps and then runs on :func:`whole_series`.
    """
    _require_series("series", series)
    require_size("T", T)
    require_size("B", B)
    require_rng(rng)
    if len(series) <= T:
        raise ValueError(f"series: expected at least {T + 1} values, a window and the next one, got {len(series)}")
    return _batch(series, rng.integers(0, len(series) - T, B) + np.arange(T + 1)[:, None])


def whole_series(series):
    """The whole series (N,) as one sequence of N - 1 steps: :class:`ForecastBatch` with B = 1."""
    _require_series("series", series)
    if len(series) < 2:
        raise ValueError(f"series: expected at least 2 values, one and the next, got {len(series)}")
    return _batch(series, np.arange(len(series))[:, None])


def naive_forecast(series, start, period=1):
    """Forecasts of ``series[start:]`` that repeat the value of ``period`` steps before.

    With 1 this is persistence, the last value; with the length of a season it is the seasonal-naive forecast.
    """
    _require_series("series", series)
    require_size("period", period)
    if not isinstance(start, int | np.integer) or not period <= start < len(series):
        raise ValueError(f"start: expected an integer from {period}, the period, to {len(series) - 1}, got {start!r}")
    return series[start - period : len(series) - period].copy()


def _require_series(name, series):
    require_array(name, series, ("N",))
    if series.dtype.kind not in "iuf":
        raise ValueError(f"{name}: expected numbers, got {series.dtype}")
    require_all_finite(name, series)


def _batch(series, places):
    values = series[places][:, :, None].astype(np.float32)
    return ForecastBatch(values[:-1], values[1:])
