"""The adding problem: what is in a batch, and the exact errors against enumeration and sampling."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.data.tasks.adding import adding, adding_error


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 60), st.integers(1, 20), st.integers(0, 99))
def test_the_target_is_the_sum_of_the_two_marked_numbers(T, B, seed):
    inputs, targets = adding(T, B, np.random.default_rng(seed))
    assert (inputs.shape, targets.shape) == ((T, B, 2), (B, 1))
    assert (inputs.dtype, targets.dtype) == (np.float32, np.float32)
    numbers, marks = inputs[..., 0], inputs[..., 1]
    assert set(np.unique(marks)) <= {0, 1}
    assert (marks[: T // 2].sum(axis=0) == 1).all()
    assert (marks[T // 2 :].sum(axis=0) == 1).all()
    for b in range(B):
        assert targets[b, 0] == pytest.approx(sum(numbers[marks[:, b] == 1, b].tolist()), abs=1e-6)


def test_every_place_is_marked_and_numbers_fill_the_interval():
    inputs, targets = adding(7, 5000, np.random.default_rng(0))
    often = inputs[..., 1].mean(axis=1)
    np.testing.assert_allclose(often, [1 / 3] * 3 + [1 / 4] * 4, atol=5 * np.sqrt(0.25 / 5000))
    assert 0 <= inputs[..., 0].min() < 0.001
    assert 0.999 < inputs[..., 0].max() < 1
    assert abs(targets.mean() - 1) < 5 * np.sqrt(1 / 6 / 5000)


def test_the_generator_alone_decides():
    first, again, other = (adding(9, 4, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert not (first.inputs == other.inputs).all()


def enumerated_error(T, window):
    """The mean over all pairs of places of 1/12 for each that lies before the window."""
    pairs = list(product(range(T // 2), range(T // 2, T)))
    return Fraction(sum((i < T - window) + (j < T - window) for i, j in pairs), 12 * len(pairs))


@pytest.mark.parametrize("T", [2, 3, 8, 11])
def test_the_exact_error_is_that_of_all_places_enumerated(T):
    for window in range(T + 1):
        assert adding_error(T, window) == pytest.approx(float(enumerated_error(T, window)), abs=1e-15)


def test_the_errors_that_everybody_quotes():
    assert adding_error(50) == pytest.approx(1 / 6)
    assert adding_error(50, 25) == pytest.approx(1 / 12)
    assert adding_error(50, 50) == 0


@pytest.mark.parametrize("window", [0, 5, 10, 14, 20])
def test_the_best_answer_from_a_window_has_this_error(window):
    """The conditional mean, written out: a marked number that is seen counts, one that is not is 1/2."""
    inputs, targets = adding(20, 40_000, np.random.default_rng(1))
    seen = inputs[len(inputs) - window :]
    answer = (seen[..., 0] * seen[..., 1]).sum(axis=0) + (2 - seen[..., 1].sum(axis=0)) / 2
    squares = (answer - targets[:, 0]) ** 2
    assert abs(squares.mean() - adding_error(20, window)) <= 4 * squares.std() / np.sqrt(40_000) + 1e-12


def test_no_linear_answer_from_the_window_does_better():
    inputs, targets = adding(6, 40_000, np.random.default_rng(2))
    seen = inputs[-2:].transpose(1, 0, 2).reshape(40_000, -1)
    features = np.c_[seen, seen[:, ::2] * seen[:, 1::2], np.ones(40_000)].astype(float)
    weights, *_ = np.linalg.lstsq(features[:20_000], targets[:20_000, 0], rcond=None)
    squares = (features[20_000:] @ weights - targets[20_000:, 0]) ** 2
    assert abs(squares.mean() - adding_error(6, 2)) <= 4 * squares.std() / np.sqrt(20_000)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: adding(1, 4, np.random.default_rng(0)), "T: expected at least 2 steps, one for each mark, got 1"),
        (lambda: adding(2.0, 4, np.random.default_rng(0)), "T: expected an integer of at least 1, got 2.0"),
        (lambda: adding(5, 0, np.random.default_rng(0)), "B: expected an integer of at least 1, got 0"),
        (lambda: adding_error(1), "T: expected at least 2 steps"),
        (lambda: adding_error(5, 6), "window: expected an integer from 0 to 5, got 6"),
        (lambda: adding_error(5, -1), "window: expected an integer from 0 to 5, got -1"),
        (lambda: adding_error(5, 2.0), "window: expected an integer from 0 to 5, got 2.0"),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()
