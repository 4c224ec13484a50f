"""Training pairs from text: a word, and each word that stands near it."""

import numpy as np

from rnncourse.exercises.embeddings.chapter import CHAPTER
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.scratch import word2vec

_SIZES = ((2, 1), (3, 1), (4, 2), (6, 2), (8, 3), (9, 4), (5, 7))  # N, window


def _sentence(rng, N, window):
    """Different words; but from three on, one of them stands twice in a row, as in "he had had enough"."""
    sentence = rng.choice(1000, N, replace=False)
    if N > 2:
        sentence[N // 2] = sentence[N // 2 - 1]
    return {"sentence": sentence, "window": window}


def _pairs(sentence, window):
    return word2vec.skipgram_pairs([sentence], window)


def _near(places):
    """A wrong function: ``places(i, N, window)`` lists where it looks for the context of word i.

    Like np.array of a list, its results are floats when there is no pair at all.
    """

    def pairs(sentence, window):
        near = [list(places(i, len(sentence), window)) for i in range(len(sentence))]
        centres = np.repeat(sentence, [len(each) for each in near])
        return np.array(centres.tolist()), np.array(sentence[np.concatenate(near).astype(int)].tolist())

    return pairs


def _both_sides(i, N, window):
    return [*range(max(0, i - window), i), *range(i + 1, min(N, i + window + 1))]


def _without_right_end(i, N, window):
    return [*range(max(0, i - window), i), *range(i + 1, min(N, i + window))]


def _from_the_other_end(i, N, window):
    return [j % N for j in range(i - window, min(N, i + window + 1)) if j != i]


def _sliced_from_below_0(i, N, window):
    return [*range(N)[i - window : i], *range(N)[i + 1 : i + window + 1]]


def _full_window(i, N, window):
    return _both_sides(i, N, window) if window <= i < N - window else []


def _nearest_first(i, N, window):
    return [j for d in range(1, window + 1) for j in (i - d, i + d) if 0 <= j < N]


def _at_once_in_both_orders(sentence, window):
    N = len(sentence)
    places = [(i, j) for i in range(N) for j in range(i + 1, min(N, i + window + 1))]
    first, second = np.array(places).T
    return sentence[np.stack([first, second], axis=1).ravel()], sentence[np.stack([second, first], axis=1).ravel()]


def _places(sentence, window):
    return _pairs(np.arange(len(sentence)), window)


def _offset_by_offset(sentence, window):
    N, offsets = len(sentence), [offset for offset in range(-window, window + 1) if offset != 0]
    places = [(i, i + offset) for offset in offsets for i in range(N) if 0 <= i + offset < N]
    return tuple(sentence[[place[side] for place in places]] for side in (0, 1))


def _without_equal(sentence, window):
    centres, contexts = _pairs(sentence, window)
    return centres[centres != contexts], contexts[centres != contexts]


SKIPGRAM_PAIRS = Exercise(
    name="skipgram_pairs",
    chapter=CHAPTER,
    points=10,
    section="Skip-gram: the centre predicts its company",
    inputs=_sentence,
    reference=_pairs,
    outputs=("centres", "contexts"),
    sizes=tuple({"N": N, "window": window} for N, window in _SIZES),
    mistakes=(
        Mistake(
            "A word is paired with itself; a context has all words of the window but the one in its middle.",
            _near(lambda i, N, window: range(max(0, i - window), min(N, i + window + 1))),
        ),
        Mistake(
            "You look to the right only; the words on the left are company too.",
            _near(lambda i, N, window: range(i + 1, min(N, i + window + 1))),
        ),
        Mistake(
            "The farthest word on the right is missing: a range ends before its end, so it goes up to i + window + 1.",
            _near(_without_right_end),
        ),
        Mistake(
            "Your window is one word too narrow on each side.",
            _near(lambda i, N, window: _both_sides(i, N, window - 1)),
        ),
        Mistake(
            "Left of the first word you are at the end, as sentence[-1] is the last word: start at max(0, i - window).",
            _near(_from_the_other_end),
        ),
        Mistake(
            "Near the beginning the left side is lost: with i - window < 0 a slice starts at the end; use max(0, ...).",
            _near(_sliced_from_below_0),
        ),
        Mistake(
            "You leave out words whose window is cut by an end of the sentence; they have company too, but less of it.",
            _near(_full_window),
        ),
        Mistake(
            "You leave out a neighbour that is the same word as the centre; what counts is the place: j != i.",
            _without_equal,
        ),
        Mistake(
            "The pairs are right, but sorted by distance; for each word in turn, list its company from left to right.",
            _offset_by_offset,
        ),
        Mistake(
            "The pairs are right, but each word's nearest company comes first; list it from left to right.",
            _near(_nearest_first),
        ),
        Mistake(
            "The pairs are right, but each is followed by its reverse; finish the company of one centre, then go on.",
            _at_once_in_both_orders,
        ),
        Mistake(
            "These are places in the sentence; return the words that stand there, sentence[i] and sentence[j].",
            _places,
        ),
    ),
    hints=(
        "Two loops: i over the places of the sentence, and j over the places near i.",
        "j runs from i - window to i + window, and is never i itself.",
        "The sentence has ends: j runs over range(max(0, i - window), min(len(sentence), i + window + 1)).",
    ),
)
