"""What a page takes, as its own text says: "about two and a quarter hours", "about 75 minutes", "about an hour"."""

from __future__ import annotations

import re

from sphinx.errors import ExtensionError

WHOLE = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4}
PART = {"half": 30, "quarter": 15}
_DURATION = re.compile(
    r"about (?P<count>\w+) (?:and an? (?P<before>half|quarter) )?(?P<unit>minutes|hours?)"
    r"(?: and an? (?P<after>half|quarter))?"
)


def minutes(words: str) -> int | None:
    """The first duration in ``words``, in minutes."""
    found = _DURATION.search(" ".join(words.split()))
    if not found:
        return None
    count = int(found["count"]) if found["count"].isdigit() else WHOLE.get(found["count"])
    if count is None or found["unit"] == "minutes":
        return count
    return 60 * count + PART.get(found["before"] or found["after"], 0)


def page_time(text: str, page: str) -> str:
    """The minutes of a chapter, or the processor's minutes of a case study, from the box at its top."""
    takes = re.search(r"\*\*Takes\*\* ((?:about )?[\d to]+) CPU-minutes", text)
    if takes:
        return f"{takes[1]} CPU-minutes"
    box = re.search(r"\*\*Time\*\*([^.]*)", text)
    return f"{_found(minutes(box[1]) if box else None, page, '**Time** about ... minutes')} minutes"


def exercise_minutes(text: str, page: str) -> int:
    """The minutes of an exercise notebook, from the line with its points."""
    line = re.search(r"\*\*\d+ points, ([^.*]+)\.\*\*", text)
    return _found(minutes(line[1]) if line else None, page, "**100 points, about ... minutes.**")


def _found(number: int | None, page: str, expected: str) -> int:
    if number is None:
        raise ExtensionError(f'{page}: it does not say how long it takes; expected "{expected}" in its text.')
    return number
