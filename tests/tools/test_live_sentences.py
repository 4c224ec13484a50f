"""The sentences that train the date reader and those that examine it have nothing in common but dates' formats."""

import datetime

import numpy as np
import pytest

from rnncourse.live.date_network import LONGEST, READS
from tools.live import sentences

PRACTICE = sentences.practice(400, np.random.default_rng(1))
EXAM = sentences.exam(400, np.random.default_rng(1))


def test_days_are_either_practised_or_examined():
    practised, examined = ({pair.target for pair in pairs} for pairs in (PRACTICE, EXAM))
    assert not any(sentences.is_held_out(datetime.date.fromisoformat(day)) for day in practised)
    assert all(sentences.is_held_out(datetime.date.fromisoformat(day)) for day in examined)


@pytest.mark.parametrize("pairs", [PRACTICE, EXAM], ids=["practice", "exam"])
def test_each_sentence_has_its_date_where_the_alignment_says(pairs):
    for pair in pairs:
        assert 0 < len(pair.source) <= LONGEST
        assert pair.source == pair.source.lower()
        year = "".join(pair.source[s] for places in pair.alignment[:4] for s in places)
        assert year == pair.target[:4]
        assert pair.source[pair.alignment[9][-1]] == pair.target[9]


def test_no_pattern_of_the_exam_is_practised():
    practised = {frame.strip() for frame in sentences._FRAMES.splitlines()}
    assert len(sentences.EXAM_FRAMES) >= 25
    assert all(frame.count("{}") == 1 for frame in sentences.EXAM_FRAMES)
    assert practised.isdisjoint(sentences.EXAM_FRAMES)


def test_sentences_are_as_short_as_is_asked():
    short = sentences.practice(200, np.random.default_rng(2), longest=24)
    assert np.quantile([len(pair.source) for pair in short], 0.9) <= 24


def test_practice_has_numbers_and_characters_that_are_no_part_of_a_date():
    between = [pair.source.replace(pair.target[:4], "", 1) for pair in PRACTICE]
    assert sum("pm" in text for text in between) > 10
    assert sum(any(READS[letter] == READS["<unknown>"] for letter in pair.source) for pair in PRACTICE) > 40


def test_a_draw_is_repeatable():
    assert sentences.practice(5, np.random.default_rng(3)) == sentences.practice(5, np.random.default_rng(3))
    assert sentences.exam(5, np.random.default_rng(3)) == sentences.exam(9, np.random.default_rng(3))[:5]
