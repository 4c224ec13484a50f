"""One step of the LSTM on the way back."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.lstm_gru.chapter import CHAPTER
from rnncourse.exercises.lstm_gru.gates import STEP_SIZES, in_blocks, lstm_cell, lstm_inputs
from rnncourse.scratch.functional import sigmoid


def _inputs(rng, B, D, H):
    forward = lstm_inputs(rng, B, D, H)
    b = forward.pop("b")  # the gradient does not need it
    x, h_prev, c_prev, W_x, W_h = forward.values()
    (_, c), cache = lstm_cell(W_x, W_h, b).forward(x, (h_prev, c_prev))
    dh, dc = 4 * rng.normal(size=(2, B, H))  # so large that some gradients are above 1
    return {"dh": dh, "dc": dc, "gates": np.concatenate(cache[3:7], axis=1), "c": c, **forward}


def _step_back(dh, dc, gates, c, x, h_prev, c_prev, W_x, W_h):
    cell = lstm_cell(W_x, W_h, np.zeros(W_h.shape[1]))
    cache = x, h_prev, c_prev, *in_blocks(gates, "ifgo").values(), np.tanh(c)
    dx, (dh_prev, dc_prev) = cell.backward((dh, dc), cache)
    return dx, dh_prev, dc_prev, cell.grads["W_x"], cell.grads["W_h"], cell.grads["b"]


THROUGH_H = {
    "right": lambda dc, dh, o, c: dc + o * (1 - np.tanh(c) ** 2) * dh,
    "missing": lambda dc, dh, o, c: dc,
    "alone": lambda dc, dh, o, c: o * (1 - np.tanh(c) ** 2) * dh,
    "no slope": lambda dc, dh, o, c: dc + o * dh,
    "slope of c": lambda dc, dh, o, c: dc + o * (1 - c**2) * dh,
}
"""What learners take for the whole gradient of the cell; only the first is right."""

SLOPES = {  # of a gate and of the content, by their values
    "right": (lambda s: s * (1 - s), lambda g: 1 - g**2),
    "missing": (np.ones_like, np.ones_like),
    "all sigmoid": (lambda s: s * (1 - s), lambda g: g * (1 - g)),
    "all tanh": (lambda s: 1 - s**2, lambda g: 1 - g**2),
    "twice": (lambda s: sigmoid(s) * (1 - sigmoid(s)), lambda g: 1 - np.tanh(g) ** 2),
}
"""What learners take for the slopes; only the first is right."""


def _variant(
    dh,
    dc,
    gates,
    c,
    x,
    h_prev,
    c_prev,
    W_x,
    W_h,
    whole="right",
    slopes="right",
    kept=lambda c, c_prev: c_prev,
    shown=np.tanh,
    passed_on=lambda f, whole, dc: f * whole,
):
    """``kept`` is what f multiplied, ``shown`` what o did; ``passed_on`` makes dc_prev of f, the whole gradient and dc."""
    i, f, g, o = in_blocks(gates, "ifgo").values()
    through = THROUGH_H[whole](dc, dh, o, c)
    gate, content = SLOPES[slopes]
    da_i, da_f = gate(i) * g * through, gate(f) * kept(c, c_prev) * through
    da_g, da_o = content(g) * i * through, gate(o) * shown(c) * dh
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)
    return da @ W_x.T, da @ W_h.T, passed_on(f, through, dc), x.T @ da, h_prev.T @ da, da.sum(axis=0)


_OUTPUTS = ("dx", "dh_prev", "dc_prev", "dW_x", "dW_h", "db")

LSTM_STEP_BACKWARD = Exercise(
    name="lstm_step_backward",
    chapter=CHAPTER,
    points=25,
    section="One step backwards",
    inputs=_inputs,
    reference=_step_back,
    outputs=_OUTPUTS,
    gradients=_OUTPUTS,
    sizes=STEP_SIZES,
    mistakes=(
        Mistake(
            "dc_prev is f times the dc that arrived; what goes on is f times the whole gradient of the cell.",
            partial(_variant, passed_on=lambda f, whole, dc: f * dc),
        ),
        Mistake(
            "The cell's gradient is only what came along c; h was made of c too: add o * (1 - tanh(c)**2) * dh.",
            partial(_variant, whole="missing"),
        ),
        Mistake(
            "The dc that arrives is lost: the cell's gradient is dc plus what comes through h.",
            partial(_variant, whole="alone"),
        ),
        Mistake(
            "Between h and the cell lies a tanh, and its slope is missing: o * (1 - tanh(c)**2) * dh.",
            partial(_variant, whole="no slope"),
        ),
        Mistake(
            "c is the argument of the tanh, not its value: the slope is 1 - tanh(c)**2, not 1 - c**2.",
            partial(_variant, whole="slope of c"),
        ),
        Mistake(
            "dc_prev is the cell's gradient as it is; the forget gate multiplied c_prev, so it multiplies the gradient.",
            partial(_variant, passed_on=lambda f, whole, dc: whole),
        ),
        Mistake(
            "For df you took c; what f was multiplied with is the old cell, c_prev.",
            partial(_variant, kept=lambda c, c_prev: c),
        ),
        Mistake(
            "The slopes are missing: s * (1 - s) for the gates i, f and o, and 1 - g**2 for g.",
            partial(_variant, slopes="missing"),
        ),
        Mistake(
            "g has been through a tanh: its slope is 1 - g**2; g * (1 - g) would be that of a gate.",
            partial(_variant, slopes="all sigmoid"),
        ),
        Mistake(
            "gates holds values, not arguments: a gate's slope is s * (1 - s), with no further sigmoid; g's is 1 - g**2.",
            partial(_variant, slopes="twice"),
        ),
        Mistake(
            "For do you took c; what o was multiplied with is tanh(c).",
            partial(_variant, shown=lambda c: c),
        ),
        Mistake(
            "1 - s**2 is the slope of a tanh, which only g has been through; that of the gates is s * (1 - s).",
            partial(_variant, slopes="all tanh"),
        ),
    ),
    hints=(
        "Go back line by line: h = o * tanh(c) first, then c = f * c_prev + i * g, then the four squashings.",
        "c has two ways to the loss. Its whole gradient is dc + o * (1 - tanh(c)**2) * dh; call it dc from here on.",
        "Then do = tanh(c) * dh, di = g * dc, df = c_prev * dc, dg = i * dc, and what goes on is dc_prev = f * dc.",
        "Times the slopes, s * (1 - s) or 1 - g**2, and side by side in the order i f g o, these are da, (B, 4H).",
        "The rest is as in rnn_step_backward: da times x.T, h_prev.T, the transposed weights, or a sum over the batch.",
    ),
)
