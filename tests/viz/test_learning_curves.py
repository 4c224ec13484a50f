"""Learning curves: the mean of the runs, the band around it, and what both are called."""

import numpy as np
import pytest
from drawn import bands, paths, texts

from rnncourse import viz

STEPS = np.array([0, 10, 20, 30])
RUNS = np.array([[4.0, 2.0, 1.0, 0.0], [2.0, 2.0, 3.0, 0.0], [3.0, 2.0, 2.0, 3.0]])


def curve(picture, points=4):
    """The corners of the first curve, upwards, as shares of what it rises over."""
    line = next(p for p in paths(picture, "--rnn-c0") if len(p) == points)  # the next would be the one in the legend
    return -line[:, 1]


def heights(picture, points=4):
    up = curve(picture, points)
    return (up - up.min()) / np.ptp(up)


def test_the_line_is_the_mean_and_the_band_the_range():
    picture = viz.learning_curves({"RNN": (STEPS, RUNS)}, y_label="loss", alt="a")
    mean, low, high = RUNS.mean(axis=0), RUNS.min(axis=0), RUNS.max(axis=0)
    np.testing.assert_allclose(heights(picture), (mean - 1) / 2, atol=0.01)
    (band,) = bands(picture, "--rnn-c0")
    up = curve(picture)
    unit = np.ptp(up) / 2  # the mean falls from 3 to 1
    at = {x: sorted(-band[np.isclose(band[:, 0], x, atol=0.05), 1]) for x in np.unique(band[:, 0])}
    edges = np.array([(ys[0], ys[-1]) for ys in at.values()])
    np.testing.assert_allclose((edges - up[-1]) / unit + 1, np.stack([low, high], axis=1), atol=0.02)
    assert "range of 3 runs" in texts(picture)


def test_a_given_interval_is_the_band():
    picture = viz.learning_curves({"RNN": (STEPS, RUNS, np.full(4, 0.5))}, y_label="loss", alt="a")
    (band,) = bands(picture, "--rnn-c0")
    first = band[np.isclose(band[:, 0], band[:, 0].min(), atol=0.05), 1]
    assert np.ptp(first) / np.ptp(curve(picture)) == pytest.approx(1 / 2, abs=0.01)
    assert "95 % interval of the mean" in texts(picture)


def test_means_of_neighbours_are_said():
    values = np.array([[0.0, 0.0, 9.0, 3.0, 1.0, 1.0, 7.0]])
    picture = viz.learning_curves({"RNN": (np.arange(7), values)}, y_label="loss", average=2, alt="a")
    assert "updates (means of 2 in a row)" in texts(picture)
    np.testing.assert_allclose(heights(picture, points=3), [0, 1, 1 / 6], atol=0.01)  # means 0, 6, 1; the 7 is alone
    assert "updates" in texts(viz.learning_curves({"RNN": (STEPS, RUNS)}, y_label="loss", alt="a"))


def test_a_run_that_diverged_leaves_a_gap():
    broken = RUNS.copy()
    broken[1, 2:] = np.nan
    picture = viz.learning_curves({"RNN": (STEPS, broken)}, y_label="loss", alt="a")
    assert len(curve(picture, points=2)) == 2


@pytest.mark.parametrize(
    ("runs", "options", "message"),
    [
        ({}, {}, "runs: expected a dict"),
        ({"RNN": (STEPS, RUNS[0])}, {}, r"runs\['RNN'\]: expected shape \(S, N\), got \(4,\)"),
        ({"RNN": (STEPS[1:], RUNS)}, {}, r"steps of 'RNN': expected shape \(4,\), got \(3,\)"),
        ({"RNN": (STEPS, RUNS, [1.0])}, {}, r"half_widths of 'RNN': expected shape \(4,\), got \(1,\)"),
        ({"RNN": (STEPS, RUNS)}, {"average": 5}, "average: expected at most the 4 values of a run, got 5"),
        ({"RNN": (STEPS, RUNS)}, {"average": 0}, "average: expected an integer of at least 1, got 0"),
        ({"a": (STEPS, RUNS), "b": (STEPS, RUNS[:2])}, {}, "runs: expected one meaning of the bands, got range of 2"),
        ({str(i): (STEPS, RUNS) for i in range(7)}, {}, "series: expected 1 to 6 curves that can be told apart, got 7"),
    ],
)
def test_what_cannot_be_drawn_is_named(runs, options, message):
    with pytest.raises(ValueError, match=message):
        viz.learning_curves(runs, y_label="loss", alt="a", **options)
