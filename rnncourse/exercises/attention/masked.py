"""A softmax that gives nothing to what is hidden."""

from functools import partial

import numpy as np

from rnncourse.exercises.attention.chapter import CHAPTER
from rnncourse.exercises.attention.scores import softmax_along
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.scratch import functional


def _inputs(rng, B, S, shift=0.0, hidden=0.0, blind=False):
    """Row b sees b % S + 1 keys, somewhere; ``hidden`` is added to the scores of the others, ``shift`` to each row's.

    The shift grows from row to row, so that no row is like another. With ``blind`` the last row sees nothing.
    """
    scores = rng.normal(size=(B, S)) + shift * np.arange(1, B + 1)[:, None]
    mask = np.array([rng.permutation(np.arange(S) <= b % S) for b in range(B)]).reshape(B, S)
    if blind:
        mask[-1] = False
    return {"scores": np.where(mask, scores, scores + hidden), "mask": mask}


def _weights(scores, mask):
    """Row by row, the softmax of what is seen alone."""
    weights = np.zeros_like(scores)
    for row, seen, found in zip(scores, mask, weights, strict=True):
        if seen.any():
            found[seen] = functional.softmax(row[seen])
    return weights


def _without_largest(scores, mask, exponential):
    exponentials = exponential(scores, mask)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _hidden_afterwards(scores, mask):
    """The softmax of all, hidden weights set to 0, and each row divided by its sum: 0 / 0 where nothing is left."""
    weights = np.where(mask, softmax_along(scores), 0.0)
    return weights / weights.sum(axis=1, keepdims=True)


MASKED_SOFTMAX = Exercise(
    name="masked_softmax",
    chapter=CHAPTER,
    points=15,
    section="Masks: what must not be seen",
    inputs=_inputs,
    reference=_weights,
    outputs=("weights",),
    sizes=(
        {"B": 1, "S": 1},
        {"B": 1, "S": 3},
        {"B": 4, "S": 3},
        {"B": 3, "S": 6},
        {"B": 2, "S": 4, "hidden": 2000.0},
        {"B": 3, "S": 4, "hidden": 2000.0},
        {"B": 3, "S": 5, "shift": 1000.0},
        {"B": 4, "S": 4, "shift": -5000.0},
        {"B": 2, "S": 3, "blind": True},
        {"B": 5, "S": 4, "blind": True},
    ),
    mistakes=(
        Mistake(
            "Hidden keys get weights, too: this is the softmax of all scores, whatever the mask says.",
            lambda scores, mask: softmax_along(scores),
        ),
        Mistake(
            "You hide what should be seen: True in the mask marks the keys that exist.",
            lambda scores, mask: softmax_along(np.where(mask, -np.inf, scores)),
        ),
        Mistake(
            "You put a score of 0 in the hidden places; exp(0) is 1, so they still get a share. Put -np.inf.",
            lambda scores, mask: softmax_along(np.where(mask, scores, 0.0)),
        ),
        Mistake(
            "You hide after the softmax: what the hidden keys have taken is lost, and the row no longer adds up to 1.",
            lambda scores, mask: np.where(mask, softmax_along(scores), 0.0),
        ),
        Mistake(
            "You hide after the softmax and divide again: beside a large hidden score the others have rounded to 0.",
            _hidden_afterwards,
        ),
        Mistake(
            "You hide after exp: a large hidden score is subtracted from all, and the others round to 0. Hide it before.",
            lambda scores, mask: np.nan_to_num(_hidden_afterwards(scores, mask)),
        ),
        Mistake(
            "All that is missing is the row that sees nothing: -inf less -inf is NaN, and its weights should be 0.",
            lambda scores, mask: softmax_along(np.where(mask, scores, -np.inf)),
        ),
        Mistake(
            "A row that sees nothing gets equal weights everywhere (with -1e9 all its scores are alike); it should get 0.",
            lambda scores, mask: softmax_along(np.where(mask, scores, -1e9)),
        ),
        Mistake(
            "A row that sees nothing gets the weights of no mask at all: -1e9 was added to all its scores alike. It gets 0.",
            lambda scores, mask: softmax_along(scores + (1 - mask) * -1e9),
        ),
        Mistake(
            "exp overflows, or rounds to 0: subtract each row's largest seen score first. (And a row may see nothing.)",
            partial(_without_largest, exponential=lambda scores, mask: np.exp(np.where(mask, scores, -np.inf))),
        ),
        Mistake(
            "exp of a hidden score overflows, and infinity times 0 is NaN: hide the scores before exp, and subtract the largest.",
            partial(_without_largest, exponential=lambda scores, mask: np.exp(scores) * mask),
        ),
        Mistake(
            "Your softmax runs down the columns; each row has a softmax of its own, along the last axis.",
            lambda scores, mask: softmax_along(np.where(mask, scores, -np.inf), axis=0),
        ),
    ),
    hints=(
        "np.where(mask, scores, -np.inf) leaves a hidden key no chance: exp(-inf) is 0, exactly.",
        "Then comes the usual softmax: subtract each row's largest score, exp, divide by each row's sum.",
        "In a row that sees nothing the largest score is -inf. Replace it by 0 before you subtract it; what is the sum then?",
        "seen = mask.any(axis=1, keepdims=True) is False for these rows: np.where(seen, ..., 0.0), for the largest and at the end.",
    ),
)
