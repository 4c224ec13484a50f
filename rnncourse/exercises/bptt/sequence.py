"""The whole sequence: backpropagation through time, in full and truncated."""

from functools import partial

import numpy as np

from rnncourse.exercises.bptt.chapter import CHAPTER
from rnncourse.exercises.bptt.slopes import SLOPES
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import SIZES, network, recurrent_weights
from rnncourse.scratch import RNN, ElmanCell, bptt


def _sequence_inputs(rng, T, B, D, H):
    x, h_0 = rng.normal(size=(T, B, D)), np.tanh(rng.normal(size=(B, H)))
    weights = recurrent_weights(rng, D, H)
    outputs = network(RNN, **weights, b_h=rng.normal(size=H)).forward(x, h_0)[0]
    return {"doutputs": rng.normal(size=outputs.shape), "outputs": outputs, "x": x, "h_0": h_0, **weights}


def _cell_and_caches(outputs, x, h_0, W_xh, W_hh):
    """A cell, and what its steps would have stored: x_t, h_{t-1} and h_t."""
    cell = network(ElmanCell, W_xh, W_hh, np.zeros(h_0.shape[1]))
    return cell, list(zip(x, [h_0, *outputs], outputs, strict=False))


def _through_time(doutputs, outputs, x, h_0, W_xh, W_hh):
    cell, caches = _cell_and_caches(outputs, x, h_0, W_xh, W_hh)
    _, dh_0 = bptt.backward(cell, doutputs, caches)
    return cell.grads["W_xh"], cell.grads["W_hh"], cell.grads["b_h"], dh_0


def _last_state_before_the_first(doutputs, outputs, x, h_0, W_xh, W_hh):
    dW_xh, _, db_h, dh_0 = _through_time(doutputs, outputs, x, h_0, W_xh, W_hh)
    return dW_xh, _through_time(doutputs, outputs, x, outputs[-1], W_xh, W_hh)[1], db_h, dh_0


def _last_step(doutputs, outputs, x, h_0, W_xh, W_hh):
    before = outputs[-2] if len(x) > 1 else h_0
    return _through_time(doutputs[-1:], outputs[-1:], x[-1:], before, W_xh, W_hh)


def _through_time_variant(
    doutputs,
    outputs,
    x,
    h_0,
    W_xh,
    W_hh,
    slope="tanh",
    add=True,
    carry=True,
    shift=True,
    start=True,
    direct=True,
    mean=False,
    reverse=True,
    transpose=True,
):
    dW_xh, dW_hh, db_h, dh = np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros(W_hh.shape[0]), np.zeros_like(h_0)
    before = np.concatenate([h_0[None] if start else np.zeros_like(h_0[None]), outputs[:-1]]) if shift else outputs
    for t in reversed(range(len(x))) if reverse else range(len(x)):
        incoming = doutputs[t] if direct or t == len(x) - 1 else 0
        da = (incoming + (dh if carry else 0)) * SLOPES[slope](outputs[t])
        bias = da.mean(axis=0) if mean else da.sum(axis=0)
        dW_xh, dW_hh, db_h = (
            old * add + new for old, new in ((dW_xh, x[t].T @ da), (dW_hh, before[t].T @ da), (db_h, bias))
        )
        dh = da @ (W_hh.T if transpose else W_hh)
    return dW_xh, dW_hh, db_h, dh


BPTT = Exercise(
    name="bptt",
    chapter=CHAPTER,
    points=25,
    section="The six gradients",
    inputs=_sequence_inputs,
    reference=_through_time,
    outputs=("dW_xh", "dW_hh", "db_h", "dh_0"),
    gradients=("dW_xh", "dW_hh", "db_h", "dh_0"),
    sizes=SIZES,
    mistakes=(
        Mistake(
            "Only one step is counted, the first: this is what comes out when `=` stands where `+=` should.",
            partial(_through_time_variant, add=False),
        ),
        Mistake(
            "Nothing flows from step t + 1 back to step t: each step sees its own output only.",
            partial(_through_time_variant, carry=False),
        ),
        Mistake(
            "Only the last step's output sends a gradient; add doutputs[t] at every step.",
            partial(_through_time_variant, direct=False),
        ),
        Mistake(
            "dW_hh pairs h_t with da_t; W_hh was multiplied with the state before, h_{t-1}.",
            partial(_through_time_variant, shift=False),
        ),
        Mistake(
            "The first step is paired with zeros; the state before it is h_0.",
            partial(_through_time_variant, start=False),
        ),
        Mistake("The slope of tanh, 1 - h_t**2, is missing.", partial(_through_time_variant, slope="missing")),
        Mistake("The slope of tanh is 1 - h_t**2; yours is 1 - h_t.", partial(_through_time_variant, slope="linear")),
        Mistake(
            "On the way back the weight is transposed: what goes on to step t - 1 is da @ W_hh.T.",
            partial(_through_time_variant, transpose=False),
        ),
        Mistake(
            "You walk forwards through time; blame flows from the last step to the first.",
            partial(_through_time_variant, reverse=False),
        ),
        Mistake(
            "db_h is the sum over the batch, not the mean: every example pushes the same bias.",
            partial(_through_time_variant, mean=True),
        ),
        Mistake(
            "For t = 0, outputs[t - 1] is outputs[-1], the last state of all; the state before the first step is h_0.",
            _last_state_before_the_first,
        ),
        Mistake("Only the last step is counted: does the `return` stand inside the loop?", _last_step),
    ),
    hints=(
        "Run backwards through time with one running quantity: dh, what the steps after t have to say about h_t.",
        "At step t: add doutputs[t] to dh, multiply by 1 - outputs[t]**2 to get da, and add to the three gradients.",
        "The state before step t is outputs[t - 1], and h_0 for t = 0. What goes on to step t - 1 is da @ W_hh.T.",
    ),
)


def _window_inputs(rng, T, B, D, H, window):
    return {**_sequence_inputs(rng, T, B, D, H), "window": window}


def _windows(doutputs, outputs, x, h_0, W_xh, W_hh, window):
    cell, caches = _cell_and_caches(outputs, x, h_0, W_xh, W_hh)
    bptt.truncated_backward(cell, doutputs, caches, window, stride=window)
    return cell.grads["W_xh"], cell.grads["W_hh"], cell.grads["b_h"]


def _windows_variant(doutputs, outputs, x, h_0, W_xh, W_hh, window, before="carried", only=slice(None), ragged=True):
    total = [np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros(W_hh.shape[0])]
    starts = list(range(0, len(x), window))
    if not ragged:
        starts = [start for start in starts if start + window <= len(x)] or starts[:1]
    for start in starts[only]:
        piece = slice(start, start + window)
        states = {"carried": outputs[start - 1], "zeros": np.zeros_like(h_0), "h_0": h_0, "own": outputs[start]}
        state = states[before] if start > 0 else h_0
        parts = _through_time(doutputs[piece], outputs[piece], x[piece], state, W_xh, W_hh)[:3]
        total = [old + new for old, new in zip(total, parts, strict=True)]
    return tuple(total)


def _never_cut(doutputs, outputs, x, h_0, W_xh, W_hh, window):
    return _through_time(doutputs, outputs, x, h_0, W_xh, W_hh)[:3]


def _one_step(doutputs, outputs, x, h_0, W_xh, W_hh, window):
    return _windows(doutputs, outputs, x, h_0, W_xh, W_hh, 1)


TRUNCATED_BPTT = Exercise(
    name="truncated_bptt",
    chapter=CHAPTER,
    points=20,
    section="Truncated backpropagation",
    inputs=_window_inputs,
    reference=_windows,
    outputs=("dW_xh", "dW_hh", "db_h"),
    gradients=("dW_xh", "dW_hh", "db_h"),
    sizes=tuple({**size, "window": window} for size, window in zip(SIZES, (1, 1, 2, 2, 3), strict=True)),
    mistakes=(
        Mistake("This is the full gradient: at the edge of a window it is not cut.", _never_cut),
        Mistake("This cuts after every step, whatever the window.", _one_step),
        Mistake(
            "Each window starts from a state of zeros; the state is carried on, only the gradient is cut.",
            partial(_windows_variant, before="zeros"),
        ),
        Mistake(
            "Every window starts from h_0; the state before a later window is outputs[start - 1].",
            partial(_windows_variant, before="h_0"),
        ),
        Mistake(
            "The state before a window is outputs[start - 1]; yours, outputs[start], is the one after its first step.",
            partial(_windows_variant, before="own"),
        ),
        Mistake(
            "Only the first window is counted: does the `return` stand inside the loop?",
            partial(_windows_variant, only=slice(1)),
        ),
        Mistake(
            "Only the last window is counted; add up the gradients of all windows.",
            partial(_windows_variant, only=slice(-1, None)),
        ),
        Mistake(
            "The last, shorter window is left out when T is not a multiple of the window.",
            partial(_windows_variant, ragged=False),
        ),
    ),
    hints=(
        "It is full backpropagation through time, except that at the edge of a window the running dh starts again.",
        "Windows start at 0, window, 2 * window, ...; the last may be shorter.",
        "Your bptt can do each window: its state before is h_0 for the first and outputs[start - 1] for the others.",
    ),
)
