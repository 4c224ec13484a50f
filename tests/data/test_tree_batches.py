"""Labelled trees and their batches: whatever went in can be read back out of the rows."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.data import IGNORED, Vocabulary
from rnncourse.data.trees import LabelledTree, tree_batch
from rnncourse.scratch.recursive import parse_labelled

VOCABULARY = Vocabulary("abcde")


def tree(nested):
    """Labelled with the number of its words."""
    return LabelledTree.from_nested(nested, lambda node: len("".join(flat(node))))


def flat(nested):
    return [nested] if isinstance(nested, str) else flat(nested[0]) + flat(nested[1])


EXAMPLES = [tree(nested) for nested in [(("a", "b"), "c"), "d", ("a", ("b", ("c", ("d", "e"))))]]


def test_a_tree_from_nested_pairs():
    assert EXAMPLES[0] == LabelledTree(("a", "b", "c"), ((0, 1), (3, 2)), (1, 1, 1, 2, 3))
    assert EXAMPLES[1] == LabelledTree(("d",), (), (1,))
    assert EXAMPLES[2].merges == ((3, 4), (2, 5), (1, 6), (0, 7))
    assert EXAMPLES[2].nested == ("a", ("b", ("c", ("d", "e"))))
    assert EXAMPLES[1].tree.shape == (0, 2)
    assert EXAMPLES[0].tree.tolist() == [[0, 1], [3, 2]]


def test_brackets_are_those_of_a_treebank():
    assert EXAMPLES[0].brackets == "(3 (2 (1 a) (1 b)) (1 c))"
    assert EXAMPLES[1].brackets == "(1 d)"
    for example in EXAMPLES:
        words, labels, merges = parse_labelled(example.brackets)
        assert (tuple(words), tuple(labels.tolist())) == (example.words, example.labels)
        assert merges.tolist() == example.tree.tolist()


def test_a_tree_is_frozen():
    with pytest.raises(FrozenInstanceError):
        EXAMPLES[0].words = ("a",)


def read_back(batch):
    """The nested pairs of every node of every sentence, from the rows of a batch."""
    nodes = [VOCABULARY.words[token] for token in batch.tokens]
    for left, right in batch.children:
        nodes.append((nodes[left], nodes[right]))
    return [[nodes[row] for row in column if row >= 0] for column in batch.rows.T]


def nodes_of(example):
    nodes = list(example.words)
    for left, right in example.merges:
        nodes.append((nodes[left], nodes[right]))
    return nodes


def check_batch(examples):
    batch = tree_batch(examples, VOCABULARY)
    assert read_back(batch) == [nodes_of(example) for example in examples]
    N, M = len(batch.tokens), len(batch.children)
    counted = batch.rows[batch.rows >= 0]
    assert sorted(counted) == list(range(N + M))
    assert [batch.ends[0], batch.ends[-1]] == [N, N + M]
    for first, end in zip(batch.ends, batch.ends[1:], strict=False):
        assert (batch.children[first - N : end - N] < first).all()
        assert first < end
    for b, example in enumerate(examples):
        size = len(example.labels)
        assert batch.targets[:size, b].tolist() == list(example.labels)
        assert (batch.targets[size:, b] == IGNORED).all()
        assert (batch.rows[size:, b] == -1).all()
    assert {array.dtype for array in batch} == {np.dtype(np.int64)}


@pytest.mark.parametrize("places", [[0], [1], [1, 1], [2, 0, 1], [0, 1, 2, 2, 1, 0]], ids=str)
def test_a_batch_can_be_read_back(places):
    check_batch([EXAMPLES[place] for place in places])


nested_pairs = st.recursive(st.sampled_from("abcde"), lambda inner: st.tuples(inner, inner), max_leaves=8)


@settings(deadline=None, max_examples=30)
@given(st.lists(nested_pairs, min_size=1, max_size=4))
def test_any_batch_can_be_read_back(trees):
    check_batch([tree(nested) for nested in trees])


def test_labels_of_the_root_alone():
    every, root = (tree_batch(EXAMPLES, VOCABULARY, labelled) for labelled in ("all", "root"))
    assert (root.targets != IGNORED).sum(axis=0).tolist() == [1, 1, 1]
    assert [root.targets[place, b] for b, place in enumerate((4, 0, 8))] == [3, 1, 5]
    assert all(map(np.array_equal, every[:-1], root[:-1]))


def test_unlabelled_nodes_and_unknown_words_may_be_there():
    example = LabelledTree(("a", "z"), ((0, 1),), (IGNORED, IGNORED, 1))
    batch = tree_batch([example], VOCABULARY)
    assert batch.tokens.tolist() == [VOCABULARY["a"], VOCABULARY["<unknown>"]]
    assert batch.targets.tolist() == [[IGNORED], [IGNORED], [1]]


def of(words="ab", merges=((0, 1),), labels=(0, 0, 1)):
    return lambda: tree_batch([EXAMPLES[1], LabelledTree(tuple(words), merges, labels)], VOCABULARY)


BAD_CALLS = {
    "none": (lambda: tree_batch([], VOCABULARY), "^trees: expected at least one, got none$"),
    "labelled": (lambda: tree_batch(EXAMPLES, VOCABULARY, "leaves"), "^labelled: expected 'all' or 'root', got 'leav"),
    "words": (of(words="abc"), r"^examples\[1\].words: expected shape \(2,\), got \(3,\)$"),
    "labels": (of(labels=(0, 1)), r"^examples\[1\].labels: expected shape \(3,\), got \(2,\)$"),
    "kind of labels": (of(labels=(0.5, 0, 1)), r"^examples\[1\].labels: expected dtype int64, got float64$"),
    "merged twice": (of("abc", ((0, 1), (0, 2)), (0,) * 5), r"^trees\[1\]: expected each node but the root .* once"),
    "merged too early": (of("abc", ((0, 4), (1, 2)), (0,) * 5), r"^trees\[1\]: expected children that exist before"),
    "nested": (lambda: tree(("a", "b", "c")), "^nested: expected pairs, got 3 parts"),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_calls_are_named(name):
    call, message = BAD_CALLS[name]
    with pytest.raises(ValueError, match=message):
        call()
