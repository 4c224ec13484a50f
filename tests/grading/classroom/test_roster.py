"""A roster is read however it was saved, and each student's row is found or the student is named, never guessed."""

import pytest
from records import HOSTILE

from rnncourse.grading.classroom import roster
from rnncourse.grading.classroom.matching import match

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Exercises 3. Backpropagation through time (77),Current Score
,,,,,Manual Posting,
    Points Possible,,,,,50,(read only)
"Lovelace, Ada",12345,S1,ada@uni.edu,Group A,,
"O'Hara, Zoë",222,S2,zoe,Group B,12,24.0
"Student, Test",999,,,Group A,,
"""
MOODLE = """Identifier,Full name,Email address,Status,Grade,Maximum grade,Last modified (grade),Feedback comments
Participant 12345,Ada Lovelace,ada@uni.edu,Submitted for grading,,50.00,-,
Participant 222,Zoë O'Hara,zoe@uni.edu,No submission,12.00,50.00,"Monday, 3 March 2025, 1:00 PM","Well, done
indeed"
"""
PLAIN = "student,first_name,last_name,email\nada,Ada,Lovelace,ada@uni.edu\nzoe,Zoë,O'Hara,zoe@uni.edu\n"


@pytest.fixture
def read(tmp_path):
    def read_text(text, encoding="utf-8"):
        (tmp_path / "roster.csv").write_bytes(text.encode(encoding))
        return roster.read(tmp_path / "roster.csv")

    return read_text


@pytest.mark.parametrize(("text", "kind"), [(CANVAS, "canvas"), (MOODLE, "moodle"), (PLAIN, "plain")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_three_kinds_in_every_dress(read, text, kind, encoding, newline):
    found = read(text.replace("\n", newline), encoding)
    assert found.kind == kind
    names = [found.full_name(row) for row in found.people()][:2]
    assert names in (["Lovelace, Ada", "O'Hara, Zoë"], ["Ada Lovelace", "Zoë O'Hara"])


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters(read, delimiter):
    found = read(PLAIN.replace(",", delimiter))
    assert found.header == ("student", "first_name", "last_name", "email")
    assert match(["ada"], found).rows == {"ada": 0}


def test_cells_stay_as_they_were(read):
    found = read(MOODLE)
    assert found.rows[1][6:] == ("Monday, 3 March 2025, 1:00 PM", "Well, done\nindeed")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "roster.csv: the file is empty."),
        ("\ufeff\n\n", "roster.csv: the file is empty."),
        (
            "name,age\nada,3\n",
            "roster.csv: expected a column student, ID, SIS Login ID, Identifier or the like, got name, age.",
        ),
        ("student,Student\na,b\n", "roster.csv: the column 'student' appears 2 times."),
        ("student\nada\nbob\nada\n", "roster.csv: ada stands in 2 rows of the column 'student'."),
        ("student\n", "roster.csv: no row names a student."),
        ('student,b\n"ada"x,1\n', "roster.csv: not a CSV table (',' expected after '\"')."),
        ('student,b\n"ada,1\n', "roster.csv: not a CSV table (unexpected end of data)."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(read, text, sentence):
    with pytest.raises(roster.RosterError) as error:
        read(text)
    assert str(error.value) == sentence


@pytest.mark.parametrize(("encoding", "sentence"), [("utf-16", "the text is UTF-16"), ("latin-1", "is not UTF-8")])
def test_other_encodings_are_named(read, encoding, sentence):
    with pytest.raises(roster.RosterError, match=sentence):
        read(PLAIN, encoding)


def test_a_roster_that_is_not_there(tmp_path):
    with pytest.raises(roster.RosterError, match=r"^none\.csv: cannot be read"):
        roster.read(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (CANVAS, ["12345", "S1", "ada@uni.edu", "ADA@uni.edu", "ada", "Lovelace, Ada", "Ada Lovelace"]),
        (CANVAS, ["lovelaceada_12345_67890_03_bptt", "lovelaceada_LATE_12345_67890_my_1_2_notebook-1"]),
        (MOODLE, ["Participant 12345", "Ada Lovelace", "ada@uni.edu", "ada"]),
        (MOODLE, ["Ada Lovelace_12345_assignsubmission_file_", "Ada Lovelace_12345_assignsubmission_file_x_1_y"]),
        (PLAIN, ["ada", "ADA", "ada@uni.edu", "Ada Lovelace"]),
    ],
)
def test_a_student_is_found_by_any_name(read, text, names):
    found = read(text)
    row = next(row for row in found.people() if "Ada" in found.full_name(row))
    for name in names:
        assert match([name], found).rows == {name: row}


def test_accents_match_in_either_form(read):
    found = read(PLAIN)
    assert match(["Zoe\u0308 O'Hara"], found).rows == {"Zoe\u0308 O'Hara": 1}
    assert match(["oharazoe\u0308_222_5_x"], read(CANVAS)).rows == {"oharazoe\u0308_222_5_x": 3}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (CANVAS, "x_222_333_y"),  # the number of somebody else
        (CANVAS, "lovelaceada_222_67890_x"),
        (MOODLE, "Ada Lovelace_222_assignsubmission_file_"),
        (PLAIN, "Ada Lovelace_12345_assignsubmission_file_"),
        (PLAIN, "Points Possible"),
        (CANVAS, "Points Possible"),
        *((CANVAS, name) for name in HOSTILE),
        *((PLAIN, name) for name in HOSTILE),
    ],
)
def test_who_is_not_there_is_unmatched(read, text, name):
    found = match([name], read(text))
    assert found.rows == {}
    assert found.unmatched == [name]


def test_a_name_that_holds_another_students_download_is_ambiguous(read):
    text = MOODLE + "Participant 666,Ada Lovelace_12345_assignsubmission_file_,eve@uni.edu,,,50.00,-,\n"
    eve = "Ada Lovelace_12345_assignsubmission_file__666_assignsubmission_file_x"
    found = match([eve], read(text))
    assert found.rows == {}
    assert found.ambiguous == [eve]


def test_one_name_for_two_people_is_ambiguous(read):
    found = match(["kim", "1", "kim@a.edu"], read("student,email\n1,kim@a.edu\n2,kim@b.edu\n"))
    assert found.ambiguous == ["kim", "1", "kim@a.edu"]
    assert found.rows == {}


def test_capitals_decide_where_they_can(read):
    found = match(["Ada", "ada", "ADA"], read("student\nAda\nada\n"))
    assert found.rows == {"Ada": 0, "ada": 1}
    assert found.ambiguous == ["ADA"]
    apart = ["Zoe\u0308", "zoe\u0308"]
    assert match(apart, read("student\nZoë\nzoë\n")).rows == {apart[0]: 0, apart[1]: 1}


def test_two_submissions_of_one_person_are_ambiguous(read):
    found = match(["ada", "Ada Lovelace", "zoe"], read(PLAIN))
    assert found.rows == {"zoe": 1}
    assert found.ambiguous == ["ada", "Ada Lovelace"]
    assert found.absent == []


def test_sentences_name_everybody_who_is_left_out(read):
    found = read(PLAIN)
    assert match(["ada", "zoe"], found).sentences(found) == []
    strangers = [f"s{k}" for k in range(12)]
    assert match(["ada", *strangers], found).sentences(found) == [
        "Not in roster.csv, so left out: s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 and 2 more.",
        "In roster.csv, but without a submission: Zoë O'Hara.",
    ]
    for sentence in match(HOSTILE, found).sentences(found):
        sentence.encode("utf-8")
        assert len(sentence) < 600
        assert "\n" not in sentence
        assert "\x1b" not in sentence


def test_a_large_class_is_matched_quickly(read):
    found = read("student\n" + "".join(f"s{k}\n" for k in range(3_000)))
    assert len(match([f"s{k}" for k in range(3_000)], found).rows) == 3_000
