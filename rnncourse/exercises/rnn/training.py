"""Find the bug: training code of a character network that runs, and whose loss is too good to be true."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import network, readout, recurrent_weights
from rnncourse.exercises.rnn.chapter import CHAPTER
from rnncourse.scratch import RNN, functional


def _inputs(rng, N, window, V, H):
    return {
        "ids": rng.permutation(N) % V,  # no character twice as long as there are enough
        "window": window,
        "learning_rate": rng.uniform(0.1, 0.3),
        **recurrent_weights(rng, V, H),
        "b_h": rng.normal(size=H),
        "W_hy": rng.normal(size=(H, V)),
        "b_y": rng.normal(size=V),
    }


def _pairs(ids, start, window):
    return ids[start : start + window], ids[start + 1 : start + window + 1]


def _copied(ids, start, window):
    inputs, _ = _pairs(ids, start, window)
    return inputs, inputs


def _exchanged(ids, start, window):
    return _pairs(ids, start, window)[::-1]


def _rolled(ids, start, window):
    inputs, _ = _pairs(ids, start, window)
    return inputs, np.roll(inputs, -1)


def _inside(ids, start, window):
    inputs, _ = _pairs(ids, start, window)
    return inputs[:-1], inputs[1:]


def _trained(ids, window, learning_rate, W_xh, W_hh, b_h, W_hy, b_y, pairs=_pairs, carry=True, gap=0):
    """Training as it should be, or with other ``pairs``, a state that starts anew, or a ``gap`` between the windows."""
    weights, h, losses = (W_xh, W_hh, b_h, W_hy, b_y), np.zeros_like(b_h), []
    for start in range(0, len(ids) - window, window + gap):
        before = h if carry else np.zeros_like(b_h)
        loss, gradients, h = _window(*pairs(ids, start, window), before, *weights)
        weights = [weight - learning_rate * gradient for weight, gradient in zip(weights, gradients, strict=True)]
        losses.append(loss)
    return np.array(losses), *weights


def _window(inputs, targets, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    """Loss, gradients and last state, from the layers of the package."""
    rnn, linear = network(RNN, W_xh, W_hh, b_h), readout(W_hy, b_y)
    states, h, rnn_cache = rnn.forward(np.eye(len(W_xh))[inputs][:, None], h_0[None])
    scores, cache = linear.forward(states)
    loss, loss_cache = functional.cross_entropy(scores, targets[:, None])
    rnn.backward(linear.backward(functional.cross_entropy_backward(loss_cache), cache), None, rnn_cache)
    gradients = rnn.grads["W_xh"], rnn.grads["W_hh"], rnn.grads["b_h"], linear.grads["W"], linear.grads["b"]
    return loss, gradients, h[0]


_OTHER_REPAIRS = {
    "The last target of each window is the window's own first character; it is the first of the next window.": {
        "pairs": _rolled
    },
    "Each window asks for window - 1 characters only: the target of its last input is the first one beyond it.": {
        "pairs": _inside
    },
    "You shifted the wrong way: each target is the character before its input, not the one after it.": {
        "pairs": _exchanged
    },
    "Your windows start window + 1 apart: the last target of each is never read. They follow on one another.": {
        "gap": 1
    },
}
"""Wrong repairs of the targets, by the sentence on each."""


TRAIN_CHARACTER_MODEL = Exercise(
    name="train_character_model",
    chapter=CHAPTER,
    points=20,
    section="How it fails",
    inputs=_inputs,
    reference=_trained,
    outputs=("losses", "W_xh", "W_hh", "b_h", "W_hy", "b_y"),
    sizes=tuple(
        dict(zip(("N", "window", "V", "H"), size, strict=True))
        for size in ((4, 3, 5, 2), (8, 3, 9, 3), (10, 2, 4, 3), (20, 4, 6, 4), (33, 5, 7, 5))
    ),
    mistakes=(
        Mistake(
            "Nobody can foresee English so well that the loss falls to nothing; what is the network really asked for?",
            partial(_trained, pairs=_copied, carry=False),
        ),
        Mistake(
            "The targets are right now. But each window begins in a state of zeros: what was read before is forgotten.",
            partial(_trained, carry=False),
        ),
        Mistake(
            "The state is carried on now. But each target is its own input, which need only be copied.",
            partial(_trained, pairs=_copied),
        ),
        *(
            Mistake(sentence + more, partial(_trained, carry=carry, **how))
            for sentence, how in _OTHER_REPAIRS.items()
            for more, carry in ((" (And there is one thing more to find.)", False), ("", True))
        ),
    ),
    hints=(
        "Look at the curve. Which question could anyone answer with hardly an error, whatever the text?",
        "Print inputs and targets of one window, one above the other. Below each character should stand the next one.",
        "At learning rate 0 the losses come from the text alone. Which of them change when you change its first character?",
        "Two lines are wrong: the targets begin at start + 1, and the state of zeros belongs before the loop, not in it.",
    ),
    repair=True,
)
