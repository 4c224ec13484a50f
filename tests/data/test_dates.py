"""Dates: read again by the standard library, and the characters that decide each digit checked one by one."""

import calendar
import datetime
import re
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from rnncourse.data.tasks.aligned import AlignedPair
from rnncourse.data.tasks.dates import DATE_SOURCE, DATE_TARGET, FIRST_DAY, FORMATS, LAST_DAY, dates, write_date

READINGS = (
    *("%d %B %Y", "%B %d, %Y", "%b %d %Y", "%d %b, %Y", "%A, %d %B %Y", "%A %B %d %Y", "%a %d %b %Y"),
    *("the %d of %B %Y", "%Y, %B %d", "%d.%m.%Y", "%Y/%m/%d"),
)
"""The formats in the standard library's words; the suffixes of 1st, 2nd, 3rd are taken off before."""

PAIRS = dates(1500, np.random.default_rng(0))


def readings(text):
    """Every day that the text can mean, by the standard library."""
    plain = re.sub(r"(\d)(st|nd|rd|th)\b", r"\1", text)
    for reading in READINGS:
        try:
            day = datetime.datetime.strptime(plain, reading).date()
        except ValueError:
            continue
        if "%a" not in reading.lower() or day.strftime("%a").lower() in text:  # the weekday is that of the day
            yield day


def check_target(pair):
    assert {day.isoformat() for day in readings(pair.source)} == {pair.target}


def check_alignment(pair):
    """Parse again, from the linked characters alone, what each part of the target says."""
    assert len(pair.alignment) == 10
    assert pair.alignment[4] == pair.alignment[7] == ()
    day = datetime.date.fromisoformat(pair.target)
    for digits, number in ((range(4), day.year), (range(5, 7), day.month), (range(8, 10), day.day)):
        places = sorted({s for t in digits for s in pair.alignment[t]})
        text = pair.source[places[0] : places[-1] + 1]
        assert len(text) == len(places)
        around = f" {pair.source} "[places[0]], f" {pair.source} "[places[-1] + 2]
        if text.isdigit():
            assert int(text) == number
            assert not any(character.isdigit() for character in around)
            check_copied_digits(pair, digits, len(text))
        else:
            names = {calendar.month_name[day.month].lower(), calendar.month_abbr[day.month].lower()}
            assert text in names
            assert digits == range(5, 7)
            assert not any(character.isalpha() for character in around)
            assert pair.alignment[5] == pair.alignment[6] == tuple(places)


def check_copied_digits(pair, digits, written):
    for t in digits:
        (s,) = pair.alignment[t]
        assert pair.source[s] == pair.target[t] or (written == 1 and pair.target[t] == "0")


@pytest.mark.parametrize("check", [check_target, check_alignment])
def test_random_dates(check):
    for pair in PAIRS:
        check(pair)


def test_every_format_on_days_with_pitfalls():
    days = [datetime.date(*ymd) for ymd in product((1950, 2011, 2049), (1, 5, 10, 12), (1, 2, 3, 11, 13, 22, 31))]
    for day, form in product(days, range(len(FORMATS))):
        pair = write_date(day, form)
        assert pair.target == day.isoformat()
        check_target(pair)
        check_alignment(pair)


def test_ordinals_by_hand():
    said = [write_date(datetime.date(2000, 1, day), 7).source.split()[1] for day in range(1, 32)]
    assert said[:3] + said[19:23] + said[30:] == ["1st", "2nd", "3rd", "20th", "21st", "22nd", "23rd", "31st"]
    assert all(said[day - 1] == f"{day}th" for day in (*range(4, 21), *range(24, 31)))


def test_each_source_has_one_answer():
    answers = {}
    for ordinal in range(datetime.date(1999, 1, 1).toordinal(), datetime.date(2003, 1, 1).toordinal()):
        for form in range(len(FORMATS)):
            pair = write_date(datetime.date.fromordinal(ordinal), form)
            assert answers.setdefault(pair.source, pair.target) == pair.target
    assert len(answers) == 1461 * len(FORMATS)


def test_a_format_of_ones_own():
    pair = write_date(datetime.date(1999, 3, 5), "{mon} {ordinal}, {year}")
    assert (pair.source, pair.target) == ("mar 5th, 1999", "1999-03-05")
    assert pair.alignment == ((9,), (10,), (11,), (12,), (), (0, 1, 2), (0, 1, 2), (), (4,), (4,))


def test_wrong_truths_are_seen():
    pair = write_date(datetime.date(1999, 3, 5), 4)
    check_alignment(pair)
    shifted = tuple(tuple(s - 1 for s in places) for places in pair.alignment)
    short_word = (*pair.alignment[:5], *[pair.alignment[5][:-1]] * 2, *pair.alignment[7:])
    swapped = (*pair.alignment[:5], *pair.alignment[8:], (), *pair.alignment[5:7])
    for wrong in (shifted, short_word, swapped):
        with pytest.raises(AssertionError):
            check_alignment(replace(pair, alignment=wrong))
    with pytest.raises(AssertionError):
        check_target(replace(pair, target="1999-05-03"))


def test_the_vocabularies_know_every_character():
    assert {c for pair in PAIRS for c in pair.source} <= set(DATE_SOURCE.words[4:])
    assert {c for pair in PAIRS for c in pair.target} == set(DATE_TARGET.words[4:])


def test_all_formats_and_the_whole_range_are_drawn():
    pairs = dates(20_000, np.random.default_rng(1))
    years = [int(pair.target[:4]) for pair in pairs]
    assert (min(years), max(years)) == (FIRST_DAY.year, LAST_DAY.year) == (1950, 2049)
    for mark in (".", "/", "the "):  # each belongs to one format
        share = np.mean([mark in pair.source for pair in pairs])
        assert abs(share - 1 / len(FORMATS)) < 4.5 * np.sqrt(0.1 / 20_000)


def test_days_held_out_are_not_drawn():
    test = dates(8000, np.random.default_rng(2))
    train = dates(8000, np.random.default_rng(3), without=test)
    assert len(train) == 8000
    assert {pair.target for pair in train}.isdisjoint(pair.target for pair in test)


def test_the_generator_alone_decides():
    assert dates(20, np.random.default_rng(5)) == dates(20, np.random.default_rng(5))
    assert dates(20, np.random.default_rng(5)) != dates(20, np.random.default_rng(6))


def test_errors_say_what_was_expected():
    with pytest.raises(ValueError, match="count: expected an integer of at least 1, got 0"):
        dates(0, np.random.default_rng(0))
    every = range(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1)
    everything = [AlignedPair("", datetime.date.fromordinal(day).isoformat(), ()) for day in every]
    with pytest.raises(ValueError, match="without: expected to leave some of the 36525 days, got all of them"):
        dates(1, np.random.default_rng(0), without=everything)
