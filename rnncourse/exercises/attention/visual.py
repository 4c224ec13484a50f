"""A decoder looks at the regions of a picture, with the score as the deck prints it."""

from functools import partial

import numpy as np

from rnncourse.exercises.attention.chapter import CHAPTER
from rnncourse.exercises.attention.scores import softmax_along
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import readout
from rnncourse.scratch import functional


def _inputs(rng, L, B, H, D, shift=0.0):
    """With a ``shift`` all scores are large, and those of one picture are far from those of the next."""
    h, w_ad = np.tanh(rng.normal(size=(B, H))), rng.normal(size=H) + 1
    if shift:
        h[:, 0], w_ad[0] = np.linspace(0.1, 0.9, B), shift
    return {
        "h": h,
        "x": rng.normal(size=(L, B, D)),
        "w_ad": w_ad,
        "w_ax": rng.normal(size=D),
        "b": float(rng.uniform(0.5, 2.0)) + shift,
    }


def _step(h, x, w_ad, w_ax, b):
    """One linear layer over [h; x_i], the softmax of the package, and a sum region by region."""
    joined = np.concatenate([np.broadcast_to(h, (len(x), *h.shape)), x], axis=2)
    e = readout(np.concatenate([w_ad, w_ax])[:, None], np.array([b])).forward(joined)[0][..., 0].T
    alpha = functional.softmax(e)
    return e, alpha, sum(share[:, None] * region for share, region in zip(alpha.T, x, strict=True))


def _add(of_h, of_x, b):
    return of_h + of_x + b


def _sum(alpha, e, x):
    return np.einsum("bl,lbd->bd", alpha, x)


def _variant(h, x, w_ad, w_ax, b, score=_add, weigh=functional.softmax, average=_sum):
    """``score`` joins the parts of h (B, 1) and of x (B, L) with b; ``weigh`` makes alpha, ``average`` makes s."""
    e = score((h @ w_ad)[:, None], (x @ w_ax).T, b)
    alpha = weigh(e)
    return e, alpha, average(alpha, e, x)


def _best(alpha, e, x):
    return x[alpha.argmax(axis=1), np.arange(len(alpha))]


def _regions_first(*inputs):
    e, alpha, s = _step(*inputs)
    return e.T, alpha.T, s


VISUAL_ATTENTION_STEP = Exercise(
    name="visual_attention_step",
    chapter=CHAPTER,
    points=10,
    section="Looking at an image",
    inputs=_inputs,
    reference=_step,
    outputs=("e", "alpha", "s"),
    sizes=(
        *(
            dict(zip("LBHD", size, strict=True))
            for size in ((1, 1, 2, 3), (4, 1, 2, 3), (3, 2, 4, 2), (6, 3, 3, 5), (9, 4, 5, 2))
        ),
        *({"L": L, "B": B, "H": 3, "D": 2, "shift": shift} for L, B, shift in ((4, 2, 1000.0), (5, 3, -1000.0))),
    ),
    mistakes=(
        Mistake(
            "h is missing in the score: e_i has a part for the decoder's state, a part for region i, and b.",
            partial(_variant, score=lambda of_h, of_x, b: of_x + b + 0 * of_h),
        ),
        Mistake("b is missing in the score.", partial(_variant, score=lambda of_h, of_x, b: of_h + of_x)),
        Mistake(
            "Both h and b are missing in the score. (For alpha they may not matter. Why?)",
            partial(_variant, score=lambda of_h, of_x, b: of_x + 0 * of_h),
        ),
        Mistake(
            "There is a tanh in your score; it is a good idea, but the equation here has none.",
            partial(_variant, score=lambda of_h, of_x, b: np.tanh(of_h + of_x + b)),
        ),
        Mistake(
            "You multiply the part of h with that of x_i; the two are added.",
            partial(_variant, score=lambda of_h, of_x, b: of_h * of_x + b),
        ),
        Mistake(
            "Your softmax runs over the batch; the weights add up to 1 over the regions of one picture.",
            partial(_variant, weigh=partial(softmax_along, axis=0)),
        ),
        Mistake(
            "Your softmax runs over the whole batch at once; the weights add up to 1 over the regions of each picture.",
            partial(_variant, weigh=partial(softmax_along, axis=None)),
        ),
        Mistake(
            "exp overflows for large scores, or rounds to 0: subtract each picture's largest score first.",
            partial(_variant, weigh=partial(softmax_along, largest=False)),
        ),
        Mistake(
            "alpha is right. But your s is the feature of the best region alone: Xu et al. call it hard attention; this is soft.",
            partial(_variant, average=_best),
        ),
        Mistake(
            "alpha is right. But your s is the plain mean of the features, and does not use it.",
            partial(_variant, average=lambda alpha, e, x: x.mean(axis=0)),
        ),
        Mistake(
            "alpha is right. But you weight the features with the scores e in place of alpha.",
            partial(_variant, average=lambda alpha, e, x: _sum(e, e, x)),
        ),
        Mistake("e and alpha have the regions first, (L, B); items come first: (B, L).", _regions_first),
    ),
    hints=(
        "h @ w_ad is one number for each item, (B,); x @ w_ax is one for each region and item, (L, B).",
        "(h @ w_ad + x @ w_ax + b).T is e, (B, L): NumPy adds the item's number to each of its regions.",
        "No region is padding here: masked_softmax with np.ones_like(e, dtype=bool), or a plain softmax over axis 1.",
        "np.einsum('bl,lbd->bd', alpha, x) adds up the features of each picture by their weights.",
    ),
)
