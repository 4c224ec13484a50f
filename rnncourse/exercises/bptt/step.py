"""One step of the network, forward and backward."""

from functools import partial

import numpy as np

from rnncourse.exercises.bptt.chapter import CHAPTER
from rnncourse.exercises.bptt.slopes import SLOPES
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import SIZES, network, recurrent_weights
from rnncourse.scratch import ElmanCell, functional

STEP_SIZES = tuple({name: size[name] for name in "BDH"} for size in SIZES)


def _step_inputs(rng, B, D, H):
    x, h_prev = rng.normal(size=(B, D)), np.tanh(rng.normal(size=(B, H)))
    return {"x": x, "h_prev": h_prev, **recurrent_weights(rng, D, H), "b_h": rng.normal(size=H)}


def _step_forward(x, h_prev, W_xh, W_hh, b_h):
    return network(ElmanCell, W_xh, W_hh, b_h).forward(x, h_prev)[0]


STEP_FORWARD = Exercise(
    name="rnn_step_forward",
    chapter=CHAPTER,
    points=10,
    section="One network, unrolled",
    inputs=_step_inputs,
    reference=_step_forward,
    outputs=("h",),
    sizes=STEP_SIZES,
    mistakes=(
        Mistake("The tanh is missing: this is the sum that goes into it.", lambda x, h, W, U, b: x @ W + h @ U + b),
        Mistake("The bias b_h is missing.", lambda x, h, W, U, b: np.tanh(x @ W + h @ U)),
        Mistake("The previous state is not used: h_prev @ W_hh is missing.", lambda x, h, W, U, b: np.tanh(x @ W + b)),
        Mistake(
            "W_hh is transposed; rows are examples here, so it is h_prev @ W_hh.",
            lambda x, h, W, U, b: np.tanh(x @ W + h @ U.T + b),
        ),
        Mistake(
            "You squash with the logistic function; the Elman network uses tanh.",
            lambda x, h, W, U, b: functional.sigmoid(x @ W + h @ U + b),
        ),
        Mistake(
            "The bias is added after the tanh; it belongs inside, to the sum.",
            lambda x, h, W, U, b: np.tanh(x @ W + h @ U) + b,
        ),
        Mistake(
            "You squash each product by itself; there is one tanh, around the whole sum.",
            lambda x, h, W, U, b: np.tanh(x @ W) + np.tanh(h @ U + b),
        ),
        Mistake("The input is not used: x @ W_xh is missing.", lambda x, h, W, U, b: np.tanh(h @ U + b)),
    ),
    hints=(
        "Three things are added up: what the input says, what the last state says, and a bias.",
        "Rows are examples, so both products have the weight on the right: x @ W_xh and h_prev @ W_hh.",
        "The sum goes through np.tanh.",
    ),
)


def _step_backward_inputs(rng, B, D, H):
    forward = _step_inputs(rng, B, D, H)
    h = _step_forward(**forward)
    del forward["b_h"]  # the gradient does not need it
    return {"dh": rng.normal(size=h.shape), "h": h, **forward}


def _step_backward(dh, h, x, h_prev, W_xh, W_hh):
    cell = network(ElmanCell, W_xh, W_hh, np.zeros(h.shape[1]))
    dx, dh_prev = cell.backward(dh, (x, h_prev, h))
    return dx, dh_prev, cell.grads["W_xh"], cell.grads["W_hh"], cell.grads["b_h"]


def _step_backward_variant(
    dh, h, x, h_prev, W_xh, W_hh, slope="tanh", at="h", paired="h_prev", transposed=True, mean=False
):
    da = SLOPES[slope](h if at == "h" else h_prev) * dh
    before = h_prev if paired == "h_prev" else h
    bias = da.mean(axis=0) if mean else da.sum(axis=0)
    return da @ W_xh.T, da @ (W_hh.T if transposed else W_hh), x.T @ da, before.T @ da, bias


STEP_BACKWARD = Exercise(
    name="rnn_step_backward",
    chapter=CHAPTER,
    points=20,
    section="Blame through time",
    inputs=_step_backward_inputs,
    reference=_step_backward,
    outputs=("dx", "dh_prev", "dW_xh", "dW_hh", "db_h"),
    gradients=("dx", "dh_prev", "dW_xh", "dW_hh", "db_h"),
    sizes=STEP_SIZES,
    mistakes=(
        Mistake(
            "The slope of tanh is missing: dh must be multiplied by 1 - h**2 before it goes on to anything else.",
            partial(_step_backward_variant, slope="missing"),
        ),
        Mistake(
            "The slope of tanh is 1 - h**2; yours is 1 - h.",
            partial(_step_backward_variant, slope="linear"),
        ),
        Mistake(
            "h has been through the tanh already: its slope is 1 - h**2, without another tanh.",
            partial(_step_backward_variant, slope="twice"),
        ),
        Mistake(
            "h * (1 - h) is the slope of the logistic function; that of tanh is 1 - h**2.",
            partial(_step_backward_variant, slope="logistic"),
        ),
        Mistake(
            "You took the slope of tanh at h_prev; it is taken at h, the state this step made.",
            partial(_step_backward_variant, at="h_prev"),
        ),
        Mistake(
            "You paired h with da in dW_hh; what W_hh was multiplied with is h_prev.",
            partial(_step_backward_variant, paired="h"),
        ),
        Mistake(
            "On the way back the weight is transposed: dh_prev = da @ W_hh.T.",
            partial(_step_backward_variant, transposed=False),
        ),
        Mistake(
            "db_h is the sum over the batch, not the mean: every example pushes the same bias.",
            partial(_step_backward_variant, mean=True),
        ),
    ),
    hints=(
        "First carry dh through the tanh: call the result da, the gradient at the argument of tanh.",
        "tanh has the slope 1 - tanh**2, and tanh(a) is h, which you are given.",
        "All five results are da times something: x.T, h_prev.T, the transposed weights, or a sum over the batch.",
    ),
)
