"""Same coin: one of two sequences y, and the exact bounds by counting all of them."""

from collections import Counter
from itertools import product
from math import log

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse import models
from rnncourse.data.tasks.same_coin import same_coin, same_coin_cross_entropy
from tests.scratch.planting import with_bug

BITS = 0, 1


def check_batch(make, T=7, B=3000, seed=0):
    x, y_previous, y = make(T, B, np.random.default_rng(seed))
    assert x.shape == y_previous.shape == y.shape == (T, B)
    same = (x == y).sum(axis=0)
    assert set(same.tolist()) == {0, T}
    assert (y_previous[0] == 2).all()
    np.testing.assert_array_equal(y_previous[1:], y[:-1])
    three_bits = np.bincount(4 * x[0] + 2 * x[-1] + y[-1], minlength=8) / B  # the coin, too, is fair and of its own
    np.testing.assert_allclose(three_bits, 1 / 8, atol=5 * np.sqrt(7 / 64 / B))


def possible(T):
    """All pairs (x, y), equally likely: written out, without an exclusive or."""
    return [(x, y) for x in product(BITS, repeat=T) for y in (x, tuple(1 - bit for bit in x))]


def conditional_entropy(pairs):
    """H(Y | X) in nats of equally likely pairs (x, y), by counting."""
    pairs = list(pairs)
    both, given = Counter(pairs), Counter(x for x, _ in pairs)
    return -sum(n / len(pairs) * log(n / given[x]) for (x, _), n in both.items())


def test_y_is_x_or_its_opposite_and_y_previous_is_y_one_step_later():
    check_batch(same_coin)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("rng.integers(0, 2, B)", "rng.integers(0, 2, (T, B))"),
        ("rng.integers(0, 2, B)", "rng.integers(0, 2)"),
        ("rng.integers(0, 2, B)", "x[0]"),
        ("y = x ^", "y = 0 * x ^"),
        ("np.full((1, B), 2)", "np.full((1, B), 0)"),
        ("y[:-1]]", "y[1:]]"),
        ("y[:-1]]", "x[:-1]]"),
    ],
)
def test_the_check_of_the_batch(right, wrong):
    planted = with_bug(same_coin, right, wrong)
    with pytest.raises(AssertionError):
        check_batch(planted)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 99))
def test_y_previous_is_what_the_model_s_teacher_forcing_makes(T, B, seed):
    x, y_previous, y = same_coin(T, B, np.random.default_rng(seed))
    model = models.ConditionalRNN(2, 3, 2, vocabulary_size=2)
    assert (models.previous(y, model.start).numpy() == y_previous).all()
    outputs, _ = model(torch.from_numpy(x), torch.from_numpy(y_previous))
    assert outputs.shape == (T, B, 2)


def test_the_batch_without_y_previous_is_one_for_a_tagger():
    batch = same_coin(5, 4, np.random.default_rng(0))
    tokens, lengths, tags = batch.tagging()
    np.testing.assert_array_equal(tokens, batch.x)
    np.testing.assert_array_equal(tags, batch.y)
    assert lengths.tolist() == [5] * 4


@pytest.mark.parametrize("T", [1, 2, 3, 5])
def test_the_bound_is_the_entropy_of_y_given_x(T):
    assert same_coin_cross_entropy(T) == pytest.approx(conditional_entropy(possible(T)) / T)


@pytest.mark.parametrize("T", [1, 2, 3, 5])
def test_the_bound_can_be_reached_from_what_was_read_so_far(T):
    """By the chain rule; all of it is in the first step, and the step before tells the rest."""
    steps = [conditional_entropy(((x[: t + 1], y[:t]), y[t]) for x, y in possible(T)) for t in range(T)]
    assert steps == pytest.approx([log(2)] + [0] * (T - 1))
    assert np.mean(steps) == pytest.approx(same_coin_cross_entropy(T))
    last = [conditional_entropy(((x[t - 1 : t + 1], y[t - 1]), y[t]) for x, y in possible(T)) for t in range(1, T)]
    assert last == pytest.approx([0] * (T - 1))


@pytest.mark.parametrize("T", [1, 2, 3, 5])
def test_the_bound_of_independent_outputs_is_that_of_each_alone_given_all_of_x(T):
    alone = [conditional_entropy((x, y[t]) for x, y in possible(T)) for t in range(T)]
    assert same_coin_cross_entropy(T, independent=True) == pytest.approx(np.mean(alone))
    x = possible(T)[0][0]
    drawn = [(x, y) in possible(T) for y in product(BITS, repeat=T)]  # each as likely if drawn bit by bit
    assert np.mean(drawn) == 2.0 ** (1 - T)


def test_the_same_rng_gives_the_same_batch():
    one, same, other = (same_coin(6, 5, np.random.default_rng(seed)).y for seed in (1, 1, 2))
    assert (one == same).all()
    assert not (one == other).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: same_coin(0, 3, np.random.default_rng(0)), "T: expected an integer of at least 1, got 0"),
        (lambda: same_coin(3, 0, np.random.default_rng(0)), "B: expected an integer of at least 1, got 0"),
        (lambda: same_coin_cross_entropy(0), "T: expected an integer of at least 1, got 0"),
        (lambda: same_coin_cross_entropy(3, independent=2), "independent: expected True or False, got 2"),
    ],
)
def test_errors_say_what_was_expected(call, message):
    with pytest.raises(ValueError, match=message):
        call()
