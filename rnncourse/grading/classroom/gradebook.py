"""gradebook.csv, one line for each function of each student, and totals.csv, one line for each student."""

from pathlib import Path

from rnncourse import whole_file
from rnncourse.grading.classroom.points import total, verdicts
from rnncourse.grading.classroom.table import as_csv, cell

GRADEBOOK = ("student", "exercise", "function", "points", "max_points", "verdict", "message")
TOTALS = ("student", "points", "max_points")


def gradebook(records):
    """The text of gradebook.csv. Where nothing could be graded, the message says why."""
    rows = [_row(record, verdict) for record in _sorted(records) for verdict in verdicts(record)]
    return as_csv([GRADEBOOK, *rows])


def totals(records):
    """The text of totals.csv."""
    return as_csv([TOTALS, *((cell(record["student"]), *total(verdicts(record))) for record in _sorted(records))])


def write(records, folder):
    """Write both files into the folder."""
    whole_file.write(Path(folder) / "gradebook.csv", gradebook(records))
    whole_file.write(Path(folder) / "totals.csv", totals(records))


def _sorted(records):
    return sorted(records, key=lambda record: record["student"])


def _row(record, verdict):
    texts = (record["student"], verdict.chapter, verdict.function)
    message = record["problem"] or verdict.message
    return (*map(cell, texts), verdict.points, verdict.max_points, cell(verdict.stage), cell(message))
