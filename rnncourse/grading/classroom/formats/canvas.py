"""canvas.csv, to be imported into the gradebook of a Canvas course.

Canvas finds a student by ID, then by SIS IDs, then by name, and an assignment by the number after its title. The row
"Points Possible" *sets* the points of an assignment, so an assignment that exists keeps its own and grades are scaled
to them. Rows and columns that are not in the file stay as they are. (``lib/gradebook_importer.rb`` of canvas-lms.)
"""

import re
from pathlib import Path

from rnncourse import whole_file
from rnncourse.grading.book import chapter_title
from rnncourse.grading.classroom.formats.refusal import CannotWriteError
from rnncourse.grading.classroom.matching import match
from rnncourse.grading.classroom.points import by_chapter, chapters_of, scaled, total
from rnncourse.grading.classroom.table import as_csv, cell
from rnncourse.grading.classroom.text import listing

_FIRST_COLUMNS = ("Student", "ID", "SIS Login ID", "Section")


def require(roster):
    """A roster is welcome but not needed; one that is no Canvas gradebook is refused."""
    if roster and roster.kind != "canvas":
        raise CannotWriteError(f"canvas: {roster.name} is no gradebook exported from Canvas (Student, ID, Section).")


def write(records, folder, roster):
    """Write canvas.csv; returns sentences for the instructor."""
    require(roster)
    graded = [record for record in records if not record["problem"]]
    columns = {name: _column(name, points, roster) for name, points in chapters_of(graded).items()}
    first, people, said = _from_roster(records, roster) if roster else _from_names(graded)
    possible = ("    Points Possible", *[""] * (len(first) - 1), *(out_of for _, out_of in columns.values()))
    rows = [(*people[record["student"]], *_grades(record, columns)) for record in graded if record["student"] in people]
    header = (*first, *(title for title, _ in columns.values()))
    whole_file.write(Path(folder) / "canvas.csv", as_csv([header, possible, *rows]))
    problems = [record["student"] for record in records if record["problem"]]
    untouched = [f"canvas: not graded, so left out: {listing(problems)}."] if problems else []
    return [f"canvas: canvas.csv holds grades of {len(rows)} students.", *said, *untouched]


def _from_roster(records, roster):
    """Canvas' own columns up to Section, as they were, because Canvas must know them again."""
    matches = match([record["student"] for record in records], roster)
    width = roster.place("section") + 1
    people = {student: roster.rows[row][:width] for student, row in matches.rows.items()}
    return roster.header[:width], people, [f"canvas: {sentence}" for sentence in matches.sentences(roster)]


def _from_names(records):
    people = {record["student"]: (cell(record["student"]), "", cell(record["student"]), "") for record in records}
    hint = "canvas: without a roster Canvas finds students by SIS Login ID, so their files must be named by it."
    return _FIRST_COLUMNS, people, [hint]


def _column(chapter, points, roster):
    """The header of a chapter's column and the points it is out of: those of the roster, if it is there."""
    title = f"Exercises {chapter_title(chapter)}"
    titles = "|".join(map(re.escape, (title, chapter_title(chapter), chapter)))
    header = roster.header if roster else ()
    places = [place for place, name in enumerate(header) if re.fullmatch(rf"({titles})( \(\d+\))?", name.strip())]
    if len(places) > 1:
        raise CannotWriteError(f"canvas: several columns of {roster.name} fit {title!r}; delete all but one.")
    return (header[places[0]], _possible(roster, places[0]) or points) if places else (title, points)


def _possible(roster, place):
    """The points of a column in the row "Points Possible" of a roster, as the roster has it, or nothing."""
    said = [row[place].strip() for row in roster.rows if "Points Possible" in row[0]]
    return said[0] if said and re.fullmatch(r"\d+([.,]\d+)?", said[0]) and float(said[0].replace(",", ".")) else ""


def _grades(record, columns):
    chapters = by_chapter(record)
    for chapter, (_, out_of) in columns.items():
        found = chapters.get(chapter)
        yield scaled(*total(found), float(str(out_of).replace(",", "."))) if found else ""
