"""The recursive neural network over given trees."""

import numpy as np

from rnncourse.scratch.module import uniform
from rnncourse.scratch.recursive.ascent import TreeNetwork
from rnncourse.scratch.validate import require_size


class RecursiveNetwork(TreeNetwork):
    """The standard recursive network of Socher et al. 2013, *Recursive deep models for semantic compositionality over a
    sentiment treebank*, with a classifier at every node, words included.

    ``p = tanh([c1, c2] @ W + b)``, ``o = p @ W_label + b_label``, and softmax(o) are the probabilities of the classes.

    ``W`` is (2D, D), ``b`` is (D,), ``W_label`` is (D, K), ``b_label`` is (K,). Over a chain of words this is an Elman
    network with [W_xh, W_hh] stacked into W: the word is one child, the state so far the other.
    """

    names = ("W", "b", "W_label", "b_label")

    def __init__(self, embedding_size, classes, rng, dtype=np.float64):
        require_size("embedding_size", embedding_size)
        require_size("classes", classes)
        D = embedding_size
        self.W = uniform(rng, 2 * D, 2 * D, D, dtype=dtype)
        self.b = uniform(rng, 2 * D, D, dtype=dtype)
        self.W_label = uniform(rng, D, D, classes, dtype=dtype)
        self.b_label = uniform(rng, D, classes, dtype=dtype)
        self.zero_grads()

    def forward(self, x, lengths, trees):
        """Run up trees (L-1, B, 2) over the words x (L, B, D), of which sentence b has the first ``lengths[b]``.

        Returns ``(vectors, logits, cache)``: the vectors (2L-1, B, D) and the scores o (2L-1, B, K) of all nodes, at
        their numbers in the tree and zero elsewhere, and what :meth:`backward` needs. The root of sentence b is node
        ``2 * lengths[b] - 2``. What x holds beyond a sentence's words does not matter.
        """
        levels, rows, caches = self.ascend(x, lengths, trees)
        logits = rows @ self.W_label + self.b_label
        return levels.padded(rows), levels.padded(logits), (levels, rows, caches)

    def backward(self, dvectors, dlogits, cache):
        """Backpropagate gradients of the vectors (2L-1, B, D) and scores (2L-1, B, K); either may be None.

        Returns dx (L, B, D), zero beyond a sentence's words.
        """
        levels, rows, caches = cache
        return self.descend(self.direct_gradients(dvectors, dlogits, levels, rows), levels, caches)

    def compose(self, children):
        """Rows [c1, c2] (M, 2D) to ``(parents, cache)``, parents (M, D)."""
        parents = np.tanh(self.combine(children))
        return parents, (children, parents)

    def compose_backward(self, dparents, cache):
        """With ``a`` the argument of tanh: ``da = (1 - p^2) dp``; returns the gradient of the children (M, 2D)."""
        children, parents = cache
        return self.combine_backward((1 - parents**2) * dparents, children)

    def combine(self, children):
        """The argument of tanh, (M, D)."""
        return children @ self.W + self.b

    def combine_backward(self, da, children):
        """``dW = [c1, c2]^T da``, ``db = sum da``; returns ``da W^T``."""
        return self.affine_backward("W", "b", children, da)
