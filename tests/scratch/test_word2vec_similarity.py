"""Neighbours and analogies: against plain loops over the definition, and gensim."""

from functools import partial

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch import word2vec

from .checks import assert_close, assert_rejects

TABLE = np.random.default_rng(0).standard_normal((9, 4))
QUERY = np.random.default_rng(1).standard_normal(4)


def cosine(x, y):
    """The cosine of the angle between two vectors."""
    return sum(x * y) / np.sqrt(sum(x * x) * sum(y * y))


def best(table, query, count, excluded=()):
    """Words and cosines by a loop."""
    found = [(cosine(row, query), word) for word, row in enumerate(table) if word not in excluded]
    cosines, words = zip(*sorted(found, reverse=True)[:count], strict=True)
    return words, cosines


def check_neighbours(table=TABLE, count=3, neighbours=word2vec.neighbours):
    """Every word's neighbours, and those of a vector."""
    for word in range(len(table)):
        words, cosines = neighbours(table, word, count)
        expected_words, expected = best(table, table[word], count, [word])
        assert tuple(words) == expected_words, "not the nearest words"
        assert_close("cosines", cosines, expected, 1e-12)
    words, cosines = neighbours(table, QUERY[: table.shape[1]], count)
    expected_words, expected = best(table, QUERY[: table.shape[1]], count)
    assert tuple(words) == expected_words, "not the words nearest to a vector"
    assert_close("cosines", cosines, expected, 1e-12)


def check_analogy(table=TABLE, count=3, analogy=word2vec.analogy):
    """b - a + c of the unit vectors, for a word before and after."""
    unit = [row / np.sqrt(sum(row * row)) for row in table]
    for a, b, c in ((0, 1, 2), (5, 3, 0), (4, 4, 1), (2, 0, 2)):
        words, cosines = analogy(table, a, b, c, count)
        expected_words, expected = best(table, unit[b] - unit[a] + unit[c], count, [a, b, c])
        assert tuple(words) == expected_words, "not the best words"
        assert_close("cosines", cosines, expected, 1e-12)


def test_neighbours_are_those_of_a_loop():
    check_neighbours()


def test_analogies_are_those_of_a_loop():
    check_analogy()


@settings(deadline=None, max_examples=30)
@given(st.integers(4, 8), st.integers(1, 4), st.integers(0, 99))
def test_any_table(V, D, seed):
    table = np.random.default_rng(seed).standard_normal((V, D)) + 0.1
    if D > 1:  # on a line all cosines are 1 or -1 and the order is free
        check_neighbours(table, V - 1)
    assert len(word2vec.neighbours(table, 0, V - 1)[0]) == V - 1


def test_gensim_finds_the_same():
    theirs = KeyedVectors(4)
    theirs.add_vectors([str(word) for word in range(9)], TABLE.astype(np.float32))
    words, cosines = word2vec.neighbours(TABLE, 2, 8)
    found = theirs.most_similar("2", topn=8)
    assert [str(word) for word in words] == [word for word, _ in found]
    assert_close("cosines", cosines, [value for _, value in found], 1e-6)
    words, cosines = word2vec.analogy(TABLE, 0, 1, 2, 6)
    found = theirs.most_similar(positive=["1", "2"], negative=["0"], topn=6)
    assert [str(word) for word in words] == [word for word, _ in found]
    assert_close("cosines", cosines, [value for _, value in found], 1e-6)


def test_a_parallelogram_is_completed():
    man, king, woman, queen = 0, 1, 2, 3
    table = np.array([[1.0, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0.2, 0]])
    words, cosines = word2vec.analogy(table, man, king, woman)
    assert words.tolist() == [queen]
    assert cosines.shape == (1,)


def test_lengths_do_not_matter():
    lengths = np.random.default_rng(2).uniform(0.1, 10, (9, 1))
    for call in (lambda table: word2vec.neighbours(table, 1, 5), lambda table: word2vec.analogy(table, 0, 1, 2, 5)):
        (words, cosines), (scaled_words, scaled_cosines) = call(TABLE), call(lengths * TABLE)
        assert np.array_equal(words, scaled_words)
        assert_close("cosines", scaled_cosines, cosines, 1e-12)


def test_a_row_of_zeros_is_near_nothing():
    table = np.array([[1.0, 0], [0, 0], [1, 1], [-1, 0]])
    words, cosines = word2vec.neighbours(table, 0, 3)
    assert words.tolist() == [2, 1, 3]
    assert_close("cosines", cosines, [np.sqrt(0.5), 0, -1], 1e-15)


def test_the_table_is_left_alone_and_float32_stays():
    table = TABLE.astype(np.float32)
    table.flags.writeable = False
    assert word2vec.neighbours(table, 0, 2)[1].dtype == np.float32
    assert word2vec.analogy(table, 0, 1, 2)[1].dtype == np.float32


NEAR, LIKE = partial(word2vec.neighbours, TABLE), partial(word2vec.analogy, TABLE)
HOLE = np.where(np.arange(4) == 2, np.nan, TABLE)
ZEROS = np.zeros((3, 2))
BAD_INPUT = {
    "table a list": (lambda: word2vec.neighbours([[1.0]], 0, 1), "table", "array of floats", "list"),
    "table of one axis": (lambda: word2vec.neighbours(QUERY, 0, 1), "table", "shape (V, D)", "(4,)"),
    "table of NaN": (lambda: word2vec.neighbours(HOLE, 0, 1), "table", "finite numbers", "NaN"),
    "analogies of NaN": (lambda: word2vec.analogy(HOLE, 0, 1, 2), "table", "finite numbers", "NaN"),
    "word too large": (lambda: NEAR(9, 1), "query", "ids from 0 to 8", "9"),
    "word negative": (lambda: NEAR(-1, 1), "query", "ids from 0 to 8", "-1"),
    "word a float": (lambda: NEAR(1.0, 1), "query", "integers", "float64"),
    "word a string": (lambda: NEAR("king", 1), "query", "integers", "<U4"),
    "two words": (lambda: NEAR([1, 2], 1), "query", "shape ()", "(2,)"),
    "vector too short": (lambda: NEAR(QUERY[:3], 1), "query", "shape (4,)", "(3,)"),
    "vector of another dtype": (lambda: NEAR(QUERY.astype("f4"), 1), "query", "dtype float64", "float32"),
    "vector of zeros": (lambda: NEAR(0 * QUERY, 1), "query", "not zero", "one without a direction"),
    "vector of NaN": (lambda: NEAR(np.nan * QUERY, 1), "query", "finite", "one without a direction"),
    "word without a vector": (lambda: word2vec.neighbours(ZEROS, 0, 1), "query", "not zero", "one without"),
    "count": (lambda: NEAR(0, 0), "count", "integer of at least 1", "0"),
    "count too large": (lambda: NEAR(0, 9), "count", "at most the 8 other words", "9"),
    "count of analogies": (lambda: LIKE(0, 1, 2, 7), "count", "at most the 6 other words", "7"),
    "a": (lambda: LIKE(9, 1, 2), "a", "ids from 0 to 8", "9"),
    "b": (lambda: LIKE(0, -1, 2), "b", "ids from 0 to 8", "-1"),
    "c": (lambda: LIKE(0, 1, QUERY), "c", "integers", "float64"),
    "analogy of nothing": (lambda: word2vec.analogy(ZEROS + 1, 0, 1, 2), "count", "at most the 0 other words", "1"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_named(case):
    assert_rejects(*BAD_INPUT[case])
