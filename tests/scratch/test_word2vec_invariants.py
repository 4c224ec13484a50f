"""What is known of the models and losses of word2vec without computing a gradient: definitions, starts and optima."""

import numpy as np
import pytest

from rnncourse.scratch import Embedding
from rnncourse.scratch.word2vec import CBOW, FullSoftmax, NegativeSampling, NoiseContrastiveEstimation, SkipGram

from .checks import assert_close
from .test_word2vec import Combination


def test_skipgram_is_a_look_up():
    case = Combination(SkipGram, FullSoftmax)
    assert isinstance(case.model, Embedding)
    assert np.array_equal(case.model.forward(case.centres)[0], case.model.W[case.centres])


def test_cbow_is_the_mean_of_the_words_that_are_there():
    case = Combination(CBOW, FullSoftmax)
    hidden, _ = case.model.forward(*case.examples)
    for row, words, there in zip(hidden, case.contexts, case.mask, strict=True):
        assert_close("hidden", row, np.mean([case.model.W[word] for word in words[there]], axis=0), 1e-14)


def test_cbow_does_not_see_its_padding():
    case = Combination(CBOW, NegativeSampling, shape=(6, 7, 3, 4, 2))
    assert not case.mask.all()
    once = [case.gradients()[0], *(g.copy() for g in case.gradients()[1].values())]
    other = Combination(CBOW, NegativeSampling, shape=(6, 7, 3, 4, 2))
    other.contexts[~other.mask] = 3
    again = [other.gradients()[0], *(g.copy() for g in other.gradients()[1].values())]
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))


def test_cbow_of_one_word_is_skipgram():
    case, skipgram = Combination(CBOW, FullSoftmax, shape=(4, 5, 3, 1, 1)), SkipGram(5, 3, np.random.default_rng(0))
    skipgram.W = case.model.W
    assert np.array_equal(case.model.forward(*case.examples)[0], skipgram.forward(case.contexts[:, 0])[0])


def test_start_values_are_those_of_word2vec():
    rng = np.random.default_rng(2)
    for table in (SkipGram(200, 50, rng).W, CBOW(200, 50, rng).W):
        assert 0.0099 < np.abs(table).max() <= 0.01
        assert abs(table.mean()) < 0.001
    assert not FullSoftmax(5, 3).W.any()


def test_at_the_start_every_word_is_as_likely_as_the_other():
    hidden, targets = np.ones((2, 3)), np.array([0, 4])
    assert FullSoftmax(8, 3).forward(hidden, targets)[0] == pytest.approx(np.log(8))
    negatives = np.array([[1, 2, 3], [1, 1, 1]])
    assert NegativeSampling(8, 3).forward(hidden, targets, negatives)[0] == pytest.approx(4 * np.log(2))


def test_negative_sampling_is_the_decks_formula():
    """PKU prints log(-y_j) for the negatives; log(1 - y_j) is meant."""
    case = Combination(SkipGram, NegativeSampling)
    hidden, _ = case.model.forward(case.centres)
    E = 0.0
    for h, target, negatives in zip(hidden, case.targets, case.negatives, strict=True):
        y = {word: 1 / (1 + np.exp(-(h @ case.loss.W[word]))) for word in (target, *negatives)}
        E -= np.log(y[target]) + sum(np.log(1 - y[word]) for word in negatives)
    assert case.value() == pytest.approx(E / len(hidden), rel=1e-14)


def test_great_scores_neither_overflow_nor_lose_the_loss():
    loss = NegativeSampling(2, 1)
    loss.W[:] = [[1e4], [-1e4]]
    with np.errstate(all="raise", under="ignore"):
        value, cache = loss.forward(np.ones((1, 1)), np.array([1]), np.array([[0, 1]]))
        loss.backward(cache)
    assert value == 2e4
    assert loss.grads["W"].tolist() == [[1.0], [-1.0]]


def test_a_negative_that_equals_the_target_counts_twice():
    loss = NegativeSampling(3, 1)
    loss.W[:] = [[0.0], [2.0], [0.0]]
    value, _ = loss.forward(np.ones((1, 1)), np.array([1]), np.array([[1]]))
    assert value == pytest.approx(np.log1p(np.exp(-2)) + np.log1p(np.exp(2)))


# Text in which the words 0..3 stand 6, 3, 2 and 1 times, and exactly twice as much noise of another distribution: what
# the expectation over both is, these examples are in full.
TEXT, NOISE = np.repeat(np.arange(4), [6, 3, 2, 1]), np.repeat(np.arange(4), [6, 6, 6, 6]).reshape(12, 2)
P_TEXT, P_NOISE = np.array([6, 3, 2, 1]) / 12, np.full(4, 1 / 4)
OPTIMA = {
    "full softmax": (FullSoftmax(4, 1), np.log(P_TEXT)),
    "NCE": (NoiseContrastiveEstimation(4, 1, P_NOISE), np.log(P_TEXT)),
    "negative sampling": (NegativeSampling(4, 1), np.log(P_TEXT / (2 * P_NOISE))),
}


@pytest.mark.parametrize("name", OPTIMA)
def test_the_gradient_vanishes_at_the_optimum_of_theory(name):
    """NCE finds the words' own log-probabilities, negative sampling these over K times the noise's."""
    loss, scores = OPTIMA[name]
    labels = (TEXT,) if name == "full softmax" else (TEXT, NOISE)
    for shift in (0, 1):
        loss.W = scores[:, None] + shift * np.array([[1.0], [0.0], [0.0], [0.0]])
        loss.zero_grads()
        loss.backward(loss.forward(np.ones((12, 1)), *labels)[1])
        assert (np.abs(loss.grads["W"]).max() < 1e-15) == (shift == 0)


def test_only_the_softmax_does_not_mind_a_constant_on_all_scores():
    values = {}
    for name, (loss, scores) in OPTIMA.items():
        labels = (TEXT,) if name == "full softmax" else (TEXT, NOISE)
        for constant in (0, 1):
            loss.W = scores[:, None] + constant
            values[name, constant] = loss.forward(np.ones((12, 1)), *labels)[0]
    assert values["full softmax", 1] == pytest.approx(values["full softmax", 0], rel=1e-14)
    assert values["NCE", 1] > values["NCE", 0] + 0.1
    assert values["negative sampling", 1] > values["negative sampling", 0] + 0.1
