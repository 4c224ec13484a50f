"""The look-up table on the way back: which rows of it a gradient reaches."""

from functools import partial

import numpy as np

from rnncourse.exercises.embeddings.chapter import CHAPTER
from rnncourse.exercises.embeddings.words import random_words
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import with_weights
from rnncourse.scratch import Embedding

_SIZES = ((1, 1, 3, 2), (3, 1, 3, 2), (2, 3, 4, 2), (5, 4, 2, 3), (4, 6, 5, 5))  # T, B, D, V; then words are repeated


def _looked_up(rng, T, B, D, V, unused=0):
    """The last ``unused`` words were never looked up, so that V cannot be read off the ids."""
    ids = random_words(rng, (T, B), max(V - unused, 1))
    return {"ids": ids, "dvectors": rng.normal(size=(T, B, D)), "vocabulary_size": V}


def _gradient(ids, dvectors, vocabulary_size):
    table = with_weights(Embedding, vocabulary_size, dvectors.shape[-1])  # any: the gradient does not need them
    table.backward(dvectors, ids)
    return table.grads["W"]


def _at_the_last_step(ids, dvectors, vocabulary_size):
    return _gradient(ids[-1:], dvectors[-1:], vocabulary_size)


def _one_a_word(ids, dvectors, vocabulary_size):
    dW = np.zeros((vocabulary_size, dvectors.shape[-1]))
    dW[ids] += dvectors
    return dW


def _one_a_word_and_step(ids, dvectors, vocabulary_size):
    return sum(_one_a_word(*step, vocabulary_size) for step in zip(ids, dvectors, strict=True))


def _one_a_word_and_column(ids, dvectors, vocabulary_size):
    return _one_a_word_and_step(ids.T, dvectors.swapaxes(0, 1), vocabulary_size)


def _mean_of_each_word(ids, dvectors, vocabulary_size):
    """What ``dvectors[ids == w].mean(axis=0)`` gives: NaN where a word does not occur."""
    counts = np.bincount(ids.ravel(), minlength=vocabulary_size)
    with np.errstate(invalid="ignore"):
        return _gradient(ids, dvectors, vocabulary_size) / counts[:, None]


def _mean_of_a_word(ids, dvectors, vocabulary_size):
    counts = np.bincount(ids.ravel(), minlength=vocabulary_size)
    return _gradient(ids, dvectors, vocabulary_size) / np.maximum(counts, 1)[:, None]


def _scaled(ids, dvectors, vocabulary_size, axes):
    return _gradient(ids, dvectors, vocabulary_size) / np.prod([ids.shape[axis] for axis in axes])


def _unrolled_differently(ids, dvectors, vocabulary_size):
    return _gradient(ids.T.reshape(ids.shape), dvectors, vocabulary_size)


EMBEDDING_BACKWARD = Exercise(
    name="embedding_backward",
    chapter=CHAPTER,
    points=15,
    section="The gradient of a look-up",
    inputs=_looked_up,
    reference=_gradient,
    outputs=("dW",),
    gradients=("dW",),
    sizes=(*(dict(zip("TBDV", size, strict=True)) for size in _SIZES), {"T": 3, "B": 3, "D": 2, "V": 6, "unused": 1}),
    mistakes=(
        Mistake(
            "Of a word that comes twice only one gradient is in dW: `dW[ids] += ...` keeps the last; use np.add.at.",
            _one_a_word,
        ),
        Mistake(
            "You add up over time, but where a word comes twice in one step, dW has only one of its gradients.",
            _one_a_word_and_step,
        ),
        Mistake(
            "You add up over the batch, but where a word comes twice in one column, dW has only one of its gradients.",
            _one_a_word_and_column,
        ),
        Mistake(
            "You divide by the batch size; a row's gradient is the sum over all places where the row was looked up.",
            partial(_scaled, axes=(1,)),
        ),
        Mistake(
            "You divide by the number of places, T times B; the gradient is their sum, without any division.",
            partial(_scaled, axes=(0, 1)),
        ),
        Mistake(
            "You take the mean of a word's gradients; a row that was used more often gets more blame: take the sum.",
            _mean_of_a_word,
        ),
        Mistake(
            "You take a mean, which for a word that never came is 0 / 0; take the sum, which is 0 for such a word.",
            _mean_of_each_word,
        ),
        Mistake("Only the last step is counted; every step looked words up.", _at_the_last_step),
        Mistake(
            "ids and dvectors are flattened in different orders, so that gradients reach the rows of other words.",
            _unrolled_differently,
        ),
        Mistake(
            "dW is transposed: like the table it has one row for each word, (V, D).",
            lambda ids, dvectors, V: _gradient(ids, dvectors, V).T,
        ),
        Mistake(
            "You count how often each word was looked up; add its gradients instead, a vector for each time.",
            lambda ids, dvectors, V: _gradient(ids, np.ones_like(dvectors), V),
        ),
        Mistake(
            "The sign is turned round: this is the step downhill, and dW is the gradient itself.",
            lambda ids, dvectors, V: -_gradient(ids, dvectors, V),
        ),
    ),
    hints=(
        "Each vector was a copy of a row of W. What is the gradient of something that was copied to several places?",
        "dvectors[t, b] belongs to row ids[t, b]; a row that was looked up several times gets the sum.",
        "Start from zeros, (V, D). `dW[ids] += dvectors` loses repeated ids; np.add.at(dW, ids, dvectors) adds all.",
    ),
)
