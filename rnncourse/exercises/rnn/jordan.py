"""The Jordan network over a sequence: its only recurrence is its output."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import with_weights
from rnncourse.exercises.rnn.chapter import CHAPTER
from rnncourse.scratch import JordanCell, bptt, functional


def _inputs(rng, T, B, D, H, K):
    return {
        "x": rng.normal(size=(T, B, D)),
        "y_0": rng.normal(size=(B, K)),
        "W_xh": rng.normal(size=(D, H)),
        "W_yh": rng.normal(size=(K, H)) / np.sqrt(K),
        "b_h": rng.normal(size=H),
        "W_hy": rng.normal(size=(H, K)),
        "b_y": rng.normal(size=K),
    }


def _outputs(x, y_0, **weights):
    cell = with_weights(JordanCell, *weights["W_xh"].shape, y_0.shape[1], **weights)
    return bptt.unroll(cell, x, y_0)[0]


def _variant(x, y_0, W_xh, W_yh, b_h, W_hy, b_y, squash=np.tanh, said=lambda y: y, fed=lambda y, y_0: y):
    """``said`` makes the output of the scores; ``fed`` what the next step reads, given y and y_0."""
    outputs, feedback = [], y_0
    for x_t in x:
        h = squash(x_t @ W_xh + feedback @ W_yh + b_h)
        outputs.append(said(h @ W_hy + b_y))
        feedback = fed(outputs[-1], y_0)
    return np.array(outputs)


def _y_0_first(x, y_0, *weights):
    return np.concatenate([y_0[None], _variant(x, y_0, *weights)[:-1]])


def _from_the_second_input(x, y_0, *weights):
    return np.concatenate([y_0[None], _variant(x[1:], y_0, *weights)]) if len(x) > 1 else y_0[None]


JORDAN_FORWARD = Exercise(
    name="jordan_forward",
    chapter=CHAPTER,
    points=15,
    section="Recurrence through the output",
    inputs=_inputs,
    reference=_outputs,
    outputs=("outputs",),
    sizes=tuple(
        dict(zip("TBDHK", shape, strict=True))
        for shape in ((1, 1, 2, 3, 2), (2, 1, 2, 3, 2), (3, 2, 2, 4, 3), (5, 3, 4, 2, 3), (8, 2, 3, 5, 4))
    ),
    mistakes=(
        Mistake(
            "Every step reads y_0: the output that a step makes is not carried on to the next.",
            partial(_variant, fed=lambda y, y_0: y_0),
        ),
        Mistake(
            "You begin with zeros; what the first step reads is y_0.",
            lambda x, y_0, *weights: _variant(x, np.zeros_like(y_0), *weights),
        ),
        Mistake(
            "No step reads an output: y @ W_yh is missing, so each one sees its own input only.",
            lambda x, y_0, W_xh, W_yh, *others: _variant(x, y_0, W_xh, np.zeros_like(W_yh), *others),
        ),
        Mistake(
            "Your outputs went through a softmax; y is linear in h, both in what you return and in what you feed back.",
            partial(_variant, said=functional.softmax),
        ),
        Mistake(
            "You feed back the scores y, but return their softmax; return y as it is.",
            lambda *inputs: functional.softmax(_variant(*inputs)),
        ),
        Mistake(
            "Your outputs went through a tanh; only the hidden layer is squashed, y is linear in h.",
            partial(_variant, said=np.tanh),
        ),
        Mistake(
            "You feed back softmax(y); the next step reads the scores y as they are.",
            partial(_variant, fed=lambda y, y_0: functional.softmax(y)),
        ),
        Mistake(
            "You return y_0 first and leave out the last output; outputs[0] is y_1, what the first step says.",
            _y_0_first,
        ),
        Mistake(
            "Your outputs begin with y_0, and x[0] is never read; outputs[0] is y_1, made of y_0 and x[0].",
            _from_the_second_input,
        ),
        Mistake("The output bias b_y is missing.", lambda *inputs: _variant(*inputs[:-1], 0)),
        Mistake(
            "The hidden bias b_h is missing.",
            lambda x, y_0, W_xh, W_yh, b_h, W_hy, b_y: _variant(x, y_0, W_xh, W_yh, 0, W_hy, b_y),
        ),
        Mistake(
            "The tanh of the hidden layer is missing: h is the sum that goes into it.",
            partial(_variant, squash=lambda a: a),
        ),
    ),
    hints=(
        "It is rnn_forward with another thing in your hand: the last output y, which begins as y_0.",
        "A step has two lines, first h from x[t] and y, then the new y from h; h itself is not carried on.",
        "h = np.tanh(x_t @ W_xh + y @ W_yh + b_h), then y = h @ W_hy + b_y, and y is what you collect.",
    ),
)
