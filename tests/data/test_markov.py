"""The Markov source: its law, its entropy and its streams, each against a second derivation."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.data.tasks.markov import MarkovSource

CYCLE = np.array([[0.0, 1.0], [1.0, 0.0]])


def source(order, symbols, seed=0):
    return MarkovSource.random(np.random.default_rng(seed), order, symbols, concentration=1.0)


def probability(of, string):
    """Of a whole string at least k long, from the definition: the stationary law, then a row a step."""
    k = of.order
    p = of.stationary[string[:k]]
    for t in range(k, len(string)):
        p *= of.transitions[string[t - k : t + 1]]
    return p


def check_next_law(of):
    """``next_law`` is the ratio of the probabilities of all strings with and without the next symbol."""
    K, T = of.symbols, of.order + 2
    longest = np.empty((K,) * (T + 1))
    for string in product(range(K), repeat=T + 1):
        longest[string] = probability(of, string)
    assert longest.sum() == pytest.approx(1, abs=1e-12)
    inputs = np.array(list(product(range(K), repeat=T))).T
    law = of.next_law(inputs)
    for t in range(T):
        joint = longest.sum(axis=tuple(range(t + 2, T + 1)))
        ratio = joint / joint.sum(axis=-1, keepdims=True)
        np.testing.assert_allclose(law[t], ratio[tuple(inputs[: t + 1])], atol=1e-10)


def check_entropy_rate(of):
    """Against the eigenvector of the step matrix, filled by a plain loop."""
    K, k = of.symbols, of.order
    contexts = list(product(range(K), repeat=k))
    step = np.zeros((len(contexts),) * 2)
    for row, context in enumerate(contexts):
        for s in range(K):
            step[row, contexts.index((*context[1:], s))] += of.transitions[(*context, s)]
    values, vectors = np.linalg.eig(step.T)
    law = np.real(vectors[:, np.argmax(values.real)])
    law = law / law.sum()
    rows = np.array([of.transitions[context] for context in contexts])
    rate = -(law[:, None] * rows * np.log(np.where(rows > 0, rows, 1))).sum()
    np.testing.assert_allclose(of.entropy_rate, rate, atol=1e-10)
    np.testing.assert_allclose(of.stationary.ravel(), law, atol=1e-10)


def check_sample(of, T=60, B=4000, seed=5):
    """Streams are stationary and their surprise has the entropy rate as its mean, within 5 standard errors."""
    inputs, targets = of.sample(T, B, np.random.default_rng(seed))
    assert inputs.shape == targets.shape == (T, B)
    np.testing.assert_array_equal(inputs[1:], targets[:-1])
    singles = of.stationary.sum(axis=tuple(range(1, of.order)))
    for row in (inputs[0], inputs[1], inputs[T // 2], targets[-1]):
        share = np.bincount(row, minlength=of.symbols) / B
        assert (abs(share - singles) <= 5 * np.sqrt(singles * (1 - singles) / B) + 1e-12).all()
    per_stream = -of.log_probabilities(inputs, targets)[of.order - 1 :].mean(axis=0)
    assert abs(per_stream.mean() - of.entropy_rate) < 5 * per_stream.std() / np.sqrt(B)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 100))
def test_the_law_of_what_comes_next_is_that_of_all_strings(order, symbols, seed):
    check_next_law(source(order, symbols, seed))


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 3), st.integers(2, 4), st.integers(0, 100))
def test_the_entropy_rate_is_that_of_the_eigenvector(order, symbols, seed):
    check_entropy_rate(source(order, symbols, seed))


@pytest.mark.parametrize(("order", "symbols"), [(1, 2), (2, 3), (3, 2)])
def test_streams_are_drawn_by_the_law(order, symbols):
    check_sample(source(order, symbols))


def test_the_course_s_source_has_the_entropy_that_the_book_prints():
    of = MarkovSource.random(np.random.default_rng(7))
    assert (of.order, of.symbols) == (2, 8)
    assert round(of.entropy_rate, 4) == 1.2465
    check_entropy_rate(of)


def test_two_states_by_hand():
    of = MarkovSource(np.array([[0.9, 0.1], [0.3, 0.7]]))
    np.testing.assert_allclose(of.stationary, [0.75, 0.25], atol=1e-12)
    by_row = [-0.9 * np.log(0.9) - 0.1 * np.log(0.1), -0.3 * np.log(0.3) - 0.7 * np.log(0.7)]
    assert of.entropy_rate == pytest.approx(0.75 * by_row[0] + 0.25 * by_row[1], abs=1e-12)


def test_a_cycle_has_no_entropy_and_starts_anywhere():
    of = MarkovSource(CYCLE)
    inputs, targets = of.sample(5, 200, np.random.default_rng(0))
    np.testing.assert_array_equal(targets, 1 - inputs)
    assert set(inputs[0].tolist()) == {0, 1}
    assert of.entropy_rate == pytest.approx(0, abs=1e-12)
    np.testing.assert_array_equal(of.log_probabilities(inputs, inputs), -np.inf)
    np.testing.assert_array_equal(of.log_probabilities(inputs, targets), 0)


def test_more_context_never_costs_and_the_order_suffices():
    of = source(3, 3)
    ladder = [of.conditional_entropy(context) for context in range(6)]
    assert ladder[0] > ladder[1] > ladder[2] > ladder[3]
    assert ladder[3] == ladder[4] == ladder[5] == of.entropy_rate
    singles = of.stationary.sum(axis=(1, 2))
    assert ladder[0] == pytest.approx(-(singles * np.log(singles)).sum(), abs=1e-12)


def test_the_context_is_worth_nothing_to_independent_symbols():
    row = np.array([0.5, 0.2, 0.3])
    of = MarkovSource(np.broadcast_to(row, (3, 3, 3)).copy())
    entropies = [of.conditional_entropy(context) for context in range(3)]
    np.testing.assert_allclose(entropies, -(row * np.log(row)).sum(), atol=1e-12)


def test_the_same_rng_gives_the_same_streams():
    of = source(2, 4)
    one, same, other = (of.sample(7, 5, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert one.inputs.dtype == np.int64


def test_a_stream_may_be_shorter_than_the_order():
    inputs, targets = source(3, 2).sample(1, 4, np.random.default_rng(0))
    assert inputs.shape == targets.shape == (1, 4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: MarkovSource([[1.0]]), "transitions: expected a NumPy array of shape"),
        (lambda: MarkovSource(np.ones(3) / 3), r"transitions: expected shape \(K, K\), got \(3,\)"),
        (lambda: MarkovSource(np.ones((2, 3)) / 3), r"transitions: expected shape \(2, 2\), got \(2, 3\)"),
        (lambda: MarkovSource(CYCLE.astype(int)), "transitions: expected dtype float64"),
        (lambda: MarkovSource(CYCLE * 0.9), "transitions: expected probabilities that sum to 1"),
        (lambda: MarkovSource(np.array([[2.0, -1.0], [0.5, 0.5]])), "transitions: expected probabilities"),
        (lambda: MarkovSource(np.full((2, 2), np.nan)), "transitions: expected probabilities"),
        (lambda: MarkovSource(np.eye(2)), "exactly one stationary law, got more than one"),
        (lambda: MarkovSource.random(np.random.default_rng(0), order=0), "order: expected an integer of at least 1"),
        (lambda: MarkovSource.random(np.random.default_rng(0), concentration=0), "concentration: expected a positive"),
        (lambda: source(1, 2).sample(0, 3, np.random.default_rng(0)), "T: expected an integer of at least 1, got 0"),
        (lambda: source(1, 2).sample(3, 0, np.random.default_rng(0)), "B: expected an integer of at least 1, got 0"),
        (lambda: source(1, 2).next_law(np.zeros(3, int)), r"inputs: expected shape \(T, B\), got \(3,\)"),
        (lambda: source(1, 2).next_law(np.full((3, 1), 2)), "inputs: expected ids from 0 to 1, got 2"),
        (lambda: source(1, 2).log_probabilities(np.zeros((3, 1), int), np.zeros((2, 1), int)), "targets: expected sh"),
        (lambda: source(1, 2).log_probabilities(np.zeros((3, 1), int), np.full((3, 1), -1)), "targets: expected ids"),
        (lambda: source(1, 2).conditional_entropy(-1), "context: expected an integer of at least 0, got -1"),
    ],
)
def test_errors_say_what_was_expected(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_beginning_that_cannot_be_has_no_next_symbol():
    never_one = np.zeros((2, 2, 2))
    never_one[..., 0] = 1
    with pytest.raises(ValueError, match="inputs: expected streams that the source can make"):
        MarkovSource(never_one).next_law(np.ones((1, 1), int))
