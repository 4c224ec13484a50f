"""BLEU: the paper's own examples, figures that sacrebleu and NLTK publish, cases by hand, a count written otherwise."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch.seq2seq import corpus_bleu

from .checks import assert_close, assert_rejects

PARTY = [
    "It is a guide to action that ensures that the military will forever heed Party commands",
    "It is the guiding principle which guarantees the military forces always being under the command of the Party",
    "It is the practical guide for the army always to heed the directions of the party",
]
OBEYS = "It is a guide to action which ensures that the military always obeys the commands of the party"
INSURE = "It is to insure the troops forever hearing the activity guidebook that party direct"


def score(hypotheses, references, function=corpus_bleu, **options):
    """Of sentences as strings, cut at spaces."""
    return function([h.split() for h in hypotheses], [[r.split() for r in rs] for rs in references], **options)


def check_published(function=corpus_bleu):
    """Papineni et al. 2002, examples 1 and 2; the examples in the READMEs of sacrebleu 2.0 and in NLTK's docstring."""
    obeys, insure = score([OBEYS], [PARTY], function), score([INSURE], [PARTY], function)
    assert_close("first candidate", obeys.precisions[:2], [17 / 18, 10 / 17], 1e-14)
    assert_close("second candidate", insure.precisions[:2], [8 / 14, 1 / 13], 1e-14)
    the = score(["the the the the the the the"], [["the cat is on the mat", "there is a cat on the mat"]], function)
    assert_close("the the the", the.precisions, [2 / 7, 0, 0, 0], 1e-14)
    assert_close("NLTK's sentence", math.floor(1e4 * obeys.score), 5045, 0)
    read, book = "he read the book because he was interested in world history", "he was interested in world history"
    corpus = score([OBEYS, read], [PARTY, [f"{book} because he read the book"]], function)
    assert_close("NLTK's corpus", math.floor(1e4 * corpus.score), 5920, 0)
    dog = score(
        ["The dog bit the man .", "It wasn't surprising .", "The man had just bitten him ."],
        [
            ["The dog bit the man .", "The dog had bit the man ."],
            ["It was not unexpected .", "No one was surprised ."],
            ["The man bit him first .", "The man had bitten the dog ."],
        ],
        function,
    )
    assert_close("sacrebleu's score", round(100 * dog.score, 2), 48.53, 1e-14)
    assert_close("its precisions", np.round(100 * np.array(dog.precisions), 1), [82.4, 50.0, 45.5, 37.5], 1e-14)
    assert_close("its penalty", round(dog.brevity_penalty, 3), 0.943, 1e-14)
    assert_close("its lengths", [dog.hypothesis_length, dog.reference_length], [17, 18], 0)


def check_by_hand(function=corpus_bleu):
    """Two sentences, whose counts are added before dividing: 3 + 4 of 8 words, 2 + 2 of 6, 1 + 1 of 4, 0 + 1 of 2."""
    found = score(["a b c x", "d e f g"], [["a b c d"], ["g d e f g"]], function, max_order=3)
    assert_close("precisions", found.precisions, [7 / 8, 5 / 6, 3 / 4], 1e-14)
    assert_close("penalty", found.brevity_penalty, math.exp(1 - 9 / 8), 1e-14)
    assert_close("order", score(["b a"], [["a b"]], function, max_order=2).precisions, [1, 0], 0)
    assert_close("score", found.score, math.exp(-1 / 8) * (7 / 8 * 5 / 6 * 3 / 4) ** (1 / 3), 1e-14)


def check_nearest_length(function=corpus_bleu):
    """The reference nearest in length counts, not the shortest or the longest; of two equally near the shorter."""
    lengths = {"a b c d e": 5, "a b": 2, "a b c": 3, "a b c d e f g h i": 9, "a b c d e f g": 7}
    for words, expected in (("a b c d", 3), ("a b", 2), ("a b c d e f", 5), ("a b c d e f g h", 7), ("a", 2)):
        found = score([words], [list(lengths)], function, max_order=1)
        assert_close("reference length", found.reference_length, expected, 0)
    assert_close("no bonus for length", score(["a b c d"], [["a b c"]], function, max_order=1).score, 3 / 4, 1e-14)


def test_published():
    check_published()


def test_by_hand():
    check_by_hand()


def test_nearest_length():
    check_nearest_length()


def test_the_same_is_one_and_nothing_in_common_is_zero():
    assert score(["a b c d", "e f g h i"], [["x", "a b c d"], ["e f g h i"]]).score == 1
    assert score(["a b c d"], [["e f g h"]]).score == 0


def test_without_smoothing_a_missing_order_is_zero():
    assert score(["a b c x d e f"], [["a b c y d e f"]]).score == 0  # three words in a row, never four
    short = score(["a b c"], [["a b c"]])
    assert (short.score, short.precisions) == (0, [1, 1, 1, 0])


def test_an_empty_hypothesis():
    found = corpus_bleu([[]], [[["a"]]])
    assert found == (0, [0, 0, 0, 0], 0, 0, 1)
    assert corpus_bleu([[], list("abcd")], [[["a"]], [list("abcd")]]).brevity_penalty == pytest.approx(math.exp(-1 / 4))


def test_tokens_may_be_integers_and_arrays():
    found = corpus_bleu([np.array([3, 4, 5, 6, 7])], [[np.array([3, 4, 5, 6, 8]), [9]]])
    assert found == corpus_bleu([list("abcde")], [[list("abcdx"), ["y"]]])
    assert found.score == pytest.approx((4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25)


tokens = st.lists(st.integers(0, 2), max_size=7)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(tokens, st.lists(tokens, min_size=1, max_size=3)), min_size=1, max_size=4))
def test_equals_a_count_written_otherwise(pairs):
    """Each n-gram of a hypothesis is a match as long as some reference still holds one of its own."""
    found = corpus_bleu([h for h, _ in pairs], [rs for _, rs in pairs])
    for n, precision in enumerate(found.precisions, 1):
        matches = total = 0
        for h, rs in pairs:
            runs = [h[i : i + n] for i in range(len(h) - n + 1)]
            total += len(runs)
            for i, run in enumerate(runs):
                seen = runs[: i + 1].count(run)
                matches += any(sum(r[j : j + n] == run for j in range(len(r) - n + 1)) >= seen for r in rs)
        assert precision == (matches / total if total else 0)


A = [["a"]]
BAD_INPUT = {
    "a string": (lambda: corpus_bleu(["a b"], [A]), "hypotheses[0]", "a list of tokens", "'a b'"),
    "a reference string": (lambda: corpus_bleu(A, [["a b"]]), "references[0]", "a list of tokens", "'a b'"),
    "references of one string": (lambda: corpus_bleu(A, ["a b"]), "references[0]", "at least one sentence", "'a b'"),
    "no hypotheses": (lambda: corpus_bleu([], []), "hypotheses", "at least one", "[]"),
    "no reference": (lambda: corpus_bleu(A, [[]]), "references[0]", "at least one sentence", "[]"),
    "too few": (lambda: corpus_bleu(A * 2, [A]), "references", "each of 2 hypotheses", "1"),
    "max_order": (lambda: corpus_bleu(A, [A], 0), "max_order", "at least 1", "0"),
    "two axes": (lambda: corpus_bleu([np.ones((2, 2))], [A]), "hypotheses[0]", "a list of tokens", "array"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])
