"""Training examples, dropped words and noise: against plain loops, the exact distributions, and gensim."""

from collections import Counter

import numpy as np
import pytest
from gensim.models import Word2Vec
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch import word2vec
from rnncourse.scratch.word2vec import NoiseSampler, keep_probabilities, subsample, word_counts

from .checks import assert_close, assert_rejects

SENTENCES = st.lists(st.lists(st.integers(0, 5), max_size=9), min_size=1, max_size=6).filter(any)
WINDOWS = st.integers(1, 10)


def corpus(lists, dtype=np.int64):
    """Sentences as arrays."""
    return [np.array(sentence, dtype) for sentence in lists]


def contexts_by_loops(sentences, window, seed=None):
    """For each token of the text in order: its word, and the words of its context from left to right.

    With a seed the reach of the tokens is drawn in the order of the text, as the library documents it.
    """
    T = sum(map(len, sentences))
    reach = iter(np.full(T, window) if seed is None else np.random.default_rng(seed).integers(1, window + 1, T))
    for sentence in sentences:
        for position, (word, b) in enumerate(zip(sentence, reach, strict=False)):
            near = [j for j in range(len(sentence)) if j != position and abs(j - position) <= b]
            yield word, [sentence[j] for j in near]


def generator(seed):
    """What the library takes: None for a window of one size."""
    return None if seed is None else np.random.default_rng(seed)


def check_skipgram_pairs(lists, window, seed, skipgram_pairs=word2vec.skipgram_pairs):
    """The pairs of a plain double loop, as a multiset and in the order of the text."""
    centres, contexts = skipgram_pairs(corpus(lists), window, generator(seed))
    expected = [(word, near) for word, nears in contexts_by_loops(lists, window, seed) for near in nears]
    found = list(zip(centres.tolist(), contexts.tolist(), strict=True))
    assert Counter(found) == Counter(expected), "not the pairs of the double loop"
    assert found == expected, "not in the order of the text"


def check_cbow_examples(lists, window, seed, cbow_examples=word2vec.cbow_examples):
    """The bags of a plain double loop, left to right, one for each token that has a context."""
    contexts, mask, targets = cbow_examples(corpus(lists), window, generator(seed))
    assert contexts.shape == mask.shape == (len(targets), 2 * window), "shape of the contexts or the mask"
    assert not contexts[~mask].any(), "padding is not 0"
    found = [(t, c[m].tolist()) for t, c, m in zip(targets.tolist(), contexts, mask, strict=True)]
    expected = [(word, near) for word, near in contexts_by_loops(lists, window, seed) if near]
    assert found == expected, "not the bags of the double loop"


@settings(deadline=None, max_examples=60)
@given(SENTENCES, WINDOWS, st.none() | st.integers(0, 99))
def test_skipgram_pairs_are_those_of_a_double_loop(lists, window, seed):
    check_skipgram_pairs(lists, window, seed)


@settings(deadline=None, max_examples=60)
@given(SENTENCES, WINDOWS, st.none() | st.integers(0, 99))
def test_cbow_examples_are_those_of_a_double_loop(lists, window, seed):
    check_cbow_examples(lists, window, seed)


def test_both_models_see_the_same_pairs():
    lists = [[0, 1, 2, 3], [4], [], [5, 1, 1]]
    centres, contexts = word2vec.skipgram_pairs(corpus(lists), 3, np.random.default_rng(1))
    bags, mask, targets = word2vec.cbow_examples(corpus(lists), 3, np.random.default_rng(1))
    assert np.array_equal(np.repeat(targets, mask.sum(axis=1)), centres)
    assert np.array_equal(bags[mask], contexts)


def test_the_decks_sentence():
    """PKU: in "a blue bird on the tree" the context of "bird" is all the rest."""
    words = ["a", "blue", "bird", "on", "the", "tree"]
    sentence = corpus([range(6)])
    centres, contexts = word2vec.skipgram_pairs(sentence, 5)
    assert [words[i] for i in contexts[centres == 2]] == ["a", "blue", "on", "the", "tree"]
    bags, mask, targets = word2vec.cbow_examples(sentence, 5)
    assert [words[i] for i in bags[2][mask[2]]] == ["a", "blue", "on", "the", "tree"]
    assert words[targets[2]] == "bird"


def test_no_pair_without_a_neighbour():
    centres, contexts = word2vec.skipgram_pairs(corpus([[3], [], [4]]), 2)
    assert centres.shape == contexts.shape == (0,)
    bags, mask, targets = word2vec.cbow_examples(corpus([[3], [], [4]]), 2)
    assert bags.shape == mask.shape == (0, 4)
    assert targets.shape == (0,)


def test_the_dynamic_window_reaches_every_distance_alike():
    """From the middle of a long text the reach is uniform from 1 to the window: 5 draws of 20,000 chances each."""
    tokens = np.arange(100_010)
    centres, contexts = word2vec.skipgram_pairs([tokens], 5, np.random.default_rng(2))
    inside = (centres >= 5) & (centres < 100_005)
    distances = np.abs(centres - contexts)[inside]
    expected = 2 * 100_000 * np.array([5, 4, 3, 2, 1]) / 5  # distance k is in reach when the draw is k or more
    assert np.abs(np.bincount(distances)[1:] / expected - 1).max() < 0.01


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.uint64])
def test_any_integers_are_ids(dtype):
    centres, contexts = word2vec.skipgram_pairs(corpus([[0, 1, 2]], dtype), 1)
    assert list(zip(centres.tolist(), contexts.tolist(), strict=True)) == [(0, 1), (1, 0), (1, 2), (2, 1)]
    assert word_counts(corpus([[0, 1, 2]], dtype), 3).tolist() == [1, 1, 1]


def test_word_counts():
    assert word_counts(corpus([[1, 1, 3], [], [1]]), 5).tolist() == [0, 3, 0, 1, 0]


def check_keep(keep_probabilities=keep_probabilities):
    """Equation 5 of Mikolov et al. 2013b, entry by entry."""
    counts = np.array([900, 90, 9, 1, 0])
    dropped = [max(0, 1 - np.sqrt(1e-2 / (count / 1000))) for count in counts[:4]] + [0]
    assert_close("keep", keep_probabilities(counts, 1e-2), 1 - np.array(dropped), 1e-15)


def test_keep_probabilities_are_the_papers():
    check_keep()


def test_the_c_program_and_gensim_keep_more():
    """What the docstring says of them, by gensim's own numbers, which are scaled to 2^32."""
    sentences = [["a"] * 90 + ["b"] * 9 + ["c"]]
    model = Word2Vec(min_count=1, sample=1e-2, seed=0)
    model.build_vocab(sentences)
    theirs = np.array([model.wv.get_vecattr(word, "sample_int") for word in "abc"]) / 2**32
    ratio = 1e-2 / np.array([0.9, 0.09, 0.01])
    assert_close("gensim", theirs, np.minimum(1, np.sqrt(ratio) + ratio), 1e-8)
    ours = keep_probabilities(np.array([90, 9, 1]), 1e-2)
    assert (ours[:2] < theirs[:2]).all()


def test_subsampling_keeps_each_word_by_its_probability():
    text = np.random.default_rng(3).integers(4, size=40_000)
    keep = np.array([0.0, 0.1, 0.7, 1.0])
    kept = np.bincount(subsample([text], keep, np.random.default_rng(4))[0], minlength=4) / np.bincount(text)
    assert kept[0] == 0
    assert kept[3] == 1
    assert np.abs(kept - keep).max() < 0.02


@settings(deadline=None, max_examples=30)
@given(SENTENCES, st.integers(0, 99))
def test_subsampling_keeps_order_and_sentences(lists, seed):
    keep = np.array([0.0, 1.0, 0.5, 0.5, 0.5, 1.0])
    draws = iter(np.random.default_rng(seed).random(sum(map(len, lists))))
    expected = [[word for word in sentence if next(draws) < keep[word]] for sentence in lists]
    kept = subsample(corpus(lists), keep, np.random.default_rng(seed))
    assert [sentence.tolist() for sentence in kept] == expected


def test_sentences_are_left_alone():
    sentences = corpus([[0, 1, 2], [3, 1]])
    for sentence in sentences:
        sentence.flags.writeable = False
    kept = subsample(sentences, np.ones(4), np.random.default_rng(0))
    assert [sentence.tolist() for sentence in kept] == [[0, 1, 2], [3, 1]]
    word2vec.skipgram_pairs(sentences, 2)
    word2vec.cbow_examples(sentences, 2)


COUNTS = np.array([500, 0, 3, 1, 120, 0, 60, 31, 16, 9, 0])
DRAWS = 200_000
LIMIT = 24.32  # chi-square with 7 degrees of freedom is greater than this once in 1000 times


def check_noise(sampler_class=NoiseSampler):
    """Draws follow counts^0.75 by the chi-square test, and no word of count 0 comes up."""
    sampler = sampler_class(COUNTS)
    expected = DRAWS * COUNTS**0.75 / (COUNTS**0.75).sum()
    found = np.bincount(sampler.draw(DRAWS, np.random.default_rng(5)), minlength=len(COUNTS))
    assert not found[COUNTS == 0].any(), "a word of count 0 was drawn"
    used = COUNTS > 0
    assert used.sum() == 8, "the limit is for 8 words"
    assert ((found - expected)[used] ** 2 / expected[used]).sum() < LIMIT, "not the distribution"
    assert_close("probabilities", sampler.probabilities, expected / DRAWS, 1e-14)


def test_noise_has_its_distribution():
    check_noise()


def test_noise_is_gensims():
    """gensim's table: cumulative, scaled to 2^31 - 1 and rounded."""
    model = Word2Vec(min_count=1, seed=0, sorted_vocab=0)
    used = np.flatnonzero(COUNTS)
    model.build_vocab_from_freq({str(word): int(COUNTS[word]) for word in used})
    words = [int(word) for word in model.wv.index_to_key]
    theirs = np.diff(model.cum_table.astype(float), prepend=0) / (2**31 - 1)
    assert_close("probabilities", NoiseSampler(COUNTS).probabilities[words], theirs, 1e-8)


class Extremes:
    """A generator whose draws are the ends of what `random` can return."""

    def random(self, shape):
        return np.resize([0.0, np.nextafter(1, 0)], shape)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=8).filter(any))
def test_the_ends_of_the_interval_are_words_that_occur(counts):
    lowest, highest = NoiseSampler(np.array(counts)).draw(2, Extremes())
    used = np.flatnonzero(counts)
    assert (lowest, highest) == (used[0], used[-1])


@pytest.mark.parametrize("shape", [(), 3, (2, 1), (0,)], ids=str)
def test_noise_comes_in_any_shape(shape):
    drawn = NoiseSampler(COUNTS).draw(shape, np.random.default_rng(0))
    assert np.shape(drawn) == np.empty(shape).shape
    assert np.issubdtype(np.asarray(drawn).dtype, np.integer)


GOOD, RNG = corpus([[0, 1, 2], [1]]), np.random.default_rng(0)
PAIRS, BAGS, DROP = word2vec.skipgram_pairs, word2vec.cbow_examples, subsample
BAD_INPUT = {
    "an array for sentences": (lambda: PAIRS(np.array([0, 1]), 2), "sentences", "list of integer arrays", "ndarray"),
    "a sentence a list": (lambda: PAIRS([[0, 1]], 2), "sentences[0]", "array of integers", "[0, 1]"),
    "a sentence of floats": (lambda: BAGS([np.ones(2)], 2), "sentences[0]", "array of integers", "array("),
    "a sentence of two axes": (
        lambda: BAGS([*GOOD, np.ones((1, 2), int)], 2),
        "sentences[2]",
        "one-dimensional",
        "array(",
    ),
    "no sentence": (lambda: PAIRS([], 2), "sentences", "at least one token", "none"),
    "only empty sentences": (lambda: PAIRS(corpus([[], []]), 2), "sentences", "at least one token", "none"),
    "id below 0": (lambda: PAIRS(corpus([[0, -2]]), 2), "sentences", "ids of at least 0", "-2"),
    "window": (lambda: PAIRS(GOOD, 0), "window", "integer of at least 1", "0"),
    "window of CBOW": (lambda: BAGS(GOOD, 1.5), "window", "integer of at least 1", "1.5"),
    "id too large to count": (lambda: word_counts(GOOD, 2), "sentences", "ids from 0 to 1", "2"),
    "no vocabulary": (lambda: word_counts(GOOD, 0), "vocabulary_size", "integer of at least 1", "0"),
    "keep too short": (lambda: DROP(GOOD, np.ones(2), RNG), "sentences", "ids from 0 to 1", "2"),
    "keep of integers": (lambda: DROP(GOOD, np.ones(3, int), RNG), "keep", "dtype float64", "int64"),
    "keep above 1": (lambda: DROP(GOOD, np.full(3, 1.5), RNG), "keep", "from 0 to 1", "1.5 to 1.5"),
    "keep NaN": (lambda: DROP(GOOD, np.full(3, np.nan), RNG), "keep", "from 0 to 1", "nan"),
    "threshold": (lambda: keep_probabilities(COUNTS, 0), "threshold", "positive number", "0"),
    "counts a list": (lambda: NoiseSampler([1, 2]), "counts", "array of integers", "[1, 2]"),
    "counts of floats": (lambda: NoiseSampler(np.ones(2)), "counts", "array of integers", "array("),
    "no counts": (lambda: NoiseSampler(COUNTS[:0]), "counts", "at least one word that occurs", "none"),
    "counts of 0": (lambda: keep_probabilities(0 * COUNTS, 0.1), "counts", "at least one word that occurs", "none"),
    "counts below 0": (lambda: NoiseSampler(np.array([3, -1])), "counts", "numbers of at least 0", "-1"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_named(case):
    assert_rejects(*BAD_INPUT[case])
