"""The probability that a language model gives to whole sentences of different lengths."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.rnn.chapter import CHAPTER
from rnncourse.scratch import functional


def _inputs(rng, T, B, V, scale=2.0, shift=0.0):
    lengths = T - np.arange(1, B + 1) % (T // 2 + 1)  # from T / 2 to T; the first is padded as soon as one can be
    logits = scale * rng.normal(size=(T, B, V)) + shift
    return {"logits": logits, "targets": rng.integers(V, size=(T, B)), "lengths": lengths}


def _log_probabilities(logits, targets, lengths):
    masks = np.arange(len(logits)) < lengths[:, None]
    columns = zip(logits.swapaxes(0, 1), targets.T, masks, strict=True)
    return np.array([-functional.cross_entropy(*column, reduction="sum")[0] for column in columns])


def naive_softmax(logits):
    exponentials = np.exp(logits)
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def _log_sum_exp(logits):
    return np.log(np.exp(logits).sum(axis=-1, keepdims=True))


LOGARITHMS = {
    "right": functional.log_softmax,
    "over all": lambda logits: functional.log_softmax(logits.reshape(1, -1)).reshape(logits.shape),
    "less one for all": lambda logits: logits - logits.max() - _log_sum_exp(logits - logits.max()),
    "of an overflow": lambda logits: np.log(naive_softmax(logits)),
    "less an overflow": lambda logits: logits - _log_sum_exp(logits),
    "of an underflow": lambda logits: np.log(functional.softmax(logits)),
}
"""What learners take for the logarithm of the softmax; only the first is right, though others are for small scores."""


def _variant(logits, targets, lengths, logarithm="right", every=False, mean=False):
    """``every`` counts the padding too; ``mean`` divides by the length."""
    chosen = np.take_along_axis(LOGARITHMS[logarithm](logits), targets[..., None], axis=-1)[..., 0]
    is_real = every | (np.arange(len(logits))[:, None] < lengths)
    return np.where(is_real, chosen, 0).sum(axis=0) / (lengths if mean else 1)


def _every_word_at_every_step(logits, targets, lengths):
    log_yhat = functional.log_softmax(logits)
    return np.array([log_yhat[:n, b, targets[:n, b]].sum() for b, n in enumerate(lengths)])


def _sum_over_batch(logits, targets, lengths):
    chosen = np.take_along_axis(functional.log_softmax(logits), targets[..., None], axis=-1)[..., 0]
    return np.where(np.arange(len(logits))[:, None] < lengths, chosen, 0).sum(axis=1)


def _logarithm_of_product(logits, targets, lengths):
    chosen = np.take_along_axis(functional.softmax(logits), targets[..., None], axis=-1)[..., 0]
    return np.log(np.where(np.arange(len(logits))[:, None] < lengths, chosen, 1).prod(axis=0))


SEQUENCE_LOG_PROBABILITY = Exercise(
    name="sequence_log_probability",
    chapter=CHAPTER,
    points=15,
    section="Language models",
    inputs=_inputs,
    reference=_log_probabilities,
    outputs=("log_p",),
    sizes=(
        *({"T": T, "B": B, "V": V} for T, B, V in ((1, 1, 2), (2, 2, 3), (4, 3, 5), (8, 6, 4), (900, 2, 4))),
        *({"T": T, "B": 4, "V": 5, "shift": shift} for T, shift in ((3, 1000.0), (5, -1000.0))),
        *({"T": T, "B": 4, "V": 5, "shift": 3000.0, "scale": 1000.0} for T in (3, 6)),  # many a softmax is 0
    ),
    mistakes=(
        Mistake(
            "You count the padding too; sentence b has lengths[b] words, what comes after them is no part of it.",
            partial(_variant, every=True),
        ),
        Mistake(
            "log_yhat[:n, b, words] takes every word at every step; at step t only the word of step t is asked for.",
            _every_word_at_every_step,
        ),
        Mistake(
            "You add up over the sentences of a step; log_p has one number for each sentence, the sum over its steps.",
            _sum_over_batch,
        ),
        Mistake(
            "You divide by the length; the logarithm of a product is the sum of the logarithms, not their mean.",
            partial(_variant, mean=True),
        ),
        Mistake(
            "The sign is turned round: this is the loss. A probability is at most 1, so its logarithm is at most 0.",
            lambda *inputs: -_log_probabilities(*inputs),
        ),
        Mistake(
            "These are the probabilities themselves, which are 0 for a long sentence; return their logarithms.",
            lambda *inputs: np.exp(_log_probabilities(*inputs)),
        ),
        Mistake(
            "Your softmax runs over all steps and sentences at once; it should run over the words, the last axis.",
            partial(_variant, logarithm="over all"),
        ),
        Mistake(
            "Your softmax overflows for large scores: subtract the largest of each step first, which changes no result.",
            partial(_variant, logarithm="of an overflow"),
        ),
        Mistake(
            "np.exp in your log-sum-exp overflows: log sum exp(o) = m + log sum exp(o - m), with m the largest score.",
            partial(_variant, logarithm="less an overflow"),
        ),
        Mistake(
            "You subtract one largest score for all; where all scores of a step are far below it, their exponentials are 0.",
            partial(_variant, logarithm="less one for all"),
        ),
        Mistake(
            "A very small probability becomes 0, and its logarithm -inf: take o - m - log sum exp(o - m) instead.",
            partial(_variant, logarithm="of an underflow"),
        ),
        Mistake(
            "You multiply the probabilities first; many small numbers make 0. Add up their logarithms instead.",
            _logarithm_of_product,
        ),
    ),
    hints=(
        "A sentence's probability is a product with one factor for each word; its logarithm is a sum. Mind the padding.",
        "With m the largest score of a step, log softmax(o) = (o - m) - log sum exp(o - m): no exp is above 1.",
        "np.take_along_axis(log_yhat, targets[..., None], axis=2)[..., 0] picks the words that came: shape (T, B).",
        "Then sum over the steps with np.arange(T)[:, None] < lengths, and put 0 at all others.",
    ),
)
