"""The language of brackets: against a stack in plain Python, sums over all strings, and samples."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.data import Vocabulary
from rnncourse.data.tasks.brackets import BracketSource


def by_hand(string, kinds, cap, opening):
    """The depth and the law after each symbol of a legal string, with a list for a stack."""
    stack, depths, laws = [], [], []
    for symbol in string:
        if symbol < kinds:
            stack.append(symbol)
        else:
            assert stack.pop() == symbol - kinds
        p = 1.0 if not stack else 0.0 if len(stack) == cap else opening
        law = [p / kinds] * kinds + [0.0] * kinds
        if stack:
            law[kinds + stack[-1]] = 1 - p
        depths.append(len(stack))
        laws.append(law)
    return depths, laws


def check_streams(source, T=40, B=50, seed=0):
    """Every stream is legal, and the depths and laws of the source are those of a stack in plain Python."""
    inputs, targets = source.sample(T, B, np.random.default_rng(seed))
    np.testing.assert_array_equal(inputs[1:], targets[:-1])
    depths, law = source.depths(inputs), source.next_law(inputs)
    for b in range(B):
        by_stack = by_hand(inputs[:, b].tolist(), source.kinds, source.depth_cap, source.openings[1])
        assert depths[:, b].tolist() == by_stack[0]
        np.testing.assert_allclose(law[:, b], by_stack[1], atol=1e-15)
    assert np.isfinite(source.log_probabilities(inputs, targets)).all()


def check_rate(source, T=8000, B=40, seed=1):
    """The entropy rate and the share of depths are those of long streams, within 5 standard errors."""
    inputs, targets = source.sample(T, B, np.random.default_rng(seed))
    surprise = -source.log_probabilities(inputs, targets).mean(axis=0)
    assert abs(surprise.mean() - source.entropy_rate) < 5 * surprise.std() / np.sqrt(B) + 50 / T
    shares = np.stack([(source.depths(inputs) == depth).mean(axis=0) for depth in range(source.depth_cap + 1)])
    error = 5 * shares.std(axis=1) / np.sqrt(B) + 50 / T
    assert (abs(shares.mean(axis=1) - source.stationary_depths) < error).all()


def check_stationary(source):
    """Against the eigenvector of the walk over depths."""
    cap, p = source.depth_cap, source.openings
    walk = np.diag(p[:-1], 1) + np.diag(1 - p[1:], -1)
    np.testing.assert_allclose(source.stationary_depths @ walk, source.stationary_depths, atol=1e-12)
    assert source.stationary_depths.sum() == pytest.approx(1)
    assert source.stationary_depths.shape == (cap + 1,)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 4), st.integers(2, 5), st.floats(0.2, 0.8), st.integers(0, 99))
def test_streams_are_those_of_a_stack(kinds, cap, opening, seed):
    source = BracketSource(kinds, cap, opening)
    check_streams(source, seed=seed)
    check_stationary(source)


@pytest.mark.parametrize("source", [BracketSource(), BracketSource(2, 3, 0.7)])
def test_long_streams_have_the_entropy_rate(source):
    check_rate(source)


def test_the_probabilities_of_all_strings_sum_to_one():
    source = BracketSource(2, 2, 0.4)
    total = 0
    for string in product(range(4), repeat=6):
        try:
            log = source.log_probabilities(np.array([string[:-1]]).T, np.array([string[1:]]).T)
        except ValueError:  # not of the language
            continue
        total += np.exp(log.sum()) * (0.5 if string[0] < 2 else 0)
    assert total == pytest.approx(1, abs=1e-12)


def test_a_cap_of_one_leaves_only_the_kind_to_chance():
    source = BracketSource(3, 1)
    assert source.entropy_rate == pytest.approx(np.log(3) / 2, abs=1e-12)
    np.testing.assert_allclose(source.stationary_depths, [0.5, 0.5])
    inputs, targets = source.sample(8, 20, np.random.default_rng(0))
    np.testing.assert_array_equal(targets[::2], inputs[::2] + 3)


def test_one_kind_and_a_fair_coin_by_hand():
    source = BracketSource(1, 2)  # depths 0, 1, 2 have shares 1/4, 1/2, 1/4, and only depth 1 leaves a choice
    np.testing.assert_allclose(source.stationary_depths, [0.25, 0.5, 0.25])
    assert source.entropy_rate == pytest.approx(np.log(2) / 2, abs=1e-12)


def test_the_streams_can_be_written_and_read():
    source = BracketSource(3)
    vocabulary = Vocabulary(source.brackets, special=False)
    assert "".join(vocabulary.words) == "([{)]}"
    text = "([]{})"
    ids = vocabulary.encode(text)[:, None]
    assert source.depths(ids)[:, 0].tolist() == [1, 2, 1, 2, 1, 0]
    law = source.next_law(ids)[:, 0]
    closes = ["".join(vocabulary.decode([row[3:].argmax() + 3])) for row in law[:-1]]
    assert closes == [")", "]", ")", "}", ")"]
    assert law[-1].tolist() == pytest.approx([1 / 3] * 3 + [0] * 3)


def test_the_kind_that_opens_is_fair():
    inputs, _ = BracketSource(4).sample(200, 100, np.random.default_rng(0))
    opened = np.bincount(inputs[inputs < 4], minlength=4)
    n = opened.sum()
    assert (abs(opened / n - 0.25) < 5 * np.sqrt(0.25 * 0.75 / n)).all()


def test_the_same_rng_gives_the_same_streams():
    one, same, other = (BracketSource().sample(20, 5, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def column(*symbols):
    return np.array(symbols)[:, None]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: BracketSource(kinds=0), "kinds: expected an integer of at least 1, got 0"),
        (lambda: BracketSource(kinds=5), "kinds: expected a number from 1 to below 5, got 5"),
        (lambda: BracketSource(depth_cap=0), "depth_cap: expected an integer of at least 1, got 0"),
        (lambda: BracketSource(opening=0), "opening: expected a positive number, got 0"),
        (lambda: BracketSource(opening=1.0), "opening: expected a number from 0 to below 1, got 1.0"),
        (lambda: BracketSource().sample(0, 1, np.random.default_rng(0)), "T: expected an integer of at least 1"),
        (lambda: BracketSource().sample(1, 0, np.random.default_rng(0)), "B: expected an integer of at least 1"),
        (lambda: BracketSource().next_law(column(0, 4)), "closed by its own kind, got another at step 1"),
        (lambda: BracketSource().depths(column(0, 3, 3)), "depths from 0 to 8, got -1 at step 2"),
        (lambda: BracketSource(2, 1).depths(column(0, 0)), "depths from 0 to 1, got 2 at step 1"),
        (lambda: BracketSource().depths(column(6)), "inputs: expected ids from 0 to 5, got 6"),
        (lambda: BracketSource().depths(np.zeros(3, int)), r"inputs: expected shape \(T, B\), got \(3,\)"),
    ],
)
def test_errors_say_what_was_expected(call, message):
    with pytest.raises(ValueError, match=message):
        call()
