"""How far it is from an input to an output of a deep network."""

from functools import partial

import numpy as np

from rnncourse.exercises.bidirectional.chapter import CHAPTER
from rnncourse.exercises.exercise import Exercise, Mistake


def _inputs(rng, K, N, connections, bidirectional):
    """Pairs with s before t, after t, and at t, in turn; never next to each other."""
    distance = rng.integers(2, 9, size=K) * np.array([1, -1, 0])[np.arange(K) % 3]
    s = rng.integers(10, 40, size=K)
    return {"s": s, "t": s + distance, "layers": N, "connections": connections, "bidirectional": bidirectional}


def _shortest(s, t, layers, connections, bidirectional):
    """Shortest ways by the equations themselves, with min in place of a sum and + 1 in place of a tanh."""
    steps = max(*s, *t) + 1
    found = [
        _ways(np.where(np.arange(steps) == one, 0, np.inf), layers, connections, bidirectional)[other]
        for one, other in zip(s, t, strict=True)
    ]
    return np.where(np.isinf(found), -1, found).astype(np.int64)


def _ways(reads, layers, connections, bidirectional):
    """The length of the shortest way to each step's output, from the length to each step's input."""
    for layer in range(layers):
        y = _run(reads)
        if bidirectional:
            y = np.minimum(y, _run(reads[::-1])[::-1])
        if connections == "skip" and layer > 0:
            y = np.minimum(y, reads)
        reads = np.minimum(reads, y) if connections == "dense" else y
    return y


def _run(reads):
    h, found = np.inf, []
    for x in reads:
        h = 1 + min(x, h)
        found.append(h)
    return np.array(found)


def _variant(
    s,
    t,
    layers,
    connections,
    bidirectional,
    short=("skip", "dense"),
    length=lambda steps, up: steps + up,
    two_ways=lambda bidirectional: bidirectional,
):
    """``short`` are the connections that pass by layers; ``length`` makes it of |t - s| and the layers on the way."""
    up = 1 if connections in short else layers
    ways = length(np.abs(t - s), up)
    return np.where((s <= t) | two_ways(bidirectional), ways, -1)


def _negative(s, t, layers, connections, bidirectional):
    up = layers if connections == "plain" else 1
    return (np.abs(t - s) if bidirectional else t - s) + up


PATH_LENGTHS = Exercise(
    name="path_lengths",
    chapter=CHAPTER,
    points=10,
    section="(c) Count the path",
    inputs=_inputs,
    reference=_shortest,
    outputs=("lengths",),
    sizes=tuple(
        dict(zip(("K", "N", "connections", "bidirectional"), size, strict=True))
        for size in (
            (3, 1, "plain", False),
            (4, 2, "plain", False),
            (4, 3, "skip", False),
            (5, 4, "dense", False),
            (4, 3, "plain", True),
            (6, 4, "skip", True),
            (7, 5, "dense", True),
            (8, 6, "plain", False),
        )
    ),
    mistakes=(
        Mistake(
            "Where s > t you count backwards through a network that reads forwards only: no path leads there, so -1.",
            _negative,
        ),
        Mistake(
            "You take t - s as it is. Where s > t, it is -1 if the network reads forwards only, and else |t - s| counts.",
            lambda s, t, layers, connections, _: _negative(s, t, layers, connections, False),
        ),
        Mistake(
            "You count from s to t whichever comes first; a network that reads forwards only has no way back, so -1.",
            partial(_variant, two_ways=lambda bidirectional: True),
        ),
        Mistake(
            "Also with bidirectional you say that nothing leads from s to an earlier t; the backward readers do.",
            partial(_variant, two_ways=lambda bidirectional: False),
        ),
        Mistake(
            "Skip and dense connections count for nothing: this is the length in a plain stack, or the longest way.",
            partial(_variant, short=()),
        ),
        Mistake(
            "With dense connections the top layer reads x itself: all the others can be passed by.",
            partial(_variant, short=("skip",)),
        ),
        Mistake(
            "With skips, whatever the first layer puts out can go past all the others, with no tanh.",
            partial(_variant, short=("dense",)),
        ),
        Mistake(
            "One too few: x_s goes through a tanh even at its own step, so from s to t they are t - s + 1.",
            partial(_variant, length=lambda steps, up: steps + up - 1),
        ),
        Mistake(
            "You climb the whole stack at each step. The shortest way goes through time in one layer, and up once.",
            partial(_variant, length=lambda steps, up: (steps + 1) * up),
        ),
        Mistake(
            "You count the steps and leave out the layers: x_s enters through one tanh, and in a plain stack goes up.",
            partial(_variant, length=lambda steps, up: steps),
        ),
        Mistake(
            "You count from step 0, wherever s lies; x_s comes in at step s.",
            lambda s, t, *how: np.where(_shortest(s, t, *how) < 0, -1, _shortest(0 * s, t, *how)),
        ),
        Mistake(
            "You leave out the steps: only layers can be passed by, not time. From s to t each step is a tanh.",
            partial(_variant, length=lambda steps, up: 0 * steps + up),
        ),
    ),
    hints=(
        "Draw 3 layers and 4 steps: arrows up and to the right, a tanh in each cell. Count for s = 0, t = 3.",
        "In a plain stack every way has the same length: one tanh to enter, t - s to the right, layers - 1 upwards.",
        "With skips or dense connections there is a way through one layer only. How much is left of layers - 1?",
        "Where s > t: -1, or with bidirectional the same with |t - s|. np.abs and np.where do it for all pairs at once.",
    ),
)
