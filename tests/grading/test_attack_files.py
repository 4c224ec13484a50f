"""Attacks by what is handed in, graded the way the command does it: nothing but the student's own record suffers."""

import shutil

import pytest
from attacks.attack import QUICK
from attacks.folders import FOLDERS, NAMES
from attacks.targets import MARK, marks
from attacks.world import HIGHEST, HONEST, SECRET, Peak, has_said, jailed_processes, points, said
from click.testing import CliRunner

from rnncourse.cli import main
from rnncourse.exercises import CHAPTERS
from rnncourse.grading.classroom import results
from rnncourse.grading.classroom.run import make_job
from rnncourse.grading.classroom.student import grade
from rnncourse.grading.classroom.submissions import find_submissions
from rnncourse.grading.session import why_not_secure

pytestmark = pytest.mark.skipif(bool(why_not_secure()), reason=f"no jail here: {why_not_secure()}")

MOST_MEMORY = 300 << 20


def hand_in(name, folder):
    """A folder of submissions with an honest one and this attack."""
    folder.mkdir(exist_ok=True)
    (folder / "honest.py").write_text(HONEST)
    FOLDERS[name].build(folder)
    return folder


def remove(folder):
    """Remove the folder, also when it is too deep for pytest."""
    while (folder / "deep" / "d").is_dir():  # one floor at a time: no path gets long
        (folder / "deep" / "d").rename(folder / "floor")
        (folder / "deep").rmdir()
        (folder / "floor").rename(folder / "deep")
    shutil.rmtree(folder)


def test_endings_count_in_any_capitals(tmp_path):
    (tmp_path / "ada.PY").write_text(HONEST)
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "Homework.Ipynb").write_text("{}")
    found, left_out = find_submissions(tmp_path, list(CHAPTERS))
    assert [(each.student, each.file) for each in found] == [("ada", "ada.PY"), ("bob", "bob/Homework.Ipynb")]
    assert left_out == []
    assert points(grade(make_job(tmp_path, found[0], CHAPTERS, SECRET))) == HIGHEST


@pytest.fixture
def folder(tmp_path):
    yield tmp_path / "class"
    remove(tmp_path / "class")


def test_there_are_many():
    assert len(FOLDERS) >= 40 and all(attack.tries for attack in FOLDERS.values())


@pytest.mark.parametrize("name", FOLDERS)
def test_what_is_handed_in_harms_nobody(name, folder):
    hand_in(name, folder)
    with Peak() as peak:
        found, _ = find_submissions(folder, list(CHAPTERS))
        records = {each.student: grade(make_job(folder, each, CHAPTERS, SECRET, limits=QUICK)) for each in found}
    attack = FOLDERS[name]
    assert set(records) == {"honest", attack.student}
    assert points(records["honest"]) == HIGHEST
    record = records[attack.student]
    assert points(record) == 0
    assert has_said(record, attack.said), said(record)
    assert "the grader failed" not in said(record) and "stopped with" not in record["problem"]
    assert results.line(record)
    assert jailed_processes() == [] and marks() == []
    assert peak.growth < MOST_MEMORY


def test_a_class_of_strange_names_is_graded_by_the_command(folder, tmp_path):
    """No name leaves the folder of results, runs anything, or hides a neighbour."""
    for name in NAMES:
        hand_in(f"name_{name}", folder)
    secret, out = tmp_path / "secret", tmp_path / "out"
    secret.write_bytes(SECRET)
    call = ["grade", str(folder), "--secret-file", str(secret), "--out", str(out), "--jobs", "1"]
    before = {path for path in tmp_path.rglob("*") if folder not in path.parents}
    done = CliRunner().invoke(main, call)
    assert done.exit_code == 0, done.output
    assert "\x1b[2J" not in done.output and "\u202e" not in done.output
    made = {path for path in tmp_path.rglob("*") if folder not in path.parents} - before - {out}
    assert {path.parent for path in made} == {out, out / "feedback"}
    pages = [path for path in made if path.parent.name == "feedback"]
    assert len(pages) == len(NAMES) + 1
    assert all(MARK not in path.name or path.suffix == ".html" for path in made)
    assert (out / "totals.csv").read_text(encoding="utf-8").count(str(HIGHEST)) >= len(NAMES) + 2
    records = results.load(out / "results.jsonl")
    assert points(records.pop("honest")) == HIGHEST
    assert [points(record) for record in records.values()] == [0] * len(NAMES)


def test_a_class_of_broken_submissions_is_graded_by_the_command(folder, tmp_path):
    broken = [
        "link_in_a_folder",
        "fifo",
        "a_socket",
        "huge_and_hollow",
        "deep_json",
        "two_files",
        "folder_named_like_a_file",
    ]
    for name in broken:
        hand_in(name, folder)
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    call = ["grade", str(folder), "--secret-file", str(secret), "--out", str(tmp_path / "out"), "--jobs", "2"]
    done = CliRunner().invoke(main, call)
    assert done.exit_code == 1, done.output
    records = results.load(tmp_path / "out" / "results.jsonl")
    assert points(records.pop("honest")) == HIGHEST
    assert sorted(records) == sorted(FOLDERS[name].student for name in broken)
    assert all(points(record) == 0 and record["problem"] for record in records.values())
