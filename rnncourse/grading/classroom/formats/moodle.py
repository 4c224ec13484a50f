"""moodle.csv: the grading worksheet that was downloaded from a Moodle assignment, with the grades filled in.

Moodle wants the columns Identifier, Grade and "Last modified (grade)" back as they were, separated by commas, and skips
a grade above "Maximum grade". (``mod/assign/feedback/offline`` of Moodle; its English column names.)
"""

from pathlib import Path

from rnncourse import whole_file
from rnncourse.grading.classroom.formats.refusal import CannotWriteError
from rnncourse.grading.classroom.matching import match
from rnncourse.grading.classroom.points import scaled, total, verdicts
from rnncourse.grading.classroom.table import as_csv
from rnncourse.grading.classroom.text import listing, one_line


def require(roster):
    """The worksheet is needed, with numbers for grades."""
    if roster is None:
        raise CannotWriteError("moodle: needs --roster with the grading worksheet downloaded from the assignment.")
    if roster.kind != "moodle" or not roster.has("last modified (grade)"):
        raise CannotWriteError(
            f"moodle: {roster.name} is no Moodle grading worksheet in English (Identifier, Grade, Last modified (grade))."
        )
    if roster.has("scale"):
        raise CannotWriteError("moodle: the assignment is graded on a scale of words; set its grade type to points.")


def write(records, folder, roster):
    """Write moodle.csv; returns sentences for the instructor."""
    require(roster)
    matches = match([record["student"] for record in records], roster)
    rows = [list(row) for row in roster.rows]
    problems = []
    for record in records:
        row = matches.rows.get(record["student"])
        if record["problem"]:
            problems.append(record["student"])
        elif row is not None:
            rows[row][roster.place("grade")] = _grade(record, roster, row)
    whole_file.write(Path(folder) / "moodle.csv", as_csv([roster.header, *rows]))
    filled = sum(record["student"] in matches.rows and not record["problem"] for record in records)
    said = [f"moodle: {sentence}" for sentence in matches.sentences(roster)]
    untouched = [f"moodle: not graded, so left as they were: {listing(problems)}."] if problems else []
    return [f"moodle: moodle.csv has {filled} grades filled in.", *said, *untouched]


def _grade(record, roster, row):
    points, max_points = total(verdicts(record))
    maximum = roster.value(row, "maximum grade")
    try:
        out_of = float(maximum.replace(",", ".")) if maximum else max_points
    except ValueError:
        raise CannotWriteError(
            f"moodle: the maximum grade of {one_line(roster.label(row))} is no number: {one_line(maximum)!r}."
        ) from None
    return scaled(points, max_points, out_of)
