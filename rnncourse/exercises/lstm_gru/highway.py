"""The highway layer: a gate between a transformed input and the input itself."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.lstm_gru.chapter import CHAPTER
from rnncourse.exercises.networks import with_weights
from rnncourse.scratch import Highway
from rnncourse.scratch.functional import sigmoid


def _inputs(rng, B, D):
    return {
        "x": rng.normal(size=(B, D)),
        "W_h": rng.normal(size=(D, D)) / np.sqrt(D),
        "b_h": rng.normal(size=D),
        "W_t": rng.normal(size=(D, D)) / np.sqrt(D),
        "b_t": rng.normal(size=D),
    }


def _layer(x, W_h, b_h, W_t, b_t):
    y, (_, t, _) = with_weights(Highway, len(b_t), W_h=W_h, b_h=b_h, W_t=W_t, b_t=b_t).forward(x)
    return y, t


MIXTURES = {
    "right": lambda t, g, x: t * g + (1 - t) * x,
    "exchanged": lambda t, g, x: (1 - t) * g + t * x,
    "no carry": lambda t, g, x: t * g,
    "residual": lambda t, g, x: t * g + x,
    "squashed": lambda t, g, x: np.tanh(t * g + (1 - t) * x),
}
"""How learners mix what was transformed and what came in; only the first is right."""


def _variant(x, W_h, b_h, W_t, b_t, mixture="right", transform=np.tanh, gate=sigmoid, gate_sees=lambda x, g: x):
    g = transform(x @ W_h + b_h)
    t = gate(gate_sees(x, g) @ W_t + b_t)
    return MIXTURES[mixture](t, g, x), t


HIGHWAY_LAYER = Exercise(
    name="highway_layer",
    chapter=CHAPTER,
    points=10,
    section="A gate for depth",
    inputs=_inputs,
    reference=_layer,
    outputs=("y", "t"),
    sizes=tuple({"B": B, "D": D} for B, D in ((1, 1), (1, 3), (2, 2), (3, 4), (4, 5))),
    mistakes=(
        Mistake(
            "t and 1 - t are exchanged: t is the share that is transformed, 1 - t the share of x passed on.",
            partial(_variant, mixture="exchanged"),
        ),
        Mistake(
            "The road around is missing: where t is small, x itself is passed on, (1 - t) * x.",
            partial(_variant, mixture="no carry"),
        ),
        Mistake(
            "You add the whole x, as a residual layer does; a highway passes on (1 - t) * x.",
            partial(_variant, mixture="residual"),
        ),
        Mistake(
            "You squash y; only g goes through tanh, so that x can pass as it is.",
            partial(_variant, mixture="squashed"),
        ),
        Mistake("The tanh of g is missing.", partial(_variant, transform=lambda a: a)),
        Mistake(
            "You put g through a sigmoid; t is a gate, but g is content and goes through tanh.",
            partial(_variant, transform=sigmoid),
        ),
        Mistake(
            "Your gate is a tanh and can be negative; t goes through the sigmoid, so that it lies between 0 and 1.",
            partial(_variant, gate=np.tanh),
        ),
        Mistake(
            "Your gate has no sigmoid around it, so t can be any number; a share lies between 0 and 1.",
            partial(_variant, gate=lambda a: a),
        ),
        Mistake(
            "Your gate reads g; it looks at the input: t = sigmoid(x @ W_t + b_t).",
            partial(_variant, gate_sees=lambda x, g: g),
        ),
        Mistake(
            "The weights of t and g are exchanged: W_t and b_t belong to the gate.",
            lambda x, W_h, b_h, W_t, b_t: _layer(x, W_t, b_t, W_h, b_h),
        ),
        Mistake(
            "The weights are transposed; rows are examples here, so it is x @ W_h and x @ W_t.",
            lambda x, W_h, b_h, W_t, b_t: _layer(x, W_h.T, b_h, W_t.T, b_t),
        ),
        Mistake(
            "The biases are missing; b_t is what keeps a fresh layer mostly shut.",
            lambda x, W_h, b_h, W_t, b_t: _layer(x, W_h, 0 * b_h, W_t, 0 * b_t),
        ),
    ),
    hints=(
        "Two small layers read the same x: one makes the content g, the other the gate t.",
        "g = np.tanh(x @ W_h + b_h), and t = sigmoid(x @ W_t + b_t).",
        "Mix them feature by feature: t of what is new, and 1 - t of what came in.",
    ),
)
