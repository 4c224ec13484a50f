"""Finds for each student of the submissions its row in the roster, and never guesses."""

import re
import unicodedata
from dataclasses import dataclass, field

from rnncourse.grading.classroom.roster import IDENTIFYING
from rnncourse.grading.classroom.text import listing

# What bulk downloads put before the name of a student's file.
_MOODLE = re.compile(r"_(\d+)(?=_assignsubmission_)")  # Full Name_12345_assignsubmission_file_name
_CANVAS = re.compile(r"_(?:LATE_)?(\d+)(?=_\d+_)")  # lastnamefirstname_LATE_12345_67890_name


@dataclass
class Matches:
    """The rows found, by student, and who was not: without any row, with several, and rows without a submission."""

    rows: dict = field(default_factory=dict)
    unmatched: list = field(default_factory=list)
    ambiguous: list = field(default_factory=list)
    absent: list = field(default_factory=list)

    def sentences(self, roster):
        """What an instructor must know of the matching; nothing when all went well."""
        said = {
            f"Not in {roster.name}, so left out": self.unmatched,
            f"More than one row or submission fits in {roster.name}, so left out": self.ambiguous,
            f"In {roster.name}, but without a submission": self.absent,
        }
        return [f"{what}: {listing(names)}." for what, names in said.items() if names]


def match(students, roster):
    """The :class:`Matches` of the students' names (a file's stem or a folder's name) with the rows of a roster."""
    spellings = [_index(roster, spelling) for spelling in (_composed, _folded)]
    numbers = _numbers(roster)
    matches, takers = Matches(), {}
    for student in students:
        rows = _named(student, spellings) or _downloaded(student, roster, numbers)
        if len(rows) == 1:
            takers.setdefault(*rows, []).append(student)
        else:
            (matches.ambiguous if rows else matches.unmatched).append(student)
    for row, names in takers.items():
        if len(names) == 1:
            matches.rows[names[0]] = row
        else:
            matches.ambiguous += names
    matches.absent = [roster.label(row) for row in roster.people() if row not in takers]
    return matches


def _composed(text):
    """One form for accents: some systems take file names apart."""
    return unicodedata.normalize("NFC", text.strip())


def _folded(text):
    return unicodedata.normalize("NFC", _composed(text).casefold())


def _index(roster, spelling):
    """Which rows each name stands for, in one spelling, and the spelling."""
    rows = {}
    for row in roster.people():
        for key in _keys(roster, row):
            rows.setdefault(spelling(key), set()).add(row)
    return spelling, rows


def _keys(roster, row):
    """Everything that names the person of a row."""
    values = {roster.value(row, column) for column in IDENTIFYING} | {roster.full_name(row)}
    values |= {value.partition("@")[0] for value in values if "@" in value}
    values |= {" ".join(reversed(re.split(r",\s*", value))) for value in values if value.count(",") == 1}
    return values - {""}


def _named(student, spellings):
    """The rows that the student's whole name fits."""
    return next((rows[spelling(student)] for spelling, rows in spellings if spelling(student) in rows), set())


def _numbers(roster):
    """The row of each number that bulk downloads put into the names of files."""
    column = {"canvas": "id", "moodle": "identifier"}.get(roster.kind)
    if not column:
        return {}
    return {roster.value(row, column).removeprefix("Participant ").strip(): row for row in roster.people()}


def _downloaded(student, roster, numbers):
    """The rows that a bulk download's file name fits, by its number and the name before it.

    The number alone would not do: students choose their names and the names of their files.
    """
    pattern = _MOODLE if roster.kind == "moodle" else _CANVAS
    found = {(student[: place.start()], numbers.get(place[1])) for place in pattern.finditer(student)}
    return {row for name, row in found if row is not None and _same_name(name, roster, row)}


def _same_name(name, roster, row):
    canvas_parts = roster.value(row, "lastname") + roster.value(row, "firstname")
    names = {_letters(roster.full_name(row)), _letters(canvas_parts)} - {""}
    return not names or _letters(name) in names  # a worksheet of anonymous submissions has no names


def _letters(name):
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKD", name).casefold())
