"""The nodes of a batch of trees in an order in which whole levels can be computed at once."""

import numpy as np


class Levels:
    """Every node of every tree as a row of one array: all words, then all nodes of height 1, of height 2, ...

    No node of a level depends on another, so a level is one matrix product, however many trees it comes from.

    ``node`` and ``sentence`` (R,) say what each row is; ``words`` is the number of leaves, ``children`` (M, 2) are the
    rows that each merge joins, ``step`` (M,) is its place in the tree, and ``ends`` are the rows where levels end.
    """

    def __init__(self, trees, lengths):
        height = heights(trees, lengths)
        node, sentence = np.nonzero(height >= 0)
        by_height = np.argsort(height[node, sentence], kind="stable")
        self.shape = height.shape
        self.node, self.sentence = node[by_height], sentence[by_height]
        self.ends = np.cumsum(np.bincount(height[node, sentence]))
        self.words = self.ends[0]
        row = np.empty(self.shape, dtype=int)
        row[self.node, self.sentence] = np.arange(len(node))
        parent, b = self.node[self.words :], self.sentence[self.words :]
        self.step = parent - lengths[b]
        self.children = row[trees[self.step, b], b[:, None]]

    def padded(self, rows):
        """Rows (R, ...) at their nodes: (2L-1, B, ...), zeros elsewhere."""
        return _placed(rows, (self.node, self.sentence), self.shape)

    def padded_words(self, rows):
        """Rows of the words (words, D) at their places: (L, B, D), zeros elsewhere."""
        nodes, B = self.shape
        return _placed(rows, (self.node[: self.words], self.sentence[: self.words]), ((nodes + 1) // 2, B))

    def padded_merges(self, rows):
        """Rows of the merges (M,) at their steps: (L-1, B), zeros elsewhere."""
        nodes, B = self.shape
        return _placed(rows, (self.step, self.sentence[self.words :]), (nodes // 2, B))

    def leaf_counts(self):
        """The number of words under each node, (R,)."""
        counts = np.ones(len(self.node), dtype=int)
        for first, end in zip(self.ends, self.ends[1:], strict=False):
            counts[first:end] = counts[self.children[first - self.words : end - self.words]].sum(axis=1)
        return counts


def heights(trees, lengths):
    """Height of each node, (2L-1, B): 0 for a word, 1 + that of the higher child for a merge, -1 where no node is."""
    steps, B, _ = trees.shape
    b = np.arange(B)
    height = np.full((2 * steps + 1, B), -1)
    height[: steps + 1][np.arange(steps + 1)[:, None] < lengths] = 0
    for step, (left, right) in enumerate(trees.swapaxes(1, 2)):
        merging = left >= 0
        of_children = np.maximum(height[left, b], height[right, b])
        height[(lengths + step)[merging], b[merging]] = 1 + of_children[merging]
    return height


def _placed(rows, places, shape):
    array = np.zeros((*shape, *rows.shape[1:]), rows.dtype)
    array[places] = rows
    return array
