"""One step of attention, backwards: blame for the context goes to values, query, keys and W."""

from functools import partial

import numpy as np

from rnncourse.exercises.attention.chapter import CHAPTER
from rnncourse.exercises.attention.context import attention_inputs, general_attention, is_key
from rnncourse.exercises.exercise import Exercise, Mistake


def _inputs(rng, S, B, Q, K, M):
    given = attention_inputs(rng, S, B, Q, K, M)
    weights, context, _ = _forward(**given)
    del given["lengths"]
    return {"dcontext": 9 * rng.normal(size=context.shape), "weights": weights.copy(), **given}


def _forward(query, keys, values, lengths, W):
    return general_attention(W).forward(query, keys, values, is_key(len(keys), lengths))


def _gradients(dcontext, weights, query, keys, values, W):
    """The package's way back, for the weights that were handed in."""
    attention, one_step = general_attention(W), query[None]
    cache = values, weights[None], attention.score(one_step, keys)[1], query.shape[:-1]
    dquery, dkeys, dvalues = attention.backward(dcontext, cache)
    return dquery, dkeys, dvalues, attention.grads["W"]


SLOPES = {
    "right": lambda a, da: a * (da - (a * da).sum(axis=1, keepdims=True)),
    "none": lambda a, da: da,
    "weights": lambda a, da: a * da,
    "logistic": lambda a, da: a * (1 - a) * da,
    "less the sum": lambda a, da: a * (da - da.sum(axis=1, keepdims=True)),
    "less the mean": lambda a, da: a * (da - da.mean(axis=1, keepdims=True)),
    "over the batch": lambda a, da: a * (da - (a * da).sum(axis=0)),
    "negative": lambda a, da: a * ((a * da).sum(axis=1, keepdims=True) - da),
    "without weights before": lambda a, da: da - (a * da).sum(axis=1, keepdims=True),
}
"""How learners bring a gradient from the weights a back to the scores; only the first is right."""


def _variant(
    dcontext,
    weights,
    query,
    keys,
    values,
    W,
    slope="right",
    for_values=lambda a, de: a,
    for_keys=lambda a, de: de,
    mean=False,
):
    """``for_values`` and ``for_keys`` say what dcontext and q @ W are multiplied by, for each key."""
    de = SLOPES[slope](weights, (dcontext * values).sum(axis=2).T)
    dprojected = (de.T[..., None] * keys).sum(axis=0)
    dkeys = for_keys(weights, de).T[..., None] * (query @ W)
    dvalues = for_values(weights, de).T[..., None] * dcontext
    return dprojected @ W.T, dkeys, dvalues, query.T @ dprojected / (len(query) if mean else 1)


_OUTPUTS = ("dquery", "dkeys", "dvalues", "dW")

ATTENTION_BACKWARD = Exercise(
    name="attention_backward",
    chapter=CHAPTER,
    points=20,
    section="Blame for a look-up",
    inputs=_inputs,
    reference=_gradients,
    outputs=_OUTPUTS,
    gradients=_OUTPUTS,
    sizes=tuple(
        dict(zip("SBQKM", size, strict=True))
        for size in ((1, 1, 1, 2, 3), (3, 1, 2, 3, 2), (4, 2, 3, 2, 5), (5, 3, 2, 4, 3), (9, 4, 3, 5, 2))
    ),
    mistakes=(
        Mistake(
            "You send da on as de, as if there were no softmax between the scores and the weights.",
            partial(_variant, slope="none"),
        ),
        Mistake(
            "de = a * da is half of it: when one score rises, all other weights fall. Subtract sum_s a_s da_s from da first.",
            partial(_variant, slope="weights"),
        ),
        Mistake(
            "a * (1 - a) * da is the slope of a weight in its own score only; each score moves all the weights.",
            partial(_variant, slope="logistic"),
        ),
        Mistake(
            "What you subtract from da is its plain sum over the keys; each da_s counts with its weight a_s.",
            partial(_variant, slope="less the sum"),
        ),
        Mistake(
            "What you subtract from da is its plain mean over the keys; it is the mean weighted with a_s.",
            partial(_variant, slope="less the mean"),
        ),
        Mistake(
            "The sum in the way back through the softmax runs over the batch; it runs over the keys of one query.",
            partial(_variant, slope="over the batch"),
        ),
        Mistake(
            "The sign of de is turned round: it is a * (da - sum_s a_s da_s).",
            partial(_variant, slope="negative"),
        ),
        Mistake(
            "The bracket da - sum_s a_s da_s is right, but it is still to be multiplied by the weights a.",
            partial(_variant, slope="without weights before"),
        ),
        Mistake(
            "Each value gets all of dcontext; it gets as much of the blame as its weight in the sum was.",
            partial(_variant, for_values=lambda a, de: np.ones_like(a)),
        ),
        Mistake(
            "dvalues is made with de; a value meets its weight a_s in the sum, and no softmax stands between.",
            partial(_variant, for_values=lambda a, de: de),
        ),
        Mistake(
            "dkeys is made with the weights; a key acts through its score, and so its blame is de.",
            partial(_variant, for_keys=lambda a, de: a),
        ),
        Mistake(
            "dW is the mean over the batch; every item has used the same W, so their blames add up.",
            partial(_variant, mean=True),
        ),
    ),
    hints=(
        "Two ways lead back from c = sum_s a_s v_s: to the values, and through the weights to the scores.",
        "dvalues[s] = a_s dcontext, and da_s = dcontext . v_s: np.einsum('bm,sbm->bs', dcontext, values).",
        "Through the softmax: de = a * (da - (a * da).sum(axis=1, keepdims=True)), all of them (B, S).",
        "With p = q W: dp = sum_s de_s k_s, (B, K), and dkeys[s] = de_s p. Then p = query @ W gives dquery and dW.",
        "dquery = dp @ W.T and dW = query.T @ dp, which adds up over the batch by itself.",
    ),
)
