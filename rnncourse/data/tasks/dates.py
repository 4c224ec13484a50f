"""Dates as people write them, to be written as ISO 8601: characters to characters, with the true alignment."""

import datetime
import string

from rnncourse.data.tasks.aligned import AlignedPair
from rnncourse.data.vocabulary import Vocabulary
from rnncourse.scratch.validate import require_rng, require_size

FIRST_DAY, LAST_DAY = datetime.date(1950, 1, 1), datetime.date(2049, 12, 31)

FORMATS = (
    "{day} {month} {year}",
    "{month} {day}, {year}",
    "{mon} {day} {year}",
    "{day} {mon}, {year}",
    "{weekday}, {day} {month} {year}",
    "{weekday} {month} {ordinal} {year}",
    "{wkd} {day} {mon} {year}",
    "the {ordinal} of {month} {year}",
    "{year}, {month} {day}",
    "{day}.{number}.{year}",
    "{year}/{number_of_two}/{day_of_two}",
)
"""All the ways a date is written. Points mean that the day comes first and strokes that the year does, so that no
string has two readings; years always have four digits, and days of the week only distract."""

DATE_SOURCE = Vocabulary(string.digits + string.ascii_lowercase + " ,./")
DATE_TARGET = Vocabulary(string.digits + "-")

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PIECES = [list(string.Formatter().parse(form)) for form in FORMATS]
_DECIDES = {"year": "year"} | dict.fromkeys(("month", "mon", "number", "number_of_two"), "month")
_DECIDES |= dict.fromkeys(("day", "day_of_two", "ordinal"), "day")


def dates(count, rng, without=()):
    """``count`` random days from 1950 to 2049, each in a random one of :data:`FORMATS`: a list of AlignedPair.

    Sources and targets are strings, such as ``"friday, 5 march 1999"`` and ``"1999-03-05"``. Each digit of the target
    is aligned with the digit it is copied from, or with all letters of a word where it comes from a word; both digits
    of 05 with a lone 5; hyphens with nothing. Days that are the target of a pair in ``without`` are not drawn, so those
    pairs can test dates never seen in training.
    """
    require_size("count", count)
    require_rng(rng)
    days = LAST_DAY.toordinal() - FIRST_DAY.toordinal() + 1
    held_out = {pair.target for pair in without}
    if len(held_out) == days:
        raise ValueError(f"without: expected to leave some of the {days} days, got all of them")
    pairs = []
    while len(pairs) < count:
        missing = count - len(pairs)
        drawn = zip(rng.integers(days, size=missing).tolist(), rng.integers(len(FORMATS), size=missing), strict=True)
        new = (write_date(datetime.date.fromordinal(FIRST_DAY.toordinal() + day), form) for day, form in drawn)
        pairs += [pair for pair in new if pair.target not in held_out]
    return pairs


def write_date(day, form):
    """One ``datetime.date`` in format number ``form`` of :data:`FORMATS`, or in a format of the same kind: an AlignedPair."""
    fields = _fields(day)
    written, spans = "", {}
    for literal, name, _, _ in string.Formatter().parse(form) if isinstance(form, str) else _PIECES[form]:
        written += literal
        if name in _DECIDES:
            spans[_DECIDES[name]] = range(len(written), len(written) + len(_deciding_part(fields[name])))
        written += fields[name]
    year, month, day_of_month = _copied(spans["year"], 4), _copied(spans["month"], 2), _copied(spans["day"], 2)
    return AlignedPair(written, day.isoformat(), (*year, (), *month, (), *day_of_month))


def _fields(day):
    month, weekday = _MONTHS[day.month - 1], _WEEKDAYS[day.weekday()]
    return {
        "year": str(day.year),
        "month": month,
        "mon": month[:3],
        "number": str(day.month),
        "number_of_two": f"{day.month:02}",
        "day": str(day.day),
        "day_of_two": f"{day.day:02}",
        "ordinal": f"{day.day}{_suffix(day.day)}",
        "weekday": weekday,
        "wkd": weekday[:3],
    }


def _suffix(number):
    return "th" if 11 <= number <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _deciding_part(field):
    """The digits of 3rd; a word whole."""
    return field.rstrip(string.ascii_lowercase) or field


def _copied(span, digits):
    """For each of the digits what decides it: one place each if there are as many, or else the whole span."""
    return [(place,) for place in span] if len(span) == digits else [tuple(span)] * digits
