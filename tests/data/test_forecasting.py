"""Windows, streams, scaling and naive forecasts of one series."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.data.tasks.forecasting import Scaling, naive_forecast, random_windows, whole_series

SERIES = np.arange(20)  # a value is its own place, so that a window shows where it was cut


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 19), st.integers(1, 12), st.integers(0, 99))
def test_windows_are_pieces_of_the_series_and_the_values_after_them(T, B, seed):
    inputs, targets = random_windows(SERIES, T, B, np.random.default_rng(seed))
    assert inputs.shape == targets.shape == (T, B, 1)
    assert inputs.dtype == targets.dtype == np.float32
    starts = inputs[0, :, 0]
    assert (inputs[..., 0] == starts + np.arange(T)[:, None]).all()
    assert (targets == inputs + 1).all()
    assert targets.max() <= 19


def test_every_window_is_as_likely():
    inputs, _ = random_windows(SERIES, 4, 16_000, np.random.default_rng(0))
    share = np.bincount(inputs[0, :, 0].astype(int)) / 16_000
    np.testing.assert_allclose(share, np.full(16, 1 / 16), atol=4.5 * np.sqrt(15 / 256 / 16_000))


def test_the_stream_is_the_whole_series():
    inputs, targets = whole_series(SERIES)
    assert inputs[:, 0, 0].tolist() == list(range(19))
    assert targets[:, 0, 0].tolist() == list(range(1, 20))


def test_a_window_of_everything_is_the_stream():
    window = random_windows(SERIES, 19, 1, np.random.default_rng(0))
    assert all((a == b).all() for a, b in zip(window, whole_series(SERIES), strict=True))


def test_scaling_knows_the_training_part_alone():
    series = np.array([1.0, 3.0, 5.0, 7.0, 1000.0])
    scaling = Scaling.of(series[:4])
    assert scaling == Scaling(4.0, np.sqrt(5.0))
    scaled = scaling.scale(series)
    assert (scaled[:4].mean(), scaled[:4].std()) == (pytest.approx(0), pytest.approx(1))
    np.testing.assert_allclose(scaling.unscale(scaled), series)


def test_naive_forecasts_by_hand():
    series = np.array([5, 6, 9, 5, 7, 9])
    assert naive_forecast(series, 3).tolist() == [9, 5, 7]
    assert naive_forecast(series, 3, period=3).tolist() == [5, 6, 9]
    assert naive_forecast(series, 5, period=2).tolist() == [5]


def test_a_forecast_is_no_view_of_the_series():
    series = SERIES.copy()
    naive_forecast(series, 4)[:] = -1
    assert (series == SERIES).all()


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 99))
def test_a_seasonal_series_is_forecast_without_error(period, seasons, seed):
    series = np.tile(np.random.default_rng(seed).random(period), seasons + 1)
    assert (naive_forecast(series, period, period) == series[period:]).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: random_windows(SERIES, 20, 3, np.random.default_rng(0)), "series: expected at least 21 values, .* 20"),
        (lambda: random_windows(SERIES, 0, 3, np.random.default_rng(0)), "T: expected an integer of at least 1, got 0"),
        (lambda: random_windows(SERIES, 2, 0, np.random.default_rng(0)), "B: expected an integer of at least 1, got 0"),
        (lambda: whole_series(SERIES[:1]), "series: expected at least 2 values, one and the next, got 1"),
        (lambda: whole_series(SERIES[:, None]), r"series: expected shape \(N,\), got \(20, 1\)"),
        (lambda: whole_series(np.array([1.0, np.nan])), "series: expected finite numbers, got NaN"),
        (lambda: whole_series(np.array(["a", "b"])), "series: expected numbers, got <U1"),
        (lambda: naive_forecast(SERIES, 0), "start: expected an integer from 1, the period, to 19, got 0"),
        (lambda: naive_forecast(SERIES, 20), "start: expected an integer from 1, the period, to 19, got 20"),
        (lambda: naive_forecast(SERIES, 3, period=4), "start: expected an integer from 4, the period, to 19, got 3"),
        (lambda: naive_forecast(SERIES, 3, period=0), "period: expected an integer of at least 1, got 0"),
        (lambda: Scaling.of(np.ones(4)), "training: expected numbers that differ, got only 1.0"),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()
