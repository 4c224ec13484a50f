"""Greedy merging: the neighbours with the lowest error, again and again, until one node is left."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.recursive_autoencoders.chapter import CHAPTER
from rnncourse.exercises.recursive_autoencoders.networks import autoencoder, decoder_weights, encoder_weights

_GAP = 1e-4  # how far, relative, the lowest error is from the next one: rounding must not decide


def _inputs(rng, merges, D):
    """Words of length 1, drawn until no two errors tie and the mistakes that depend on chance are mistakes.

    At least 2 numbers for each: with one number every phrase is 1 or -1, and errors tie.
    """
    n, D = merges + 1, max(D, 2)
    while True:
        x = rng.normal(size=(n, D))
        x /= np.linalg.norm(x, axis=1, keepdims=True)
        given = {"x": x, **encoder_weights(rng, D), **decoder_weights(rng, D)}
        if _is_telling(given):
            return given


def _is_telling(given):
    """Whether the errors are apart, and the merges not those of a search that looks elsewhere."""
    merges, errors, seconds = _search(**given)
    if (seconds - errors < _GAP * seconds).any():
        return False
    if len(merges) == 1:
        return True
    if len(merges) == 2 and merges[0, 0] == 0:  # the smallest case is always 1 with 2, then 0 with both
        return False
    others = [how for how in (_ANY_PAIR, _LEFTMOST, _AT_THE_END) if len(merges) > 2 or how is not _AT_THE_END]
    return all((_variant(**given, **how)[0] != merges).any() for how in others)


def _neighbours(nodes):
    return np.arange(nodes - 1), np.arange(1, nodes)


def _merged(x, W_e, b_e, W_d, b_d):
    """The package's merges, and the errors of its way up them."""
    network, lengths = autoencoder(W_e, b_e, W_d, b_d), np.array([len(x)])
    merges = network.greedy_trees(x[:, None], lengths)
    return merges[:, 0], network.forward(x[:, None], lengths, merges)[1][:, 0]


def _search(
    x, W_e, b_e, W_d, b_d, pairs=_neighbours, best=np.argmin, place="left", count=True, divide=True, mean=False
):
    """Merges, their errors, and the second best error of each step (twice the best where there was no choice).

    Of the places in the row ``pairs`` makes what is looked at, and ``best`` picks one. The parent is put in the
    ``place`` of the "left" child or at the "end"; ``count`` says whether its words are counted, ``divide`` whether it
    has length 1, and with ``mean`` it is the mean of the children.
    """
    row, words, vectors, merges, steps = list(range(len(x))), np.ones(len(x)), x, [], []
    while len(row) > 1:
        left, right = pairs(len(row))
        costs, parents = _costs(vectors[left], vectors[right], words[left], words[right], W_e, b_e, W_d, b_d, divide)
        chosen = int(best(costs))
        i, j = left[chosen], right[chosen]
        made = (vectors[i] + vectors[j]) / 2 if mean else parents[chosen]
        merges.append((row[i], row[j]))
        steps.append((costs[chosen], np.sort(costs)[1] if len(costs) > 1 else 2 * costs[chosen]))
        at = i if place == "left" else len(row) - 2
        row = _put(row, i, j, at, len(x) + len(merges) - 1)
        words = np.array(_put(words, i, j, at, words[i] + words[j] if count else 1.0))
        vectors = np.array(_put(vectors, i, j, at, made))
    return np.array(merges).reshape(-1, 2), *np.array(steps).reshape(-1, 2).T.copy()


def _put(row, i, j, at, new):
    """The row without its places i and j, and with ``new`` at this place of what is left."""
    kept = [each for place, each in enumerate(row) if place not in (i, j)]
    return [*kept[:at], new, *kept[at:]]


def _costs(c1, c2, n1, n2, W_e, b_e, W_d, b_d, divide=True):
    """Errors and parents of pairs."""
    c = np.concatenate([c1, c2], axis=1)
    h = np.tanh(c @ W_e + b_e)
    p = h / np.sqrt((h**2).sum(axis=1, keepdims=True)) if divide else h
    squares = ((p @ W_d + b_d - c) ** 2).reshape(len(c), 2, -1).sum(axis=2)
    return (n1 * squares[:, 0] + n2 * squares[:, 1]) / (n1 + n2), p


def _variant(x, W_e, b_e, W_d, b_d, **how):
    return _search(x, W_e, b_e, W_d, b_d, **how)[:2]


_ANY_PAIR = {"pairs": lambda nodes: np.triu_indices(nodes, 1)}
_LEFTMOST = {"best": lambda costs: 0}
_AT_THE_END = {"place": "end"}


def _once(x, W_e, b_e, W_d, b_d):
    """Only the errors of neighbouring words are looked at: the best gap between words is closed first."""
    costs, _ = _costs(x[:-1], x[1:], 1, 1, W_e, b_e, W_d, b_d)
    phrase, merges = list(range(len(x))), []
    for gap in np.argsort(costs):
        left, right = phrase[gap], phrase[gap + 1]
        merges.append((left, right))
        phrase = [len(x) + len(merges) - 1 if node in (left, right) else node for node in phrase]
    return np.array(merges), np.sort(costs)


def _places(x, W_e, b_e, W_d, b_d):
    """Places in the row of what is left, in place of the nodes' numbers."""
    merges, errors = _merged(x, W_e, b_e, W_d, b_d)
    row, places = list(range(len(x))), []
    for step, (left, _) in enumerate(merges):
        place = row.index(left)
        row[place : place + 2] = [len(x) + step]
        places.append((place, place + 1))
    return np.array(places), errors


def _of_merged(change):
    """A wrong result made of the right one."""
    return lambda *inputs: change(*_merged(*inputs))


GREEDY_MERGE = Exercise(
    name="greedy_merge",
    chapter=CHAPTER,
    points=20,
    section="Let the errors choose the tree",
    inputs=_inputs,
    reference=_merged,
    outputs=("merges", "errors"),
    sizes=tuple({"merges": merges, "D": D} for merges, D in ((1, 2), (2, 2), (3, 3), (5, 2), (7, 3))),
    mistakes=(
        Mistake(
            "You merge the pair with the highest error; a low error says that two nodes belong together.",
            partial(_variant, best=np.argmax),
        ),
        Mistake(
            "You look at all pairs; only neighbours may be merged, or the sentence loses its order.",
            partial(_variant, **_ANY_PAIR),
        ),
        Mistake(
            "You always merge the first two of the row, without looking at the errors of the others.",
            partial(_variant, **_LEFTMOST),
        ),
        Mistake(
            "The parent goes to the end of the row; it belongs in the place where its children were.",
            partial(_variant, **_AT_THE_END),
        ),
        Mistake(
            "Every node counts as one word; a parent has as many words under it as its two children together.",
            partial(_variant, count=False),
        ),
        Mistake("The parents are not divided by their length.", partial(_variant, divide=False)),
        Mistake(
            "You put the mean of the children in their place; it is their parent, compose of the two.",
            partial(_variant, mean=True),
        ),
        Mistake(
            "You take all errors from the words, once; after a merge, the parent and its neighbours make new pairs.",
            _once,
        ),
        Mistake(
            "These are places in the row of what is left; asked for are the numbers of nodes: step s makes node n + s.",
            _places,
        ),
        Mistake(
            "Your errors are added up from step to step; each merge has its own.",
            _of_merged(lambda merges, errors: (merges, np.cumsum(errors))),
        ),
        Mistake(
            "In each merge the right node stands first; it is (left, right).",
            _of_merged(lambda merges, errors: (merges[:, ::-1].copy(), errors)),
        ),
        Mistake(
            "Your phrases begin with the number n + 1; the words are 0 to n - 1, so the first phrase is node n.",
            _of_merged(lambda merges, errors: (np.where(merges > len(merges), merges + 1, merges), errors)),
        ),
    ),
    hints=(
        "Keep three lists side by side: the numbers of the nodes in the row, their vectors, and how many words they have.",
        "For each i from 0 to len(row) - 2: the parent of node i and node i + 1, and its error. np.argmin finds the lowest.",
        "compose and reconstruct take all neighbours at once: c1 = vectors[:-1] and c2 = vectors[1:].",
        "Then row[i : i + 2] = [n + len(merges)] puts the parent in its place (before you append the merge); so for all lists.",
    ),
)
