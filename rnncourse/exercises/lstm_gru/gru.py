"""One step of the GRU, in both of its forms."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.lstm_gru.chapter import CHAPTER
from rnncourse.exercises.lstm_gru.gates import STEP_SIZES, in_blocks, step_inputs
from rnncourse.exercises.networks import with_weights
from rnncourse.scratch import GRUCell
from rnncourse.scratch.functional import sigmoid


def _inputs(rng, B, D, H, reset_after):
    arguments = step_inputs(rng, B, D, H, gates=3)
    return {**arguments, "b_hn": rng.normal(size=H), "reset_after": reset_after}


def _step(x, h_prev, W_x, W_h, b, b_hn, reset_after):
    weights = {"W_x": W_x, "W_h": W_h, "b": b} | ({"b_hn": b_hn} if reset_after else {})
    kind = partial(GRUCell, reset_after=reset_after)
    return with_weights(kind, W_x.shape[0], W_h.shape[0], **weights).forward(x, h_prev)[0]


def _after(a_n, r, h_prev, W_hn, b_hn):
    return a_n + r * (h_prev @ W_hn + b_hn)


def _before(a_n, r, h_prev, W_hn, b_hn):
    return a_n + (r * h_prev) @ W_hn


def _bias_outside(a_n, r, h_prev, W_hn, b_hn):
    return a_n + r * (h_prev @ W_hn) + b_hn


def _before_with_bias(a_n, r, h_prev, W_hn, b_hn):
    return a_n + (r * h_prev) @ W_hn + b_hn


def _without_reset(a_n, r, h_prev, W_hn, b_hn):
    return a_n + h_prev @ W_hn


def _without_reset_with_bias(a_n, r, h_prev, W_hn, b_hn):
    return a_n + h_prev @ W_hn + b_hn


def _all_reset_after(a_n, r, h_prev, W_hn, b_hn):
    return r * (a_n + h_prev @ W_hn + b_hn)


def _all_reset(a_n, r, h_prev, W_hn, b_hn):
    return r * (a_n + h_prev @ W_hn)


MIXTURES = {
    "right": lambda z, n, h_prev: (1 - z) * n + z * h_prev,
    "exchanged": lambda z, n, h_prev: z * n + (1 - z) * h_prev,
    "all new": lambda z, n, h_prev: n + z * h_prev,
}
"""How learners mix the new content and the old state; only the first is right."""


def _variant(
    x,
    h_prev,
    W_x,
    W_h,
    b,
    b_hn,
    reset_after,
    order="rzn",
    mixture="right",
    content=np.tanh,
    after=_after,
    before=_before,
):
    a, W = in_blocks(x @ W_x + b, order), in_blocks(W_h, order)
    r, z = (sigmoid(a[gate] + h_prev @ W[gate]) for gate in "rz")
    n = content((after if reset_after else before)(a["n"], r, h_prev, W["n"], b_hn))
    return MIXTURES[mixture](z, n, h_prev)


GRU_STEP = Exercise(
    name="gru_step",
    chapter=CHAPTER,
    points=15,
    section="Two conventions, twice",
    inputs=_inputs,
    reference=_step,
    outputs=("h",),
    sizes=tuple({**size, "reset_after": after} for size in STEP_SIZES for after in (False, True)),
    mistakes=(
        Mistake(
            "z and 1 - z are exchanged, as some slides have it; here z is what is kept: h = (1 - z) * n + z * h_prev.",
            partial(_variant, mixture="exchanged"),
        ),
        Mistake(
            "Your columns are in the order z r n; here it is r z n, the reset gate first.",
            partial(_variant, order="zrn"),
        ),
        Mistake(
            "Both forms come out alike: with reset_after=False r multiplies h_prev, before the product with W_hn.",
            partial(_variant, before=_after),
        ),
        Mistake(
            "Both forms come out alike: with reset_after=True r multiplies h_prev @ W_hn + b_hn, after the product.",
            partial(_variant, after=_before),
        ),
        Mistake(
            "The two forms are exchanged: reset_after=True is the one in which r comes after the product with W_hn.",
            lambda *inputs: _step(*inputs[:-1], not inputs[-1]),
        ),
        Mistake(
            "b_hn stands outside the reset gate; r multiplies the whole bracket, r * (h_prev @ W_hn + b_hn).",
            partial(_variant, after=_bias_outside),
        ),
        Mistake(
            "r * h_prev @ W_hn is (r * h_prev) @ W_hn, from left to right; reset_after: r * (h_prev @ W_hn + b_hn).",
            partial(_variant, after=_before_with_bias),
        ),
        Mistake(
            "With reset_after=False there is no b_hn: a second bias next to b_n would do what b_n does.",
            partial(_variant, before=_before_with_bias),
        ),
        Mistake(
            "The reset gate is not used: r decides how much of the old state the content n sees.",
            partial(_variant, after=_without_reset_with_bias, before=_without_reset),
        ),
        Mistake(
            "Your r multiplies the input's part of n too; it only touches what comes from h_prev.",
            partial(_variant, after=_all_reset_after, before=_all_reset),
        ),
        Mistake(
            "You put n through a sigmoid; r and z are gates, but n is content and goes through tanh.",
            partial(_variant, content=sigmoid),
        ),
        Mistake(
            "Only one side of the mixture is gated; the two shares add up to 1: (1 - z) * n + z * h_prev.",
            partial(_variant, mixture="all new"),
        ),
    ),
    hints=(
        "r and z first: their sums are those of two LSTM gates, the first 2H columns of W_x, W_h and b.",
        "For n keep apart what comes from x and what comes from h_prev: the reset gate touches only the second.",
        "reset_after: r * (h_prev @ W_hn + b_hn). Otherwise: (r * h_prev) @ W_hn. W_hn is W_h[:, 2 * H :].",
        "n = np.tanh(x @ W_xn + b_n + that), and h = (1 - z) * n + z * h_prev.",
    ),
)
