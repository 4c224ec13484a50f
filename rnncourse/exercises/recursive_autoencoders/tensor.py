"""Find the bugs: the way back through a tensor network that runs, and blames the wrong ones."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.recursive_autoencoders.chapter import CHAPTER
from rnncourse.exercises.recursive_autoencoders.folding import SIZES, fold_inputs
from rnncourse.exercises.recursive_autoencoders.networks import all_nodes, backwards, tensor_network


def _inputs(rng, n, D):
    x, merges, W, b = fold_inputs(rng, n, D).values()
    V = rng.normal(size=(D, 2 * D, 2 * D)) / (4 * D)
    nodes = all_nodes(tensor_network(V, W, b), x, merges)
    return {"dnodes": 9 * rng.normal(size=nodes.shape), "nodes": nodes.copy(), "merges": merges, "V": V, "W": W}


def _gradients(dnodes, nodes, merges, V, W):
    network = tensor_network(V, W, np.zeros(W.shape[1]))
    dx = backwards(network, dnodes, nodes, merges)
    return dx, network.grads["V"], network.grads["W"], network.grads["b"]


SLICES = {
    "both": lambda V: V + V.swapaxes(1, 2),
    "V": lambda V: V,
    "transposed": lambda V: V.swapaxes(1, 2),
    "twice": lambda V: 2 * V,
    "half": lambda V: (V + V.swapaxes(1, 2)) / 2,
}
"""What the slices of V become on the way back to the children; the first is right, the second is a bug."""


def _variant(dnodes, nodes, merges, V, W, slices="both", add=True):
    """``add`` says whether what a parent sends is added to a child's own gradient, or takes its place."""
    n, D = len(merges) + 1, W.shape[1]
    d, dV, dW, db = dnodes.copy(), np.zeros_like(V), np.zeros_like(W), np.zeros(D)
    for step in reversed(range(n - 1)):
        c = nodes[merges[step]].ravel()
        da = (1 - nodes[n + step] ** 2) * d[n + step]
        dV += da[:, None, None] * np.outer(c, c)
        dW += np.outer(c, da)
        db += da
        dc = W @ da + np.einsum("k,kij,j->i", da, SLICES[slices](V), c)
        d[merges[step]] = add * d[merges[step]] + dc.reshape(2, D)
    return d[:n], dV, dW, db


_MORE = " (And there is one thing more to find.)"
_OTHER_SLICES = {
    "You turned V_k round: the other half of the slope is right now, and the first one is missing.": "transposed",
    "Twice V_k is right only if V_k is symmetric. c stands on both sides of it: what is the slope of each?": "twice",
    "You take the mean of V_k and its transpose; c stands on both sides of V_k, and both slopes are added up.": "half",
}
"""Wrong repairs of the product, by the sentence on each."""

_OUTPUTS = ("dx", "dV", "dW", "db")

TENSOR_BACKWARD = Exercise(
    name="tensor_backward",
    chapter=CHAPTER,
    points=15,
    section="Children that multiply",
    inputs=_inputs,
    reference=_gradients,
    outputs=_OUTPUTS,
    gradients=_OUTPUTS,
    sizes=SIZES,
    mistakes=(
        Mistake(
            "Look at the first line of the table: dV, dW and db are right there. What is made after them?",
            partial(_variant, slices="V", add=False),
        ),
        Mistake(
            "What a child has already is kept now. But see the first line of the table: c stands twice in c V_k c.",
            partial(_variant, slices="V"),
        ),
        Mistake(
            "The product's slope is right now. But what becomes of the gradient that a child has from its own label?",
            partial(_variant, add=False),
        ),
        *(
            Mistake(sentence + more, partial(_variant, slices=slices, add=add))
            for sentence, slices in _OTHER_SLICES.items()
            for more, add in ((_MORE, False), ("", True))
        ),
    ),
    hints=(
        "In the first line of the table only dx is wrong. Which line of the code makes dc, and of which two parts?",
        "For one number c, the slope of c V c is V c + c V. For a row c it is c V_k^T + c V_k.",
        "Compare the first line with the second: which gradients does a label at the words and phrases spoil?",
        "Two lines are wrong: dc needs V + V.swapaxes(1, 2) in the place of V, and d[merges[step]] needs += for =.",
    ),
    repair=True,
)
