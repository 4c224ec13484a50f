"""Gradients by step and lag: the logarithm of each in its place, nothing where there is no state."""

import numpy as np
import pytest
from drawn import cells, texts

from rnncourse import viz
from rnncourse.viz.style import SIZES


def sizes(T=6, K=6, rate=0.1):
    return rate ** np.arange(K) * (1 + np.arange(T)[:, None] / T)


def test_each_size_has_its_colour_at_its_step_and_lag():
    values = sizes()
    (drawn,) = cells(viz.gradient_heatmap({"RNN": values}, limits=(1e-6, 10), alt="a"))
    for t in range(6):
        for k in range(t + 1):
            share = (np.log10(values[t, k]) + 6) / 7
            np.testing.assert_allclose(drawn[5 - k, t, :3], SIZES(share)[:3], atol=0.02)


def test_beyond_the_first_state_nothing_is_drawn():
    (drawn,) = cells(viz.gradient_heatmap({"RNN": sizes()}, alt="a"))
    steps, lags = np.indices((6, 6))
    assert np.array_equal(drawn[::-1, :, 3].T > 0, lags <= steps)


def test_a_gap_stays_blank_and_zero_counts_as_smallest():
    values = sizes()
    values[4, 2], values[5, 1] = np.nan, 0
    (drawn,) = cells(viz.gradient_heatmap({"RNN": values}, alt="a"))
    assert drawn[5 - 2, 4, 3] == 0
    np.testing.assert_allclose(drawn[5 - 1, 5, :3], SIZES(0.0)[:3], atol=0.02)


def test_two_networks_share_one_scale():
    small, large = sizes(rate=0.1), sizes(rate=0.9)
    left, right = cells(viz.gradient_heatmap({"RNN": small, "LSTM": large}, alt="a"))
    np.testing.assert_allclose(left[-1, 0], right[-1, 0])  # the same size at lag 0
    assert not np.allclose(left[0, -1], right[0, -1])
    swapped = cells(viz.gradient_heatmap({"LSTM": large, "RNN": small}, alt="a"))
    assert np.array_equal(swapped[1], left)
    (alone,) = cells(viz.gradient_heatmap({"LSTM": large}, alt="a"))
    assert not np.allclose(alone[0, -1], right[0, -1])


def test_the_bar_says_powers_of_ten_and_what_is_cut():
    whole = texts(viz.gradient_heatmap({"RNN": sizes()}, alt="a"))
    assert {"10⁻⁵", "10⁻³", "10⁻¹", "10¹", "RNN"} < set(whole)
    assert not any("≤" in text for text in whole)
    assert "≤ 10⁻³" in texts(viz.gradient_heatmap({"RNN": sizes()}, limits=(1e-3, 10), alt="a"))


@pytest.mark.parametrize(
    ("argument", "options", "message"),
    [
        ({}, {}, "sizes: expected a dict with a name for each part of the figure"),
        (sizes(), {}, "sizes: expected a dict"),
        ({"RNN": [1.0]}, {}, r"sizes\['RNN'\]: expected shape \(T, K\), got \(1,\)"),
        ({"RNN": -sizes()}, {}, r"sizes\['RNN'\]: expected sizes of at least 0, got -1.8"),
        ({"RNN": sizes() * np.inf}, {}, r"sizes\['RNN'\]: expected finite numbers or NaN"),
        ({"RNN": np.full((3, 3), np.nan)}, {}, r"sizes\['RNN'\]: expected at least one number, got only NaN"),
        ({"RNN": np.zeros((3, 3))}, {}, "sizes: expected at least one gradient that is not 0, got only zeros"),
        ({"RNN": sizes()}, {"limits": (0, 1)}, r"limits: expected two numbers 0 < low < high, got \(0, 1\)"),
    ],
)
def test_what_cannot_be_drawn_is_named(argument, options, message):
    with pytest.raises(ValueError, match=message):
        viz.gradient_heatmap(argument, alt="a", **options)
