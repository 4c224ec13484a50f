"""Greedy merging in lock-step: against a search that scores every pair of every row of nodes anew."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch.recursive import RecursiveAutoencoder, left_to_right, pad_trees, require_tree, to_nested
from rnncourse.scratch.recursive.search import greedy_trees

from .checks import assert_rejects
from .test_recursive_autoencoder import OPTIONS

RAGGED = (2, 7, 1, 12, 5, 12)


def case(lengths=RAGGED, D=3, seed=1, dtype=np.float64, vocabulary=None, **options):
    """An autoencoder, x (L, B, D) with sevens beyond each sentence, and lengths; repeated words from a vocabulary."""
    rng = np.random.default_rng(seed)
    model = RecursiveAutoencoder(D, 2, rng, dtype=dtype, **options)
    lengths = np.array(lengths)
    shape = lengths.max(), len(lengths)
    x = rng.standard_normal((*shape, D))
    if vocabulary:
        x = rng.standard_normal((vocabulary, D))[rng.integers(vocabulary, size=shape)]
    x[np.arange(len(x))[:, None] >= lengths] = 7
    return model, x.astype(dtype), lengths


def naive_pair(model, first, second):
    """Parent, number of words and error of one pair, each a tuple (vector, words, node)."""
    children = np.concatenate([first[0], second[0]])
    parent = np.tanh(children @ model.W_e + model.b_e)
    if model.normalized:
        parent = parent / np.linalg.norm(parent)
    reconstruction = parent @ model.W_d + model.b_d
    words = first[1] + second[1]
    shares = (first[1] / words, second[1] / words) if model.weighted else (0.5, 0.5)
    distances = ((reconstruction - children) ** 2).reshape(2, -1).sum(axis=1)
    return parent, words, float(distances @ shares)


def naive_tree(model, words):
    """Score all pairs of neighbours, merge the best, the leftmost of equals, and begin anew."""
    row, merges = [(word, 1, number) for number, word in enumerate(words)], []
    while len(row) > 1:
        pairs = [naive_pair(model, *row[place : place + 2]) for place in range(len(row) - 1)]
        errors = np.array([error for *_, error in pairs])
        place = int(np.flatnonzero(errors <= errors.min() * (1 + 1e-10))[0])
        merges.append([row[place][2], row[place + 1][2]])
        row[place : place + 2] = [(*pairs[place][:2], len(words) + len(merges) - 1)]
    return np.array(merges, dtype=int).reshape(-1, 2)


def check_greedy(search=RecursiveAutoencoder.greedy_trees, lengths=RAGGED, seed=1, vocabulary=None, **options):
    """The trees of a batch are those that the naive search finds for each of its sentences."""
    model, x, lengths = case(lengths, seed=seed, vocabulary=vocabulary, **options)
    trees = search(model, x, lengths)
    expected, _ = pad_trees([naive_tree(model, x[:n, b]) for b, n in enumerate(lengths)])
    for b, n in enumerate(lengths):
        assert trees[:, b].tolist() == expected[:, b].tolist(), f"the tree of sentence {b}, of {n} words, is another"


def check_ties(search=greedy_trees):
    """When all errors are the same, but for a product's rounding, the tree is a chain from the left."""
    lengths = np.array([4, 1, 6, 2])
    x = np.random.default_rng(0).standard_normal((6, 4, 2))
    trees = search(lambda children, counts: (children[:, :2], np.linspace(1, 1 - 1e-14, len(children))), x, lengths)
    expected, _ = pad_trees([left_to_right(n) for n in lengths])
    assert trees.tolist() == expected.tolist()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("options", OPTIONS)
def test_trees_are_those_of_a_naive_search(options, seed):
    check_greedy(seed=seed, **OPTIONS[options])


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 10), min_size=1, max_size=5), st.sampled_from(sorted(OPTIONS)), st.integers(0, 999))
def test_trees_of_any_batch_are_those_of_a_naive_search(lengths, options, seed):
    check_greedy(lengths=lengths, seed=seed, **OPTIONS[options])


@pytest.mark.parametrize("vocabulary", [1, 2, 3])
@pytest.mark.parametrize("seed", range(10))
def test_sentences_that_repeat_words_tie_and_ties_go_to_the_left(vocabulary, seed):
    check_greedy(seed=seed, vocabulary=vocabulary, weighted=True)


def test_ties_go_to_the_leftmost_pair():
    check_ties()


def test_errors_decide_and_not_places():
    """A score that is known: the error of a pair is its right child, and a parent is the larger of its children."""
    x = np.array([5, 3, 4, 1, 2.0]).reshape(5, 1, 1)

    def score(children, counts):
        return children.max(axis=1, keepdims=True), children[:, 1]

    trees = greedy_trees(score, x, np.array([5]))
    assert to_nested(trees[:, 0]) == ((0, 1), ((2, 3), 4))


def test_counts_are_the_words_under_each_child():
    seen = []

    def score(children, counts):
        seen.extend(counts.tolist())
        return children[:, :1], np.where(counts.sum(axis=1) > 2, 1.0, 0)

    trees = greedy_trees(score, np.ones((5, 1, 1)), np.array([5]))
    assert to_nested(trees[:, 0]) == (((0, 1), (2, 3)), 4)
    assert seen == [[1, 1]] * 4 + [[2, 1]] + [[2, 2], [2, 1]] + [[4, 1]]


@pytest.mark.parametrize("n", [2, 3, 10, 40])
def test_a_merge_costs_two_new_scores(n):
    _, x, lengths = case((n, n))
    sizes = []

    def score(children, counts):
        sizes.append(len(children))
        return children[:, :3], (children**2).sum(axis=1)

    greedy_trees(score, x, lengths)
    assert len(sizes) == n  # one call for the words, one for each merge, whatever the batch
    assert sizes[0] == 2 * (n - 1)
    assert max(sizes[1:]) <= 2 * 2
    assert sum(sizes) <= 2 * (3 * n - 5 if n > 2 else 1)


def test_a_batch_is_its_sentences_one_by_one_in_any_order():
    model, x, lengths = case()
    trees = model.greedy_trees(x, lengths)
    for b, n in enumerate(lengths):
        require_tree("tree", trees[: n - 1, b])
        assert np.array_equal(model.greedy_trees(x[:n, [b]], lengths[[b]]), trees[: n - 1, [b]])
    order = np.random.default_rng(0).permutation(len(lengths))
    assert np.array_equal(model.greedy_trees(x[:, order], lengths[order]), trees[:, order])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_repeated_words_give_one_tree_in_every_batch(dtype):
    """Products of other sizes round otherwise, and such ties must not be broken by that."""
    for seed in range(10):
        model, x, lengths = case(RAGGED, 50, seed, dtype, vocabulary=1 + seed % 2, weighted=seed % 3 > 0)
        trees = model.greedy_trees(x, lengths)
        for b, n in enumerate(lengths):
            assert np.array_equal(model.greedy_trees(x[:n, [b]], lengths[[b]]), trees[: n - 1, [b]])


def test_padding_wider_than_the_longest_sentence():
    model, x, lengths = case()
    wide = np.concatenate([x, np.full((3, *x.shape[1:]), np.nan)])
    trees = model.greedy_trees(wide, lengths)
    assert np.array_equal(trees[:-3], model.greedy_trees(x, lengths))
    assert (trees[-3:] == -1).all()
    assert np.isfinite(model.forward(wide, lengths, trees)[1]).all()


def test_one_word_and_two_words():
    model, x, lengths = case((1, 1))
    assert model.greedy_trees(x, lengths).shape == (0, 2, 2)
    model, x, lengths = case((2, 1))
    assert model.greedy_trees(x, lengths).tolist() == [[[0, 1], [-1, -1]]]


def test_lengths_may_be_small_integers():
    model, x, lengths = case((70, 100))
    assert np.array_equal(model.greedy_trees(x, lengths.astype(np.uint8)), model.greedy_trees(x, lengths))


def test_float32_finds_the_trees_of_float64():
    """At no near tie: these sentences have none."""
    model, x, lengths = case(dtype=np.float32)
    exact, _, _ = case()
    for name, array in model.parameters().items():
        setattr(exact, name, array.astype(np.float64))
    assert np.array_equal(model.greedy_trees(x, lengths), exact.greedy_trees(x.astype(np.float64), lengths))


def test_arguments_are_left_alone():
    model, x, lengths = case()
    before = x.copy(), lengths.copy()
    model.greedy_trees(x, lengths)
    assert np.array_equal(x, before[0])
    assert np.array_equal(lengths, before[1])


def test_the_errors_of_the_trees_found_are_below_those_of_chains_on_the_whole():
    model, x, lengths = case((12,) * 20, D=5)
    found = model.forward(x, lengths, model.greedy_trees(x, lengths))[1].sum()
    chains = model.forward(x, lengths, pad_trees([left_to_right(12)] * 20)[0])[1].sum()
    assert found < chains


MODEL, X, LENGTHS = case((3, 2))
HUGE = 1e200 * X
BAD_INPUT = {
    "x width": (lambda: MODEL.greedy_trees(X[..., :2], LENGTHS), "x", "shape (L, B, 3)", "(3, 2, 2)"),
    "x dtype": (lambda: MODEL.greedy_trees(X.astype(np.float32), LENGTHS), "x", "dtype float64", "float32"),
    "x NaN": (lambda: MODEL.greedy_trees(X * np.nan, LENGTHS), "x", "errors are finite", "NaN or infinity"),
    "lengths": (lambda: MODEL.greedy_trees(X, LENGTHS + 1), "lengths", "from 1 to 3", "4"),
    "lengths of no integers": (lambda: MODEL.greedy_trees(X, LENGTHS > 1), "lengths", "array of integers", "bool"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])


def test_errors_that_overflow_are_refused():
    with np.errstate(over="ignore"):
        assert_rejects(lambda: MODEL.greedy_trees(HUGE, LENGTHS), "x", "errors are finite", "NaN or infinity")
