"""Copying: the arrays by hand, the exact cross-entropy by enumeration, and strings said back."""

from collections import Counter
from itertools import product
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.data import translation_batch
from rnncourse.data.tasks.aligned import alignment_array, sources_and_targets
from rnncourse.data.tasks.copying import SAY_IT_BACK, copy_memory, copy_memory_cross_entropy, say_it_back


def test_the_task_by_hand():
    inputs, targets = copy_memory(3, 1, np.random.default_rng(0), length=2, symbols=5)
    a, b = inputs[:2, 0]
    assert inputs[:, 0].tolist() == [a, b, 5, 5, 6, 5, 5]
    assert targets[:, 0].tolist() == [5, 5, 5, 5, 5, a, b]


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 12), st.integers(1, 6), st.integers(1, 5), st.integers(1, 4), st.integers(0, 99))
def test_each_symbol_comes_back_after_blanks_and_length_steps(blanks, B, length, symbols, seed):
    inputs, targets = copy_memory(blanks, B, np.random.default_rng(seed), length, symbols)
    assert inputs.shape == targets.shape == (blanks + 2 * length, B)
    assert (targets[blanks + length :] == inputs[:length]).all()
    assert (inputs[:length] < symbols).all()
    assert (targets[: blanks + length] == symbols).all()
    assert [(row == symbols + 1).all() for row in inputs].index(True) == blanks + length - 1
    assert (inputs == symbols + 1).sum() == B


def conditional_entropy(pairs):
    """H(Y | X) in nats of equally likely pairs (x, y), by counting."""
    pairs = list(pairs)
    both, given = Counter(pairs), Counter(x for x, _ in pairs)
    return -sum(n / len(pairs) * log(n / given[x]) for (x, _), n in both.items())


@pytest.mark.parametrize(("blanks", "length", "symbols"), [(1, 2, 2), (4, 3, 3), (2, 1, 5)])
def test_the_cross_entropy_is_the_entropy_of_each_target_given_what_is_remembered(blanks, length, symbols):
    T = blanks + 2 * length
    for remembered in range(length + 1):
        texts = list(product(range(symbols), repeat=length))
        steps = [conditional_entropy((text[:remembered], text[k]) for text in texts) for k in range(length)]
        exact = copy_memory_cross_entropy(blanks, length, symbols, remembered)
        assert exact == pytest.approx(sum(steps) / T)


def test_the_published_baseline():
    """Arjovsky, Shah and Bengio (2016): 10 log 8 / (T + 20)."""
    assert copy_memory_cross_entropy(100) == pytest.approx(10 * log(8) / 120)


def test_the_symbols_are_equally_likely_and_independent():
    inputs, _ = copy_memory(1, 30_000, np.random.default_rng(0), length=2, symbols=3)
    share = np.bincount(inputs[0] * 3 + inputs[1], minlength=9) / 30_000
    np.testing.assert_allclose(share, 1 / 9, atol=4.5 * np.sqrt(8 / 81 / 30_000))


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 36), st.integers(0, 5), st.booleans(), st.integers(0, 99))
def test_a_string_comes_back_letter_by_letter(low, more, reverse, seed):
    high = min(36, low + more)
    for pair in say_it_back(10, np.random.default_rng(seed), (low, high), reverse):
        assert low <= len(pair.source) <= high
        assert len(set(pair.source)) == len(pair.source)
        assert pair.target == (pair.source[::-1] if reverse else pair.source)
        assert all(pair.source[s] == letter for letter, (s,) in zip(pair.target, pair.alignment, strict=True))
        places = range(1, len(pair.source) + 1)
        assert list(pair.reads) == ([len(pair.source)] * len(pair.source) if reverse else list(places))


def test_every_length_and_every_character_is_as_likely():
    pairs = say_it_back(20_000, np.random.default_rng(0), (3, 6))
    lengths = Counter(len(pair.source) for pair in pairs)
    assert set(lengths) == {3, 4, 5, 6}
    assert all(abs(count / 20_000 - 0.25) < 4.5 * np.sqrt(3 / 16 / 20_000) for count in lengths.values())
    first = Counter(pair.source[0] for pair in pairs)
    assert len(first) == 36
    assert all(abs(count / 20_000 - 1 / 36) < 4.5 * np.sqrt(1 / 36 / 20_000) for count in first.values())


def test_pairs_become_a_batch_that_fits_their_alignments():
    pairs = say_it_back(5, np.random.default_rng(1), (2, 7))
    sources, _, inputs, _ = translation_batch(*sources_and_targets(pairs), SAY_IT_BACK, SAY_IT_BACK)
    assert alignment_array(pairs).shape == (len(inputs), 5, len(sources))
    assert SAY_IT_BACK.decode(sources[:, 2]) == list(pairs[2].source)


def test_the_generator_alone_decides():
    assert say_it_back(6, np.random.default_rng(1)) == say_it_back(6, np.random.default_rng(1))
    assert say_it_back(6, np.random.default_rng(1)) != say_it_back(6, np.random.default_rng(2))
    first, again = (copy_memory(5, 4, np.random.default_rng(1)) for _ in range(2))
    assert (first.inputs == again.inputs).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda rng: copy_memory(0, 3, rng), "blanks: expected an integer of at least 1, got 0"),
        (lambda rng: copy_memory(3, 0, rng), "B: expected an integer of at least 1, got 0"),
        (lambda rng: copy_memory(3, 3, rng, length=0), "length: expected an integer of at least 1, got 0"),
        (lambda rng: copy_memory(3, 3, rng, symbols=0), "symbols: expected an integer of at least 1, got 0"),
        (
            lambda rng: copy_memory_cross_entropy(3, remembered=11),
            "remembered: expected an integer from 0 to 10, got 11",
        ),
        (lambda rng: say_it_back(0, rng), "count: expected an integer of at least 1, got 0"),
        (
            lambda rng: say_it_back(2, rng, (5, 3)),
            r"lengths: expected two from 1 to 36, the smaller first, got \(5, 3\)",
        ),
        (lambda rng: say_it_back(2, rng, (5, 37)), "lengths: expected two from 1 to 36"),
        (lambda rng: say_it_back(2, rng, (0, 3)), "lengths: expected two from 1 to 36"),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make(np.random.default_rng(0))
