"""How badly two children can be read back from their parent, each counted by its words."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.recursive_autoencoders.chapter import CHAPTER
from rnncourse.exercises.recursive_autoencoders.composition import COMPOSE
from rnncourse.exercises.recursive_autoencoders.networks import autoencoder, decoder_weights


def _inputs(rng, M, D):
    """The children of the first pair have different numbers of words, and those of some others too."""
    more = 1 + np.arange(M) % 3
    c1, c2, W_e, b_e = COMPOSE.inputs(rng, M, D).values()
    return {
        "c1": c1,
        "c2": c2,
        "p": COMPOSE.reference(c1, c2, W_e, b_e),
        **decoder_weights(rng, D),
        "n1": more + rng.integers(1, 5, size=M),
        "n2": rng.permuted(np.stack([more, more + 5]), axis=0)[0],
    }


def _read_back(c1, c2, p, W_d, b_d, n1, n2):
    D = p.shape[1]
    network = autoencoder(np.zeros((2 * D, D)), np.zeros(D), W_d, b_d)
    shares = network.shares(np.stack([n1, n2], axis=1))
    c = np.concatenate([c1, c2], axis=1)
    errors, differences = network.reconstruct(c, p, shares)
    return differences.reshape(c.shape) + c, errors


def _of_squares(difference):
    return (difference**2).sum(axis=1)


def _shares(n1, n2):
    return n1 / (n1 + n2), n2 / (n1 + n2)


def _variant(c1, c2, p, W_d, b_d, n1, n2, shares=_shares, distance=_of_squares, read=lambda a, b: a + b, turned=False):
    """``shares`` weighs the two children's ``distance`` to what is ``read`` from p @ W_d and b_d."""
    found = read(p @ W_d, b_d)
    first, second = np.split(found, 2, axis=1)[:: -1 if turned else 1]
    s1, s2 = shares(n1, n2)
    return found, s1 * distance(first - c1) + s2 * distance(second - c2)


RECONSTRUCT = Exercise(
    name="reconstruct",
    chapter=CHAPTER,
    points=10,
    section="Greedy is not best",
    inputs=_inputs,
    reference=_read_back,
    outputs=("read", "errors"),
    sizes=tuple({"M": M, "D": D} for M, D in ((1, 2), (2, 3), (3, 2), (5, 4), (4, 7))),
    mistakes=(
        Mistake(
            "Both children count one half here; each counts by its share of the words, n1 / (n1 + n2) and n2 / (n1 + n2).",
            partial(_variant, shares=lambda n1, n2: (0.5, 0.5)),
        ),
        Mistake(
            "The shares are exchanged: the first child counts n1 / (n1 + n2).",
            partial(_variant, shares=lambda n1, n2: _shares(n2, n1)),
        ),
        Mistake(
            "You multiply by the numbers of words; divide by n1 + n2, so that both shares add up to 1.",
            partial(_variant, shares=lambda n1, n2: (n1, n2)),
        ),
        Mistake(
            "Both children count in full; each counts by its share of the words.",
            partial(_variant, shares=lambda n1, n2: (1.0, 1.0)),
        ),
        Mistake(
            "There is a factor of one half too much: in this form of the error the two shares take its place.",
            partial(_variant, shares=lambda n1, n2: (n1 / (n1 + n2) / 2, n2 / (n1 + n2) / 2)),
        ),
        Mistake(
            "The shares stand inside the square, and so they are squared; multiply the squared distance by them.",
            partial(_variant, shares=lambda n1, n2: [share**2 for share in _shares(n1, n2)]),
        ),
        Mistake(
            "You take the root: asked for is the squared distance, without one.",
            partial(_variant, distance=lambda difference: np.sqrt(_of_squares(difference))),
        ),
        Mistake(
            "Only the second child's part is divided by n1 + n2: n1 * a + n2 * b / n wants brackets around the sum.",
            partial(_variant, shares=lambda n1, n2: (n1, n2 / (n1 + n2))),
        ),
        Mistake(
            "You take the mean of the squares over the D numbers of a child; add them up.",
            partial(_variant, distance=lambda difference: (difference**2).mean(axis=1)),
        ),
        Mistake("The bias b_d is missing.", partial(_variant, read=lambda a, b: a)),
        Mistake(
            "You squash what is read back with a tanh; the way back is linear here.",
            partial(_variant, read=lambda a, b: np.tanh(a + b)),
        ),
        Mistake(
            "You compare the first half of what is read back with c2; it belongs to c1.",
            partial(_variant, turned=True),
        ),
    ),
    hints=(
        "p @ W_d + b_d is (M, 2D): its first D columns should be c1, the others c2.",
        "np.split(..., 2, axis=1) cuts it in two. The squared distance of each row: ((c1_read - c1) ** 2).sum(axis=1).",
        "n1 / (n1 + n2) is (M,): multiply the first squared distances by it, the second ones by the rest, and add.",
    ),
)
