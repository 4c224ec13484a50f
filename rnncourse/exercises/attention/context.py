"""One step of attention, forwards: weights over a ragged batch of sentences, and the context."""

from functools import partial

import numpy as np

from rnncourse.exercises.attention.chapter import CHAPTER
from rnncourse.exercises.bidirectional.ragged import ragged_lengths
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import with_weights
from rnncourse.scratch import GeneralAttention, functional


def attention_inputs(rng, S, B, Q, K, M, scale=1.0):
    """Queries, keys and values of a ragged batch, and W.

    The scores of each sentence's first key and of its padding are near 1 and 3 times ``scale``, so that the padding is
    heard, and with a large scale every exponential overflows. With a negative scale the padding is the quiet one, and a
    score is far below any number that might be put in its place, but -np.inf (or nearly that).
    """
    lengths, query = ragged_lengths(S, B), _away_from_zero(rng, B, Q)
    W = _away_from_zero(rng, Q, K) / np.sqrt(Q)
    keys, values, wanted = (rng.normal(size=size) for size in ((S, B, K), (S, B, M), (S, B, 1)))
    projected = query @ W
    towards = projected / (projected**2).sum(axis=1, keepdims=True)
    keys[0] = (1 + 0.2 * np.tanh(wanted[0])) * towards
    keys = np.where(is_key(S, lengths)[..., None], keys, (3 + 0.2 * np.tanh(wanted)) * towards)
    return {"query": scale * query, "keys": keys, "values": values, "lengths": lengths, "W": W}


def _away_from_zero(rng, *shape):
    return rng.uniform(0.5, 1.5, size=shape) * rng.choice([-1.0, 1.0], size=shape)


def general_attention(W):
    """The package's attention with this W."""
    return with_weights(GeneralAttention, *W.shape, W=W)


def is_key(S, lengths):
    """Which keys exist, (S, B)."""
    return np.arange(S)[:, None] < lengths


def _attended(query, keys, values, lengths, W):
    weights, context, _ = general_attention(W).forward(query, keys, values, is_key(len(keys), lengths))
    return weights, context


def _soft(scores, seen):
    return functional.softmax(np.where(seen, scores, -np.inf))


def _average(weights, scores, keys, values, seen):
    return np.einsum("bs,sbm->bm", weights, values)


def _variant(
    query, keys, values, lengths, W, seen=lambda lengths: lengths, weigh=_soft, context=_average, scale=lambda K: 1.0
):
    """``seen`` says how many keys are looked at; ``weigh`` makes weights, and ``context`` the context."""
    S, B, K = keys.shape
    mask = np.broadcast_to(is_key(S, seen(lengths)).T, (B, S))
    scores = np.array([(key * (query @ W)).sum(axis=1) for key in keys]).T * scale(K)
    weights = weigh(scores, mask)
    return weights, context(weights, scores, keys, values, mask)


def _overflowing(scores, mask):
    exponentials = np.where(mask, np.exp(scores), 0.0)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _over_the_batch(scores, mask):
    exponentials = np.where(mask, np.exp(scores - scores.max(axis=0)), 0.0)
    return exponentials / exponentials.sum(axis=0)


def _of_padding(scores, mask):
    """What a masked softmax makes of the mask's opposite: 0 where there is no padding."""
    blind = mask.all(axis=1, keepdims=True)
    return np.where(blind, 0.0, _soft(scores, ~mask | blind))


def _zeroed(query, keys, values, lengths, W):
    keys, values = (np.where(is_key(len(keys), lengths)[..., None], array, 0.0) for array in (keys, values))
    return _variant(query, keys, values, np.full_like(lengths, len(keys)), W)


def _best(weights, scores, keys, values, mask):
    return values[weights.argmax(axis=1), np.arange(len(weights))]


ATTEND = Exercise(
    name="attend",
    chapter=CHAPTER,
    points=10,
    section="A soft look-up",
    inputs=attention_inputs,
    reference=_attended,
    outputs=("weights", "context"),
    sizes=(
        *(
            dict(zip("SBQKM", size, strict=True))
            for size in ((1, 1, 1, 2, 3), (3, 1, 2, 3, 2), (4, 2, 3, 2, 5), (5, 3, 2, 4, 3), (9, 4, 3, 5, 2))
        ),
        *(dict(zip("SBQKM", size, strict=True), scale=2000.0) for size in ((4, 2, 2, 3, 2), (6, 3, 3, 4, 5))),
        {"S": 4, "B": 2, "Q": 3, "K": 2, "M": 3, "scale": -2e4},
    ),
    mistakes=(
        Mistake(
            "You look at the padding, too: sentence b has lengths[b] keys, the rest must get a weight of 0.",
            partial(_variant, seen=lambda lengths: lengths + 99),
        ),
        Mistake(
            "You look one key too far: sentence b has the keys s < lengths[b], not s <= lengths[b].",
            partial(_variant, seen=lambda lengths: lengths + 1),
        ),
        Mistake(
            "You look at the padding only: the mask is True where s < lengths[b], where a key exists.",
            partial(_variant, weigh=_of_padding),
        ),
        Mistake(
            "You set the weights of the padding to 0 after the softmax, and they no longer add up to 1; hide the scores.",
            partial(_variant, weigh=lambda scores, mask: np.where(mask, functional.softmax(scores), 0.0)),
        ),
        Mistake(
            "The scores of the padding are 0 in your softmax, and 0 is a score like others; with -np.inf the weight is 0.",
            partial(_variant, weigh=lambda scores, mask: functional.softmax(np.where(mask, scores, 0.0))),
        ),
        Mistake(
            "exp overflows for large scores: subtract each row's largest first. masked_softmax can do all that.",
            partial(_variant, weigh=_overflowing),
        ),
        Mistake(
            "Your softmax runs over the batch; the weights of one query add up to 1 over its keys.",
            partial(_variant, weigh=_over_the_batch),
        ),
        Mistake(
            "You scale the scores by the root of K; the score here is the general one, as it is.",
            partial(_variant, scale=lambda K: K**-0.5),
        ),
        Mistake(
            "The weights are right. But you add up the keys by them; the keys are compared, the values are averaged.",
            partial(
                _variant, context=lambda weights, scores, keys, values, mask: np.einsum("bs,sbk->bk", weights, keys)
            ),
        ),
        Mistake(
            "You set keys and values of the padding to 0; then their scores are 0, and 0 is a score like others. Use a mask.",
            _zeroed,
        ),
        Mistake(
            "The weights are right. But your context is the value of the best key alone; every value has its share.",
            partial(_variant, context=_best),
        ),
        Mistake(
            "The weights are right. But your context is the plain average of the values, and does not use them.",
            partial(
                _variant,
                context=lambda weights, scores, keys, values, mask: _average(
                    mask / mask.sum(axis=1, keepdims=True), 0, 0, values, 0
                ),
            ),
        ),
    ),
    hints=(
        "Three steps: scores (B, S), weights (B, S), context (B, M). The first two you have written already.",
        "The mask has a row for each item: np.arange(S) < lengths[:, None] is (B, S), with S = len(keys).",
        "product_scores(query, keys, 'general', W) and masked_softmax(scores, mask) make the weights.",
        "np.einsum('bs,sbm->bm', weights, values) is the weighted sum over the keys, for each item.",
    ),
)
