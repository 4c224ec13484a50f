"""Binary trees over the words of a sentence, written as lists of merges.

A sentence of n words has the leaves 0..n-1. Its tree is an array of integers (n-1, 2): row s holds the left and the
right node that step s merges into the node n + s. So ``[[1, 2], [0, 3]]`` is the tree ``(0, (1, 2))``: node 3 is
(1, 2), and the last node, 2n - 2, is the root. A sentence of one word has nothing to merge: its tree is (0, 2).

A batch is padded as its sentences are: trees (L-1, B, 2), with -1 after a sentence's last merge. Nodes keep their
numbers, so sentence b has its nodes in rows 0..2n-2 of any array (2L-1, B, ...), whatever the others' lengths.
"""

import numpy as np

from rnncourse.scratch.recursive.wellformed import require_tree
from rnncourse.scratch.validate import require_array, require_size


def left_to_right(n):
    """The tree ``(((0, 1), 2), 3)`` over n words: each step adds the next word on the right."""
    require_size("n", n)
    step = np.arange(n - 1)
    return np.stack([np.where(step, n + step - 1, 0), step + 1], axis=1)


def right_to_left(n):
    """The tree ``(0, (1, (2, 3)))`` over n words: each step adds the next word on the left."""
    require_size("n", n)
    step = np.arange(n - 1)
    return np.stack([n - 2 - step, n - 1 + step], axis=1)


def balanced(n):
    """The tree ``((0, 1), (2, 3))`` over n words: neighbours in pairs, then pairs of pairs; a last odd one waits."""
    require_size("n", n)
    nodes, merges = list(range(n)), []
    while len(nodes) > 1:
        pairs = list(zip(nodes[::2], nodes[1::2], strict=False))
        first = n + len(merges)
        merges += pairs
        nodes = [*range(first, first + len(pairs)), *nodes[2 * len(pairs) :]]
    return _array(merges)


def from_nested(nested):
    """The tree of nested pairs of word numbers, such as ``((0, 1), 2)``; left phrases are merged first."""
    pending, done, merges, words = [nested], [], [], []
    while pending:
        part = pending.pop()
        if part is None:  # both children of a pair are done
            right, left = done.pop(), done.pop()
            merges.append((left, right))
            done.append(-len(merges))
        elif isinstance(part, tuple):
            _require_pair(part)
            pending += [None, *reversed(part)]
        else:
            words.append(part)
            done.append(part)
    _require_all_words(words)
    return number_phrases(merges)


def to_nested(tree, words=None):
    """The tree as nested pairs, of the word numbers or of ``words``, a sequence of n; the inverse of from_nested."""
    require_tree("tree", tree)
    n = len(tree) + 1
    nodes = list(range(n) if words is None else words)
    if len(nodes) != n:
        raise ValueError(f"words: expected {n}, one for each leaf of the tree, got {len(nodes)}")
    for left, right in tree:
        nodes.append((nodes[left], nodes[right]))
    return nodes[-1]


def pad_trees(trees):
    """Stack a list of trees (n-1, 2) into ``(trees, lengths)``: (L-1, B, 2), padded with -1, and (B,)."""
    if len(trees) == 0:
        raise ValueError("trees: expected at least one, got none")
    for b, tree in enumerate(trees):
        require_tree(f"trees[{b}]", tree)
    lengths = np.array([len(tree) + 1 for tree in trees])
    padded = np.full((lengths.max() - 1, len(trees), 2), -1)
    for b, tree in enumerate(trees):
        padded[: len(tree), b] = tree
    return padded, lengths


def pad_labels(labels):
    """Stack the labels of all nodes, a list of arrays (2n-1,), into (2L-1, B), padded with -1: unlabelled."""
    if len(labels) == 0:
        raise ValueError("labels: expected at least one sentence, got none")
    for b, of_nodes in enumerate(labels):
        require_array(f"labels[{b}]", of_nodes, ("2n-1",), int)
        if len(of_nodes) % 2 == 0:
            raise ValueError(f"labels[{b}]: expected 2n-1 labels, one for each node, got {len(of_nodes)}")
    padded = np.full((max(map(len, labels)), len(labels)), -1)
    for b, of_nodes in enumerate(labels):
        padded[: len(of_nodes), b] = of_nodes
    return padded


def number_phrases(merges):
    """A tree from a list of pairs in which -1 stands for the phrase that the first pair makes, -2 for the second..."""
    tree = _array(merges)
    return np.where(tree < 0, len(tree) - tree, tree)  # phrase s is node n + s, n = steps + 1, and written -(s + 1)


def _array(merges):
    return np.array(merges, dtype=int).reshape(-1, 2)


def _require_pair(part):
    if len(part) != 2:
        raise ValueError(f"nested: expected pairs, got {len(part)} parts in {part!r}")


def _require_all_words(words):
    integers = all(isinstance(word, int | np.integer) for word in words)
    if not integers or sorted(words) != list(range(len(words))):
        raise ValueError(f"nested: expected the words 0 to {len(words) - 1}, each exactly once, got {words!r}")
