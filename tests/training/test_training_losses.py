"""The losses, against torch's own and against what torch would broadcast."""

import warnings

import numpy as np
import pytest
import torch
from torch.nn import functional

from rnncourse.training import cross_entropy, mean_squared_error


def test_cross_entropy_is_torchs_over_all_steps_and_sentences():
    scores = torch.randn(3, 4, 5, generator=torch.Generator().manual_seed(0), requires_grad=True)
    targets = torch.arange(12).reshape(3, 4) % 5
    loss = cross_entropy(scores, targets)
    assert torch.equal(loss, functional.cross_entropy(scores.permute(0, 2, 1), targets))
    loss.backward()
    assert scores.grad.abs().sum() > 0


def test_ignored_targets_count_neither_above_nor_below_the_line():
    scores, targets = np.random.default_rng(0).normal(size=(4, 3)), np.array([0, -100, 2, -100])
    kept = [0, 2]
    log_shares = scores[kept] - np.log(np.exp(scores[kept]).sum(axis=1, keepdims=True))
    assert float(cross_entropy(scores, targets)) == pytest.approx(-log_shares[[0, 1], [0, 2]].mean())


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 4, 3)])
def test_cross_entropy_of_even_scores_is_the_logarithm_of_the_number_of_classes(shape):
    targets = np.zeros(shape[:-1], dtype=np.int32)
    assert float(cross_entropy(np.zeros(shape, np.float32), targets)) == pytest.approx(np.log(3))


def test_mean_squared_error_takes_arrays_that_may_not_be_written_and_another_precision():
    outputs, targets = np.float32([[1, 2], [3, 4]]), np.array([[1.0, 2.0], [3.0, 6.0]])
    targets.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert float(mean_squared_error(outputs, targets)) == 1.0
    assert float(mean_squared_error(torch.from_numpy(outputs), torch.tensor(targets))) == 1.0


@pytest.mark.parametrize(
    ("outputs", "targets", "sentence"),
    [
        (np.ones((4, 3)), np.zeros((4, 1), int), r"targets: expected integers of shape \(4,\), .*got int64 \(4, 1\)"),
        (np.ones((4, 3)), np.zeros(3, int), r"targets: expected integers of shape \(4,\), .*got int64 \(3,\)"),
        (np.ones((4, 3)), np.zeros(4), r"targets: expected integers of shape \(4,\), .*got float64 \(4,\)"),
        (np.ones((4, 3)), np.full(4, 3), "targets: expected classes from 0 to 2 or -100, got 3"),
        (np.ones((4, 3)), np.full(4, -1), "targets: expected classes from 0 to 2 or -100, got -1"),
        (
            np.ones((4, 3)),
            np.full(4, -100),
            r"targets: expected at least one that counts, got int64 \(4,\), none but -10",
        ),
        (
            np.ones((4, 3), int),
            np.zeros(4, int),
            r"outputs: expected floats of shape \(\.\.\., K\), got int64 \(4, 3\)",
        ),
        (np.array(1.0), np.array(0), r"outputs: expected floats of shape \(\.\.\., K\), got float64 \(\)"),
    ],
)
def test_what_cross_entropy_refuses(outputs, targets, sentence):
    with pytest.raises(ValueError, match=sentence):
        cross_entropy(outputs, targets)


@pytest.mark.parametrize(
    ("outputs", "targets", "sentence"),
    [
        (np.ones((4, 1)), np.ones(4), r"targets: expected shape \(4, 1\), the outputs' own, got \(4,\)"),
        (np.ones(4), np.ones((4, 1)), r"targets: expected shape \(4,\), the outputs' own, got \(4, 1\)"),
        (np.ones((0, 2)), np.ones((0, 2)), r"outputs: expected floats, at least one, got float64 \(0, 2\)"),
        (np.ones(4, int), np.ones(4), r"outputs: expected floats, at least one, got int64 \(4,\)"),
    ],
)
def test_what_mean_squared_error_refuses(outputs, targets, sentence):
    with pytest.raises(ValueError, match=sentence):
        mean_squared_error(outputs, targets)
