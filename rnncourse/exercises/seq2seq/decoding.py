"""One step of the decoder: read a token, move the state, score every token that may come next."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import recurrent_weights
from rnncourse.exercises.rnn.sentences import LOGARITHMS
from rnncourse.exercises.seq2seq.chapter import CHAPTER
from rnncourse.exercises.seq2seq.decoder import step
from rnncourse.scratch import functional


def _inputs(rng, B, V, D, H, scale=1.0, shift=0.0):
    """``scale`` and ``shift`` make large scores."""
    return {
        "token": rng.integers(V, size=B),
        "h_prev": np.tanh(rng.normal(size=(B, H))),
        "E": rng.normal(size=(V, D)),
        **recurrent_weights(rng, D, H),
        "b_h": rng.normal(size=H),
        "W_hy": scale * rng.normal(size=(H, V)),
        "b_y": rng.normal(size=V) + shift,
    }


def _variant(
    token, h_prev, E, W_xh, W_hh, b_h, W_hy, b_y, squash=np.tanh, logarithm=functional.log_softmax, before=False
):
    """``logarithm`` makes the result of the scores; ``before`` lets the state before speak."""
    h = squash(E[token] @ W_xh + h_prev @ W_hh + b_h)
    return logarithm((h_prev if before else h) @ W_hy + b_y), h


def _down_the_columns(scores):
    return functional.log_softmax(scores.T).T


def _without_state(token, h_prev, *weights):
    return step(token, np.zeros_like(h_prev), *weights)


def _without_b_h(token, h_prev, E, W_xh, W_hh, b_h, W_hy, b_y):
    return step(token, h_prev, E, W_xh, W_hh, np.zeros_like(b_h), W_hy, b_y)


def _without_b_y(token, h_prev, E, W_xh, W_hh, b_h, W_hy, b_y):
    return step(token, h_prev, E, W_xh, W_hh, b_h, W_hy, np.zeros_like(b_y))


DECODE_STEP = Exercise(
    name="decode_step",
    chapter=CHAPTER,
    points=10,
    section="Two networks and one vector",
    inputs=_inputs,
    reference=step,
    outputs=("log_yhat", "h"),
    sizes=(
        *(dict(zip("BVDH", size, strict=True)) for size in ((1, 2, 2, 3), (2, 4, 2, 3), (3, 5, 4, 2), (5, 4, 3, 6))),
        *({"B": B, "V": 5, "D": 2, "H": 3, "shift": shift} for B, shift in ((3, 1000.0), (4, -1000.0))),
        *({"B": B, "V": 5, "D": 3, "H": 4, "scale": 3000.0} for B in (4, 5)),
    ),
    mistakes=(
        Mistake(
            "log_yhat holds the scores themselves; their exponentials do not add up to 1. The softmax is missing.",
            partial(_variant, logarithm=lambda scores: scores),
        ),
        Mistake(
            "These are the probabilities; return their logarithms, which a search can add up.",
            partial(_variant, logarithm=functional.softmax),
        ),
        Mistake(
            "Your softmax runs over the batch; the probabilities add up to 1 over the tokens, in each row.",
            partial(_variant, logarithm=_down_the_columns),
        ),
        Mistake(
            "Your softmax runs over the whole batch at once; the probabilities add up to 1 in each row.",
            partial(_variant, logarithm=LOGARITHMS["over all"]),
        ),
        Mistake(
            "Your softmax overflows for large scores: subtract the largest of each row first, which changes no result.",
            partial(_variant, logarithm=LOGARITHMS["of an overflow"]),
        ),
        Mistake(
            "np.exp in your log-sum-exp overflows: log sum exp(o) = m + log sum exp(o - m), with m the largest score.",
            partial(_variant, logarithm=LOGARITHMS["less an overflow"]),
        ),
        Mistake(
            "A very small probability becomes 0, and its logarithm -inf: take o - m - log sum exp(o - m) instead.",
            partial(_variant, logarithm=LOGARITHMS["of an underflow"]),
        ),
        Mistake(
            "You subtract one largest score for the whole batch; in a row far below it all exponentials are 0.",
            partial(_variant, logarithm=LOGARITHMS["less one for all"]),
        ),
        Mistake(
            "You score with h_prev, before the token is read; it is the new state h that speaks.",
            partial(_variant, before=True),
        ),
        Mistake(
            "h_prev is not read: h_prev @ W_hh is missing, and with it all that the encoder has said.",
            _without_state,
        ),
        Mistake("The bias b_h is missing.", _without_b_h),
        Mistake("The bias b_y is missing.", _without_b_y),
    ),
    hints=(
        "Two lines: the new state, as in the encoder, and the scores, o = h @ W_hy + b_y with the new h.",
        "E[token] looks up the vectors of the B tokens: (B, D).",
        "log softmax(o) = o - m - log sum exp(o - m) with m = o.max(axis=1, keepdims=True): no exp is above 1.",
        "Then return log_yhat, h: both, for the next step begins in this h.",
    ),
)
