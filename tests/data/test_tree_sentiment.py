"""Sentences whose sentiment hangs on their tree: the truth, found in another way, and the law they are drawn by."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.data import Vocabulary
from rnncourse.data.tasks.tree_sentiment import (
    ALTHOUGH,
    BUT,
    NEGATIVE,
    NOT,
    POSITIVE,
    SENTIMENT_WORDS,
    SENTIMENTS,
    sentiment,
    sentiment_trees,
)
from rnncourse.scratch.recursive import parse_labelled, require_tree

OPPOSITE = dict(zip(POSITIVE + NEGATIVE, NEGATIVE + POSITIVE, strict=True)) | {w: w for w in (NOT, BUT, ALTHOUGH)}


def draw(count, depths, seed=0):
    return sentiment_trees(count, np.random.default_rng(seed), depths=depths)


def truth(tree, node):
    """The label of a node: the word that decides, found from the top down, turned over once for each "not"."""
    n, turned = len(tree.words), False
    while node >= n:
        left, right = tree.merges[node - n]
        first = tree.words[left] if left < n else ""
        if first in (NOT, BUT, ALTHOUGH):
            turned ^= first == NOT
            node = right
        else:
            connective = tree.words[tree.merges[right - n][0]]
            node = right if connective == BUT else left
    word = tree.words[node]
    if word in (NOT, BUT, ALTHOUGH):
        return 1
    return 2 * int((word in POSITIVE) ^ turned)


@pytest.mark.parametrize("depth", [0, 1, 2, 4, 7])
def test_every_node_has_its_true_label(depth):
    for tree in draw(60, [depth]):
        assert len(tree.labels) == 2 * len(tree.words) - 1
        assert tree.labels == tuple(truth(tree, node) for node in range(len(tree.labels)))
        assert tree.labels[-1] in (0, 2)


EXAMPLES = {
    "good": ("good", 2),
    "bad": ("bad", 0),
    "not": ("not", 1),
    "not good": (("not", "good"), 0),
    "not not good": (("not", ("not", "good")), 2),
    "but bad": (("but", "bad"), 0),
    "although bad": (("although", "bad"), 0),
    "good but bad": (("good", ("but", "bad")), 0),
    "good although bad": (("good", ("although", "bad")), 2),
    "not (bad but good)": (("not", ("bad", ("but", "good"))), 0),
    "bad although not bad": (("bad", ("although", ("not", "bad"))), 0),
    "(good although bad) but not good": ((("good", ("although", "bad")), ("but", ("not", "good"))), 0),
}


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_rules_by_example(text):
    phrase, label = EXAMPLES[text]
    assert sentiment(phrase) == label


def every_phrase(depth, words):
    """All phrases of at most this depth."""
    if depth == 0:
        return list(words)
    below = every_phrase(depth - 1, words)
    phrases = [*below, *((NOT, x) for x in below)]
    phrases += [(a, (connective, b)) for a, connective, b in product(below, (BUT, ALTHOUGH), below)]
    return list(dict.fromkeys(phrases))


def exchanged(phrase):
    return OPPOSITE[phrase] if isinstance(phrase, str) else tuple(map(exchanged, phrase))


def test_to_exchange_good_and_bad_words_exchanges_every_answer():
    """So among all phrases of any shape exactly half are positive."""
    phrases = every_phrase(2, ("good", "bad"))
    labels = [sentiment(phrase) for phrase in phrases]
    assert [sentiment(exchanged(phrase)) for phrase in phrases] == [2 - label for label in labels]
    assert Counter(labels) == {0: len(phrases) / 2, 2: len(phrases) / 2}


@pytest.mark.parametrize("depth", [0, 1, 2, 3, 6])
def test_depth_is_what_was_asked_for(depth):
    trees = draw(100, [depth])
    assert {tree.depth for tree in trees} == {depth}
    heights = [tree_height(tree) for tree in trees]
    assert depth <= min(heights)
    assert max(heights) <= 2 * depth


def tree_height(tree):
    heights = [0] * len(tree.words)
    for left, right in tree.merges:
        heights.append(1 + max(heights[left], heights[right]))
    return heights[-1]


def test_depths_and_operators_are_drawn_equally_often():
    count = 3000
    depths = Counter(tree.depth for tree in draw(count, [1, 3, 4]))
    roots = Counter(tree.words[0] if tree.words[0] == NOT else tree.words[1] for tree in draw(count, [1]))
    assert depths.keys() == {1, 3, 4}
    assert roots.keys() == {NOT, BUT, ALTHOUGH}
    bound = 5 * np.sqrt(count * 1 / 3 * 2 / 3)
    for times in (*depths.values(), *roots.values()):
        assert abs(times - count / 3) < bound


def test_the_deep_side_is_left_as_often_as_right():
    """Among phrases of depth 2 that join a phrase and a word, either may come first; A and B are never both shallow."""
    sides = Counter()
    for tree in draw(2000, [2]):
        if isinstance(tree.nested[0], tuple):
            sides[isinstance(tree.nested[0], tuple), isinstance(tree.nested[1][1], tuple)] += 1
        elif tree.nested[0] != NOT:
            assert isinstance(tree.nested[1][1], tuple)
            sides[False, True] += 1
    one_sided = sides[True, False] + sides[False, True]
    assert abs(sides[True, False] - one_sided / 2) < 5 * np.sqrt(one_sided / 4)
    assert sides[True, True] > 100


def test_the_words_are_english_and_all_are_used():
    assert set(chain_words(draw(500, [2, 3]))) == set(SENTIMENT_WORDS)
    assert len(SENTIMENT_WORDS) == len(set(SENTIMENT_WORDS)) == 25
    assert SENTIMENTS == ("negative", "neutral", "positive")
    assert len(Vocabulary(SENTIMENT_WORDS)) == 29


def chain_words(trees):
    return [word for tree in trees for word in tree.words]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=3), st.integers(0, 99))
def test_trees_are_trees_and_brackets_say_all(depths, seed):
    for tree in draw(5, depths, seed):
        require_tree("tree", tree.tree)
        words, labels, merges = parse_labelled(tree.brackets)
        assert tuple(words) == tree.words
        assert tuple(labels.tolist()) == tree.labels
        assert merges.tolist() == tree.tree.tolist()
        assert sentiment(tree.nested) == tree.labels[-1]


def test_the_same_seed_gives_the_same_sentences():
    assert draw(20, [3], seed=5) == draw(20, [3], seed=5)
    assert draw(20, [3], seed=5) != draw(20, [3], seed=6)
    assert len(set(draw(20, [3]))) > 1  # they can be hashed


BAD_CALLS = {
    "count": (lambda: draw(0, [1]), "^count: expected an integer of at least 1, got 0$"),
    "no depths": (lambda: draw(1, []), r"^depths: expected a list of at least one .* got \[\]$"),
    "one depth": (lambda: draw(1, 2), "^depths: expected a list of at least one .* got 2$"),
    "negative": (lambda: draw(1, [2, -1]), r"^depths: expected .* got \[2, -1\]$"),
    "fraction": (lambda: draw(1, [1.5]), r"^depths: expected .* got \[1.5\]$"),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_calls_are_named(name):
    call, message = BAD_CALLS[name]
    with pytest.raises(ValueError, match=message):
        call()
