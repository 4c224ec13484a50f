"""One vector for each sequence of a ragged batch: both readers where they end."""

from functools import partial

import numpy as np

from rnncourse.exercises.bidirectional.chapter import CHAPTER
from rnncourse.exercises.bidirectional.ragged import is_real, ragged_lengths
from rnncourse.exercises.exercise import Exercise, Mistake


def _inputs(rng, T, B, H):
    lengths = ragged_lengths(T, B)
    states = np.tanh(rng.normal(size=(T, B, 2 * H)))
    return {"outputs": np.where(is_real(T, lengths), states, 0.0), "lengths": lengths}


def _at(outputs, lengths, h_step=lambda T, n: n - 1, g_step=lambda T, n: 0, order=slice(None)):
    """For each sequence h at one step and g at another, as T and the length n say."""
    T, H = len(outputs), outputs.shape[2] // 2
    rows = [[outputs[h_step(T, n), b, :H], outputs[g_step(T, n), b, H:]] for b, n in enumerate(lengths)]
    return np.array([np.concatenate(row[order]) for row in rows])


def _last(T, n):
    return T - 1


def _own_last(T, n):
    return n - 1


def _first(T, n):
    return 0


LAST_STATES = Exercise(
    name="last_states",
    chapter=CHAPTER,
    points=10,
    section="The last state of a network that has two ends",
    inputs=_inputs,
    reference=_at,
    outputs=("summary",),
    sizes=tuple({"T": T, "B": B, "H": H} for T, B, H in ((1, 1, 2), (3, 1, 2), (4, 2, 3), (5, 3, 2), (9, 4, 3))),
    mistakes=(
        Mistake(
            "You take the last step of the batch, which is padding for most, and where g has read one word at most.",
            partial(_at, h_step=_last, g_step=_last),
        ),
        Mistake(
            "You take both halves at the last real step; there g has read one word only. It ends at the first.",
            partial(_at, g_step=_own_last),
        ),
        Mistake(
            "Your g is right; but your h is taken at step T - 1, and a shorter sequence ends before.",
            partial(_at, h_step=_last),
        ),
        Mistake(
            "Your h is right; but g is taken at step T - 1. The backward reader ends at the first step.",
            partial(_at, g_step=_last),
        ),
        Mistake(
            "You take both halves at the first step; there h has read one word only. It ends at the last real one.",
            partial(_at, h_step=_first),
        ),
        Mistake(
            "You take each half where its reader begins, after one word; take it where that reader ends.",
            partial(_at, h_step=_first, g_step=_own_last),
        ),
        Mistake("The halves are exchanged: first h, then g.", partial(_at, order=slice(None, None, -1))),
        Mistake(
            "This is the mean over all steps, padding and all; asked for are two states, each from one step.",
            lambda outputs, lengths: outputs.mean(axis=0),
        ),
        Mistake(
            "This is the mean over the real steps; asked for are two states, each from one step.",
            lambda outputs, lengths: outputs.sum(axis=0) / lengths[:, None],
        ),
        Mistake(
            "This is the largest value over the steps; asked for are two states, each from one step.",
            lambda outputs, lengths: outputs.max(axis=0),
        ),
    ),
    hints=(
        "Which step has the forward reader behind it that has seen the whole sequence? And the backward reader?",
        "g is easy: outputs[0, :, H:], for all sequences the same step. H is half of outputs.shape[2].",
        "outputs[lengths - 1, np.arange(B)] picks for each sequence its own last step: (B, 2H).",
    ),
)
