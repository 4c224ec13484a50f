"""Aligned pairs: links, waiting times, arrays, and the attention that falls on the truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.data.tasks.aligned import AlignedPair, alignment_array, attention_mass, chance_mass, sources_and_targets

PAIR = AlignedPair("abcd", "x-yz", ((1,), (), (0, 3), (2,)))
SHORT = AlignedPair(("uno",), ("one", "only"), ((0,), (0,)))


def test_links_and_waiting_times_by_hand():
    assert PAIR.links == {(0, 1), (2, 0), (2, 3), (3, 2)}
    assert PAIR.reads == (2, 2, 4, 4)
    assert AlignedPair("ab", "-b", ((), (1,))).reads == (0, 2)
    assert sources_and_targets([PAIR, SHORT]) == (["abcd", ("uno",)], ["x-yz", ("one", "only")])


def test_the_array_by_hand():
    truth = alignment_array([PAIR, SHORT])
    assert truth.dtype == bool
    assert truth[:, 0].astype(int).tolist() == [[0, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]]
    assert truth[:, 1].astype(int).tolist() == [[1, 0, 0, 0], [1, 0, 0, 0], [0] * 4, [0] * 4, [0] * 4]


def test_attention_on_the_truth_alone_has_mass_one_and_elsewhere_none():
    truth = alignment_array([PAIR, SHORT])
    weights = truth / np.maximum(truth.sum(axis=2, keepdims=True), 1)
    assert attention_mass(weights, truth) == 1
    assert attention_mass(~truth * 0.3, truth) == 0


def test_chance_by_hand():
    truth = alignment_array([PAIR, SHORT])
    assert chance_mass(truth, np.array([4, 1])) == pytest.approx((1 / 4 + 2 / 4 + 1 / 4 + 1 + 1) / 5)
    assert chance_mass(truth) == pytest.approx((1 / 4 + 2 / 4 + 1 / 4 + 1 / 4 + 1 / 4) / 5)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 5), st.integers(0, 99))
def test_mass_and_chance_against_loops(T, B, S, seed):
    rng = np.random.default_rng(seed)
    truth = rng.random((T, B, S)) * (rng.random((T, B, S)) < 0.5)
    truth[0, 0, 0] = 0.5
    lengths = rng.integers(1, S + 1, B)
    weights = rng.random((T, B, S))
    steps = [(t, b) for t in range(T) for b in range(B) if any(truth[t, b] > 0)]
    mass = sum(weights[t, b, s] * truth[t, b, s] for t, b in steps for s in range(S)) / len(steps)
    chance = sum(truth[t, b, s] / lengths[b] for t, b in steps for s in range(lengths[b])) / len(steps)
    assert attention_mass(weights, truth) == pytest.approx(mass)
    assert chance_mass(truth, lengths) == pytest.approx(chance)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: alignment_array([]), "pairs: expected at least one, got none"),
        (lambda: attention_mass(np.ones((2, 3)), np.ones((2, 1, 3))), r"weights: expected .* got \(2, 3\)"),
        (lambda: attention_mass(np.ones(3), np.ones(3)), r"weights: expected the shape of truth, \(T, B, S\)"),
        (lambda: attention_mass(np.ones((2, 1, 3)), np.zeros((2, 1, 3))), "truth: expected at least one step"),
        (lambda: chance_mass(np.ones(3)), r"truth: expected shape \(T, B, S\), got \(3,\)"),
        (lambda: chance_mass(np.ones((2, 2, 3)), np.array([4, 1])), "lengths: expected lengths from 1 to 3"),
        (lambda: chance_mass(np.ones((2, 2, 3)), np.array([2])), r"lengths: expected shape \(2,\), got \(1,\)"),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()
