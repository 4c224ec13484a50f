"""Find the bugs: an LSTM over a sequence that runs, and does not do what its weights were made for."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.lstm_gru.chapter import CHAPTER
from rnncourse.exercises.lstm_gru.gates import step_inputs
from rnncourse.exercises.lstm_gru.lstm import lstm_variant
from rnncourse.exercises.networks import with_weights
from rnncourse.scratch import LSTM
from rnncourse.scratch.functional import sigmoid


def _inputs(rng, T, B, D, H):
    _, h_0, *weights = step_inputs(rng, B, D, H, gates=4).items()
    x = rng.normal(size=(T, B, D))
    return dict([("x", x), ("h_0", h_0[1]), ("c_0", 2 * rng.normal(size=(B, H))), *weights])


def _sequence(x, h_0, c_0, W_x, W_h, b):
    layer = with_weights(LSTM, W_x.shape[0], W_h.shape[0], W_x=W_x, W_h=W_h, b=b)
    outputs, (h, c), _ = layer.forward(x, (h_0, c_0))
    return outputs, h, c


def _variant(x, h_0, c_0, W_x, W_h, b, **how):
    h, c, outputs = h_0, c_0, []
    for x_t in x:
        h, c = lstm_variant(x_t, h, c, W_x, W_h, b, **how)
        outputs.append(h)
    return np.array(outputs), h, c


_OTHER_REPAIRS = {
    "Now i and f are exchanged: the columns of W_x, W_h and b are in the order i f g o.": {"order": "figo"},
    "Now the columns are read in the order f i o g, as many slides have it; here it is i f g o.": {"order": "fiog"},
    "The columns are right now, but all four go through the sigmoid; g is the content and takes a tanh.": {
        "content": sigmoid
    },
    "The names are right now; but the third block, g, still has the sigmoid, and the fourth, o, the tanh.": {
        "content": sigmoid,
        "gate_o": np.tanh,
    },
}
"""Wrong repairs of the columns, by the sentence on each."""


LSTM_FORWARD = Exercise(
    name="lstm_forward",
    chapter=CHAPTER,
    points=15,
    section="Columns in another order",
    inputs=_inputs,
    reference=_sequence,
    outputs=("outputs", "h", "c"),
    sizes=tuple(
        dict(zip("TBDH", shape, strict=True))
        for shape in ((1, 1, 1, 1), (2, 1, 2, 3), (3, 2, 2, 3), (5, 3, 4, 2), (8, 2, 3, 5))
    ),
    mistakes=(
        Mistake(
            "Look at the curve where a withdrawal comes: what could make this cell add to what it should take away?",
            partial(_variant, order="ifog", state="of the old cell"),
        ),
        Mistake(
            "The columns are right now. But the curve comes late: of which cell is h made in the line of two assignments?",
            partial(_variant, state="of the old cell"),
        ),
        Mistake(
            "h shows the new cell now. But look at which columns become gates, and which the content.",
            partial(_variant, order="ifog"),
        ),
        *(
            Mistake(sentence + more, partial(_variant, state=state, **how))
            for sentence, how in _OTHER_REPAIRS.items()
            for more, state in ((" (And there is one thing more to find.)", "of the old cell"), ("", "right"))
        ),
        Mistake(
            "The columns are right, and h sees the new cell; but its tanh is gone: h = o * tanh(c).",
            partial(_variant, state="not squashed"),
        ),
    ),
    hints=(
        "Print i, f, g and o at one step of the account. Three of them should lie between 0 and 1. And g?",
        "g is the amount: +1 or -1. Which four columns does the docstring promise, and in which order does the code cut?",
        "In `h, c = ..., ...` Python works out both right-hand sides first, and only then gives them names.",
        "Cut with i, f, g, o = np.split(a, 4, axis=1), tanh for g; and make c first, on a line of its own, then h.",
    ),
    repair=True,
)
