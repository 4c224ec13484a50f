"""One step of the LSTM whose gates look into the cell."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.lstm_gru.chapter import CHAPTER
from rnncourse.exercises.lstm_gru.gates import STEP_SIZES, in_blocks, lstm_inputs
from rnncourse.exercises.networks import with_weights
from rnncourse.scratch.functional import sigmoid
from rnncourse.scratch.lstm_variants import LSTMVariantCell


def _inputs(rng, B, D, H):
    return lstm_inputs(rng, B, D, H) | {f"p_{gate}": rng.normal(size=H) for gate in "ifo"}


def _step(x, h_prev, c_prev, W_x, W_h, b, p_i, p_f, p_o):
    weights = {"W_x": W_x, "W_h": W_h, "b": b, "p_i": p_i, "p_f": p_f, "p_o": p_o}
    cell = with_weights(LSTMVariantCell, W_x.shape[0], W_h.shape[0], **weights)
    return cell.forward(x, (h_prev, c_prev))[0]


def _before(a, p, c):
    """The gate sees the cell before it is squashed, as it should."""
    return sigmoid(a + p * c)


def _after(a, p, c):
    return sigmoid(a) + p * c


def _blind(a, p, c):
    return sigmoid(a)


def _variant(
    x,
    h_prev,
    c_prev,
    W_x,
    W_h,
    b,
    p_i,
    p_f,
    p_o,
    order="ifgo",
    gate=_before,
    gate_o=None,
    seen_by_i_f=lambda h_prev, c_prev: c_prev,
    seen_by_o=lambda c, c_prev: c,
    content=np.tanh,
):
    """``gate`` says how i, f and, unless ``gate_o`` does, o see a cell; the functions after them say which they see."""
    a = in_blocks(x @ W_x + h_prev @ W_h + b, order)
    seen = seen_by_i_f(h_prev, c_prev)
    c = gate(a["f"], p_f, seen) * c_prev + gate(a["i"], p_i, seen) * content(a["g"])
    return (gate_o or gate)(a["o"], p_o, seen_by_o(c, c_prev)) * np.tanh(c), c


PEEPHOLE_STEP = Exercise(
    name="peephole_step",
    chapter=CHAPTER,
    points=10,
    section="Eight variants",
    inputs=_inputs,
    reference=_step,
    outputs=("h", "c"),
    sizes=STEP_SIZES,
    mistakes=(
        Mistake(
            "Your o looks at the old cell; it comes last, and sees the new one: sigmoid(a_o + p_o * c).",
            partial(_variant, seen_by_o=lambda c, c_prev: c_prev),
        ),
        Mistake(
            "o looks at tanh(c); what it sees is the cell itself, p_o * c.",
            partial(_variant, seen_by_o=lambda c, c_prev: np.tanh(c)),
        ),
        Mistake("No gate looks into the cell: this is the LSTM without peepholes.", partial(_variant, gate=_blind)),
        Mistake("The peephole of o is missing: sigmoid(a_o + p_o * c).", partial(_variant, gate_o=_blind)),
        Mistake(
            "Only o looks into the cell; i and f see the old one: a_i + p_i * c_prev and a_f + p_f * c_prev.",
            partial(_variant, gate=_blind, gate_o=_before),
        ),
        Mistake(
            "i and f look at h_prev; a peephole shows what is in the cell, c_prev.",
            partial(_variant, seen_by_i_f=lambda h_prev, c_prev: h_prev),
        ),
        Mistake(
            "i and f look at tanh(c_prev); what they see is the cell itself, c_prev.",
            partial(_variant, seen_by_i_f=lambda h_prev, c_prev: np.tanh(c_prev)),
        ),
        Mistake(
            "You add p * c after the sigmoid, so a gate can leave 0 to 1; it belongs inside, to the sum.",
            partial(_variant, gate=_after),
        ),
        Mistake(
            "You add p without the cell, which makes it a second bias; add p * c, the cell seen through it.",
            partial(_variant, gate=lambda a, p, c: sigmoid(a + p)),
        ),
        Mistake(
            "i and f are exchanged: the first block of columns is i and lets in, the second is f and keeps.",
            partial(_variant, order="figo"),
        ),
        Mistake(
            "Your columns are in the order i f o g; here it is i f g o, so the content is the third block.",
            partial(_variant, order="ifog"),
        ),
        Mistake(
            "You put g through a sigmoid; i, f and o are gates, but g is content and goes through tanh.",
            partial(_variant, content=sigmoid),
        ),
    ),
    hints=(
        "It is lstm_step with three things more: each gate's sum also gets the cell, times that gate's p.",
        "p is (H,) and c is (B, H), so p * c is entry by entry: each unit's gates see that unit's cell alone.",
        "i and f are needed to make the new cell, so they see c_prev. o is not: work it out after c.",
        "The order is i, f, g, then c = f * c_prev + i * g, then o = sigmoid(a_o + p_o * c), then h.",
    ),
)
