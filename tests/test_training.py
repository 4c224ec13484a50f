import pytest
import torch

from rnncourse.training import mean_and_interval


def test_the_interval_covers_the_true_mean_95_times_in_100():
    generator = torch.Generator().manual_seed(0)
    for count in (3, 8):
        samples = (torch.randn(4000, count, generator=generator) + 5).tolist()
        covered = sum(abs(mean - 5) <= half for mean, half in map(mean_and_interval, samples))
        assert 0.94 < covered / 4000 < 0.96


def test_a_known_case():
    # [1, 2, 3, 4]: s = 1.29099, t(3) = 3.182, so the half width is 3.182 * 1.29099 / 2
    assert mean_and_interval([1, 2, 3, 4]) == pytest.approx((2.5, 2.05397), abs=1e-4)


@pytest.mark.parametrize("runs", [[1.0], [], [[1.0, 2.0]], [0.0] * 32])
def test_one_run_has_no_interval(runs):
    with pytest.raises(ValueError, match="runs: expected a list of 2 to 31 numbers"):
        mean_and_interval(runs)
