"""The Elman network over a sequence of any length."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import SIZES, network, recurrent_weights
from rnncourse.exercises.rnn.chapter import CHAPTER
from rnncourse.scratch import RNN


def _inputs(rng, T, B, D, H):
    x, h_0 = rng.normal(size=(T, B, D)), np.tanh(rng.normal(size=(B, H)))
    return {"x": x, "h_0": h_0, **recurrent_weights(rng, D, H), "b_h": rng.normal(size=H)}


def _states(x, h_0, W_xh, W_hh, b_h):
    return network(RNN, W_xh, W_hh, b_h).forward(x, h_0)[0]


def _variant(x, h_0, W_xh, W_hh, b_h, squash=np.tanh, carry=lambda a, h, h_0: h, after=0):
    """``carry`` says what the next step reads, given the sum a, the state h and the first state."""
    outputs, h_prev = [], h_0
    for x_t in x:
        a = x_t @ W_xh + h_prev @ W_hh + b_h
        h = squash(a) + after
        outputs.append(h)
        h_prev = carry(a, h, h_0)
    return np.array(outputs)


def _from_the_second_input(x, h_0, *weights):
    return np.concatenate([h_0[None], _states(x[1:], h_0, *weights)]) if len(x) > 1 else h_0[None]


def _rows_joined(x, *others):
    """The states of row after row in one list, given the shape (T, B, H) without exchanging axes."""
    states = _states(x, *others)
    return states.swapaxes(0, 1).reshape(states.shape)


def _without_bias(x, h_0, W_xh, W_hh, b_h):
    return _states(x, h_0, W_xh, W_hh, np.zeros_like(b_h))


RNN_FORWARD = Exercise(
    name="rnn_forward",
    chapter=CHAPTER,
    points=15,
    section="One network for any length",
    inputs=_inputs,
    reference=_states,
    outputs=("outputs",),
    sizes=SIZES,
    mistakes=(
        Mistake(
            "Every step starts from h_0: the state that a step makes is not carried on to the next.",
            partial(_variant, carry=lambda a, h, h_0: h_0),
        ),
        Mistake(
            "You begin with zeros; the state before the first step is h_0.",
            lambda x, h_0, *weights: _states(x, np.zeros_like(h_0), *weights),
        ),
        Mistake(
            "No step reads a state: h @ W_hh is missing, so each one sees its own input only.",
            lambda x, h_0, W_xh, W_hh, b_h: _states(x, h_0, W_xh, np.zeros_like(W_hh), b_h),
        ),
        Mistake(
            "You return h_0 first and leave out the last state; outputs[0] is h_1, the state after the first step.",
            lambda x, h_0, *weights: np.concatenate([h_0[None], _states(x, h_0, *weights)[:-1]]),
        ),
        Mistake(
            "Your outputs begin with h_0, and x[0] is never read; outputs[0] is h_1, made of h_0 and x[0].",
            _from_the_second_input,
        ),
        Mistake("The tanh is missing: these are the sums that go into it.", partial(_variant, squash=lambda a: a)),
        Mistake("The bias b_h is missing.", _without_bias),
        Mistake(
            "W_hh is transposed; rows are examples here, so it is h @ W_hh.",
            lambda x, h_0, W_xh, W_hh, b_h: _states(x, h_0, W_xh, W_hh.T, b_h),
        ),
        Mistake(
            "Every outputs[t] is the last state: did you collect one array T times and overwrite it at each step?",
            lambda x, *others: np.array([_states(x, *others)[-1]] * len(x)),
        ),
        Mistake(
            "You carry on the sum inside the tanh; what the next step reads is h, the tanh of it.",
            partial(_variant, carry=lambda a, h, h_0: a),
        ),
        Mistake(
            "The bias is added after the tanh; it belongs inside, to the sum.",
            lambda x, h_0, W_xh, W_hh, b_h: _variant(x, h_0, W_xh, W_hh, 0, after=b_h),
        ),
        Mistake(
            "You go through the batch first, so your list has the order (B, T); a reshape to (T, B) does not exchange axes.",
            _rows_joined,
        ),
    ),
    hints=(
        "Keep one state h in your hand. It begins as h_0, and every step replaces it.",
        "A step is h = np.tanh(x[t] @ W_xh + h @ W_hh + b_h): the same three weights at every t.",
        "Append each new h to a list, for x_t in x, and return np.array of the list: T states of shape (B, H).",
    ),
)
