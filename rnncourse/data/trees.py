"""Sentences with a binary tree and a label at every node, and batches of them for networks that go up level by level."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rnncourse.data.batching import IGNORED
from rnncourse.scratch.recursive.levels import Levels
from rnncourse.scratch.recursive.trees import from_nested, pad_trees, to_nested
from rnncourse.scratch.validate import require_array, require_choice


@dataclass(frozen=True)
class LabelledTree:
    """A sentence of n words, its tree, and the labels of all 2n - 1 nodes.

    Nodes 0..n-1 are the words, and ``merges[s]`` are the two nodes that node n + s joins, as in
    :mod:`rnncourse.scratch.recursive.trees`; the last node is the root. A label is an integer from 0, or ``IGNORED``.
    """

    words: tuple[str, ...]
    merges: tuple[tuple[int, int], ...]
    labels: tuple[int, ...]

    @classmethod
    def from_nested(cls, nested, label: Callable):
        """The tree of a word, or of nested pairs such as ``("not", ("very", "good"))``.

        ``label(node)`` returns the label of a node; it is called with every word, every phrase and the whole.
        """
        words = []
        merges = from_nested(_numbered(nested, words)).tolist()
        nodes = list(words)
        for left, right in merges:
            nodes.append((nodes[left], nodes[right]))
        return cls(tuple(words), tuple(map(tuple, merges)), tuple(map(label, nodes)))

    @property
    def tree(self):
        """The merges as an array (n-1, 2), which ``rnncourse.scratch.recursive`` takes."""
        return np.array(self.merges, dtype=int).reshape(-1, 2)

    @property
    def nested(self):
        """The words in nested pairs."""
        return to_nested(self.tree, self.words)

    @property
    def brackets(self):
        """The tree as treebanks write it: ``"(2 (1 not) (0 bad))"``, a label first in each bracket."""
        nodes = list(self.words)
        for left, right in self.merges:
            nodes[left], nodes[right] = (f"({self.labels[child]} {nodes[child]})" for child in (left, right))
            nodes.append(f"{nodes[left]} {nodes[right]}")
        return f"({self.labels[-1]} {nodes[-1]})"


class TreeBatch(NamedTuple):
    """The nodes of B trees as rows: all N words of all sentences, then all nodes of height 1, of height 2, ...

    Nodes of one height do not depend on each other, so each height is one matrix product. ``tokens`` (N,) are the
    words, ``children`` (M, 2) the rows that each of the M phrases joins, and ``ends`` the row after the last one of
    each height: N for the words, N + M for the highest. With L words in the longest sentence, ``rows`` (2L-1, B) is the
    row of each node of each sentence, -1 where a sentence has no such node, and ``targets`` (2L-1, B) are the labels.
    The root of a sentence of n words is node ``2n - 2``.
    """

    tokens: np.ndarray
    children: np.ndarray
    ends: np.ndarray
    rows: np.ndarray
    targets: np.ndarray


def tree_batch(examples, vocabulary, labelled="all"):
    """:class:`TreeBatch` of a list of :class:`LabelledTree`; with ``labelled="root"`` the other nodes are ``IGNORED``.

    Merges that form no tree, and a number of labels other than the number of nodes, are a ``ValueError``.
    """
    require_choice("labelled", labelled, ("all", "root"))
    trees, lengths = pad_trees([example.tree for example in examples])
    levels = Levels(trees, lengths)
    tokens = _columns("words", [vocabulary.encode(example.words) for example in examples], lengths)
    targets = _columns("labels", [np.array(example.labels) for example in examples], 2 * lengths - 1)
    if labelled == "root":
        targets = np.where(np.arange(len(targets))[:, None] == 2 * lengths - 2, targets, IGNORED)
    words = slice(levels.words)
    return TreeBatch(
        tokens=tokens[levels.node[words], levels.sentence[words]],
        children=levels.children,
        ends=levels.ends,
        rows=levels.padded(np.arange(1, len(levels.node) + 1)) - 1,
        targets=targets,
    )


def _numbered(nested, words):
    """The same pairs with 0, 1, 2... for the words, which are added to ``words``."""
    if isinstance(nested, tuple):
        return tuple(_numbered(part, words) for part in nested)
    words.append(nested)
    return len(words) - 1


def _columns(name, arrays, sizes):
    """One array (max(sizes), B) with ``arrays[b]``, of ``sizes[b]`` integers, in column b and ``IGNORED`` below."""
    columns = np.full((max(sizes), len(arrays)), IGNORED)
    for b, (array, size) in enumerate(zip(arrays, sizes.tolist(), strict=True)):
        require_array(f"examples[{b}].{name}", array, (size,), int)
        columns[:size, b] = array
    return columns
