"""A stack of Elman networks with residual connections."""

from functools import partial

import numpy as np

from rnncourse.exercises.bidirectional.chapter import CHAPTER
from rnncourse.exercises.bidirectional.ragged import states
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import network, recurrent_weights
from rnncourse.scratch import RNN, Stacked


def _inputs(rng, N, T, B, D, H):
    x, h_0 = rng.normal(size=(T, B, D)), np.tanh(rng.normal(size=(N, B, H)))
    sizes = [D] + [H] * (N - 1)
    return {
        "x": x,
        "h_0": h_0,
        "weights": [(*recurrent_weights(rng, size, H).values(), rng.normal(size=H)) for size in sizes],
    }


def _stack(x, h_0, weights):
    layers = [network(RNN, *of_layer) for of_layer in weights]
    outputs, last, _ = Stacked(layers, "skip").forward(x, h_0)
    return outputs, last


def _recurrent_skip(reads, h, W_xh, W_hh, b_h):
    """States whose skip is part of what the next step reads."""
    found = []
    for x_t in reads:
        h = np.tanh(x_t @ W_xh + h @ W_hh + b_h) + x_t
        found.append(h)
    return np.array(found)


def _variant(
    x,
    h_0,
    weights,
    add=lambda h, reads, first, place, N: h + reads,
    start=lambda h_0, place, below: h_0[place],
    ended=lambda y, h: h[-1],
    recurrent=False,
):
    """``add`` makes y of h, what the layer reads and the first layer's y; ``ended`` makes the last state of both."""
    reads, first, below, last = x, None, None, []
    for place, of_layer in enumerate(weights):
        begin = start(h_0, place, below)
        if recurrent and place:
            y = _recurrent_skip(reads, begin, *of_layer)
            h = y - reads
        else:
            h = states(reads, begin, *of_layer)
            y = add(h, reads, first, place, len(weights)) if place else h
        first = y if first is None else first
        reads, below = y, h[-1]
        last.append(ended(y, h))
    return y, np.array(last)


def _top_state(*inputs):
    outputs, last = _stack(*inputs)
    return outputs, last[-1]


STACKED_RESIDUAL = Exercise(
    name="stacked_residual",
    chapter=CHAPTER,
    points=10,
    section="How many layers?",
    inputs=_inputs,
    reference=_stack,
    outputs=("outputs", "last"),
    sizes=tuple(
        dict(zip("NTBDH", shape, strict=True))
        for shape in ((1, 1, 1, 2, 3), (2, 2, 1, 2, 3), (3, 3, 2, 2, 3), (4, 5, 3, 4, 2), (3, 7, 2, 3, 5))
    ),
    mistakes=(
        Mistake(
            "No layer adds its input: this is a plain stack. From the second layer on, y = h + what the layer has read.",
            partial(_variant, add=lambda h, *others: h),
        ),
        Mistake(
            "Your skip runs through time as well: the next step reads h @ W_hh, and h is the tanh alone.",
            partial(_variant, recurrent=True, ended=lambda y, h: y[-1]),
        ),
        Mistake(
            "Every layer adds what the first one put out; each adds what it has read itself.",
            partial(_variant, add=lambda h, reads, first, place, N: h + first),
        ),
        Mistake(
            "Only the top layer's sum arrives: the layers below it hand on h alone, and it should be y, with the skip in it.",
            partial(_variant, add=lambda h, reads, first, place, N: h + reads if place == N - 1 else h),
        ),
        Mistake(
            "The second layer adds nothing; only the first one is left out.",
            partial(_variant, add=lambda h, reads, first, place, N: h + reads if place > 1 else h),
        ),
        Mistake(
            "`last` holds h, as it should; but in the run the next step reads y @ W_hh: it reads h, the tanh alone.",
            partial(_variant, recurrent=True, ended=lambda y, h: h[-1]),
        ),
        Mistake(
            "There is a tanh around the sum; the input goes past the layer as it is.",
            partial(_variant, add=lambda h, reads, *others: np.tanh(h + reads)),
        ),
        Mistake(
            "All layers start in h_0[0]; layer l has its own first state, h_0[l].",
            partial(_variant, start=lambda h_0, place, below: h_0[0]),
        ),
        Mistake(
            "Each layer starts where the one below it has ended; it starts in its own h_0[l].",
            partial(_variant, start=lambda h_0, place, below: below if place else h_0[0]),
        ),
        Mistake(
            "All layers start with zeros; layer l starts in h_0[l].",
            partial(_variant, start=lambda h_0, place, below: np.zeros_like(h_0[place])),
        ),
        Mistake(
            "In `last` is y, with the skip in it; the state that a layer carries on is h.",
            partial(_variant, ended=lambda y, h: y[-1]),
        ),
        Mistake("`last` is the top layer's state only; stack those of all layers, (N, B, H).", _top_state),
    ),
    hints=(
        "One layer after the other: let `reads` be x at first, and let each layer put its y in that place.",
        "elman_states(reads, h_0[l], *weights[l]) are the states h of layer l. Its last state is h[-1].",
        "y is h for the first layer, and h + reads for all others: add after the run, not inside.",
        "Collect h[-1] of each layer in a list, and return the last y and np.array of that list.",
    ),
)
