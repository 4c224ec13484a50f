"""The bag: which words a text has, and how often, but not in which order."""

from functools import partial

import numpy as np

from rnncourse.exercises.embeddings.chapter import CHAPTER
from rnncourse.exercises.embeddings.words import random_words
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.scratch import word2vec

_SIZES = ((1, 1, 2), (2, 2, 3), (4, 3, 3), (6, 2, 4), (7, 5, 6))  # T, B, V; from the third on some word is repeated


def _texts(rng, T, B, V, unused=0):
    """The first text fills its column, the others leave padding, which may be any word: only the lengths tell.

    The last ``unused`` words of the vocabulary occur nowhere, so that V cannot be read off the tokens.
    """
    lengths = np.linspace(T, 1, B).astype(int)
    return {"tokens": random_words(rng, (T, B), max(V - unused, 1)), "lengths": lengths, "vocabulary_size": V}


def _counts(tokens, lengths, vocabulary_size):
    texts = [column[:length] for column, length in zip(tokens.T, lengths, strict=True)]
    return np.array([word2vec.word_counts([text], vocabulary_size) for text in texts], dtype=np.float64)


def _counts_variant(tokens, lengths, vocabulary_size, texts="columns"):
    columns = list(zip(tokens.T, lengths, strict=True))
    taken = {
        "padded": lambda: tokens.T,
        "first": lambda: [column[:length] for column, length in columns],
        "one more": lambda: [column[: length + 1] for column, length in columns],
        "last": lambda: [column[-length:] for column, length in columns],
        "rows": lambda: [tokens[b, :length] for b, length in enumerate(lengths)],
        "together": lambda: [np.concatenate([column[:length] for column, length in columns])],
    }[texts]()
    counted = np.array([np.bincount(text, minlength=vocabulary_size) for text in taken], dtype=np.float64)
    return counted[0] if texts == "together" else counted


def _padding_is_word_0(tokens, lengths, vocabulary_size):
    is_text = np.arange(len(tokens))[:, None] < lengths
    return _counts_variant(np.where(is_text, tokens, 0), lengths, vocabulary_size, texts="padded")


def _without_last(tokens, lengths, vocabulary_size):
    return _counts_variant(tokens, lengths - 1, vocabulary_size, texts="first")


def _one_row_for_all(tokens, lengths, vocabulary_size):
    counts = _counts(tokens, lengths, vocabulary_size)
    return np.repeat(counts.sum(axis=0, keepdims=True), len(counts), axis=0)


BAG_OF_WORDS = Exercise(
    name="bag_of_words",
    chapter=CHAPTER,
    points=10,
    section="A sentence as a sum",
    inputs=_texts,
    reference=_counts,
    outputs=("counts",),
    sizes=(*(dict(zip("TBV", size, strict=True)) for size in _SIZES), {"T": 4, "B": 3, "V": 5, "unused": 1}),
    mistakes=(
        Mistake(
            "You count the padding too: what stands below the first lengths[b] steps of column b is not text.",
            partial(_counts_variant, texts="padded"),
        ),
        Mistake(
            "A word that comes twice in a text is counted once: `counts[b, words] += 1` does that, np.add.at does not.",
            lambda tokens, lengths, V: np.minimum(_counts(tokens, lengths, V), 1),
        ),
        Mistake(
            "You read row b of tokens; time runs downwards, so text b is column b: tokens[:lengths[b], b].",
            partial(_counts_variant, texts="rows"),
        ),
        Mistake(
            "You divide by the length of the text: these are shares, and a bag holds counts.",
            lambda tokens, lengths, V: _counts(tokens, lengths, V) / lengths[:, None],
        ),
        Mistake(
            "All texts are in one bag; each column is a text of its own and has a row of its own in counts.",
            partial(_counts_variant, texts="together"),
        ),
        Mistake(
            "You count one word too many: step lengths[b] is padding already, and a slice ends before its end.",
            partial(_counts_variant, texts="one more"),
        ),
        Mistake(
            "You leave out the last word of each text; its steps are 0 to lengths[b] - 1, and a range ends before its end.",
            _without_last,
        ),
        Mistake(
            "You put 0 for the padding and count it; 0 is a word like any other, and padding is no word at all.",
            _padding_is_word_0,
        ),
        Mistake(
            "Each row counts the words of all texts: is it one list B times, as [row] * B makes it? Make a row for each.",
            _one_row_for_all,
        ),
        Mistake(
            "You count the last lengths[b] steps of a column; the text comes first, and padding after it.",
            partial(_counts_variant, texts="last"),
        ),
        Mistake(
            "counts is transposed: it has one row for each text and one column for each word.",
            lambda tokens, lengths, V: _counts(tokens, lengths, V).T,
        ),
        Mistake(
            "The counts are right but integers; the layers after a bag want float64, as np.zeros makes it.",
            lambda tokens, lengths, V: _counts(tokens, lengths, V).astype(int),
        ),
    ),
    hints=(
        "Begin with an array of zeros, (B, V), and go through the texts one by one.",
        "Text b is tokens[:lengths[b], b]: the top of column b.",
        "`counts[b, words] += 1` adds 1 only once where a word is repeated; np.add.at(counts[b], words, 1) adds all.",
    ),
)
