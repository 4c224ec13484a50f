"""The shift between what a decoder reads and what it says, and batches of ragged sentences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch.seq2seq import SpecialTokens, pad, teacher_forcing

from .checks import assert_rejects

OTHER = SpecialTokens(pad=5, start=0, eos=3)


def check_shift(function=teacher_forcing):
    """The deck's picture, by hand: START before the inputs, EOS after the targets, nothing counted beyond."""
    inputs, targets, mask = function([[7, 8, 9], [4], [6, 5]], 10)
    assert inputs.T.tolist() == [[1, 7, 8, 9], [1, 4, 0, 0], [1, 6, 5, 0]]
    assert targets.T.tolist() == [[7, 8, 9, 2], [4, 2, 0, 0], [6, 5, 2, 0]]
    assert mask.T.tolist() == [[True] * 4, [True, True, False, False], [True, True, True, False]]


def test_the_shift():
    check_shift()


def test_other_special_tokens():
    inputs, targets, mask = teacher_forcing([np.array([4]), np.array([1, 2])], 6, OTHER)
    assert inputs.T.tolist() == [[0, 4, 5], [0, 1, 2]]
    assert targets.T.tolist() == [[4, 3, 5], [1, 2, 3]]
    assert mask.T.tolist() == [[True, True, False], [True, True, True]]


def test_pad():
    tokens, lengths = pad([[7, 8, 9], (4,), np.array([6, 5])], 10)
    assert tokens.T.tolist() == [[7, 8, 9], [4, 0, 0], [6, 5, 0]]
    assert lengths.tolist() == [3, 1, 2]
    assert {tokens.dtype.kind, lengths.dtype.kind} == {"i"}


sentences = st.lists(st.lists(st.integers(3, 9), min_size=1, max_size=5), min_size=1, max_size=5)


@settings(deadline=None, max_examples=30)
@given(sentences)
def test_the_sentences_come_back(words):
    tokens, lengths = pad(words, 10)
    inputs, targets, mask = teacher_forcing(words, 10)
    for b, sentence in enumerate(words):
        assert tokens[: lengths[b], b].tolist() == sentence
        assert targets[mask[:, b], b].tolist() == [*sentence, 2]
        assert inputs[mask[:, b], b].tolist() == [1, *sentence]
    assert not tokens[np.arange(len(tokens))[:, None] >= lengths].any()
    assert not targets[~mask].any()
    assert not inputs[~mask].any()
    assert mask.sum(axis=0).tolist() == [length + 1 for length in lengths]


BAD_INPUT = {
    "no list": (lambda: pad(np.array([[3]]), 9), "sentences", "a list", "array"),
    "no sentence": (lambda: pad([], 9), "sentences", "at least one sentence", "[]"),
    "empty sentence": (lambda: teacher_forcing([[3], []], 9), "sentences[1]", "at least one token", "none"),
    "a string": (lambda: pad(["abc"], 9), "sentences[0]", "list or one-dimensional array of ids", "'abc'"),
    "two axes": (lambda: pad([[[3]]], 9), "sentences[0]", "one-dimensional", "[[3]]"),
    "ragged": (lambda: pad([[[3], [3, 4]]], 9), "sentences[0]", "one-dimensional", "[[3], [3, 4]]"),
    "words": (lambda: pad([["a"]], 9), "sentences[0]", "integers", "<U1"),
    "floats": (lambda: pad([[3.0]], 9), "sentences[0]", "integers", "float64"),
    "id too large": (lambda: pad([[3], [9, 4]], 9), "sentences[1]", "ids from 0 to 8", "9"),
    "id negative": (lambda: pad([[-1]], 9), "sentences[0]", "ids from 0 to 8", "-1"),
    "PAD inside": (lambda: teacher_forcing([[4, 0]], 9), "sentences[0]", "without SpecialTokens(pad=0", "0"),
    "START inside": (lambda: teacher_forcing([[4, 1]], 9), "sentences[0]", "start=1", "1"),
    "EOS inside": (lambda: teacher_forcing([[4, 2]], 9), "sentences[0]", "eos=2", "2"),
    "other EOS inside": (lambda: pad([[3]], 9, OTHER), "sentences[0]", "eos=3", "3"),
    "no room": (lambda: pad([[1]], 5, OTHER), "vocabulary_size", "pad=5", "5"),
    "vocabulary_size": (lambda: pad([[3]], 0), "vocabulary_size", "at least 1", "0"),
    "two the same": (
        lambda: SpecialTokens(eos=1),
        "eos",
        "three ids that differ",
        "SpecialTokens(pad=0, start=1, eos=1",
    ),
    "negative": (lambda: SpecialTokens(pad=-1), "pad", "at least 0", "-1"),
    "no integer": (lambda: SpecialTokens(start=1.0), "start", "an integer", "1.0"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])
