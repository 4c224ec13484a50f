"""Down a tree: backpropagation through structure."""

from functools import partial

import numpy as np

from rnncourse.exercises.bptt.slopes import SLOPES
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.recursive_autoencoders.chapter import CHAPTER
from rnncourse.exercises.recursive_autoencoders.folding import FOLD_TREE, SIZES, fold_inputs
from rnncourse.exercises.recursive_autoencoders.networks import backwards, plain_network


def _inputs(rng, n, D):
    given = fold_inputs(rng, n, D)
    nodes = FOLD_TREE.reference(**given)
    return {
        "dnodes": 9 * rng.normal(size=nodes.shape),
        "nodes": nodes.copy(),
        "merges": given["merges"],
        "W": given["W"],
    }


def _gradients(dnodes, nodes, merges, W):
    network = plain_network(W, np.zeros(W.shape[1]))
    dx = backwards(network, dnodes, nodes, merges)
    return dx, network.grads["W"], network.grads["b"]


def _as_it_is(dnodes, nodes, n):
    return dnodes


def _phrases_only(dnodes, nodes, n):
    return np.where(np.arange(len(nodes))[:, None] >= n, dnodes, 0.0)


def _root_only(dnodes, nodes, n):
    return np.where(np.arange(len(nodes))[:, None] == 2 * n - 2, dnodes, 0.0)


def _variant(
    dnodes,
    nodes,
    merges,
    W,
    start=_as_it_is,
    slope="tanh",
    at=lambda nodes, n, step: nodes[n + step],
    add=True,
    steps=reversed,
    turned=False,
    weigh_turned=False,
    mean=False,
    words=lambda dx, x: dx,
):
    """``start`` is the blame before the walk, ``at`` where the slope is taken, ``steps`` the order of the merges."""
    n, D = len(merges) + 1, W.shape[1]
    d, dW, db = start(dnodes, nodes, n).copy(), np.zeros_like(W), np.zeros(D)
    for step in steps(range(n - 1)):
        children = nodes[merges[step][::-1] if weigh_turned else merges[step]].ravel()
        da = SLOPES[slope](at(nodes, n, step)) * d[n + step]
        dW, db = dW * add + np.outer(children, da), db * add + da
        halves = (W @ da).reshape(2, D)
        d[merges[step]] += halves[::-1] if turned else halves
    count = max(n - 1, 1) if mean else 1
    return words(d[:n], nodes[:n]), dW / count, db / count


def _return_in_the_loop(dnodes, nodes, merges, W):
    """Of one word it returns nothing at all."""
    return _variant(dnodes, nodes, merges, W, steps=lambda steps: steps[-1:]) if len(merges) else None


_OUTPUTS = ("dx", "dW", "db")

TREE_BACKWARD = Exercise(
    name="tree_backward",
    chapter=CHAPTER,
    points=20,
    section="The gradient through the structure",
    inputs=_inputs,
    reference=_gradients,
    outputs=_OUTPUTS,
    gradients=_OUTPUTS,
    sizes=SIZES,
    mistakes=(
        Mistake(
            "Only the root's own gradient counts: a child adds what its parent sends to what it has, += and not =.",
            partial(_variant, start=_root_only),
        ),
        Mistake(
            "You walk from the words to the root; a parent must have all its blame before it shares it out: backwards.",
            partial(_variant, steps=iter),
        ),
        Mistake(
            "Only one merge is dealt with, the last: does the `return` stand inside the loop?",
            _return_in_the_loop,
        ),
        Mistake("The slope of tanh, 1 - p**2, is missing.", partial(_variant, slope="missing")),
        Mistake("The slope of tanh is 1 - p**2; yours is 1 - p.", partial(_variant, slope="linear")),
        Mistake(
            "The nodes have been through the tanh already: the slope is 1 - p**2, without another tanh.",
            partial(_variant, slope="twice"),
        ),
        Mistake(
            "The words did not come out of a tanh: what arrives at them is dx, without a slope.",
            partial(_variant, words=lambda dx, x: dx * (1 - x**2)),
        ),
        Mistake(
            "Only one merge is counted: every merge has used the same W and b, so add up in dW and in db, += and not =.",
            partial(_variant, add=False),
        ),
        Mistake(
            "The blame of the children is exchanged: the first D numbers of da @ W.T go to the left child.",
            partial(_variant, turned=True),
        ),
        Mistake(
            "In dW the children are exchanged: its upper half belongs to the left child.",
            partial(_variant, weigh_turned=True),
        ),
        Mistake(
            "The words' own gradients are missing in dx: a word may have a label, too, and it is a node like the others.",
            partial(_variant, start=_phrases_only),
        ),
        Mistake(
            "You take the mean over the merges; all of them push the same W and b, and their pushes add up.",
            partial(_variant, mean=True),
        ),
    ),
    hints=(
        "Keep one array d of the blame of every node; it begins as a copy of dnodes. Walk through the merges backwards.",
        "When step s is reached, d[n + s] is complete. da = (1 - nodes[n + s] ** 2) * d[n + s] is at the argument of tanh.",
        "With c = [left, right] of that step, (2D,): dW += np.outer(c, da), and db += da.",
        "dc = da @ W.T is (2D,): its first D numbers are added to d[left], the others to d[right]. dx is d[:n].",
    ),
)
