"""Trees as lists of merges: written, read, padded, checked and cut into levels."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch.recursive import (
    balanced,
    from_nested,
    left_to_right,
    pad_labels,
    pad_trees,
    parse,
    parse_labelled,
    require_tree,
    right_to_left,
    to_nested,
)
from rnncourse.scratch.recursive.levels import Levels, heights

from .checks import assert_rejects

LABELLED = "(3 (2 (2 the) (2 film)) (4 (2 is) (4 (1 not) (0 bad))))"


def random_tree(n, rng):
    """A tree whose merges join neighbours picked at random."""
    nodes, merges = list(range(n)), []
    while len(nodes) > 1:
        place = rng.integers(len(nodes) - 1)
        merges.append(nodes[place : place + 2])
        nodes[place : place + 2] = [n + len(merges) - 1]
    return np.array(merges, dtype=int).reshape(-1, 2)


def all_nested(first, end):
    """Every binary tree over the words first..end-1."""
    if end - first == 1:
        yield first
    for cut in range(first + 1, end):
        for left in all_nested(first, cut):
            for right in all_nested(cut, end):
                yield (left, right)


def check_constructors(left=left_to_right, right=right_to_left, middle=balanced):
    """Each constructor draws the tree it is named for."""
    assert to_nested(left(4)) == (((0, 1), 2), 3)
    assert to_nested(right(4)) == (0, (1, (2, 3)))
    assert to_nested(middle(5)) == (((0, 1), (2, 3)), 4)
    assert to_nested(middle(6)) == (((0, 1), (2, 3)), (4, 5))
    for constructor in (left, right, middle):
        assert constructor(1).shape == (0, 2)
        assert constructor(2).tolist() == [[0, 1]]
        for n in range(1, 20):
            require_tree("tree", constructor(n))


def test_constructors():
    check_constructors()


@pytest.mark.parametrize("n", range(1, 40))
def test_a_balanced_tree_is_as_low_as_can_be(n):
    trees, lengths = pad_trees([balanced(n)])
    assert heights(trees, lengths).max() == math.ceil(math.log2(n))


@pytest.mark.parametrize(("n", "catalan"), [(1, 1), (2, 1), (3, 2), (4, 5), (5, 14), (6, 42), (7, 132)])
def test_all_trees_go_there_and_back(n, catalan):
    """A known count: the trees over n words are the Catalan numbers."""
    nested = list(all_nested(0, n))
    trees = [from_nested(one) for one in nested]
    for one, tree in zip(nested, trees, strict=True):
        require_tree("tree", tree)
        assert to_nested(tree) == one
    assert len({tree.tobytes() for tree in trees}) == catalan


def test_from_nested_numbers_phrases_in_the_order_of_the_merges():
    assert from_nested(((0, 1), 2)).tolist() == [[0, 1], [3, 2]]
    assert from_nested((0, (1, 2))).tolist() == [[1, 2], [0, 3]]
    assert from_nested((2, (1, 0))).tolist() == [[1, 0], [2, 3]]
    assert from_nested(0).shape == (0, 2)


def test_a_long_chain_does_not_exhaust_the_stack():
    nested = 0
    for word in range(1, 5000):
        nested = (nested, word)
    assert np.array_equal(from_nested(nested), left_to_right(5000))


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 12), st.integers(0, 99))
def test_a_random_tree_is_well_formed_and_keeps_the_order_of_the_words(n, seed):
    tree = random_tree(n, np.random.default_rng(seed))
    require_tree("tree", tree)
    written = str(to_nested(tree))
    assert [int(word) for word in written.replace("(", "").replace(")", "").split(",")] == list(range(n))
    assert to_nested(from_nested(to_nested(tree))) == to_nested(tree)


def test_to_nested_with_words():
    words, tree = parse("((the cat) (sat down))")
    assert words == ["the", "cat", "sat", "down"]
    assert tree.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert to_nested(tree, words) == (("the", "cat"), ("sat", "down"))


def test_parse_numbers_words_as_they_stand():
    words, tree = parse(" (the\n(cat (sat down)) ) ")
    assert words == ["the", "cat", "sat", "down"]
    assert to_nested(tree) == (0, (1, (2, 3)))
    assert parse("(a a)")[0] == ["a", "a"]


def test_one_word_is_a_tree():
    words, tree = parse("cat")
    assert words == ["cat"]
    assert tree.shape == (0, 2)
    words, labels, tree = parse_labelled("(4 cat)")
    assert (words, labels.tolist(), tree.shape) == (["cat"], [4], (0, 2))


def test_parse_labelled_gives_a_label_to_every_node():
    words, labels, tree = parse_labelled(LABELLED)
    assert words == ["the", "film", "is", "not", "bad"]
    assert to_nested(tree) == ((0, 1), (2, (3, 4)))
    assert tree.tolist() == [[0, 1], [3, 4], [2, 6], [5, 7]]
    assert labels.tolist() == [2, 2, 2, 1, 0, 2, 4, 4, 3]


def test_words_of_the_treebank_may_be_numbers_or_marks():
    words, labels, _ = parse_labelled("(2 (1 21) (3 (2 ``) (2 -LRB-)))")
    assert words == ["21", "``", "-LRB-"]
    assert labels.tolist() == [1, 2, 2, 3, 2]


def test_pad_trees_and_labels():
    trees, lengths = pad_trees([left_to_right(2), right_to_left(3), balanced(1)])
    assert lengths.tolist() == [2, 3, 1]
    assert trees.shape == (2, 3, 2)
    assert trees[:, 0].tolist() == [[0, 1], [-1, -1]]
    assert trees[:, 1].tolist() == [[1, 2], [0, 3]]
    assert (trees[:, 2] == -1).all()
    padded = pad_labels([np.array([0, 1, 2]), np.arange(5), np.array([4])])
    assert padded.T.tolist() == [[0, 1, 2, -1, -1], [0, 1, 2, 3, 4], [4, -1, -1, -1, -1]]


def test_a_batch_of_single_words_has_no_merges():
    trees, lengths = pad_trees([balanced(1), balanced(1)])
    assert trees.shape == (0, 2, 2)
    assert lengths.tolist() == [1, 1]


def check_levels(levels_class=Levels, seed=0):
    """Rows hold every node once, and a merge stands on the level above its higher child."""
    rng = np.random.default_rng(seed)
    trees, lengths = pad_trees([random_tree(n, rng) for n in rng.integers(1, 9, 5)])
    levels = levels_class(trees, lengths)
    nodes = set(zip(levels.node.tolist(), levels.sentence.tolist(), strict=True))
    assert nodes == {(node, b) for b, n in enumerate(lengths) for node in range(2 * n - 1)}
    assert len(levels.node) == len(nodes)
    assert levels.words == lengths.sum()
    level = np.searchsorted(levels.ends, np.arange(len(nodes)), side="right")
    assert np.array_equal(level[levels.words :], 1 + level[levels.children].max(axis=1))
    for row, (children, step) in enumerate(zip(levels.children, levels.step, strict=True), start=levels.words):
        b = levels.sentence[row]
        assert (levels.sentence[children] == b).all()
        assert levels.node[children].tolist() == trees[step, b].tolist()
        assert levels.node[row] == lengths[b] + step
    counts = levels.padded(levels.leaf_counts())
    for b, n in enumerate(lengths):
        spans = [1] * n
        for left, right in trees[: n - 1, b]:
            spans.append(spans[left] + spans[right])
        assert counts[: 2 * n - 1, b].tolist() == spans


@pytest.mark.parametrize("seed", range(5))
def test_levels(seed):
    check_levels(seed=seed)


TWO = left_to_right(3)
PADDED, LENGTHS = pad_trees([left_to_right(3), left_to_right(2)])


def check_wellformed(require=require_tree):
    """Every way to be no tree is named."""
    wrong = {
        "made before their parent": (np.array([[0, 1], [4, 2]]), "exist before the step", "node 4 in step 1"),
        "not known yet": (np.array([[0, 3], [1, 2]]), "exist before the step", "node 3 in step 0, when nodes 0 to 2"),
        "negative": (np.array([[0, -1], [3, 2]]), "exist before the step", "node -1 in step 0"),
        "merged twice": (np.array([[0, 1], [3, 1]]), "exactly once", "node 1 merged again"),
        "with itself": (np.array([[0, 0]]), "exactly once", "node 0 merged again"),
    }
    for tree, expected, got in wrong.values():
        assert_rejects(lambda tree=tree: require("tree", tree), "tree", expected, got)


def test_what_is_no_tree_is_named():
    check_wellformed()


BAD_INPUT = {
    "n of 0": (lambda: left_to_right(0), "n", "integer of at least 1", "0"),
    "n a float": (lambda: balanced(2.0), "n", "integer of at least 1", "2.0"),
    "n negative": (lambda: right_to_left(-1), "n", "integer of at least 1", "-1"),
    "tree a nested tuple": (lambda: to_nested(((0, 1), 2)), "tree", "NumPy array of shape (n-1, 2)", "tuple"),
    "tree of three columns": (lambda: to_nested(np.zeros((2, 3), int)), "tree", "shape (2, 2)", "(2, 3)"),
    "tree of floats": (lambda: to_nested(TWO * 1.0), "tree", "dtype int64", "float64"),
    "tree of no axes": (lambda: to_nested(np.array(3)), "tree", "shape (n-1, 2)", "()"),
    "words too few": (lambda: to_nested(TWO, ["a", "b"]), "words", "3, one for each leaf", "2"),
    "three parts": (lambda: from_nested((0, 1, 2)), "nested", "pairs", "3 parts in (0, 1, 2)"),
    "one part": (lambda: from_nested((0,)), "nested", "pairs", "1 parts"),
    "word repeated": (lambda: from_nested((0, (1, 1))), "nested", "words 0 to 2, each exactly once", "[0, 1, 1]"),
    "word left out": (lambda: from_nested((0, 2)), "nested", "words 0 to 1", "[0, 2]"),
    "word negative": (lambda: from_nested((0, -1)), "nested", "words 0 to 1", "[0, -1]"),
    "words of letters": (lambda: from_nested(("a", "b")), "nested", "words 0 to 1", "['a', 'b']"),
    "no trees": (lambda: pad_trees([]), "trees", "at least one", "none"),
    "second tree": (lambda: pad_trees([TWO, TWO[:1] + 1]), "trees[1]", "exist before", "node 2 in step 0"),
    "no labels": (lambda: pad_labels([]), "labels", "at least one sentence", "none"),
    "an even number of labels": (lambda: pad_labels([np.arange(5), np.arange(4)]), "labels[1]", "2n-1 labels", "4"),
    "labels of floats": (lambda: pad_labels([np.arange(5) / 2]), "labels[0]", "dtype int64", "float64"),
    "labels a list": (lambda: pad_labels([[0, 1, 2]]), "labels[0]", "shape (2n-1,)", "list"),
    "text a list": (lambda: parse(["a"]), "text", "string", "list"),
    "text empty": (lambda: parse(""), "text", "one tree", "0"),
    "two trees": (lambda: parse("(a b) c"), "text", "one tree", "2"),
    "three in a bracket": (lambda: parse("(a b c)"), "text", "two parts in each bracket", "3"),
    "nothing in a bracket": (lambda: parse("()"), "text", "two parts in each bracket", "0"),
    "never closed": (lambda: parse("((a b)"), "text", "closing bracket", "'((a b)'"),
    "never opened": (lambda: parse("a b)"), "text", "opening bracket", "'a b)'"),
    "no label": (lambda: parse_labelled("((2 a) (3 b))"), "text", "label, an integer, first", "'((2 a) (3 b))'"),
    "label of letters": (lambda: parse_labelled("(NP (2 a) (3 b))"), "text", "label, an integer", "'(NP"),
    "an empty labelled bracket": (lambda: parse_labelled("()"), "text", "label, an integer", "'()'"),
    "label alone": (lambda: parse_labelled("(3)"), "text", "one word or two phrases", "'(3)'"),
    "two bare words": (lambda: parse_labelled("(3 a b)"), "text", "one word or two phrases", "'(3 a b)'"),
    "one phrase": (lambda: parse_labelled("(3 (2 a))"), "text", "one word or two phrases", "'(3 (2 a))'"),
    "three phrases": (lambda: parse_labelled("(3 (2 a) (2 b) (2 c))"), "text", "one word or two phrases", "'(3"),
    "a bare word": (lambda: parse_labelled("cat"), "text", "a label and a word in brackets", "'cat'"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_named(case):
    assert_rejects(*BAD_INPUT[case])
