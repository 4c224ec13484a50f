"""A softmax that gives nothing to what is hidden."""

from functools import partial

import numpy as np

from rnncourse.exercises.attention.chapter import CHAPTER
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


def _softmax(scores, axis=1, largest=True, epsilon=0.0):
    exponentials = np.exp(scores - (scores.max(axis=axis, keepdims=True) if largest else 0.0))
    return exponentials / (exponentials.sum(axis=axis, keepdims=True) + epsilon)


def _no_nan(weights):
    return np.where(np.isnan(weights), 0.0, weights)


def _of_seen(scores, mask, fill=-np.inf, guard=True, **how):
    """The softmax with ``fill`` for every hidden score; ``guard`` gives 0 to a row that sees nothing."""
    weights = _softmax(np.where(mask, scores, fill), **how)
    return np.where(mask.any(axis=1, keepdims=True), weights, 0.0) if guard else weights


def _no_nan_of_blind(weights, mask):
    """The weights as they are, but 0 in a row that sees nothing."""
    return np.where(mask.any(axis=1, keepdims=True), weights, 0.0)


def _largest_of_all(scores, mask):
    """The largest score of each row is looked for among the hidden ones as well."""
    exponentials = np.where(mask, np.exp(scores - scores.max(axis=1, keepdims=True)), 0.0)
    return _no_nan(exponentials / exponentials.sum(axis=1, keepdims=True))


MASKED_SOFTMAX = Exercise(
    name="masked_softmax",
    chapter=CHAPTER,
    points=15,
    section="Masks: keys that do not exist",
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
        {"B": 4, "S": 4, "shift": -1000.0},
        {"B": 2, "S": 3, "blind": True},
        {"B": 5, "S": 4, "blind": True},
    ),
    mistakes=(
        Mistake(
            "Hidden keys get weights, too: this is the softmax of all scores, whatever the mask says.",
            lambda scores, mask: _softmax(scores),
        ),
        Mistake(
            "You hide what should be seen: True in the mask marks the keys that exist.",
            lambda scores, mask: _weights(scores, ~mask),
        ),
        Mistake(
            "You put a score of 0 in the hidden places; exp(0) is 1, so they still get a share. Put -np.inf.",
            partial(_of_seen, fill=0.0),
        ),
        Mistake(
            "You hide after the softmax: what the hidden keys have taken is lost, and the row no longer adds up to 1.",
            lambda scores, mask: np.where(mask, _softmax(scores), 0.0),
        ),
        Mistake(
            "You subtract the largest score of all, hidden ones too; if that one is hidden, all else may round to 0.",
            _largest_of_all,
        ),
        Mistake(
            "All that is missing is the row that sees nothing: -inf less -inf is NaN, and its weights should be 0.",
            partial(_of_seen, guard=False),
        ),
        Mistake(
            "A row that sees nothing gets equal weights everywhere, because all its scores are alike; it should get 0.",
            partial(_of_seen, fill=-1e9, guard=False),
        ),
        Mistake(
            "Without the row's largest score subtracted, exp overflows or rounds to 0. (And a row may see nothing.)",
            partial(_of_seen, guard=False, largest=False),
        ),
        Mistake(
            "The row that sees nothing is right; but exp overflows or rounds to 0: subtract each row's largest score.",
            lambda scores, mask: _no_nan_of_blind(_of_seen(scores, mask, guard=False, largest=False), mask),
        ),
        Mistake(
            "Your softmax runs down the columns; each row has a softmax of its own, along the last axis.",
            lambda scores, mask: _no_nan(_softmax(np.where(mask, scores, -np.inf), axis=0)),
        ),
        Mistake(
            "Your softmax runs over all rows together; each row adds up to 1 for itself.",
            partial(_of_seen, axis=(0, 1)),
        ),
        Mistake(
            "A small number in the denominator makes each weight too small: find the row that sees nothing by the mask.",
            lambda scores, mask: _no_nan(_of_seen(scores, mask, epsilon=1e-8)),
        ),
    ),
    hints=(
        "np.where(mask, scores, -np.inf) leaves a hidden key no chance: exp(-inf) is 0, exactly.",
        "Then comes the usual softmax: subtract each row's largest score, exp, divide by each row's sum.",
        "In a row that sees nothing the largest score is -inf. Replace it by 0 before you subtract it; what is the sum then?",
        "seen = mask.any(axis=1, keepdims=True) is False for these rows: np.where(seen, ..., 0.0), for the largest and at the end.",
    ),
)
