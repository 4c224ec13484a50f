"""Reads the list of a class that an instructor has downloaded, and finds each student's row in it.

Three lists are known by their columns: the gradebook that Canvas exports (Student, ID, Section), the grading worksheet
of a Moodle assignment (Identifier, Grade) and a plain list with a column ``student``.
"""

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rnncourse.grading.classroom.text import listing, one_line, shortened
from rnncourse.grading.classroom.wrong_call import WrongCall

IDENTIFYING = (
    *("student", "student_id", "id", "sis login id", "sis user id", "integration id"),
    *("username", "id number", "identifier", "email address", "email"),
)
"""Columns that say who somebody is, in small letters; a file named by any of them belongs to its row."""

_KINDS = {"canvas": ("id", "section"), "moodle": ("identifier", "grade"), "plain": ()}
_OWN_COLUMN = {"canvas": "id", "moodle": "identifier"}  # the one that is unique
_FILLED_IN = ("section", "grade", "maximum grade")


class RosterError(WrongCall):
    """What is wrong with a roster, in one sentence."""


@dataclass(frozen=True)
class Roster:
    """A class list as it was read: every cell as it stood in the file."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @cached_property
    def kind(self):
        """``canvas``, ``moodle`` or ``plain``."""
        return next(kind for kind, needed in _KINDS.items() if all(self.has(column) for column in needed))

    @cached_property
    def _places(self):
        return {_plain(name): place for place, name in reversed(list(enumerate(self.header)))}

    def has(self, column):
        """Whether there is a column of this name, in any capitals."""
        return self.place(column) is not None

    def place(self, column):
        """The place of the first column of this name, or None."""
        return self._places.get(_plain(column))

    def value(self, row, *columns):
        """What stands in this row in the first of these columns that the roster has and that is not blank there."""
        cells = (self.rows[row][self.place(column)].strip() for column in columns if self.has(column))
        return next(filter(None, cells), "")

    def people(self):
        """The places of the rows that stand for a person; Canvas has rows of other kinds too."""
        return [row for row in range(len(self.rows)) if self._identified(row)]

    def _identified(self, row):
        columns = _OWN_COLUMN.get(self.kind)
        return bool(self.value(row, *([columns] if columns else IDENTIFYING)))

    def full_name(self, row):
        """The full name in a row, "First Last" or "Last, First" as the roster has it, or nothing."""
        canvas = ("student",) if self.kind == "canvas" else ()
        whole = self.value(row, "full name", "name", *canvas)
        parts = self.value(row, "firstname", "first_name"), self.value(row, "lastname", "last_name")
        return whole or " ".join(filter(None, parts))

    def label(self, row):
        """How to call the person of a row in a sentence."""
        return self.full_name(row) or self.value(row, *IDENTIFYING)


def read(path):
    """The roster in a CSV file; a :class:`RosterError` says in one sentence what is wrong with it."""
    name = shortened(one_line(Path(path).name), 60)
    text = _decoded(path, name)
    if not text.strip():
        raise RosterError(f"{name}: the file is empty.")
    header, *rows = _table(text, name)
    width = max(map(len, [header, *rows]))
    padded = [tuple(row) + ("",) * (width - len(row)) for row in [header, *rows]]
    roster = Roster(name, padded[0], tuple(padded[1:]))
    _refuse_duplicates(roster)
    return roster


def _decoded(path, name):
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise RosterError(f"{name}: cannot be read ({error.strerror}).") from error
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise RosterError(f'{name}: the text is UTF-16; save it as "CSV UTF-8".')
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RosterError(f'{name}: byte {error.start} is not UTF-8; save it as "CSV UTF-8".') from error


def _table(text, name):
    """The rows that are not blank, the header first. The delimiter is the one that makes a column we know."""
    first_line = text.lstrip().splitlines()[0]
    headers = {delimiter: next(csv.reader([first_line], delimiter=delimiter)) for delimiter in ",;\t"}
    known = [d for d, header in headers.items() if any(_plain(column) in IDENTIFYING for column in header)]
    if not known:
        got = listing(max(headers.values(), key=len), 6)
        raise RosterError(f"{name}: expected a column student, ID, SIS Login ID, Identifier or the like, got {got}.")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=known[0], strict=True))
    except csv.Error as error:
        raise RosterError(f"{name}: not a CSV table ({error}).") from error
    return [row for row in rows if any(value.strip() for value in row)]


def _refuse_duplicates(roster):
    columns = Counter(filter(None, map(_plain, roster.header)))
    for column in (*IDENTIFYING, *_FILLED_IN):
        if columns[column] > 1:
            raise RosterError(f"{roster.name}: the column {column!r} appears {columns[column]} times.")
    own = _OWN_COLUMN.get(roster.kind) or next(c for c in IDENTIFYING if roster.has(c))
    for value, times in Counter(roster.value(row, own) for row in roster.people()).items():
        if times > 1 and value:
            raise RosterError(f"{roster.name}: {listing([value])} stands in {times} rows of the column {own!r}.")
    if not roster.people():
        raise RosterError(f"{roster.name}: no row names a student.")


def _plain(column):
    return column.strip().casefold()
