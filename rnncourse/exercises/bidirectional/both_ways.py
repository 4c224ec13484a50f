"""Two Elman networks over one ragged batch, one in each direction."""

from functools import partial

import numpy as np

from rnncourse.exercises.bidirectional.chapter import CHAPTER
from rnncourse.exercises.bidirectional.ragged import (
    RAGGED_SIZES,
    both_readers,
    by_length,
    flipped,
    is_real,
    ragged_lengths,
    states,
    two_directions,
    unturned,
)
from rnncourse.exercises.exercise import Exercise, Mistake


def _inputs(rng, T, B, D, H):
    x = rng.normal(size=(T, B, D))  # the padding, too
    return {"x": x, "lengths": ragged_lengths(T, B), **two_directions(rng, D, H)}


def _outputs(x, lengths, W_xh, W_hh, b_h, W_xg, W_gg, b_g):
    return both_readers(W_xh, W_hh, b_h, W_xg, W_gg, b_g).forward(x, None, lengths)[0]


def _halves(
    x,
    lengths,
    W_xh,
    W_hh,
    b_h,
    W_xg,
    W_gg,
    b_g,
    turn=by_length,
    turn_back=by_length,
    start=lambda h: np.zeros_like(h[0]),
    mask=True,
    clear=False,
):
    """``start`` makes the backward reader's first state of h; ``clear`` sets the padding of x to 0."""
    real = is_real(len(x), lengths)
    x = np.where(real, x, 0) if clear else x
    h = states(x, np.zeros((len(lengths), len(b_h))), W_xh, W_hh, b_h)
    g = turn_back(states(turn(x, lengths), start(h), W_xg, W_gg, b_g), lengths)
    return [np.where(real, half, 0) if mask else half for half in (h, g)]


def _variant(*inputs, **how):
    return np.concatenate(_halves(*inputs, **how), axis=2)


def _added(*inputs):
    h, g = _halves(*inputs)
    return h + g


def _one_set_of_weights(x, lengths, W_xh, W_hh, b_h, W_xg, W_gg, b_g):
    return _outputs(x, lengths, W_xh, W_hh, b_h, W_xh, W_hh, b_h)


BIDIRECTIONAL_FORWARD = Exercise(
    name="bidirectional_forward",
    chapter=CHAPTER,
    points=20,
    section="Built by hand: reverse, run, reverse",
    inputs=_inputs,
    reference=_outputs,
    outputs=("outputs",),
    sizes=RAGGED_SIZES,
    mistakes=(
        Mistake(
            "The backward half stands in the order in which it was read, last word first; turn it round once more.",
            partial(_variant, turn_back=unturned),
        ),
        Mistake(
            "Your backward reader begins in the padding; it should begin at each sequence's own last word.",
            partial(_variant, turn=flipped, turn_back=flipped),
        ),
        Mistake(
            "The padding is read like words, by your backward reader even first; it counts for nothing, and outputs there are 0.",
            partial(_variant, turn=flipped, turn_back=flipped, mask=False),
        ),
        Mistake(
            "Zeros in the padding of x do not help: a reader who passes zeros still adds its bias. Leave the padding out.",
            partial(_variant, turn=flipped, turn_back=flipped, clear=True),
        ),
        Mistake(
            "You read in reverse by length, but turn the states back as a whole; that goes by length, too.",
            partial(_variant, turn_back=flipped),
        ),
        Mistake(
            "At the padding your outputs are states that were made of padding; there they should be 0.",
            partial(_variant, mask=False),
        ),
        Mistake(
            "Both of your readers go from left to right; the second one is handed each sequence in reverse.",
            partial(_variant, turn=unturned, turn_back=unturned),
        ),
        Mistake(
            "The second reader goes from left to right, and then its states are turned round; turn its input, too.",
            partial(_variant, turn=unturned),
        ),
        Mistake(
            "The halves are exchanged: first h, then g.", lambda *inputs: np.concatenate(_halves(*inputs)[::-1], 2)
        ),
        Mistake("Both readers have the weights of the first; g has W_xg, W_gg and b_g.", _one_set_of_weights),
        Mistake(
            "Your backward reader starts where the forward one ended; it starts in a state of zeros.",
            partial(_variant, start=lambda h: h[-1]),
        ),
        Mistake("You add the halves; they stand side by side, 2H numbers a step.", _added),
    ),
    hints=(
        "The forward half is elman_states on x. The backward half is the same function on the reversed x, reversed again.",
        "Your reverse_ragged does both turns. Each reader begins with np.zeros((B, H)), where H is len(b_h).",
        "np.concatenate([h, g], axis=2) puts the halves side by side.",
        "At last the padding: outputs[t, b] = 0 where t >= lengths[b]; is_real = np.arange(T)[:, None] < lengths is (T, B).",
    ),
)
