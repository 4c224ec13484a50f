"""A character network that writes: it draws a character, reads it, and goes on."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import network, readout
from rnncourse.exercises.rnn.chapter import CHAPTER
from rnncourse.scratch import ElmanCell, functional

B = 40  # not varied: of one or two tokens drawn, a wrong function often gets all right by chance
EDGE = 1e-9  # no uniform number is as near as this to where one token ends and the next begins


def _inputs(rng, T, V, H, temperature):
    weights, uniforms = _undecided_weights(rng, V, H), np.empty((T, B))
    start, h_0 = rng.integers(V, size=B), np.tanh(2 * rng.normal(size=(B, H)))
    token, h = start, h_0
    for t in range(T):
        cumulative, h = _cumulative(token, h, temperature, **weights)
        uniforms[t] = _uniform_off_the_edges(rng, cumulative)
        token = _drawn(cumulative, uniforms[t])
    return {"start": start, "h_0": h_0, "uniforms": uniforms, "temperature": temperature, **weights}


def _undecided_weights(rng, V, H):
    """Weights with which no token is nearly sure, and with which it matters in which state a token is read."""
    shapes = {"W_xh": (V, H), "W_hh": (H, H), "b_h": (H,), "W_hy": (H, V), "b_y": (V,)}
    bounds = {"W_xh": 1.5, "W_hh": 3 / np.sqrt(H), "b_h": 0.5, "W_hy": 3 / np.sqrt(H), "b_y": 0.5}
    return {name: rng.uniform(-bounds[name], bounds[name], shape) for name, shape in shapes.items()}


def _cumulative(token, h_prev, temperature, W_xh, W_hh, b_h, W_hy, b_y):
    """Read a token; return the cumulative probabilities of the next, and the state."""
    h, _ = network(ElmanCell, W_xh, W_hh, b_h).forward(np.eye(len(W_xh))[token], h_prev)
    scores, _ = readout(W_hy, b_y).forward(h)
    return np.cumsum(functional.softmax(scores / temperature), axis=1), h


def _uniform_off_the_edges(rng, cumulative):
    first, second = rng.random((2, len(cumulative)))
    return np.where(np.abs(cumulative - first[:, None]).min(axis=1) > EDGE, first, second)


def _drawn(cumulative, uniforms):
    pairs = zip(cumulative, uniforms, strict=True)
    return np.array([np.searchsorted(sums, u, side="right") for sums, u in pairs])


def _generated(start, h_0, uniforms, temperature, **weights):
    token, h, tokens = start, h_0, []
    for row in uniforms:
        cumulative, h = _cumulative(token, h, temperature, **weights)
        token = _drawn(cumulative, row)
        tokens.append(token)
    return np.array(tokens)


LAWS = {
    "right": lambda o, temperature: functional.softmax(o / temperature),
    "ignored": lambda o, temperature: functional.softmax(o),
    "multiplied": lambda o, temperature: functional.softmax(o * temperature),
    "afterwards": lambda o, temperature: functional.softmax(o) / temperature,
    "over all": lambda o, temperature: functional.softmax((o / temperature).reshape(1, -1)).reshape(o.shape),
    "exponentials": lambda o, temperature: np.exp((o - o.max(axis=1, keepdims=True)) / temperature),
}
"""What learners take for the probabilities of the next token at a temperature; only the first is right."""

DRAWS = {
    "right": lambda p, u: _first_above(p, u),
    "largest": lambda p, u: p.argmax(axis=1),
    "last below": lambda p, u: _first_above(p, u) - 1,
    "not added up": lambda p, u: (p > u[:, None]).argmax(axis=1),
}
"""How learners draw with uniform numbers u; only the first is right."""


def _first_above(p, u):
    return (np.cumsum(p, axis=1) > u[:, None]).argmax(axis=1)


def _variant(
    start, h_0, uniforms, temperature, W_xh, W_hh, b_h, W_hy, b_y, law="right", draw="right", feed=True, carry=True
):
    token, h, tokens = start, h_0, []
    for u in uniforms:
        h = np.tanh(W_xh[token if feed else start] + (h if carry else h_0) @ W_hh + b_h)
        token = DRAWS[draw](LAWS[law](h @ W_hy + b_y, temperature), u)
        tokens.append(token)
    return np.array(tokens)


def _drawn_before_reading(start, h_0, uniforms, temperature, W_xh, W_hh, b_h, W_hy, b_y):
    h, tokens = h_0, []
    for u in uniforms:
        tokens.append(DRAWS["right"](LAWS["right"](h @ W_hy + b_y, temperature), u))
        h = np.tanh(W_xh[tokens[-1]] + h @ W_hh + b_h)
    return np.array(tokens)


GENERATE = Exercise(
    name="generate",
    chapter=CHAPTER,
    points=20,
    section="A character network in one file",
    inputs=_inputs,
    reference=_generated,
    outputs=("tokens",),
    sizes=tuple(
        {**dict(zip("TVH", shape, strict=True)), "temperature": temperature}
        for shape, temperature in (
            ((1, 4, 4), 0.5),
            ((1, 5, 6), 1.8),
            ((2, 6, 5), 0.6),
            ((6, 4, 6), 1.7),
            ((20, 8, 7), 0.5),
        )
    ),
    mistakes=(
        Mistake(
            "You take the most probable token each time; draw it with u, so that others come as often as they should.",
            partial(_variant, draw="largest"),
        ),
        Mistake(
            "The temperature has no effect here: divide the scores by it, before the softmax.",
            partial(_variant, law="ignored"),
        ),
        Mistake(
            "You multiply by the temperature; divide by it, so that a low one makes the choice surer.",
            partial(_variant, law="multiplied"),
        ),
        Mistake(
            "You divide the probabilities by the temperature; it divides the scores, before the softmax.",
            partial(_variant, law="afterwards"),
        ),
        Mistake(
            "Your probabilities do not add up to 1: divide the exponentials by their sum.",
            partial(_variant, law="exponentials"),
        ),
        Mistake(
            "Every step reads start again; what is read next is the token that was drawn.",
            partial(_variant, feed=False),
        ),
        Mistake(
            "Every step begins in h_0: carry the state on, or the network forgets what it has written.",
            partial(_variant, carry=False),
        ),
        Mistake(
            "You begin with a state of zeros; start is read in the state h_0.",
            lambda start, h_0, *others: _variant(start, np.zeros_like(h_0), *others),
        ),
        Mistake(
            "You draw the first token from h_0 and never read start; read first, then draw from the new state.",
            _drawn_before_reading,
        ),
        Mistake(
            "Your tokens are one too low: take the first whose cumulative probability exceeds u, not the one before.",
            partial(_variant, draw="last below"),
        ),
        Mistake(
            "You compare u with single probabilities; compare it with their running sum, the place on the line from 0 to 1.",
            partial(_variant, draw="not added up"),
        ),
        Mistake(
            "Your softmax runs over the whole batch; each row has probabilities of its own, which add up to 1.",
            partial(_variant, law="over all"),
        ),
    ),
    hints=(
        "Keep two things in your hand, the last token and the state. Each step reads the token, then draws a new one.",
        "Reading: h = np.tanh(W_xh[token] + h @ W_hh + b_h). The scores are h @ W_hy + b_y; divide by the temperature.",
        "np.cumsum of the probabilities cuts the line from 0 to 1 into one piece a token: in which piece lies u?",
        "token = (cumulative > u[:, None]).argmax(axis=1), for argmax returns the first True.",
    ),
)
