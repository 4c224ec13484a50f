"""How one state moves another, and how far back a gradient reaches."""

from functools import partial

import numpy as np

from rnncourse.exercises.bptt.slopes import SLOPES
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import network
from rnncourse.exercises.vanishing_gradients.chapter import CHAPTER
from rnncourse.scratch import ElmanCell

LATER = 2  # states after h_t, which the product must leave alone


def _random_weight(rng, H):
    return rng.normal(size=(H, H)) / np.sqrt(H)


def _cell(W_hh):
    """An Elman cell with this recurrent weight; neither its input weight nor its bias enters a Jacobian."""
    H = len(W_hh)
    return network(ElmanCell, np.zeros((1, H)), W_hh, np.zeros(H))


def _product_inputs(rng, H, lag, k):
    t = k + lag
    W_hh = 3 * _random_weight(rng, H)  # so that some entries of the product are above 1
    return {"h": np.tanh(rng.normal(size=(t + 1 + LATER, H))), "W_hh": W_hh, "k": k, "t": t}


def _product(h, W_hh, k, t):
    """One unit gradient for each unit of h_t, sent back through the cell: the rows of the transposed Jacobian."""
    cell, rows = _cell(W_hh), np.eye(len(W_hh))
    for j in range(t, k, -1):
        before, after = (np.tile(state, (len(W_hh), 1)) for state in (h[j - 1], h[j]))
        _, rows = cell.backward(rows, (np.zeros((len(W_hh), 1)), before, after))
    return rows.T


def _product_variant(h, W_hh, k, t, slope="tanh", at=0, rows=False, turned=False, reverse=False, first=1, last=0):
    """A product of factors that are wrong somewhere, or are multiplied in the wrong order, or are too many or few."""
    product = np.eye(len(W_hh))
    for j in range(k + first, t + 1 + last):
        slopes = SLOPES[slope](h[j + at])
        factor = slopes[:, None] * W_hh if rows else W_hh * slopes
        factor = factor.T if turned else factor
        product = factor @ product if reverse else product @ factor
    return product


def _from_the_first_factor(h, W_hh, k, t):
    """The product of at least one factor, also where there is none."""
    return _product(h, W_hh, k, max(t, k + 1))


def _entry_by_entry(h, W_hh, k, t):
    product = np.eye(len(W_hh))
    for j in range(k + 1, t + 1):
        product = product * (W_hh * (1 - h[j] ** 2))
    return product


JACOBIAN_PRODUCT = Exercise(
    name="jacobian_product",
    chapter=CHAPTER,
    points=15,
    section="Four steps, factor by factor",
    inputs=_product_inputs,
    reference=_product,
    outputs=("jacobian",),
    sizes=tuple(
        dict(zip(("H", "lag", "k"), size, strict=True))
        for size in ((2, 0, 1), (2, 1, 0), (2, 1, 2), (3, 2, 0), (3, 0, 2), (4, 3, 1), (3, 5, 2), (5, 8, 1))
    ),
    mistakes=(
        Mistake(
            "This is the transpose, as in books of column vectors; here entry [i, j] is the slope of unit j of h_t.",
            partial(_product_variant, turned=True, reverse=True),
        ),
        Mistake(
            "The factors stand in the wrong order: with rows, the earliest step, k + 1, is the leftmost.",
            partial(_product_variant, reverse=True),
        ),
        Mistake(
            "This formula is for column vectors. With rows a factor is W_hh * (1 - h_j**2), the earliest leftmost.",
            partial(_product_variant, rows=True, reverse=True),
        ),
        Mistake(
            "Your slopes multiply the rows of W_hh. Column j leads into unit j, so each column gets its unit's slope.",
            partial(_product_variant, rows=True),
        ),
        Mistake(
            "The slopes of tanh are missing: this is a power of W_hh, right for a linear network only.",
            partial(_product_variant, slope="missing"),
        ),
        Mistake(
            "The slope is taken a step too early: the step from h_{j-1} to h_j has the slope 1 - h_j**2.",
            partial(_product_variant, at=-1),
        ),
        Mistake(
            "There is one factor too many, that of step k, which made h_k. The first one is that of step k + 1.",
            partial(_product_variant, first=0),
        ),
        Mistake(
            "There is one factor too few: the step that made h_t belongs to it, so the last j is t itself.",
            partial(_product_variant, last=-1),
        ),
        Mistake(
            "h[j] has been through the tanh already: its slope is 1 - h[j]**2, without another tanh.",
            partial(_product_variant, slope="twice"),
        ),
        Mistake(
            "`*` multiplies entry by entry; a path leads through every unit in between, so multiply with `@`.",
            _entry_by_entry,
        ),
        Mistake(
            "For k = t there is no factor at all: begin with np.eye(H), not with the factor of step k + 1.",
            _from_the_first_factor,
        ),
        Mistake(
            "Each of your factors is transposed: W_hh[i, j] leads from unit i to unit j, and so does the Jacobian.",
            partial(_product_variant, turned=True),
        ),
    ),
    hints=(
        "How many steps lead from h_k to h_t? Each gives a factor, and for k = t there is none: begin with np.eye(H).",
        "One factor is W_hh @ np.diag(1 - h[j] ** 2), or shorter W_hh * (1 - h[j] ** 2), and it needs the later state.",
        "for j in range(k + 1, t + 1): multiply the product so far with the factor of step j on its right, with @.",
    ),
)


def _share_inputs(rng, T, B, H):
    """States and gradients with which one share at least is negative, when there are several."""
    while True:
        made = {
            "doutputs": rng.normal(size=(T, B, H)),
            "outputs": np.tanh(rng.normal(size=(T, B, H))),
            "h_0": np.tanh(rng.normal(size=(B, H))),
            "W_hh": _random_weight(rng, H),
        }
        share = _share(**made)
        if T == 1 or (share.min() < -0.01 and share.max() < 10):  # where all nearly cancel, rounding is seen
            return made


def _terms(doutputs, outputs, h_0, W_hh):
    """What each lag adds to the gradient of W_hh, (T, H, H), from the cell's own backward step."""
    cell, states, terms = _cell(W_hh), [h_0, *outputs], np.zeros((len(outputs), *W_hh.shape))
    for t, dh in enumerate(doutputs, 1):
        for lag in range(t):
            cell.zero_grads()
            _, dh = cell.backward(dh, (np.zeros((len(h_0), 1)), states[t - lag - 1], states[t - lag]))
            terms[lag] += cell.grads["W_hh"]
    return terms


def _share(doutputs, outputs, h_0, W_hh):
    return _part_of_the_whole(_terms(doutputs, outputs, h_0, W_hh))


def _part_of_the_whole(terms):
    total = terms.sum(axis=0)
    return np.array([np.vdot(term, total) for term in terms]) / np.vdot(total, total)


def _sizes(terms):
    return np.linalg.norm(terms, axis=(1, 2))


MEASURES = {
    "right": _part_of_the_whole,
    "sizes": lambda terms: _sizes(terms) / _sizes(terms).sum(),
    "not divided": lambda terms: _part_of_the_whole(terms) * (terms.sum(axis=0) ** 2).sum(),
    "not squared": lambda terms: _part_of_the_whole(terms) * np.linalg.norm(terms.sum(axis=0)),
    "with itself": lambda terms: _sizes(terms) ** 2 / (terms.sum(axis=0) ** 2).sum(),
}
"""What learners take for the shares of the terms; only the first is right."""

PLACES = {"lag": lambda t, s: t - s, "step": lambda t, s: s, "step from the end": lambda t, s: -1 - s}
"""By what the terms are collected, for the loss of step t and the weight at step s."""


def _share_variant(
    doutputs,
    outputs,
    h_0,
    W_hh,
    measure="right",
    place="lag",
    slope="tanh",
    transposed=True,
    before="earlier",
    only_last=False,
    others=False,
):
    terms = np.zeros((len(outputs), *W_hh.shape))
    states = {"earlier": [h_0, *outputs[:-1]], "own": outputs, "wrapped": np.roll(outputs, 1, axis=0)}[before]
    for t in range(len(outputs))[-1 if only_last else 0 :]:
        dh = doutputs[t]
        for s in range(t, -1, -1):
            da = (dh + doutputs[s] if others and s < t else dh) * SLOPES[slope](outputs[s])
            terms[PLACES[place](t, s)] += states[s].T @ da
            dh = da @ (W_hh.T if transposed else W_hh)
    return MEASURES[measure](terms)


GRADIENT_SHARE = Exercise(
    name="gradient_share",
    chapter=CHAPTER,
    points=20,
    section="The near drowns the far",
    inputs=_share_inputs,
    reference=_share,
    outputs=("share",),
    sizes=tuple(
        dict(zip("TBH", size, strict=True)) for size in ((1, 1, 2), (2, 1, 2), (3, 2, 3), (5, 3, 2), (9, 2, 4))
    ),
    mistakes=(
        Mistake(
            "These are sizes over their sum. A share asks how far a term goes along the whole gradient: <G_k, G>.",
            partial(_share_variant, measure="sizes"),
        ),
        Mistake(
            "The products with G are right; divide them by <G, G>, so that the shares add up to 1.",
            partial(_share_variant, measure="not divided"),
        ),
        Mistake(
            "You divide by the length of G; divide by its square, <G, G>, so that the shares add up to 1.",
            partial(_share_variant, measure="not squared"),
        ),
        Mistake(
            "You multiply each term with itself; multiply it with G, the sum of all terms.",
            partial(_share_variant, measure="with itself"),
        ),
        Mistake(
            "Only the last loss is sent back; every step has one, and each meets all lags before it.",
            partial(_share_variant, only_last=True),
        ),
        Mistake(
            "You collect by the step at which W_hh was used; collect by the lag, the steps between it and the loss.",
            partial(_share_variant, place="step"),
        ),
        Mistake(
            "You collect by the step, counted from the end; the lag is counted from the loss, and each step has one.",
            partial(_share_variant, place="step from the end"),
        ),
        Mistake(
            "On the way back you add doutputs of earlier steps. Those are other losses, and have lags of their own.",
            partial(_share_variant, others=True),
        ),
        Mistake(
            "The slope of tanh, 1 - outputs[s]**2, is missing on the way back.",
            partial(_share_variant, slope="missing"),
        ),
        Mistake(
            "On the way back the weight is transposed: what goes on to step s - 1 is da @ W_hh.T.",
            partial(_share_variant, transposed=False),
        ),
        Mistake(
            "You pair the state of step s with its da; W_hh was multiplied with the state before it.",
            partial(_share_variant, before="own"),
        ),
        Mistake(
            "For s = 0, outputs[s - 1] is outputs[-1], the last state of all; the state before the first step is h_0.",
            partial(_share_variant, before="wrapped"),
        ),
    ),
    hints=(
        "One loss at a time: start with dh = doutputs[t], go back step by step, and count the steps. That is the lag.",
        "At step s = t - lag: da = dh * (1 - outputs[s]**2). Add the state before, transposed, @ da to G[lag].",
        "What goes on to step s - 1 is dh = da @ W_hh.T. The state before step s is outputs[s - 1], and h_0 for s = 0.",
        "With total = G.sum(axis=0), share[k] is (G[k] * total).sum() divided by (total**2).sum().",
    ),
)
