"""Traffic: counts around their rate, the rate's law, and the exact errors against SciPy, brute force and sampling."""

import numpy as np
import pytest
from scipy import stats

from rnncourse.data.tasks.forecasting import naive_forecast
from rnncourse.data.tasks.traffic import (
    HOURS_PER_DAY,
    HOURS_PER_WEEK,
    poisson_errors,
    poisson_medians,
    traffic,
    week_profile,
)
from rnncourse.metrics import mae, rmse

LONG = traffic(200, np.random.default_rng(0))
RATES = np.array([0.01, np.log(2), 0.7, 1.0, 2.5, 9.999, 10.0, 87.3, 400.0, 2000.0])


def test_counts_are_poisson_around_the_rates():
    """Standardised, they have mean 0, variance 1 and no memory, each within five standard errors."""
    counts, rates = LONG.counts, LONG.rates
    assert counts.dtype.kind == "i"
    assert counts.shape == rates.shape == (200 * HOURS_PER_WEEK,)
    standard = (counts - rates) / np.sqrt(rates)
    bound = 5 / np.sqrt(len(counts))
    assert abs(standard.mean()) < bound
    assert abs((standard**2).mean() - 1) < bound * np.sqrt(2 + 1 / rates.min())
    assert abs((standard[1:] * standard[:-1]).mean()) < bound


def test_the_level_drifts_as_documented():
    levels = np.log(LONG.rates / 100 / np.tile(week_profile(), 200))
    assert levels.std() == pytest.approx(0.15, rel=0.05)
    assert abs(levels.mean()) < 5 * 0.15 * np.sqrt(2 * 48 / len(levels))
    for hours in (1, 24, 48):
        correlation = np.corrcoef(levels[hours:], levels[:-hours])[0, 1]
        assert correlation == pytest.approx(np.exp(-hours / 48), abs=0.04)


def test_the_profile_has_the_rhythm_of_day_and_week():
    profile = week_profile().reshape(7, HOURS_PER_DAY)
    assert profile.mean() == pytest.approx(1)
    assert profile.min() > 0
    assert all(8 <= hour <= 17 for hour in profile.argmax(axis=1))
    assert profile[0, 8] > profile[0, 11] < profile[0, 17]  # two peaks on a Monday
    assert profile[5:].sum(axis=1).max() < profile[:5].sum(axis=1).min()


def test_medians_are_those_of_scipy():
    assert poisson_medians(RATES).tolist() == stats.poisson.median(RATES).tolist()


def test_the_absolute_error_is_the_sum_over_the_law():
    for rate in RATES:
        counts = np.arange(int(rate + 40 * np.sqrt(rate) + 60))
        law = stats.poisson.pmf(counts, rate)
        of_forecast = [np.abs(counts - m) @ law for m in range(int(rate) + 3)]
        least, root = poisson_errors(np.array([rate]))
        assert least == pytest.approx(min(of_forecast), rel=1e-9)
        assert root**2 == pytest.approx((counts - rate) ** 2 @ law, rel=1e-9)


def test_errors_of_several_rates_are_means():
    each = [poisson_errors(np.array([rate])) for rate in RATES]
    together = poisson_errors(RATES)
    assert together.mae == pytest.approx(np.mean([error.mae for error in each]))
    assert together.rmse**2 == pytest.approx(np.mean([error.rmse**2 for error in each]))


def test_who_knows_the_rate_has_these_errors():
    counts, rates = LONG.counts, LONG.rates
    expected = poisson_errors(rates)
    absolute, squares = np.abs(counts - poisson_medians(rates)), (counts - rates) ** 2
    assert abs(absolute.mean() - expected.mae) < 4 * absolute.std() / np.sqrt(len(counts))
    assert abs(squares.mean() - expected.rmse**2) < 4 * squares.std() / np.sqrt(len(counts))


def test_the_forecasts_differ_and_none_beats_who_knows_the_rate():
    """Last week's hour, the last hour and yesterday's hour, in this order, all far from what is possible."""
    start = 4 * HOURS_PER_WEEK
    real, best = LONG.counts[start:], poisson_errors(LONG.rates[start:])
    errors = [mae(naive_forecast(LONG.counts, start, period), real) for period in (HOURS_PER_WEEK, 1, HOURS_PER_DAY)]
    assert 2 * best.mae < errors[0] < errors[1] - 1 < errors[2] - 2
    assert rmse(naive_forecast(LONG.counts, start), real) > 2 * best.rmse


def test_the_generator_alone_decides():
    first, again, other = (traffic(2, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (first.counts == again.counts).all()
    assert (first.rates == again.rates).all()
    assert not (first.rates == other.rates).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: traffic(0, np.random.default_rng(0)), "weeks: expected an integer of at least 1, got 0"),
        (lambda: poisson_errors([1.0]), "rates: expected a NumPy array"),
        (lambda: poisson_errors(np.array([1.0, 0.0])), "rates: expected positive numbers, got 0.0"),
        (lambda: poisson_medians(np.array([1.0, np.nan])), "rates: expected finite numbers"),
        (lambda: poisson_errors(np.array([])), r"rates: expected shape \(N,\), got \(0,\)"),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()
