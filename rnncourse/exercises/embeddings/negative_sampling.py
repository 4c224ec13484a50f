"""Negative sampling: the true word against words of noise, each judged alone."""

from functools import partial

import numpy as np

from rnncourse.exercises.embeddings.chapter import CHAPTER
from rnncourse.exercises.embeddings.words import random_words
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.scratch import functional
from rnncourse.scratch.word2vec import NegativeSampling

_SHAPES = ((1, 2, 1, 3), (2, 3, 1, 4), (3, 2, 2, 4), (4, 3, 5, 6), (6, 2, 3, 5))  # N, D, K, V; most repeat some word
SIZES = (
    *(dict(zip("NDKV", shape, strict=True)) for shape in _SHAPES),
    *({"N": N, "D": 3, "K": 4, "V": 5, "scale": 1000.0} for N in (8, 10)),  # exp of these scores overflows
)


def _examples(rng, N, D, K, V, scale=1.0):
    words = random_words(rng, (N, 1 + K), V)
    return {
        "hidden": scale * rng.normal(size=(N, D)),
        "targets": words[:, 0],
        "negatives": words[:, 1:],
        "W": rng.normal(size=(V, D)),
    }


def _output_layer(W):
    layer = NegativeSampling(*W.shape)
    layer.W = W
    return layer


def _loss(hidden, targets, negatives, W):
    return float(_output_layer(W).forward(hidden, targets, negatives)[0])


def _scores(hidden, targets, negatives, W):
    """The words of each example, the target first, (N, 1 + K), and their scores."""
    words = np.column_stack([targets, negatives])
    return words, np.einsum("nd,nkd->nk", hidden, W[words])


def _of_scores(reduce):
    """A wrong loss, made of the scores (N, 1 + K)."""
    return lambda hidden, targets, negatives, W: reduce(_scores(hidden, targets, negatives, W)[1])


def _of_terms(reduce):
    """A wrong loss, made of the right terms: (N,) of the targets and (N, K) of the noise."""
    softplus = partial(np.logaddexp, 0)
    return _of_scores(lambda scores: reduce(softplus(-scores[:, 0]), softplus(scores[:, 1:])))


def _as_printed(scores):
    y = functional.sigmoid(scores)
    return float(-(np.log(y[:, 0]) + np.log(-y[:, 1:]).sum(axis=1)).mean())


def _overflowing(scores):
    return float((np.log1p(np.exp(-scores[:, 0])) + np.log1p(np.exp(scores[:, 1:])).sum(axis=1)).mean())


def _without_noise_like_the_target(hidden, targets, negatives, W):
    _, scores = _scores(hidden, targets, negatives, W)
    noise = np.where(negatives == targets[:, None], 0, np.logaddexp(0, scores[:, 1:]))
    return float((np.logaddexp(0, -scores[:, 0]) + noise.sum(axis=1)).mean())


NEGATIVE_SAMPLING_LOSS = Exercise(
    name="negative_sampling_loss",
    chapter=CHAPTER,
    points=15,
    section="Negative sampling",
    inputs=_examples,
    reference=_loss,
    outputs=("loss",),
    sizes=SIZES,
    mistakes=(
        Mistake(
            "log(-y) is the log of a negative number; what is meant is log(1 - y), which is log(sigmoid(-score)).",
            _of_scores(_as_printed),
        ),
        Mistake(
            "It is infinite for large scores: exp overflows, or a sigmoid is 0. np.logaddexp(0, s) is log(1 + exp(s)).",
            _of_scores(_overflowing),
        ),
        Mistake(
            "You add up the losses of all examples; the loss of a batch is their mean.",
            _of_terms(lambda target, noise: float((target + noise.sum(axis=1)).sum())),
        ),
        Mistake(
            "You take the mean over the K words of noise; the noise of an example is added up.",
            _of_terms(lambda target, noise: float((target + noise.mean(axis=1)).mean())),
        ),
        Mistake(
            "You take the mean over all words; it is over the examples only: the 1 + K terms of each are added up.",
            _of_terms(lambda target, noise: float(np.column_stack([target, noise]).mean())),
        ),
        Mistake(
            "This is a softmax over the target and its noise; here each word is judged alone, by a sigmoid of its own.",
            _of_scores(lambda scores: float(-functional.log_softmax(scores)[:, 0].mean())),
        ),
        Mistake(
            "Only the target is counted; the terms of the noise are missing.",
            _of_terms(lambda target, noise: float(target.mean())),
        ),
        Mistake(
            "The sign is turned round: logs of probabilities are negative, and a loss is minus their sum.",
            _of_terms(lambda target, noise: -float((target + noise.sum(axis=1)).mean())),
        ),
        Mistake(
            "The minus stands before both parts of E: you subtract what the noise costs, and it is to be added.",
            _of_terms(lambda target, noise: float((target - noise.sum(axis=1)).mean())),
        ),
        Mistake(
            "You ask the noise for high scores too; for noise it is log(1 - y), the probability that it is none of the text.",
            _of_scores(lambda scores: float(np.logaddexp(0, -scores).sum(axis=1).mean())),
        ),
        Mistake(
            "You return the loss of each example; the loss of the batch is their mean, one number.",
            _of_terms(lambda target, noise: target + noise.sum(axis=1)),
        ),
        Mistake(
            "You leave out noise that happens to be the target word; it is noise all the same, and every draw counts.",
            _without_noise_like_the_target,
        ),
    ),
    hints=(
        "First the scores: of each example's hidden vector with the row of its target, and with those of its noise.",
        "-log(sigmoid(s)) is log(1 + exp(-s)), and -log(1 - sigmoid(s)) is log(1 + exp(s)).",
        "np.logaddexp(0, s) is log(1 + exp(s)) without overflow: of -s for the target, of s for each word of noise.",
    ),
)


def _gradients(hidden, targets, negatives, W):
    layer = _output_layer(W)
    dhidden = layer.backward(layer.forward(hidden, targets, negatives)[1])
    return dhidden, layer.grads["W"]


def _add_every(table, ids, rows):
    """Add each of the rows (..., D) to the row of the table that its id names."""
    np.add.at(table, ids, rows)


def _add_last(table, ids, rows):
    """What ``+=`` does: of rows with the same id only the last is added."""
    table[ids] += rows


def _add_by_column(table, words, rows):
    for column in range(words.shape[1]):
        _add_last(table, words[:, column], rows[:, column])


def _add_targets_then_noise(table, words, rows):
    _add_last(table, words[:, 0], rows[:, 0])
    _add_last(table, words[:, 1:], rows[:, 1:])


def _add_by_example(table, words, rows):
    """Each example's target, then its noise at once."""
    for word, row in zip(words, rows, strict=True):
        _add_targets_then_noise(table, word[None], row[None])


def _divided(y):
    e = np.exp(y)
    return e / (1 + e)


def _gradients_variant(
    hidden,
    targets,
    negatives,
    W,
    add=_add_every,
    sigmoid=functional.sigmoid,
    labels=slice(1),
    pulled=slice(None),
    factor=lambda N, K: 1 / N,
    slope=False,
    turned=slice(0),
):
    """Which words are the text's (``labels``), change the hidden vector (``pulled``), have a wrong sign (``turned``)."""
    words, scores = _scores(hidden, targets, negatives, W)
    y, right = sigmoid(scores), np.zeros(words.shape)
    right[:, labels] = 1
    dscores = factor(len(words), words.shape[1] - 1) * (y - right) * (y * (1 - y) if slope else 1)
    dscores[:, turned] *= -1
    dhidden = np.einsum("nk,nkd->nd", dscores[:, pulled], W[words][:, pulled])
    dW = np.zeros_like(W)
    add(dW, words, dscores[..., None] * hidden[:, None])
    return dhidden, dW


NEGATIVE_SAMPLING_BACKWARD = Exercise(
    name="negative_sampling_backward",
    chapter=CHAPTER,
    points=20,
    section="Negative sampling",
    inputs=_examples,
    reference=_gradients,
    outputs=("dhidden", "dW"),
    gradients=("dhidden", "dW"),
    sizes=SIZES,
    mistakes=(
        Mistake(
            "Of a word that comes twice only one gradient is in dW: `dW[words] += ...` keeps the last; use np.add.at.",
            partial(_gradients_variant, add=_add_last),
        ),
        Mistake(
            "dW keeps one gradient of a word that comes twice in a column: `dW[words[:, k]] += ...` loses the others.",
            partial(_gradients_variant, add=_add_by_column),
        ),
        Mistake(
            "A word that is the target of several examples, or noise several times, has only one of its gradients in dW.",
            partial(_gradients_variant, add=_add_targets_then_noise),
        ),
        Mistake(
            "Where one example has the same word of noise twice, `dW[negatives[n]] += ...` adds only one of its gradients.",
            partial(_gradients_variant, add=_add_by_example),
        ),
        Mistake(
            "The loss is the mean over the batch, so each gradient is divided by N; else it is that of the sum.",
            partial(_gradients_variant, factor=lambda N, K: 1),
        ),
        Mistake(
            "You divide by N and by 1 + K; the terms of one example are added up, so divide by N only.",
            partial(_gradients_variant, factor=lambda N, K: 1 / (N * (1 + K))),
        ),
        Mistake(
            "The sign is turned round: the gradient at a score is y - 1 for the target and y for the noise.",
            partial(_gradients_variant, factor=lambda N, K: -1 / N),
        ),
        Mistake(
            "At the target's score you have 1 - y; but the loss falls as that score rises, so the gradient is negative.",
            partial(_gradients_variant, turned=slice(1)),
        ),
        Mistake(
            "The noise is treated as targets: at its scores the gradient is y, not y - 1.",
            partial(_gradients_variant, labels=slice(None)),
        ),
        Mistake(
            "In dhidden the noise is missing: its rows push the hidden vector too, each by its y.",
            partial(_gradients_variant, pulled=slice(1)),
        ),
        Mistake(
            "The slope y * (1 - y) is one too many: it cancels against the log, and y - label is all that is left.",
            partial(_gradients_variant, slope=True),
        ),
        Mistake(
            "exp(s) / (1 + exp(s)) is infinity by infinity for a score of 1000; 1 / (1 + exp(-s)) is not.",
            partial(_gradients_variant, sigmoid=_divided),
        ),
    ),
    hints=(
        "Put each example's target and noise side by side, (N, 1 + K), with labels 1 and 0; then all words are alike.",
        "At a score the gradient is (y - label) / N. A score is a product: each factor gets the other one, times that.",
        "dhidden sums dscores times W[words] over words; np.add.at(dW, words, ...) adds dscores times hidden to dW.",
    ),
)
