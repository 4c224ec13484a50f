"""Vocabulary: ids that stay, words that come back, and what it does not know."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnncourse.data import Vocabulary
from rnncourse.scratch.seq2seq import SpecialTokens

SENTENCES = [["the", "cat", "sat"], ["the", "mat"], ["a", "cat"]]


def test_the_first_ids_are_those_of_seq2seq():
    vocabulary = Vocabulary(["cat"])
    assert SpecialTokens(vocabulary["<pad>"], vocabulary["<start>"], vocabulary["<eos>"]) == SpecialTokens()
    assert (vocabulary["<unknown>"], vocabulary["cat"], len(vocabulary)) == (3, 4, 5)


def test_frequent_words_come_first_and_ties_in_order():
    assert Vocabulary.of(SENTENCES).words[4:] == ("cat", "the", "a", "mat", "sat")
    assert Vocabulary.of(SENTENCES, max_size=6).words[4:] == ("cat", "the")
    assert Vocabulary.of(SENTENCES, min_count=2).words[4:] == ("cat", "the")
    assert Vocabulary.of(reversed(SENTENCES)).words == Vocabulary.of(SENTENCES).words


def test_special_tokens_that_stand_in_a_text_are_not_counted_again():
    assert Vocabulary.of([["<eos>", "cat", "<unknown>"]]).words[4:] == ("cat",)


def test_unknown_words_become_unknown():
    vocabulary = Vocabulary.of(SENTENCES)
    assert vocabulary.encode(["the", "dog"]).tolist() == [vocabulary["the"], 3]
    assert vocabulary.decode([vocabulary["the"], 3]) == ["the", "<unknown>"]
    assert "dog" not in vocabulary
    assert vocabulary.encode([]).shape == (0,)


def test_decoding_stops_at_the_end_of_the_sentence():
    vocabulary = Vocabulary(["cat", "sat"])
    assert vocabulary.decode(np.array([1, 4, 5, 2, 4, 0])) == ["cat", "sat"]


def test_characters_of_a_text_without_special_tokens():
    characters = Vocabulary(sorted(set("hello")), special=False)
    assert characters.encode("hello").tolist() == [1, 0, 2, 2, 3]
    assert characters.decode([1, 0, 2, 2, 3]) == list("hello")
    with pytest.raises(ValueError, match="one of the 4 in the vocabulary, got 'z'"):
        characters.encode("z")


@given(st.lists(st.lists(st.text(max_size=3), max_size=6), max_size=6))
def test_what_is_encoded_comes_back(sentences):
    sentences = [[word for word in sentence if not word.startswith("<")] for sentence in sentences]
    vocabulary = Vocabulary.of(sentences)
    for sentence in sentences:
        assert vocabulary.decode(vocabulary.encode(sentence)) == sentence


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Vocabulary(["a", "b", "a"]), "each word once .* got 'a' again"),
        (lambda: Vocabulary(["<pad>"]), "got '<pad>' again"),
        (lambda: Vocabulary.of(SENTENCES, max_size=3), "max_size: expected at least 4"),
        (lambda: Vocabulary.of(SENTENCES, min_count=0), "min_count: expected an integer of at least 1"),
        (lambda: Vocabulary(["a"]).decode([5]), "ids: expected ids from 0 to 4, got 5"),
        (lambda: Vocabulary(["a"]).decode([-1]), "got -1"),
        (
            lambda: Vocabulary(["a"]).decode([[4, 4]]),
            r"ids: expected shape \(T,\), those of one sentence, got \(1, 2\)",
        ),
        (lambda: Vocabulary(["a", "cat"]).encode("a cat"), "sentence: expected a list of words, got the text 'a cat'"),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_it_says_what_it_holds():
    assert repr(Vocabulary("abcdefg")) == "Vocabulary of 11: 'a', 'b', 'c', 'd', 'e', ..."
    assert repr(Vocabulary("ab", special=False)) == "Vocabulary of 2: 'a', 'b'"
