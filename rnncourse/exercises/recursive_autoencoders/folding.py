"""Up a given tree: the vectors of all its nodes."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.recursive_autoencoders.chapter import CHAPTER
from rnncourse.exercises.recursive_autoencoders.networks import all_nodes, encoder_weights, plain_network, some_tree
from rnncourse.scratch.recursive import left_to_right, right_to_left

SIZES = tuple({"n": n, "D": D} for n, D in ((2, 2), (3, 2), (4, 3), (6, 2), (9, 4), (1, 3)))


def fold_inputs(rng, n, D):
    """A sentence of n words, a tree, and the weights of a network."""
    weights = encoder_weights(rng, D)
    return {
        "x": rng.normal(size=(n, D)),
        "merges": some_tree(n),
        "W": weights["W_e"],
        "b": weights["b_e"],
    }


def _folded(x, merges, W, b):
    return all_nodes(plain_network(W, b), x, merges)


def _variant(x, merges, W, b, squash=lambda a, b: np.tanh(a + b), order=slice(None), words=lambda x: x):
    """``squash`` makes the parent of c @ W and b; ``order`` is that of the children, ``words`` are the first nodes."""
    nodes = list(words(x))
    for pair in merges:
        children = np.concatenate([nodes[child] for child in pair[order]])
        nodes.append(squash(children @ W, b))
    return np.array(nodes)


def _unit(a, b):
    h = np.tanh(a + b)
    return h / np.linalg.norm(h)


FOLD_TREE = Exercise(
    name="fold_tree",
    chapter=CHAPTER,
    points=10,
    section="One code for every tree",
    inputs=fold_inputs,
    reference=_folded,
    outputs=("nodes",),
    sizes=SIZES,
    mistakes=(
        Mistake(
            "You fold from left to right, whatever the tree: each step has to join the two nodes that merges[s] names.",
            lambda x, merges, W, b: _folded(x, left_to_right(len(x)), W, b),
        ),
        Mistake(
            "You fold from right to left, whatever the tree: each step has to join the two nodes that merges[s] names.",
            lambda x, merges, W, b: _folded(x, right_to_left(len(x)), W, b),
        ),
        Mistake(
            "The children are exchanged: the upper half of W meets the left child, merges[s, 0].",
            partial(_variant, order=slice(None, None, -1)),
        ),
        Mistake(
            "You return the phrases only; the first n nodes are the words as they are.",
            lambda x, merges, W, b: np.array(list(_folded(x, merges, W, b)[len(x) :])),
        ),
        Mistake(
            "You return the root only; asked for are all nodes, 2n - 1 rows.",
            lambda x, merges, W, b: _folded(x, merges, W, b)[-1],
        ),
        Mistake("The tanh is missing.", partial(_variant, squash=lambda a, b: a + b)),
        Mistake("The bias b is missing.", partial(_variant, squash=lambda a, b: np.tanh(a))),
        Mistake(
            "The bias b is added after the tanh; it belongs inside.",
            partial(_variant, squash=lambda a, b: np.tanh(a) + b),
        ),
        Mistake(
            "You divide each parent by its length; this network has no reconstruction, and its parents are not divided.",
            partial(_variant, squash=_unit),
        ),
        Mistake(
            "You send the words through the tanh, too; the first n nodes are the words as they are.",
            partial(_variant, words=np.tanh),
        ),
        Mistake(
            "You count the nodes from 1; node 0 is the first word, and step 0 makes node n.",
            lambda x, merges, W, b: _variant(x, merges - 1, W, b),
        ),
        Mistake(
            "The phrases stand before the words; node s is row s, and the words are the nodes 0 to n - 1.",
            lambda x, merges, W, b: np.roll(_folded(x, merges, W, b), len(merges), axis=0),
        ),
    ),
    hints=(
        "Begin with a list of the words, nodes = list(x), and append one parent for each merge.",
        "The children of a step are nodes[left] and nodes[right], be they words or phrases: both are in the list.",
        "np.concatenate([nodes[left], nodes[right]]) is (2D,); its product with W, plus b, goes through np.tanh.",
    ),
)
