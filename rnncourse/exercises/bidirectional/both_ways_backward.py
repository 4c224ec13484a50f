"""Backpropagation through two Elman networks that read a ragged batch in both directions."""

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
    two_directions,
    unturned,
)
from rnncourse.exercises.bptt.slopes import SLOPES
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import network
from rnncourse.scratch import ElmanCell, bptt


def _inputs(rng, T, B, D, H):
    x, lengths, weights = rng.normal(size=(T, B, D)), ragged_lengths(T, B), two_directions(rng, D, H)
    outputs = both_readers(**weights).forward(x, None, lengths)[0]
    weights = {name: weight for name, weight in weights.items() if name.startswith("W")}
    return {"doutputs": rng.normal(size=outputs.shape), "outputs": outputs, "x": x, "lengths": lengths, **weights}


def _gradients(doutputs, outputs, x, lengths, W_xh, W_hh, W_xg, W_gg):
    """One sequence after the other, without its padding; each reader with x and its states in its own order."""
    H, dx = len(W_hh), np.zeros_like(x)
    onward, back = (network(ElmanCell, *weights, np.zeros(H)) for weights in ((W_xh, W_hh), (W_xg, W_gg)))
    for b, n in enumerate(lengths):
        dh, dg = np.split(doutputs[:n, [b]], 2, axis=2)
        h, g = np.split(outputs[:n, [b]], 2, axis=2)
        sequence = x[:n, [b]]
        dx[:n, [b]] += _of_one_cell(onward, dh, h, sequence)
        dx[:n, [b]] += _of_one_cell(back, dg[::-1], g[::-1], sequence[::-1])[::-1]
    return dx, *(cell.grads[name] for cell in (onward, back) for name in ("W_xh", "W_hh", "b_h"))


def _of_one_cell(cell, dstates, states, x):
    """dx; the gradients of the weights are added to the cell's own."""
    caches = list(zip(x, [np.zeros_like(states[0]), *states], states, strict=False))  # as its steps would have stored
    return np.array(bptt.backward(cell, dstates, caches)[0])


BEFORE = {
    "right": lambda states: np.concatenate([np.zeros_like(states[:1]), states[:-1]]),
    "rolled": lambda states: np.concatenate([states[-1:], states[:-1]]),
    "after": lambda states: np.concatenate([states[1:], np.zeros_like(states[:1])]),
}
"""Which state learners pair with that of a step, both in the reader's own order; only the first is right."""


def _one_reader(dstates, states, x, W_x, W_h, slope="tanh", before="right", carry=True, transpose=True, add=True):
    """dx, dW_x, dW_h and db of one reader, everything in the order in which it reads."""
    previous, dx, dh = BEFORE[before](states), np.zeros_like(x), np.zeros_like(states[0])
    total = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros(len(W_h))
    for t in reversed(range(len(x))):
        da = SLOPES[slope](states[t]) * (dstates[t] + carry * dh)
        parts = x[t].T @ da, previous[t].T @ da, da.sum(axis=0)
        total = [add * old + new for old, new in zip(total, parts, strict=True)]
        dx[t], dh = da @ W_x.T, da @ (W_h.T if transpose else W_h)
    return dx, *total


def _variant(
    doutputs,
    outputs,
    x,
    lengths,
    W_xh,
    W_hh,
    W_xg,
    W_gg,
    mask=True,
    turn=by_length,
    turn_gradient=None,
    turn_back=None,
    join=lambda onward, back: onward + back,
    before_g=None,
    **how,
):
    """``turn`` is how x, g and, unless said otherwise, their gradients are turned for the backward reader."""
    H = len(W_hh)
    dstates = np.where(is_real(len(x), lengths), doutputs, 0) if mask else doutputs
    dx, *onward = _one_reader(dstates[..., :H], outputs[..., :H], x, W_xh, W_hh, **how)
    for_g = {**how, "before": before_g} if before_g else how
    dx_back, *back = _one_reader(
        (turn_gradient or turn)(dstates[..., H:], lengths),
        turn(outputs[..., H:], lengths),
        turn(x, lengths),
        W_xg,
        W_gg,
        **for_g,
    )
    return join(dx, (turn_back or turn)(dx_back, lengths)), *onward, *back


_OUTPUTS = ("dx", "dW_xh", "dW_hh", "db_h", "dW_xg", "dW_gg", "db_g")

BIDIRECTIONAL_BACKWARD = Exercise(
    name="bidirectional_backward",
    chapter=CHAPTER,
    points=25,
    section="Built by hand: reverse, run, reverse",
    inputs=_inputs,
    reference=_gradients,
    outputs=_OUTPUTS,
    gradients=_OUTPUTS,
    sizes=RAGGED_SIZES,
    mistakes=(
        Mistake(
            "What arrives at the padding flows in: the outputs there are 0 whatever the weights, so nobody is to blame.",
            partial(_variant, mask=False),
        ),
        Mistake(
            "You turned x and g round for the backward reader, but not the gradient of g, which must lie beside g.",
            partial(_variant, turn_gradient=unturned),
        ),
        Mistake(
            "The backward reader's dx is in the order in which it reads; turn it round before you add it.",
            partial(_variant, turn_back=unturned),
        ),
        Mistake(
            "Your dx knows of the forward reader only; both have read x, so add what comes from each.",
            partial(_variant, join=lambda onward, back: onward),
        ),
        Mistake(
            "You treat g as if it read from left to right; its blame flows from the first word to the last.",
            partial(_variant, turn=unturned),
        ),
        Mistake(
            "Blame for g flows on into the padding; it ends at each sequence's own last word (a plain [::-1] does that, too).",
            partial(_variant, turn=flipped),
        ),
        Mistake(
            "For dW_gg you take g_{t-1}; to the backward reader, the state before g_t is g_{t+1}.",
            partial(_variant, before_g="after"),
        ),
        Mistake(
            "Before its first step each reader is in a state of zeros; states[t - 1] with t = 0 is states[-1], the last of all.",
            partial(_variant, before="rolled"),
        ),
        Mistake(
            "Nothing flows from a step to the one read before it: each sees its own output only.",
            partial(_variant, carry=False),
        ),
        Mistake(
            "Only the first step that a reader has read is counted, with zeros before it: is there a `=` in place of `+=`?",
            partial(_variant, add=False),
        ),
        Mistake("The slope of tanh, 1 - h**2 or 1 - g**2, is missing.", partial(_variant, slope="missing")),
        Mistake(
            "On the way back the weight is transposed: what goes on is da @ W_hh.T, or da @ W_gg.T.",
            partial(_variant, transpose=False),
        ),
    ),
    hints=(
        "First of all set doutputs to 0 at the padding, in a copy. Then padding disturbs nobody.",
        "Write one reader's backward pass as a function inside yours: bptt of chapter 3, from zeros, and dx[t] = da @ W.T.",
        "For the forward reader call it with dh, h and x; for the backward one with dg, g and x, all three reversed.",
        "The second dx comes out in the backward reader's order: reverse_ragged turns it round, and then add the two.",
        "H is len(W_hh); np.split(doutputs, 2, axis=2) cuts the halves. The three sums of weights need no turning.",
    ),
)
