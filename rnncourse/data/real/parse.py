"""From the bytes of files to what a chapter uses. Each function takes the contents of its files, in their order.

Lines end at line feeds only: Python's ``splitlines`` would also break sentences at rarer characters. A byte order mark
and the carriage returns of Windows are left out.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

ATTRIBUTION = "Sentences from tatoeba.org (CC BY 2.0), paired by www.manythings.org/anki"

_ENGLISH_TOKEN = re.compile(r"\w+(?:['-]\w+)*|[^\w\s]")  # don't, well-known
_FRENCH_TOKEN = re.compile(r"\w+(?:-\w+)*'?|[^\w\s]")  # l' + eau, peux-tu


@dataclass(frozen=True)
class LabelledSentences:
    """Sentences as lists of words, and a label for each: an integer array (N,), 1 positive, 0 negative."""

    sentences: list
    labels: np.ndarray


@dataclass(frozen=True)
class SentencePolarity:
    """The three parts of the sentence polarity set."""

    train: LabelledSentences
    validation: LabelledSentences
    test: LabelledSentences


@dataclass(frozen=True)
class Series:
    """Numbers (N,), as integers, and when each was counted, ``datetime64[m]`` (N,)."""

    times: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class TrafficFlow:
    """Vehicles in 5 minutes on one lane. Only whole working days are there, 288 values each, so times have gaps.

    ``counts.reshape(-1, 288)`` has a day in each row. PeMS filled in one value of ``train`` itself.
    """

    train: Series
    test: Series


class Pair(NamedTuple):
    """A sentence and its translation, each a list of words."""

    english: list
    french: list


@dataclass(frozen=True)
class Translations:
    """A list of :class:`Pair`, the shortest English first, and the attribution its licence asks for.

    An English sentence stands in several pairs when it has several translations: split by English sentence, or the
    test set holds what was trained on.
    """

    pairs: list
    attribution: str = ATTRIBUTION


class Similarity(NamedTuple):
    """Two words and how alike people found them, from 0 to 10."""

    first: str
    second: str
    score: float


def text(content):
    """The text as one string."""
    return _decoded(content)


def lines(content):
    """The lines as a list of strings, without line ends and without an empty one after the last."""
    found = _decoded(content).replace("\r\n", "\n").split("\n")
    return found if found[-1] else found[:-1]


def sentence_polarity(positive, negative):
    """Sentences that are tokenised already, one a line, split 80 : 10 : 10 by their place in each file.

    Of ten lines one after another, the ninth is for validation and the tenth for the test. There is no official split:
    the papers cross-validate. Positive and negative sentences take turns, so any piece of a part is balanced.
    """
    numbered = list(enumerate(zip(lines(positive), lines(negative), strict=True)))
    parts = [
        [pair for i, pair in numbered if i % 10 < 8],
        [pair for i, pair in numbered if i % 10 == 8],
        [pair for i, pair in numbered if i % 10 == 9],
    ]
    return SentencePolarity(*map(_labelled, parts))


def traffic_flow(train, test):
    """Two tables whose first columns are the time, day first, and the vehicles."""
    return TrafficFlow(_series(train, _day_first), _series(test, _day_first))


def series(content):
    """A table of times in ISO form and counts."""
    return _series(content, str)


def translations(content):
    """English and French with a tab between, in small letters, punctuation apart."""
    pairs = (line.split("\t")[:2] for line in lines(content))
    return Translations(
        [Pair(tokens(english, _ENGLISH_TOKEN), tokens(french, _FRENCH_TOKEN)) for english, french in pairs]
    )


def tokens(sentence, token):
    """The words and punctuation marks that the pattern finds: small letters, accents composed, one apostrophe."""
    return token.findall(unicodedata.normalize("NFC", sentence).lower().replace("’", "'"))


def word_similarity(wordsim, simlex):
    """Two lists of :class:`Similarity`, by the name of the set."""
    return {"WordSim-353": _similarities(wordsim), "SimLex-999": _similarities(simlex)}


def word_analogies(content):
    """Questions ``(a, b, c, d)``, "a is to b as c is to d", in lists by the name of their section."""
    sections = {}
    for line in lines(content):
        if line.startswith(":"):
            section = sections.setdefault(line[1:].strip(), [])
        else:
            section.append(tuple(line.split()))
    return sections


def _decoded(content):
    return content.decode("utf-8-sig")


def _labelled(pairs):
    sentences = [sentence.split() for pair in pairs for sentence in pair]
    return LabelledSentences(sentences, np.tile([1, 0], len(pairs)))


def _series(content, as_iso):
    rows = [line.split(",") for line in lines(content)[1:]]
    times = np.array([as_iso(row[0]) for row in rows], dtype="datetime64[m]")
    return Series(times, np.array([int(row[1]) for row in rows]))


def _day_first(written):
    """``31/12/2016 0:05`` as 2016-12-31T00:05."""
    date, time = written.split()
    day, month, year = date.split("/")
    return f"{year}-{month}-{day}T{time:0>5}"


def _similarities(content):
    rows = (line.split() for line in lines(content))
    return [Similarity(first, second, float(score)) for first, second, score in rows]
