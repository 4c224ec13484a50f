"""nbgrader.csv: the columns of ``nbgrader export``, one line for each chapter of each student."""

from pathlib import Path

from rnncourse import whole_file
from rnncourse.grading.classroom.matching import match
from rnncourse.grading.classroom.points import by_chapter, total
from rnncourse.grading.classroom.table import as_csv, cell

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


def require(roster):
    """Nothing is needed."""


def write(records, folder, roster):
    """Write nbgrader.csv; returns sentences for the instructor. Names and addresses come from the roster, if any."""
    matches = match([record["student"] for record in records], roster) if roster else None
    rows = [row for record in records for row in _rows(record, roster, matches)]
    whole_file.write(Path(folder) / "nbgrader.csv", as_csv([COLUMNS, *rows]))
    said = matches.sentences(roster) if matches else []
    kept = [sentence.replace(", so left out", "; kept by the name of their file") for sentence in said]
    return [f"nbgrader: nbgrader.csv holds {len(rows)} grades.", *(f"nbgrader: {sentence}" for sentence in kept)]


def _rows(record, roster, matches):
    row = matches.rows.get(record["student"]) if matches else None
    person = _person(roster, row) if row is not None else ("", "", "")
    for chapter, found in by_chapter(record).items():
        points, max_points = map(float, total(found))
        who = map(cell, (record["student"], *person))
        yield (cell(chapter), "", "", *who, points, 0.0, points, max_points)


def _person(roster, row):
    """Last name, first name and address; a name that the roster does not divide is the last one."""
    last, first = roster.value(row, "last_name", "lastname"), roster.value(row, "first_name", "firstname")
    if not last and not first:
        last, _, first = (part.strip() for part in roster.full_name(row).partition(","))
    return last, first, roster.value(row, "email", "email address")
