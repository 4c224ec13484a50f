"""Find the bugs: a stack of bidirectional layers that runs, with every shape right."""

from functools import partial

import numpy as np

from rnncourse.exercises.bidirectional.chapter import CHAPTER
from rnncourse.exercises.bidirectional.ragged import both_readers, ragged_lengths, states, two_directions
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.scratch import Stacked


def _inputs(rng, N, T, B, D, H):
    widths = [D] + [2 * H] * (N - 1)
    layers = [tuple(two_directions(rng, width, H).values()) for width in widths]
    return {"x": rng.normal(size=(T, B, D)), "lengths": ragged_lengths(T, B), "layers": layers}


def _deep(x, lengths, layers):
    return Stacked([both_readers(*weights) for weights in layers]).forward(x, None, lengths)[0]


PAIRS = {
    "right": lambda h, g: [h, g[::-1]],
    "not turned": lambda h, g: [h, g],
    "both turned": lambda h, g: [h[::-1], g[::-1]],
    "h turned": lambda h, g: [h[::-1], g],
}
"""What is put side by side; the second is the bug, the others are repairs that went wrong."""

CARRIED = {
    "nothing": lambda h, g: (np.zeros_like(h[-1]), np.zeros_like(g[-1])),
    "both": lambda h, g: (h[-1], g[-1]),
    "both, g turned": lambda h, g: (h[-1], g[0]),
    "h": lambda h, g: (h[-1], np.zeros_like(g[-1])),
    "g": lambda h, g: (np.zeros_like(h[-1]), g[-1]),
}
"""The states that the next layer starts in; the second is the bug."""


def _variant(x, lengths, layers, pair="right", carried="nothing", turn=True):
    H = len(layers[0][2])
    outputs = np.zeros((*x.shape[:2], 2 * H))
    for b, n in enumerate(lengths):
        reads, starts = x[:n, [b]], np.zeros((2, 1, H))
        for W_xh, W_hh, b_h, W_xg, W_gg, b_g in layers:
            h = states(reads, starts[0], W_xh, W_hh, b_h)
            g = states(reads[::-1] if turn else reads, starts[1], W_xg, W_gg, b_g)
            starts = CARRIED[carried](h, g)
            reads = np.concatenate(PAIRS[pair](h, g), axis=2)
        outputs[:n, b] = reads[:, 0]
    return outputs


_OTHER_REPAIRS = {
    "You turned both halves; the forward half was in order of time, and only the backward one was not.": {
        "pair": "both turned"
    },
    "You turned the forward half; it was in order of time already, and the backward one is not.": {"pair": "h turned"},
    "Now both of a layer's readers go from left to right; the backward one did read in the right order.": {
        "turn": False,
        "pair": "not turned",
    },
}
"""Wrong repairs of the order, by the sentence on each."""


DEEP_BIDIRECTIONAL_FORWARD = Exercise(
    name="deep_bidirectional_forward",
    chapter=CHAPTER,
    points=15,
    section="Layers on layers",
    inputs=_inputs,
    reference=_deep,
    outputs=("outputs",),
    sizes=tuple(
        dict(zip("NTBDH", shape, strict=True))
        for shape in ((1, 1, 1, 2, 3), (1, 3, 1, 2, 3), (2, 4, 2, 2, 3), (3, 5, 3, 4, 2), (2, 8, 4, 3, 5))
    ),
    mistakes=(
        Mistake(
            "Look at the curves: who has still many words before it at the start of the sentence, and who at the end?",
            partial(_variant, pair="not turned", carried="both"),
        ),
        Mistake(
            "The halves are both in order of time now. But how can a layer that reads nothing say anything?",
            partial(_variant, carried="both"),
        ),
        Mistake(
            "The halves are in order of time now. But the next layer still starts in this one's states, h and g.",
            partial(_variant, carried="both, g turned"),
        ),
        Mistake(
            "Each layer starts with zeros now. But at which word does the first of the backward reader's states belong?",
            partial(_variant, pair="not turned"),
        ),
        Mistake(
            "The forward reader starts with zeros now, but the backward one still in the state of the layer below.",
            partial(_variant, carried="g"),
        ),
        Mistake(
            "The backward reader starts with zeros now, but the forward one still in the state of the layer below.",
            partial(_variant, carried="h"),
        ),
        *(
            Mistake(sentence + more, partial(_variant, carried=carried, **how))
            for sentence, how in _OTHER_REPAIRS.items()
            for more, carried in ((" (And there is one thing more to find.)", "both"), ("", "nothing"))
        ),
    ),
    hints=(
        "Print both halves for a sentence of three words: which number stands beside which word?",
        "The backward reader's states come out in its own order, last word first. Chapter: reverse, run, and ... ?",
        "A second layer whose weights are all 0 except W_hh and W_gg hears nothing. Where does what it says come from?",
        "Two lines are wrong: back lacks [::-1] where the halves meet, and `h, g = onward[-1], back[-1]` should not be there.",
    ),
    repair=True,
)
