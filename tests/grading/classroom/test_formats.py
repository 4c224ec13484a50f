"""What platforms are given is read back and held against their formats, also when students are hostile."""

import csv
import io

import pytest
from records import HOSTILE, a_class, a_hostile_class, record, verdict
from test_roster import CANVAS, MOODLE, PLAIN

from rnncourse.grading.classroom import roster
from rnncourse.grading.classroom.formats import FORMATS, CannotWriteError, nbgrader

TITLE = "Exercises 3. Backpropagation through time"


def table(path):
    """Rows of a CSV file that must be UTF-8 and rectangular."""
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline=""), strict=True))
    assert len({len(row) for row in rows}) == 1
    return rows


def assert_no_formula(rows):
    for text in (text for row in rows for text in row):
        assert not text.lstrip().startswith(("=", "+", "-", "@"))
        assert len(text.splitlines()) <= 1


@pytest.fixture
def read(tmp_path):
    def read_text(text):
        (tmp_path / "roster.csv").write_text(text, "utf-8")
        return roster.read(tmp_path / "roster.csv")

    return read_text


def test_all_formats_ask_first_and_then_write():
    assert list(FORMATS) == ["canvas", "moodle", "gradescope", "classroom50", "nbgrader"]
    assert all(callable(module.require) and callable(module.write) for module in FORMATS.values())


# Canvas --------------------------------------------------------------------------------------------------------------


def assert_canvas(rows):
    """What ``gradebook_importer.rb`` asks of a header, and numbers or blanks below."""
    header, possible, *people = rows
    assert header[0] == "Student"
    assert header[1] == "ID"
    assert "Section" in header
    assert "Points Possible" in possible[0]
    first = header.index("Section") + 1
    for row in [possible, *people]:
        assert all(not grade or float(grade) >= 0 for grade in row[first:])


def test_canvas_keeps_the_roster_and_scales_to_the_assignment(read, tmp_path):
    records = [record("ada"), record("zoe", [("bptt", "values")]), record("eve")]
    said = FORMATS["canvas"].write(records, tmp_path, read(CANVAS))
    rows = table(tmp_path / "canvas.csv")
    assert_canvas(rows)
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", f"{TITLE} (77)"],
        ["    Points Possible", "", "", "", "", "50"],
        ["Lovelace, Ada", "12345", "S1", "ada@uni.edu", "Group A", "50"],
        ["O'Hara, Zoë", "222", "S2", "zoe", "Group B", "32.14"],
    ]
    assert said == [
        "canvas: canvas.csv holds grades of 2 students.",
        "canvas: Not in roster.csv, so left out: eve.",
        "canvas: In roster.csv, but without a submission: Student, Test.",
    ]


def test_canvas_makes_a_column_that_is_not_there(read, tmp_path):
    lines = [line.rsplit(",", 2)[0] for line in CANVAS.splitlines()]
    two = record("ada") | {"verdicts": [verdict("bptt"), verdict("lstm_step", "values", chapter="99_untitled")]}
    FORMATS["canvas"].write([two], tmp_path, read("\n".join(lines)))
    header, possible, ada = table(tmp_path / "canvas.csv")
    assert header[5:] == [TITLE, "Exercises 99_untitled"]
    assert possible[5:] == ["25", "30"]
    assert ada[5:] == ["25", "0"]


def test_canvas_without_a_roster_goes_by_login_and_guards_it(tmp_path):
    said = FORMATS["canvas"].write(a_hostile_class() + a_class(), tmp_path, None)
    rows = table(tmp_path / "canvas.csv")
    assert_canvas(rows)
    assert_no_formula(rows)
    assert rows[-1] == ["carl", "", "carl", "", "10"]
    assert said[-1] == "canvas: not graded, so left out: dora."


def test_canvas_keeps_a_hostile_name_that_canvas_itself_has_quoted(read, tmp_path):
    text = CANVAS + '"=""=1+1""",666,S6,eve,Group A,,\n'
    FORMATS["canvas"].write([record("eve")], tmp_path, read(text))
    assert table(tmp_path / "canvas.csv")[2][:2] == ['="=1+1"', "666"]


def test_canvas_refuses_what_it_cannot_know(read, tmp_path):
    twice = CANVAS.replace("Current Score", f"{TITLE} (78)")
    with pytest.raises(CannotWriteError, match=r"canvas: several columns of roster\.csv fit"):
        FORMATS["canvas"].write([record("ada")], tmp_path, read(twice))
    with pytest.raises(CannotWriteError, match=r"canvas: roster\.csv is no gradebook"):
        FORMATS["canvas"].require(read(PLAIN))
    assert not (tmp_path / "canvas.csv").exists()


# Moodle --------------------------------------------------------------------------------------------------------------


def test_moodle_fills_in_grades_and_changes_nothing_else(read, tmp_path):
    worksheet = read(MOODLE + "Participant 7,=1+1,eve@uni.edu,,3.00,50.00,-,\n")
    records = [record("ada", [("bptt", "values")]), record("zoe", problem="empty."), record("stranger")]
    said = FORMATS["moodle"].write(records, tmp_path, worksheet)
    rows = table(tmp_path / "moodle.csv")
    expected = [list(worksheet.header), *map(list, worksheet.rows)]
    expected[1][4] = "32.14"
    assert rows == expected
    assert said == [
        "moodle: moodle.csv has 1 grades filled in.",
        "moodle: Not in roster.csv, so left out: stranger.",
        "moodle: In roster.csv, but without a submission: =1+1.",
        "moodle: not graded, so left as they were: zoe.",
    ]


def test_moodle_without_a_maximum_takes_the_points(read, tmp_path):
    FORMATS["moodle"].write([record("ada")], tmp_path, read(MOODLE.replace("Maximum grade", "Remarks")))
    assert table(tmp_path / "moodle.csv")[1][4] == "70"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "moodle: needs --roster"),
        (PLAIN, r"moodle: roster\.csv is no Moodle grading worksheet"),
        (MOODLE.replace("Last modified (grade)", "Zuletzt"), r"moodle: roster\.csv is no Moodle grading worksheet"),
        (MOODLE.replace("Maximum grade", "Scale"), "moodle: the assignment is graded on a scale"),
    ],
)
def test_moodle_refuses_other_rosters_before_any_grading(read, text, sentence):
    with pytest.raises(CannotWriteError, match=sentence):
        FORMATS["moodle"].require(text and read(text))


def test_moodle_refuses_a_maximum_that_is_no_number(read, tmp_path):
    with pytest.raises(CannotWriteError, match="the maximum grade of Ada Lovelace is no number: 'fifty'"):
        FORMATS["moodle"].write([record("ada")], tmp_path, read(MOODLE.replace("50.00", "fifty")))


# nbgrader ------------------------------------------------------------------------------------------------------------


def test_nbgrader_has_a_line_for_each_chapter_of_each_student(read, tmp_path):
    two = record("zoe") | {"verdicts": [verdict("bptt"), verdict("lstm_step", "values", chapter="05_lstm_gru")]}
    said = FORMATS["nbgrader"].write([record("ada", [("bptt", "values")]), two, record("eve")], tmp_path, read(PLAIN))
    header, *rows = table(tmp_path / "nbgrader.csv")
    assert tuple(header) == nbgrader.COLUMNS
    assert rows == [
        ["03_bptt", "", "", "ada", "Lovelace", "Ada", "ada@uni.edu", "45.0", "0.0", "45.0", "70.0"],
        ["03_bptt", "", "", "zoe", "O'Hara", "Zoë", "zoe@uni.edu", "25.0", "0.0", "25.0", "25.0"],
        ["05_lstm_gru", "", "", "zoe", "O'Hara", "Zoë", "zoe@uni.edu", "0.0", "0.0", "0.0", "30.0"],
        ["03_bptt", "", "", "eve", "", "", "", "70.0", "0.0", "70.0", "70.0"],
    ]
    assert said[1] == "nbgrader: Not in roster.csv; kept by the name of their file: eve."


def test_nbgrader_divides_the_names_of_canvas(read, tmp_path):
    FORMATS["nbgrader"].write([record("12345")], tmp_path, read(CANVAS))
    assert table(tmp_path / "nbgrader.csv")[1][3:7] == ["12345", "Lovelace", "Ada", ""]


def test_nbgrader_is_harmless(read, tmp_path):
    FORMATS["nbgrader"].write(a_hostile_class(), tmp_path, None)
    rows = table(tmp_path / "nbgrader.csv")
    assert len(rows) == len(HOSTILE) + 1
    assert_no_formula(rows)
    FORMATS["nbgrader"].write([record("eve")], tmp_path, read("student,last_name\neve,=1+1\n"))
    assert_no_formula(table(tmp_path / "nbgrader.csv"))
