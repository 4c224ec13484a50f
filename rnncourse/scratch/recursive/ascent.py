"""What all recursive networks share: the way up the trees, the way back, and scores of the classes at every node."""

from itertools import pairwise

import numpy as np

from rnncourse.scratch.module import Module
from rnncourse.scratch.recursive.levels import Levels
from rnncourse.scratch.recursive.wellformed import require_trees
from rnncourse.scratch.validate import require_array, require_lengths


class TreeNetwork(Module):
    """A module that composes two children into a parent, level by level over a batch of trees.

    Subclasses give ``compose(children)``, which maps rows [c1, c2] (M, 2D) to ``(parents, cache)``, parents (M, D), and
    ``compose_backward(dparents, cache)``, which returns the gradient of the children (M, 2D). They have ``W_label``
    (D, K) and ``b_label`` (K,), the scores of K classes for a softmax.
    """

    def ascend(self, x, lengths, trees):
        """The vectors of all nodes: returns ``(levels, rows, caches)``, rows (R, D) and one cache per level."""
        D = self.W_label.shape[0]
        require_array("x", x, ("L", "B", D), self.W_label.dtype)
        require_lengths("lengths", lengths, *x.shape[:2])
        lengths = lengths.astype(int)  # small types would overflow below
        require_trees(trees, lengths, x.shape[0])
        levels, caches = Levels(trees, lengths), []
        rows = np.empty((len(levels.node), D), x.dtype)
        words = rows[: levels.words]
        words[...] = x[levels.node[: levels.words], levels.sentence[: levels.words]]
        if not np.isfinite(words).all():  # tanh would turn an infinity into a harmless 1
            raise ValueError("x: expected finite values in every word of each sentence, got NaN or infinity")
        for first, end in pairwise(levels.ends):
            children = rows[levels.children[first - levels.words : end - levels.words]].reshape(end - first, 2 * D)
            rows[first:end], cache = self.compose(children)
            caches.append(cache)
        return levels, rows, caches

    def descend(self, drows, levels, caches):
        """Backpropagation through structure: from the gradients that arrive at each node (R, D), changed, to dx.

        A node's gradient is what arrives at it directly and what its parent sends, so parents go first. Every node has
        one parent: children can be added to by index, without the sums that repeated indices would need.
        """
        for (first, end), cache in zip(reversed([*pairwise(levels.ends)]), reversed(caches), strict=True):
            dchildren = self.compose_backward(drows[first:end], cache)
            children = levels.children[first - levels.words : end - levels.words]
            drows[children] += dchildren.reshape(end - first, 2, -1)
        return levels.padded_words(drows[: levels.words])

    def affine_backward(self, weight, bias, inputs, doutputs):
        """Backward of ``inputs @ weight + bias``, parameters given by name: adds their gradients, returns dinputs."""
        self.grads[weight] += inputs.T @ doutputs
        self.grads[bias] += doutputs.sum(axis=0)
        return doutputs @ getattr(self, weight).T

    def direct_gradients(self, dvectors, dlogits, levels, rows):
        """What arrives at each node (R, D) from its own vector and class scores; either gradient may be None."""
        K = self.W_label.shape[1]
        drows = np.zeros_like(rows)
        if dvectors is not None:
            require_array("dvectors", dvectors, (*levels.shape, rows.shape[1]), rows.dtype)
            drows += dvectors[levels.node, levels.sentence]
        if dlogits is not None:
            require_array("dlogits", dlogits, (*levels.shape, K), rows.dtype)
            drows += self.affine_backward("W_label", "b_label", rows, dlogits[levels.node, levels.sentence])
        return drows
