"""First-token recall: the label is the first token, and nothing else tells of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.data.tasks.first_token import first_token, first_token_chance


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 30), st.integers(1, 20), st.integers(2, 6), st.integers(0, 99))
def test_the_first_token_is_the_label_and_the_others_are_distractors(T, B, symbols, seed):
    tokens, lengths, labels = first_token(T, B, np.random.default_rng(seed), symbols)
    assert (tokens.shape, lengths.tolist(), labels.shape) == ((T, B), [T] * B, (B,))
    assert (tokens[0] == labels).all()
    assert labels.min() >= 0
    assert labels.max() < symbols
    assert (tokens[1:] >= symbols).all()
    assert (tokens[1:] < 2 * symbols).all()


def test_the_labels_do_not_share_memory_with_the_tokens():
    batch = first_token(3, 2, np.random.default_rng(0))
    batch.tokens[0] = 7
    assert (batch.labels < 4).all()


def test_distractors_say_nothing_and_labels_are_equally_likely():
    """The frequency of each label given each last token lies around the exact chance."""
    tokens, _, labels = first_token(5, 40_000, np.random.default_rng(0))
    chance = first_token_chance().accuracy
    for last in range(4, 8):
        given_last = labels[tokens[-1] == last]
        share = np.bincount(given_last, minlength=4) / len(given_last)
        np.testing.assert_allclose(share, chance, atol=4.5 * np.sqrt(chance * (1 - chance) / len(given_last)))


def test_chance_is_that_of_the_uniform_law():
    law = np.full(5, 0.2)
    assert first_token_chance(5).accuracy == pytest.approx(law.max())
    assert first_token_chance(5).cross_entropy == pytest.approx(-(law * np.log(law)).sum())


def test_the_generator_alone_decides():
    first, again, other = (first_token(6, 8, np.random.default_rng(seed)).tokens for seed in (1, 1, 2))
    assert (first == again).all()
    assert not (first == other).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: first_token(0, 3, np.random.default_rng(0)), "T: expected an integer of at least 1, got 0"),
        (lambda: first_token(3, -1, np.random.default_rng(0)), "B: expected an integer of at least 1, got -1"),
        (lambda: first_token(3, 3, np.random.default_rng(0), symbols=1), "symbols: expected at least 2"),
        (lambda: first_token_chance(1), "symbols: expected at least 2"),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()
