"""The recursive autoencoder: a parent is good when its children can be read off it."""

import numpy as np

from rnncourse.scratch.module import uniform
from rnncourse.scratch.recursive.ascent import TreeNetwork
from rnncourse.scratch.recursive.search import greedy_trees
from rnncourse.scratch.validate import require_array, require_lengths, require_size


class RecursiveAutoencoder(TreeNetwork):
    """The recursive autoencoder of Socher et al. 2011, *Semi-supervised recursive autoencoders for predicting sentiment
    distributions*.

    ``h = tanh([c1, c2] @ W_e + b_e)``, ``p = h / ||h||``, ``[c1', c2'] = p @ W_d + b_d``, with the reconstruction error
    ``E = 1/2 ||[c1, c2] - [c1', c2']||^2`` and the scores ``o = p @ W_label + b_label`` of K classes.

    ``normalized=False`` leaves out the division, ``p = h``: then small parents make small errors further up, and the
    autoencoder can lower them by shrinking its vectors. ``weighted=True`` counts a child by its share of the words,
    ``E = n1 / (n1 + n2) ||c1 - c1'||^2 + n2 / (n1 + n2) ||c2 - c2'||^2``, which is the same where n1 = n2.

    ``W_e`` is (2D, D), ``b_e`` (D,), ``W_d`` (D, 2D), ``b_d`` (2D,), ``W_label`` (D, K), ``b_label`` (K,).
    """

    names = ("W_e", "b_e", "W_d", "b_d", "W_label", "b_label")

    def __init__(self, embedding_size, classes, rng, normalized=True, weighted=False, dtype=np.float64):
        require_size("embedding_size", embedding_size)
        require_size("classes", classes)
        D = embedding_size
        self.W_e = uniform(rng, 2 * D, 2 * D, D, dtype=dtype)
        self.b_e = uniform(rng, 2 * D, D, dtype=dtype)
        self.W_d = uniform(rng, D, D, 2 * D, dtype=dtype)
        self.b_d = uniform(rng, D, 2 * D, dtype=dtype)
        self.W_label = uniform(rng, D, D, classes, dtype=dtype)
        self.b_label = uniform(rng, D, classes, dtype=dtype)
        self.normalized, self.weighted = normalized, weighted
        self.zero_grads()

    def greedy_trees(self, x, lengths):
        """The trees (L-1, B, 2) that greedy merging finds for the words x (L, B, D) of sentences of these lengths (B,).

        Again and again the neighbours with the lowest reconstruction error are merged, the leftmost of equals.
        """
        require_array("x", x, ("L", "B", self.W_e.shape[1]), self.W_e.dtype)
        require_lengths("lengths", lengths, *x.shape[:2])

        def score(children, counts):
            parents, _ = self.compose(children)
            return parents, self.reconstruct(children, parents, self.shares(counts))[0]

        return greedy_trees(score, x, lengths.astype(int))

    def forward(self, x, lengths, trees):
        """Run up trees (L-1, B, 2) over the words x (L, B, D), of which sentence b has the first ``lengths[b]``.

        Returns ``(vectors, errors, logits, cache)``: the vectors of all nodes at their numbers in the tree
        (2L-1, B, D), the reconstruction error of each merge (L-1, B), the scores o of all nodes (2L-1, B, K), zeros
        where a sentence has no such node, and what :meth:`backward` needs. The root of sentence b is node
        ``2 * lengths[b] - 2``. What x holds beyond a sentence's words does not matter.
        """
        levels, rows, caches = self.ascend(x, lengths, trees)
        children = rows[levels.children].reshape(-1, 2 * x.shape[2])
        shares = self.shares(levels.leaf_counts()[levels.children])
        errors, differences = self.reconstruct(children, rows[levels.words :], shares)
        logits = rows @ self.W_label + self.b_label
        cache = levels, rows, caches, shares, differences
        return levels.padded(rows), levels.padded_merges(errors), levels.padded(logits), cache

    def backward(self, dvectors, derrors, dlogits, cache):
        """Backpropagate gradients of the vectors, errors (L-1, B) and scores; each may be None. The trees are constant.

        ``dp += dr W_d^T`` and ``dc -= dr`` with ``dr = 2 dE share (c' - c)``: an error pulls at the parent, which made
        the reconstruction, and at the children, which it is compared with. Returns dx (L, B, D).
        """
        levels, rows, caches, shares, differences = cache
        drows = self.direct_gradients(dvectors, dlogits, levels, rows)
        if derrors is not None:
            require_array("derrors", derrors, (levels.shape[0] // 2, levels.shape[1]), rows.dtype)
            direct = derrors[levels.step, levels.sentence[levels.words :]]
            dpairs = 2 * (direct[:, None] * shares)[:, :, None] * differences
            dreconstructed = dpairs.reshape(-1, 2 * rows.shape[1])
            drows[levels.words :] += self.affine_backward("W_d", "b_d", rows[levels.words :], dreconstructed)
            drows[levels.children] -= dpairs
        return self.descend(drows, levels, caches)

    def compose(self, children):
        """Rows [c1, c2] (M, 2D) to ``(parents, cache)``, parents (M, D)."""
        h = np.tanh(children @ self.W_e + self.b_e)
        if not self.normalized:
            return h, (children, h, h, 1)
        norms = np.sqrt(np.einsum("md,md->m", h, h))[:, None]
        if not norms.all():
            raise ValueError("x: expected children whose parent has a direction, got a parent of zeros to normalise")
        parents = h / norms
        return parents, (children, h, parents, norms)

    def compose_backward(self, dparents, cache):
        """``dh = (dp - (p . dp) p) / ||h||``: nothing passes along p, whose length is fixed; ``da = (1 - h^2) dh``."""
        children, h, parents, norms = cache
        dh = dparents
        if self.normalized:
            dh = (dparents - np.einsum("md,md->m", parents, dparents)[:, None] * parents) / norms
        return self.affine_backward("W_e", "b_e", children, (1 - h**2) * dh)

    def shares(self, counts):
        """What each child's squared distance is multiplied by, (M, 2), from the words under it (M, 2)."""
        if not self.weighted:
            return np.full(counts.shape, 0.5, self.W_e.dtype)
        return (counts / counts.sum(axis=1, keepdims=True)).astype(self.W_e.dtype)

    def reconstruct(self, children, parents, shares):
        """``(errors, differences)``: E of each merge (M,), and c' - c of each child (M, 2, D)."""
        differences = (parents @ self.W_d + self.b_d - children).reshape(-1, 2, parents.shape[1])
        squares = np.einsum("mcd,mcd->mc", differences, differences)
        return (shares * squares).sum(axis=1), differences
