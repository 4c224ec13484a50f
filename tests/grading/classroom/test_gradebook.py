"""gradebook.csv and totals.csv say exactly what was reached, and no cell of them runs."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from records import FUNCTIONS, HOSTILE, a_class, a_hostile_class, record

from rnncourse.grading.classroom import gradebook
from rnncourse.grading.classroom.table import as_csv, cell

ANY_TEXT = st.text(st.characters(), max_size=40) | st.sampled_from(HOSTILE)


def read(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_gradebook_of_a_class():
    rows = read(gradebook.gradebook(a_class()))
    assert [(row["student"], row["function"]) for row in rows] == [
        (student, function) for student in ("ada", "bob", "carl", "dora") for function in FUNCTIONS
    ]
    bptt = rows[7]
    assert bptt == {
        "student": "bob",
        "exercise": "03_bptt",
        "function": "bptt",
        "points": "0",
        "max_points": "25",
        "verdict": "values",
        "message": "Right for T = 1, wrong from T = 2: dW_hh is wrong by 43%.",
    }
    assert {row["message"] for row in rows[-4:]} == {"dora.ipynb is no notebook: it is empty."}


def test_totals_of_a_class():
    assert gradebook.totals(a_class()) == "student,points,max_points\nada,70,70\nbob,45,70\ncarl,10,70\ndora,0,70\n"


def test_students_are_sorted_and_functions_keep_the_order_of_the_course():
    reversed_class = a_class()[::-1]
    assert gradebook.gradebook(reversed_class) == gradebook.gradebook(a_class())
    assert gradebook.totals(reversed_class) == gradebook.totals(a_class())


def test_hostile_records_keep_every_number_and_one_line_each(tmp_path):
    records = a_hostile_class()
    gradebook.write(records, tmp_path)
    text = (tmp_path / "gradebook.csv").read_bytes().decode("utf-8")
    rows = read(text)
    assert len(rows) == len(records) * len(FUNCTIONS) == text.count("\n") - 1
    assert [int(row["points"]) for row in rows] == [10, 15, 20, 0] * len(records)
    assert [int(row["max_points"]) for row in rows] == [*FUNCTIONS.values()] * len(records)
    assert {row["points"] for row in read((tmp_path / "totals.csv").read_text("utf-8"))} == {"45"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\tx", "' x"),
        ("\rx", "' x"),
        ("  =1", "'  =1"),
        ("\n=1", "' =1"),
        ("\N{FULLWIDTH EQUALS SIGN}1", "'\N{FULLWIDTH EQUALS SIGN}1"),
        ("a;=1;b", "a;'=1;b"),
        ("a-b = c", "a-b = c"),
        ("(3, -1)", "(3, -1)"),
        ("one\r\ntwo\rthree\tfour", "one two three four"),
        ("\x00=1", "\\x00=1"),
        ("\ud800\x1b[2J\u202e", "\\ud800\\x1b[2J\\u202e"),
        ("Zoë 🧑‍🎓", "Zoë 🧑‍🎓"),
    ],
)
def test_cells(text, shown):
    assert cell(text) == shown


@settings(deadline=None, max_examples=100)
@given(ANY_TEXT)
def test_no_text_starts_a_formula_or_a_line_or_is_lost_in_csv(text):
    shown = cell(text)
    shown.encode("utf-8")
    for part in shown.split(";"):
        assert part.lstrip()[:1] not in tuple("=+-@＝＋－＠")
    assert len(shown.splitlines()) <= 1
    assert list(csv.reader(io.StringIO(as_csv([["a", shown, 3]]), newline=""))) == [["a", shown, "3"]]


def test_a_cell_stays_within_what_spreadsheets_take():
    assert len(cell("\x00" * 100_000)) == 32_000


def test_no_records_make_tables_of_headers():
    assert gradebook.gradebook([]) == "student,exercise,function,points,max_points,verdict,message\n"
    assert gradebook.totals([record()][:0]) == "student,points,max_points\n"
