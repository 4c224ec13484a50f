"""One step of the LSTM."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.lstm_gru.chapter import CHAPTER
from rnncourse.exercises.lstm_gru.gates import STEP_SIZES, in_blocks, in_turn, lstm_cell, lstm_inputs
from rnncourse.scratch.functional import sigmoid


def _step(x, h_prev, c_prev, W_x, W_h, b):
    return lstm_cell(W_x, W_h, b).forward(x, (h_prev, c_prev))[0]


CELLS = {
    "right": lambda i, f, g, h_prev, c_prev: f * c_prev + i * g,
    "nothing forgotten": lambda i, f, g, h_prev, c_prev: c_prev + i * g,
    "all let in": lambda i, f, g, h_prev, c_prev: f * c_prev + g,
    "of the state": lambda i, f, g, h_prev, c_prev: f * h_prev + i * g,
    "squashed": lambda i, f, g, h_prev, c_prev: np.tanh(f * c_prev + i * g),
}
"""What learners take for the new cell; only the first is right."""

STATES = {
    "right": lambda o, c, c_prev: o * np.tanh(c),
    "not squashed": lambda o, c, c_prev: o * c,
    "of the old cell": lambda o, c, c_prev: o * np.tanh(c_prev),
}
"""What learners take for the new state; only the first is right."""


def lstm_variant(
    x,
    h_prev,
    c_prev,
    W_x,
    W_h,
    b,
    order="ifgo",
    columns=in_blocks,
    content=np.tanh,
    gate_o=sigmoid,
    cell="right",
    state="right",
):
    """h and c of a step that is wrong somewhere."""
    a = columns(x @ W_x + h_prev @ W_h + b, order)
    i, f, g, o = sigmoid(a["i"]), sigmoid(a["f"]), content(a["g"]), gate_o(a["o"])
    c = CELLS[cell](i, f, g, h_prev, c_prev)
    return STATES[state](o, c, c_prev), c


LSTM_STEP = Exercise(
    name="lstm_step",
    chapter=CHAPTER,
    points=15,
    section="One network, five handwritings",
    inputs=lstm_inputs,
    reference=_step,
    outputs=("h", "c"),
    sizes=STEP_SIZES,
    mistakes=(
        Mistake(
            "Your columns are in the order i f o g; here it is i f g o, so the content is the third block.",
            partial(lstm_variant, order="ifog"),
        ),
        Mistake(
            "i and f are exchanged: the first block lets in, the second keeps, c = f * c_prev + i * g.",
            partial(lstm_variant, order="figo"),
        ),
        Mistake(
            "Your columns are in the order f i o g, as many slides have it; here it is i f g o.",
            partial(lstm_variant, order="fiog"),
        ),
        Mistake(
            "You deal the columns out one by one; each gate has a block of H of them: the first H columns are i.",
            partial(lstm_variant, columns=in_turn),
        ),
        Mistake(
            "You put g through a sigmoid; i, f and o are gates, but g is content, and its tanh may be negative.",
            partial(lstm_variant, content=sigmoid),
        ),
        Mistake(
            "The forget gate is not used: c = f * c_prev + i * g.",
            partial(lstm_variant, cell="nothing forgotten"),
        ),
        Mistake(
            "The input gate is not used: c = f * c_prev + i * g.",
            partial(lstm_variant, cell="all let in"),
        ),
        Mistake(
            "Your forget gate multiplies h_prev; what it keeps is the cell, c_prev.",
            partial(lstm_variant, cell="of the state"),
        ),
        Mistake(
            "You squash the cell and carry it on squashed; c is the plain sum, only h takes its tanh.",
            partial(lstm_variant, cell="squashed"),
        ),
        Mistake(
            "The tanh on the way out is missing: h = o * tanh(c).",
            partial(lstm_variant, state="not squashed"),
        ),
        Mistake(
            "g enters the cell without its tanh: g = tanh(a_g).",
            partial(lstm_variant, content=lambda a_g: a_g),
        ),
        Mistake(
            "h shows the old cell; it is made of the new one: first c, then h = o * tanh(c).",
            partial(lstm_variant, state="of the old cell"),
        ),
    ),
    hints=(
        "One sum does for all four gates: x @ W_x + h_prev @ W_h + b has 4H columns.",
        "np.split(a, 4, axis=1) cuts it into four blocks of H columns, in the order i f g o.",
        "i, f and o go through the sigmoid, g through np.tanh.",
        "Then c = f * c_prev + i * g, and from this new c: h = o * np.tanh(c).",
    ),
)
