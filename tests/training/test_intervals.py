"""Intervals and paired tests, against scipy.stats and by simulation."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from rnncourse.training import mean_and_interval
from rnncourse.training.intervals import holm, paired_difference

NUMBERS = st.floats(-1e3, 1e3, allow_subnormal=False)


@given(st.lists(NUMBERS, min_size=2, max_size=40))
@settings(deadline=None, max_examples=30)
def test_the_interval_is_that_of_scipy(runs):
    mean, half_width = mean_and_interval(runs)
    assert mean == pytest.approx(np.mean(runs))
    assume(np.std(runs) > 1e-6)
    low, high = stats.t.interval(0.95, len(runs) - 1, loc=np.mean(runs), scale=stats.sem(runs))
    assert half_width == pytest.approx((high - low) / 2, rel=1e-9)


@pytest.mark.parametrize("count", [2, 3, 8, 40])
def test_the_interval_holds_the_true_mean_95_times_in_100(count):
    samples = np.random.default_rng(0).normal(5, 3, (4000, count))
    covered = sum(abs(mean - 5) <= half for mean, half in map(mean_and_interval, samples))
    assert 0.935 < covered / 4000 < 0.965


def test_a_known_case():
    # [1, 2, 3, 4]: s = 1.29099, t(3) = 3.18245, so the half width is 3.18245 * 1.29099 / 2
    assert mean_and_interval([1, 2, 3, 4]) == pytest.approx((2.5, 2.05426), abs=1e-5)


@pytest.mark.parametrize("count", [2, 3, 7, 10])
@pytest.mark.parametrize("value", [0.1, 0.7, 0.97, 2.3])
def test_runs_that_are_all_the_same_have_no_width(value, count):
    assert mean_and_interval([value] * count) == (pytest.approx(value), 0)


@pytest.mark.parametrize("runs", [[1.0], [], [[1.0, 2.0]], 3.0])
def test_one_run_has_no_interval(runs):
    with pytest.raises(ValueError, match="runs: expected a list of at least 2 numbers, got shape"):
        mean_and_interval(runs)


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_run_that_is_no_number_is_refused(broken):
    with pytest.raises(ValueError, match=f"runs: expected finite numbers, got {broken}"):
        mean_and_interval([1.0, broken, 2.0])


def test_intervals_need_no_torch():
    program = "import sys; from rnncourse.training import mean_and_interval; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=20))
@settings(deadline=None, max_examples=30)
def test_the_paired_test_is_that_of_scipy(rows):
    scores, others = np.array(rows).T
    assume(np.std(scores - others) > 1e-6)
    found, theirs = paired_difference(scores, others), stats.ttest_rel(scores, others)
    assert found.p == pytest.approx(theirs.pvalue, rel=1e-9)
    low, high = theirs.confidence_interval(0.95)
    assert (found.mean - found.half_width, found.mean + found.half_width) == pytest.approx((low, high), abs=1e-9)
    assert found.is_clear == (theirs.pvalue < 0.05)


def test_two_seeds_are_enough_for_a_test():
    found = paired_difference([1.0, 2.0], [0.5, 1.2])
    assert found.p == pytest.approx(stats.ttest_rel([1.0, 2.0], [0.5, 1.2]).pvalue)


def test_pairing_sees_what_the_spread_of_seeds_hides():
    """Seeds make scores from 0 to 9 but the difference is always about 0.1."""
    scores, noise = np.arange(10.0), np.random.default_rng(0).normal(0, 0.02, 10)
    assert paired_difference(scores + 0.1 + noise, scores).is_clear
    assert stats.ttest_ind(scores + 0.1 + noise, scores).pvalue > 0.9


@pytest.mark.parametrize(
    ("scores", "others", "mean", "p"),
    [
        ([1.0, 1.0, 1.0], [0.5, 0.5, 0.5], 0.5, 0),
        ([0.9, 1.0, 0.4], [0.8, 0.9, 0.3], 0.1, 0),  # the same up to rounding
        ([0.3, 0.7], [0.3, 0.7], 0, 1),
        ([0.1 + 0.2, 0.7], [0.3, 0.7], 0, 1),  # the same up to rounding
        ([0.0, 0.0], [0.0, 0.0], 0, 1),
    ],
)
def test_differences_without_spread(scores, others, mean, p):
    found = paired_difference(scores, others)
    assert (found.mean, found.half_width, found.p) == (pytest.approx(mean), 0, p)


def test_false_alarms_are_as_rare_as_the_level_says():
    rng = np.random.default_rng(1)
    scores, others = rng.normal(size=(2, 4000, 4))
    alarms = np.mean([paired_difference(*pair).is_clear for pair in zip(scores, others, strict=True)])
    assert 0.035 < alarms < 0.065


def test_the_paired_test_refuses_scores_without_partners():
    with pytest.raises(
        ValueError, match=r"others: expected shape \(3,\), one number for each of the scores, got \(2,\)"
    ):
        paired_difference([1, 2, 3], [1, 2])


@pytest.mark.parametrize(
    ("p_values", "corrected"),
    [
        ([0.04, 0.01, 0.03], [0.06, 0.03, 0.06]),  # 3 x 0.01, 2 x 0.03, then max(0.06, 0.04)
        ([0.04, 0.01], [0.04, 0.02]),
        ([0.5, 0.6, 0.7], [1, 1, 1]),
        ([0.0, 1.0], [0, 1]),
        ([0.02], [0.02]),
    ],
)
def test_holm_by_hand(p_values, corrected):
    assert holm(p_values) == pytest.approx(corrected)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
@settings(deadline=None, max_examples=50)
def test_holm_rejects_what_the_step_down_procedure_rejects(p_values):
    """The procedure as published: reject in rising order while p <= level / (number left), then stop."""
    level, rejected = 0.05, set()
    for place, i in enumerate(np.argsort(p_values, kind="stable")):
        if p_values[i] * (len(p_values) - place) > level:
            break
        rejected.add(int(i))
    assert {i for i, p in enumerate(holm(p_values)) if p <= level} == rejected


def test_holm_keeps_the_chance_of_any_false_alarm_below_the_level():
    p_values = np.random.default_rng(2).random((4000, 5))
    assert np.mean([min(row) < 0.05 for row in p_values]) > 0.2
    assert 0.035 < np.mean([min(holm(row)) < 0.05 for row in p_values]) < 0.06


def test_two_equal_differences_are_not_certain():
    two, three = (paired_difference([0.9] * n, [0.8] * n) for n in (2, 3))
    assert (two.p, two.is_clear) == (0.5, False)
    assert (three.p, three.is_clear) == (0.0, True)
    assert paired_difference([0.9, 0.9], [0.9, 0.9]).p == 1
