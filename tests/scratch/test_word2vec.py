"""The models and losses of word2vec in textbook form: all six combinations against differences and torch."""

import itertools
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch.gradcheck import directional_derivative
from rnncourse.scratch.word2vec import (
    CBOW,
    FullSoftmax,
    NegativeSampling,
    NoiseContrastiveEstimation,
    SkipGram,
)

from .checks import AUTOGRAD, assert_all_close, assert_gradients, assert_rejects

MODELS = [SkipGram, CBOW]
LOSSES = [FullSoftmax, NegativeSampling, NoiseContrastiveEstimation]
COMBINATIONS = list(itertools.product(MODELS, LOSSES))
SHAPES = [(1, 2, 1, 1, 1), (4, 7, 3, 2, 5), (3, 5, 1, 4, 1), (6, 3, 4, 1, 2)]  # N, V, D, C (contexts), K (negatives)


class Combination:
    """A model and a loss at one shape, all weights random, with examples that repeat words."""

    def __init__(self, model_class, loss_class, shape=SHAPES[1], dtype=np.float64, seed=1):
        N, V, D, C, K = shape
        rng = np.random.default_rng(seed)
        self.noise_probabilities = rng.dirichlet(np.full(V, 3.0))
        is_contrastive = issubclass(loss_class, NoiseContrastiveEstimation)
        noise = (self.noise_probabilities,) if is_contrastive else ()
        self.model, self.loss = model_class(V, D, rng, dtype), loss_class(V, D, *noise, dtype=dtype)
        for module in (self.model, self.loss):
            module.W = rng.standard_normal((V, D)).astype(dtype)
        mask = rng.random((N, C)) < 0.5
        mask[np.arange(N), rng.integers(C, size=N)] = True
        self.mask, self.contexts, self.centres = mask, rng.integers(V, size=(N, C)), rng.integers(V, size=N)
        self.examples = (self.contexts, mask) if issubclass(model_class, CBOW) else (self.centres,)
        self.targets, self.negatives = rng.integers(V, size=N), rng.integers(V, size=(N, K))
        self.labels = (self.targets,) if issubclass(loss_class, FullSoftmax) else (self.targets, self.negatives)

    def value(self):
        """The loss alone."""
        return self.loss.forward(self.model.forward(*self.examples)[0], *self.labels)[0]

    def gradients(self):
        """The loss and the gradients of both tables."""
        hidden, model_cache = self.model.forward(*self.examples)
        value, cache = self.loss.forward(hidden, *self.labels)
        self.model.backward(self.loss.backward(cache), model_cache)
        return value, {"input": self.model.grads["W"], "output": self.loss.grads["W"]}

    def tables(self):
        """The two parameters."""
        return {"input": self.model.W, "output": self.loss.W}

    def torch(self):
        """The loss and the gradients of both tables by autograd, from torch's own layers and losses."""
        table, output = (torch.tensor(W, requires_grad=True) for W in self.tables().values())
        hidden = self.torch_hidden(table)
        if isinstance(self.loss, FullSoftmax):
            value = torch.nn.functional.cross_entropy(hidden @ output.T, torch.tensor(self.targets))
        else:
            value = self.torch_sampled(hidden @ output.T)
        value.backward()
        return value.item(), {"input": table.grad.numpy(), "output": output.grad.numpy()}

    def torch_hidden(self, table):
        """Bags of words without padding, or single words."""
        if len(self.examples) == 1:
            return torch.nn.functional.embedding(torch.tensor(self.centres), table)
        starts = np.cumsum(self.mask.sum(axis=1)) - self.mask.sum(axis=1)
        words = torch.tensor(self.contexts[self.mask])
        return torch.nn.functional.embedding_bag(words, table, torch.tensor(starts), mode="mean")

    def torch_sampled(self, scores):
        """Binary cross-entropy of the scores of all words, from which those of the examples are picked."""
        K = self.negatives.shape[1]
        if isinstance(self.loss, NoiseContrastiveEstimation):
            scores = scores - torch.log(K * torch.tensor(self.noise_probabilities))
        words = torch.tensor(np.hstack([self.targets[:, None], self.negatives]))
        labels = torch.tensor([1.0] + K * [0.0], dtype=scores.dtype).expand(words.shape)
        entropy = torch.nn.functional.binary_cross_entropy_with_logits
        return entropy(scores.gather(1, words), labels, reduction="sum") / len(words)


def check_combination(model_class, loss_class, shape=SHAPES[1]):
    """The gradients of both tables against differences, and the loss and both gradients against torch."""
    case = Combination(model_class, loss_class, shape)
    value, gradients = case.gradients()
    expected_value, expected = case.torch()
    assert value == pytest.approx(expected_value, rel=AUTOGRAD), "relative error of the loss"
    assert_all_close(gradients, expected, AUTOGRAD)
    assert_gradients(case.value, case.tables(), gradients)


def check_adds(model_class, loss_class):
    """The same caches again: the gradients add up."""
    case = Combination(model_class, loss_class)
    once = {name: gradient.copy() for name, gradient in case.gradients()[1].items()}
    assert_all_close(case.gradients()[1], {name: 2 * gradient for name, gradient in once.items()}, 1e-15)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(("model_class", "loss_class"), COMBINATIONS)
def test_gradients_equal_differences_and_torch(model_class, loss_class, shape):
    check_combination(model_class, loss_class, shape)


@pytest.mark.parametrize(("model_class", "loss_class"), COMBINATIONS)
def test_backward_adds(model_class, loss_class):
    check_adds(model_class, loss_class)


@pytest.mark.parametrize(("model_class", "loss_class"), COMBINATIONS)
def test_float32_stays_float32(model_class, loss_class):
    case = Combination(model_class, loss_class, dtype=np.float32)
    hidden, _ = case.model.forward(*case.examples)
    _, cache = case.loss.forward(hidden, *case.labels)
    arrays = [hidden, case.loss.backward(cache), *case.gradients()[1].values()]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
    exact = Combination(model_class, loss_class)
    assert case.value() == pytest.approx(exact.value(), rel=1e-6)


@pytest.mark.parametrize(("model_class", "loss_class"), COMBINATIONS)
def test_arguments_and_caches_are_left_alone(model_class, loss_class):
    case = Combination(model_class, loss_class)
    arguments = [*case.examples, *case.labels]
    before = [array.copy() for array in arguments]
    hidden, model_cache = case.model.forward(*case.examples)
    kept = hidden.copy()
    _, cache = case.loss.forward(hidden, *case.labels)
    first = case.loss.backward(cache)
    case.model.backward(first, model_cache)
    assert np.array_equal(case.loss.backward(cache), first)
    assert np.array_equal(hidden, kept)
    assert all(np.array_equal(now, then) for now, then in zip(arguments, before, strict=True))


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(COMBINATIONS), st.tuples(*[st.integers(1, 5)] * 5), st.integers(0, 99))
def test_gradient_along_any_direction(classes, shape, seed):
    case = Combination(*classes, shape, seed=seed)
    rng = np.random.default_rng(seed)
    _, gradients = case.gradients()
    directions = [rng.standard_normal(table.shape) for table in case.tables().values()]
    numerical = directional_derivative(case.value, list(case.tables().values()), directions)
    analytic = sum((g * d).sum() for g, d in zip(gradients.values(), directions, strict=True))
    assert analytic == pytest.approx(numerical, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("loss_class", LOSSES)
def test_repr_shows_the_shape(loss_class):
    assert repr(Combination(SkipGram, loss_class).loss) == f"{loss_class.__name__}(W (7, 3))"


RNG = np.random.default_rng(0)
CASE, BAG = Combination(SkipGram, NegativeSampling), Combination(CBOW, FullSoftmax)
HIDDEN, TARGETS, NEGATIVES = np.ones((4, 3)), CASE.targets, CASE.negatives
SAMPLED, SOFTMAX = CASE.loss.forward, BAG.loss.forward
UNEVEN = NoiseContrastiveEstimation(3, 2, np.array([0.5, 0.5, 0.0]))
CONTRAST = partial(UNEVEN.forward, np.ones((1, 2)))
HALVES = np.array([0.5, 0.4])
BAD_INPUT = {
    "SkipGram vocabulary_size": (lambda: SkipGram(0, 2, RNG), "vocabulary_size", "integer of at least 1", "0"),
    "CBOW embedding_size": (lambda: CBOW(2, 0, RNG), "embedding_size", "integer of at least 1", "0"),
    "SkipGram dtype": (lambda: SkipGram(2, 2, RNG, int), "dtype", "floating type", "int64"),
    "SkipGram id": (lambda: CASE.model.forward(np.array([7])), "tokens", "ids from 0 to 6", "7"),
    "CBOW id": (lambda: BAG.model.forward(BAG.contexts - 7, BAG.mask), "contexts", "ids from 0 to 6", "-"),
    "CBOW contexts flat": (lambda: BAG.model.forward(TARGETS, BAG.mask), "contexts", "shape (N, C)", "(4,)"),
    "CBOW mask shape": (lambda: BAG.model.forward(BAG.contexts, BAG.mask.T), "mask", "shape (4, 2)", "(2, 4)"),
    "CBOW mask dtype": (lambda: BAG.model.forward(BAG.contexts, BAG.mask * 1), "mask", "dtype bool", "int64"),
    "CBOW no context": (
        lambda: BAG.model.forward(BAG.contexts, BAG.mask & (np.arange(4) != 2)[:, None]),
        "mask",
        "a context word in every row",
        "none in row 2",
    ),
    "CBOW dhidden": (
        lambda: BAG.model.backward(HIDDEN[:, :2], BAG.model.forward(BAG.contexts, BAG.mask)[1]),
        "dhidden",
        "shape (4, 3)",
        "(4, 2)",
    ),
    "vocabulary_size of a loss": (lambda: FullSoftmax(-1, 2), "vocabulary_size", "integer of at least 1", "-1"),
    "embedding_size of a loss": (lambda: NegativeSampling(2, 1.5), "embedding_size", "integer of at least 1", "1.5"),
    "dtype of a loss": (lambda: FullSoftmax(2, 2, int), "dtype", "floating type", "int64"),
    "hidden width": (lambda: SOFTMAX(HIDDEN[:, :2], TARGETS), "hidden", "shape (N, 3)", "(4, 2)"),
    "hidden dtype": (lambda: SOFTMAX(HIDDEN.astype("f4"), TARGETS), "hidden", "dtype float64", "float32"),
    "no examples": (lambda: SOFTMAX(HIDDEN[:0], TARGETS[:0]), "hidden", "shape (N, 3)", "(0, 3)"),
    "targets shape": (lambda: SOFTMAX(HIDDEN, TARGETS[:3]), "targets", "shape (4,)", "(3,)"),
    "targets floats": (lambda: SAMPLED(HIDDEN, TARGETS * 1.0, NEGATIVES), "targets", "integers", "float64"),
    "targets large": (lambda: SAMPLED(HIDDEN, TARGETS + 7, NEGATIVES), "targets", "ids from 0 to 6", ""),
    "negatives shape": (lambda: SAMPLED(HIDDEN, TARGETS, NEGATIVES[:3]), "negatives", "shape (4, K)", "(3, 5)"),
    "no negatives": (lambda: SAMPLED(HIDDEN, TARGETS, NEGATIVES[:, :0]), "negatives", "shape (4, K)", "(4, 0)"),
    "negatives negative": (lambda: SAMPLED(HIDDEN, TARGETS, NEGATIVES - 7), "negatives", "ids from 0 to 6", "-"),
    "noise shape": (lambda: NoiseContrastiveEstimation(3, 2, HALVES), "noise_probabilities", "shape (3,)", "(2,)"),
    "noise sum": (lambda: NoiseContrastiveEstimation(2, 2, HALVES), "noise_probabilities", "sum 1", "a least of 0.4"),
    "noise negative": (
        lambda: NoiseContrastiveEstimation(2, 2, np.array([1.5, -0.5])),
        "noise_probabilities",
        "at least 0",
        "a least of -0.5",
    ),
    "noise NaN": (
        lambda: NoiseContrastiveEstimation(2, 2, np.array([1.0, np.nan])),
        "noise_probabilities",
        "at least 0",
        "a least of nan",
    ),
    "target that noise never draws": (
        lambda: CONTRAST(np.array([2]), np.array([[0, 1]])),
        "targets",
        "words that the noise can draw",
        "2, of noise probability 0",
    ),
    "negative that noise never draws": (
        lambda: CONTRAST(np.array([1]), np.array([[0, 2]])),
        "negatives",
        "words that the noise can draw",
        "2, of noise probability 0",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_named(case):
    assert_rejects(*BAD_INPUT[case])
