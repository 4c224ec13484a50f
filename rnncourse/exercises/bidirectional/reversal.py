"""Turning a padded batch round, each sequence within its own length."""

from functools import partial

import numpy as np

from rnncourse.exercises.bidirectional.chapter import CHAPTER
from rnncourse.exercises.bidirectional.ragged import by_length, flipped, ragged_lengths
from rnncourse.exercises.exercise import Exercise, Mistake


def _inputs(rng, T, B, D):
    return {"x": rng.normal(size=(T, B, D)), "lengths": ragged_lengths(T, B)}


def _reversed(x, lengths):
    return by_length(x, lengths)


def _each(x, lengths, turn):
    """Each sequence (T, D) and its length go through ``turn``."""
    return np.stack([turn(x[:, b].copy(), n) for b, n in enumerate(lengths)], axis=1)


def _with_one_length(x, lengths, choose):
    return by_length(x, np.full_like(lengths, choose(lengths)))


def _overwritten(sequence, n):
    for t in range(n):
        sequence[t] = sequence[n - 1 - t]
    return sequence


def _without_the_last(sequence, n):
    sequence[: n - 1] = sequence[: n - 1][::-1].copy()
    return sequence


def _zeros_for_padding(sequence, n):
    return np.concatenate([sequence[:n][::-1], np.zeros_like(sequence[n:])])


REVERSE_RAGGED = Exercise(
    name="reverse_ragged",
    chapter=CHAPTER,
    points=10,
    section="Which end is the end?",
    inputs=_inputs,
    reference=_reversed,
    outputs=("reversed_x",),
    sizes=tuple({"T": T, "B": B, "D": D} for T, B, D in ((1, 1, 2), (3, 1, 2), (4, 2, 3), (5, 3, 2), (9, 4, 3))),
    mistakes=(
        Mistake(
            "The padding comes first now: you turn round all T steps; sequence b has lengths[b] of them.",
            flipped,
        ),
        Mistake(
            "The real steps are right, but you turned the padding round, too; it stays as it is.",
            partial(_each, turn=lambda sequence, n: np.concatenate([sequence[:n][::-1], sequence[n:][::-1]])),
        ),
        Mistake(
            "The real steps are right, but your padding is 0; what stands in it stays there.",
            partial(_each, turn=_zeros_for_padding),
        ),
        Mistake(
            "You turn every sequence round within the length of the first one; each has its own, lengths[b].",
            partial(_with_one_length, choose=lambda lengths: lengths[0]),
        ),
        Mistake(
            "You turn every sequence round within the greatest length; each has its own, lengths[b].",
            partial(_with_one_length, choose=np.max),
        ),
        Mistake(
            "You write into the array that you still read from: the second half finds what the first has put there.",
            partial(_each, turn=_overwritten),
        ),
        Mistake(
            "It comes back as it was: if you swap the steps in pairs, stop in the middle, or each pair is swapped twice.",
            lambda x, lengths: x.copy(),
        ),
        Mistake(
            "The last real step stays where it is: sequence[:n], without n - 1, has n steps.",
            partial(_each, turn=_without_the_last),
        ),
        Mistake("You turn the order of the sequences round, axis 1; time is axis 0.", lambda x, lengths: x[:, ::-1]),
        Mistake("You turn each x_t itself round, axis 2; time is axis 0.", lambda x, lengths: x[..., ::-1]),
    ),
    hints=(
        "Take one sequence alone: x[:n, b] with n = lengths[b] are its real steps, and [::-1] turns them round.",
        "Start from x.copy(): then the padding stands in its place already, and x itself stays unchanged.",
        "for b, n in enumerate(lengths): write the reversed x[:n, b] into [:n, b] of the copy.",
        "Without a loop: at step t < n read step n - 1 - t, else t. np.where makes that (T, B), np.take_along_axis reads.",
    ),
)
