"""Greedy search for the trees of a batch of sentences, all in lock-step."""

import numpy as np

TIE = 1000  # errors this many roundings apart, relative, are equal: a product's rounding depends on the batch around it


def greedy_trees(score, x, lengths):
    """Merge, in each sentence, the two neighbours with the lowest error until one node is left (Socher et al. 2011).

    ``score(children, counts)`` maps rows [c1, c2] (M, 2D) and the words under each child (M, 2) to
    ``(parents, errors)``, (M, D) and (M,); x is (L, B, D), lengths (B,). Ties go to the leftmost pair. Returns trees
    (L-1, B, 2).

    A merge changes two candidates, the pairs with its left and its right neighbour: only they are scored again, those
    of all sentences in one call. That is at most 3n - 6 candidates for n > 2 words, where scoring all anew takes n(n-1)/2.
    """
    longest_first = np.argsort(-lengths, kind="stable")  # so that the sentences still at work are the first ones
    pairs = _Neighbours(score, x[:, longest_first], lengths[longest_first])
    trees = np.full((len(x) - 1, len(lengths), 2), -1)
    for step in range(lengths.max() - 1):
        working = longest_first[: (lengths > step + 1).sum()]
        trees[step, working] = pairs.merge(len(working), lengths[working] + step)
    return trees


class _Neighbours:
    """The nodes of each sentence that are not merged yet, and the error of merging each with its right neighbour.

    A node lives at the place of its leftmost word, so places keep the order of the sentence. Arrays are (L+1, B, ...):
    place L is nobody's, stands for "no neighbour", and may be written to.
    """

    def __init__(self, score, x, lengths):
        L, B, D = x.shape
        self.score, self.nobody = score, L
        self.vectors = np.concatenate([x, np.zeros((1, B, D), x.dtype)])
        self.merged = np.empty_like(self.vectors)  # the parent of each place's node and its right neighbour
        self.errors = np.full((L + 1, B), np.inf, x.dtype)
        self.counts = np.ones((L + 1, B), dtype=int)
        place = np.arange(L + 1)[:, None]
        self.nodes = np.tile(place, (1, B))
        self.left = np.where(place > 0, place - 1, L) + np.zeros(B, dtype=int)
        self.right = np.where(place + 1 < lengths, place + 1, L)
        self._score_pairs(*np.nonzero(self.right != L))

    def merge(self, working, parents):
        """Merge the best pair of each of the first ``working`` sentences into its parent; returns the pairs' nodes."""
        b = np.arange(working)
        place = self._best(working)
        partner = self.right[place, b]
        pairs = np.stack([self.nodes[place, b], self.nodes[partner, b]], axis=1)
        self.vectors[place, b] = self.merged[place, b]
        self.nodes[place, b] = parents
        self.counts[place, b] += self.counts[partner, b]
        self.errors[place, b] = self.errors[partner, b] = np.inf
        after = self.right[place, b] = self.right[partner, b]
        self.left[after, b] = place
        before = self.left[place, b]
        has_before, has_after = before != self.nobody, after != self.nobody
        changed = np.concatenate([before[has_before], place[has_after]])
        self._score_pairs(changed, np.concatenate([b[has_before], b[has_after]]))
        return pairs

    def _best(self, working):
        """The leftmost of the places with the lowest error, up to rounding."""
        errors = self.errors[:, :working]
        lowest = errors.min(axis=0)
        return (errors <= lowest * (1 + TIE * np.finfo(errors.dtype).eps)).argmax(axis=0)

    def _score_pairs(self, place, b):
        """Score the pairs of these places and their right neighbours."""
        pair = np.stack([place, self.right[place, b]], axis=1)
        b = b[:, None]
        children = self.vectors[pair, b].reshape(-1, 2 * self.vectors.shape[2])
        parents, errors = self.score(children, self.counts[pair, b])
        if not np.isfinite(errors).all():  # no pair could be called the best
            raise ValueError("x: expected words whose reconstruction errors are finite, got NaN or infinity")
        self.merged[place, b[:, 0]], self.errors[place, b[:, 0]] = parents, errors
