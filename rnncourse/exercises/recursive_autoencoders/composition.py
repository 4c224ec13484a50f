"""Two vectors into one: the parent of two children, of length 1."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.recursive_autoencoders.chapter import CHAPTER
from rnncourse.exercises.recursive_autoencoders.networks import autoencoder, encoder_weights
from rnncourse.scratch import functional


def _inputs(rng, M, D):
    return {"c1": rng.normal(size=(M, D)), "c2": rng.normal(size=(M, D)), **encoder_weights(rng, D)}


def _parents(c1, c2, W_e, b_e):
    return autoencoder(W_e, b_e).compose(np.concatenate([c1, c2], axis=1))[0]


def _lengths(h):
    return np.linalg.norm(h, axis=1, keepdims=True)


def _side_by_side(c1, c2):
    return np.concatenate([c1, c2], axis=1)


def _variant(c1, c2, W_e, b_e, pair=_side_by_side, squash=lambda a, b: np.tanh(a + b), size=_lengths):
    """``pair`` makes [c1, c2], ``squash`` makes h of its product with W_e and b_e, which is divided by its ``size``."""
    h = squash(pair(c1, c2) @ W_e, b_e)
    return h / size(h)


def _reshaped(c1, c2):
    return np.concatenate([c1, c2]).reshape(len(c1), -1)


COMPOSE = Exercise(
    name="compose",
    chapter=CHAPTER,
    points=10,
    section="Two vectors into one",
    inputs=_inputs,
    reference=_parents,
    outputs=("p",),
    sizes=tuple({"M": M, "D": D} for M, D in ((1, 2), (2, 3), (3, 2), (5, 4), (4, 7))),
    mistakes=(
        Mistake("The parents are not divided by their length.", partial(_variant, size=lambda h: 1.0)),
        Mistake(
            "You divide by the length of all parents together; each parent is divided by its own: axis=1, keepdims=True.",
            partial(_variant, size=np.linalg.norm),
        ),
        Mistake(
            "You take the length down the columns, across the pairs; a parent is a row: axis=1.",
            partial(_variant, size=partial(np.linalg.norm, axis=0)),
        ),
        Mistake(
            "You divide by the square of the length; the root is missing.",
            partial(_variant, size=lambda h: (h**2).sum(axis=1, keepdims=True)),
        ),
        Mistake(
            "You divide by the sum of the absolute values; the length is the root of the sum of the squares.",
            partial(_variant, size=lambda h: np.abs(h).sum(axis=1, keepdims=True)),
        ),
        Mistake(
            "You divide before the tanh, and what comes out of the tanh has no longer the length 1.",
            partial(_variant, squash=lambda a, b: np.tanh((a + b) / _lengths(a + b)), size=lambda h: 1.0),
        ),
        Mistake("The tanh is missing.", partial(_variant, squash=lambda a, b: a + b)),
        Mistake("The bias b_e is missing.", partial(_variant, squash=lambda a, b: np.tanh(a))),
        Mistake(
            "The bias b_e is added after the tanh; it belongs inside.",
            partial(_variant, squash=lambda a, b: np.tanh(a) + b),
        ),
        Mistake(
            "You squash with the logistic function; it is a tanh here.",
            partial(_variant, squash=lambda a, b: functional.sigmoid(a + b)),
        ),
        Mistake(
            "The children are exchanged: the upper half of W_e meets c1, the lower one c2.",
            lambda c1, c2, W_e, b_e: _variant(c2, c1, W_e, b_e),
        ),
        Mistake(
            "You stack the children and reshape, which puts rows of different pairs side by side; join them with axis=1.",
            partial(_variant, pair=_reshaped),
        ),
    ),
    hints=(
        "Side by side: np.concatenate([c1, c2], axis=1) is (M, 2D), and times W_e it is (M, D).",
        "h = np.tanh(... @ W_e + b_e). Then every row is divided by its own length.",
        "np.linalg.norm(h, axis=1, keepdims=True) holds the length of each row, (M, 1).",
    ),
)
