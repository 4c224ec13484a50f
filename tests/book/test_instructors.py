"""The page for instructors: every command on it is run, in a class of four, and prints what the page says it prints."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from rnncourse.cli import main
from rnncourse.exercises import EXERCISES
from rnncourse.grading.classroom.formats import FORMATS
from rnncourse.grading.session import Limits
from rnncourse.grading.solutions import solution_source
from tools.sync import ROOT

from .page_commands import Command, commands

PAGE = (ROOT / "book" / "instructors.md").read_text(encoding="utf-8")


def notebook(**changes):
    """The handed-out notebook with these functions filled in."""
    handed_out = json.loads((ROOT / "exercises" / "03_bptt.ipynb").read_text("utf-8"))
    for cell in handed_out["cells"]:
        name = re.match(r"def (\w+)", "".join(cell["source"]))
        if cell["cell_type"] == "code" and name and name[1] in changes:
            cell["source"] = changes[name[1]]
    return json.dumps(handed_out)


def solutions():
    return {name: solution_source(exercise) for name, exercise in EXERCISES.items() if exercise.chapter == "03_bptt"}


def lay_out(desk):
    """What lies on a teacher's desk: what was handed in, the lists that were downloaded, the class's repositories."""
    right = solutions()
    step = right["rnn_step_backward"].replace("h_prev.T @ da", "h.T @ da")
    once = right["bptt"].replace(" += ", " = ")
    some = {name: right[name] for name in ("rnn_step_forward", "cross_entropy_backward", "clip_by_norm")}
    handed_in = {
        "ada.ipynb": notebook(**right),
        "bob.ipynb": notebook(**right | {"rnn_step_backward": step, "bptt": once}),
        "cleo/03_bptt.ipynb": notebook(**some),
        "dan.ipynb": '{"cells": [',
    }
    places = {f"submissions/{name}": text for name, text in handed_in.items()}
    places |= {f"submitted/{name}/03_bptt/03_bptt.ipynb": handed_in[f"{name}.ipynb"] for name in ("ada", "bob")}
    for name, text in places.items():
        path = desk / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (desk / "canvas-grades.csv").write_text(CANVAS)
    (desk / "worksheet.csv").write_text(MOODLE)
    (desk / "students.txt").write_text("ada\nbob\n")
    for student in ("ada", "bob"):
        _repository(desk / "github" / f"bptt-{student}", handed_in[f"{student}.ipynb"])


CANVAS = """Student,ID,SIS Login ID,Section,Exercises 3. Backpropagation through time (771)
    Points Possible,,,,50
"Lovelace, Ada",101,ada,A,
"Builder, Bob",102,bob,A,
"Minor, Cleo",103,cleo,B,
"Dare, Dan",104,dan,B,
"""
MOODLE = """Identifier,Full name,Email address,Status,Grade,Maximum grade,Last modified (grade)
Participant 201,Ada Lovelace,ada@example.org,Submitted,,10.00,-
Participant 202,Bob Builder,bob@example.org,Submitted,,10.00,-
Participant 203,Cleo Minor,cleo@example.org,Submitted,,10.00,-
Participant 204,Dan Dare,dan@example.org,Submitted,,10.00,-
"""


def _repository(folder, text):
    folder.mkdir(parents=True)
    (folder / "03_bptt.ipynb").write_text(text, encoding="utf-8")
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "work"]):
        subprocess.run([*git, *command], check=True)


def _environment(desk):
    """The project's own rnncourse and Python on the path; the organisation on GitHub is a folder of the desk."""
    place = f"url.file://{desk}/github/.insteadOf"
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(desk),
        "RNNCOURSE_PROGRESS": "memory",
        "OMP_NUM_THREADS": "1",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": place,
        "GIT_CONFIG_VALUE_0": "https://github.com/ORGANISATION/",
    }


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return tmp_path_factory.mktemp("desk")


@pytest.fixture(scope="module")
def runs(desk):
    """Every command that is run, in the order of the page, with the exit code and what was printed."""
    lay_out(desk)
    results = {}
    for command in filter(lambda command: command.is_run, commands(PAGE)):
        call = ["bash", "-e", "-c", command.code]
        ran = subprocess.run(
            call, cwd=desk, env=_environment(desk), capture_output=True, text=True, timeout=60, check=False
        )
        printed = ran.stdout.removeprefix("grading\n")  # what is left of the progress bar outside a terminal
        results[command.code] = ran.returncode, printed, ran.stderr
    return results


RUN = [command for command in commands(PAGE) if command.is_run]


@pytest.mark.parametrize("command", RUN, ids=[command.code.splitlines()[0][:60] for command in RUN])
def test_a_command_does_what_the_page_says(runs, command):
    code, printed, complaints = runs[command.code]
    assert code == command.exit_code, complaints
    if command.output is not None:
        expected = command.output.strip("\n")
        left_out = expected.startswith("…\n")  # the page shows the end alone
        shown = printed.strip("\n").splitlines()
        lines = expected.splitlines()[left_out:]
        assert shown[-len(lines) :] == lines if left_out else shown == lines


def test_every_block_was_understood():
    assert len(commands(PAGE)) == PAGE.count("```bash\n") >= 15
    marks = {command.mark for command in commands(PAGE)}
    assert all(re.fullmatch(r"|exits with \d|not run: .+", mark) for mark in marks)
    not_run = [command.code for command in commands(PAGE) if not command.is_run]
    assert all(re.match(r"pip |dask |gh |rnncourse grade .*--dask ", code) for code in not_run)


def test_the_whole_command_line_is_on_the_page():
    for kind in ("grade", "export gradescope", "export classroom50", "export github"):
        told = CliRunner().invoke(main, [*kind.split(), "--help"]).output
        assert [option for option in re.findall(r"^  (--\w+)", told, re.MULTILINE) if option not in PAGE] == ["--help"]
    assert all(f"`{name}`" in PAGE for name in FORMATS)


def test_the_limits_on_the_page_are_those_of_the_grader():
    limits, text = Limits(), " ".join(PAGE.split())
    assert f"{limits.call:g} seconds for each function" in text
    assert f"{limits.total:g} seconds in all" in text
    assert f"{limits.processor} seconds of processor time" in text
    assert f"{limits.memory >> 20} MiB" in text


def test_the_feedback_is_where_the_page_says(runs, desk):
    assert {path.name for path in (desk / "graded" / "feedback").iterdir()} == {
        f"{student}.html" for student in ("ada", "bob", "cleo", "dan")
    }
    for name in re.findall(r"`graded/([\w.<>/]+)`", PAGE):
        assert (desk / "graded" / name.replace("<student>", "ada")).exists(), name


def test_what_the_page_includes_is_there():
    (template,) = re.findall(r"```\{literalinclude\} (\S+)", PAGE)
    assert (ROOT / "book" / template).is_file()


def test_prose_is_wrapped():
    prose = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert [line for line in prose.splitlines() if len(line) > 118 and not line.startswith("|")] == []


# The reader of the page, on pages that it must not misread ------------------------------------------------------------


def test_blocks_are_read_with_their_marks_and_outputs():
    page = "Text\n\n% exits with 1\n```bash\nfalse\n```\n\n```text\nno\n```\n\n```bash\ntrue\n```\n\nMore\n\n```text\nx\n```\n"
    assert commands(page) == [Command("false\n", "exits with 1", "no\n"), Command("true\n", "", None)]
    assert [command.exit_code for command in commands(page)] == [1, 0]
    (left_out,) = commands("% not run: needs a cluster\n```bash\ndask\n```\n")
    assert not left_out.is_run


def test_the_class_is_as_mixed_as_the_page_shows(tmp_path):
    lay_out(tmp_path)
    texts = {path.stem: path.read_text() for path in (tmp_path / "submissions").iterdir() if path.is_file()}
    assert len({*texts.values()}) == 3
    assert "h.T @ da" in texts["bob"]
    assert "dW_hh = h_prev" in texts["bob"]
    shutil.rmtree(tmp_path / "submissions")


def tables_of_goals():
    """``{chapter's number and title: the rows of its table}``, each row a goal and what practises it."""
    found = re.findall(r"^### Goals of chapter (.+)\n\n\|.*\n\|---\|---\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return {title: [row.strip("| ").split(" | ") for row in rows.splitlines()] for title, rows in found}


def chapters():
    """``{number and title: (name, source)}`` of all chapters."""
    sources = sorted((ROOT / "book" / "chapters").glob("*.md"))
    texts = [(path.stem, path.read_text(encoding="utf-8")) for path in sources]
    return {re.search(r"^# (.+)$", text, re.MULTILINE)[1]: (name, text) for name, text in texts}


def test_every_goal_of_a_chapter_has_a_line_and_every_function_a_goal():
    tables = tables_of_goals()
    assert list(tables) == list(chapters())
    for title, (name, text) in chapters().items():
        goals = (
            re.search(r"After this chapter you can\n:class: tip\n((?:- .*\n(?:  .*\n)*)+)", text)[1].count("\n- ") + 1
        )
        assert len(tables[title]) == goals, title
        practised = {function for _, functions in tables[title] for function in re.findall(r"`(\w+)`", functions)}
        practised.discard("check")
        assert practised == {exercise.name for exercise in EXERCISES.values() if exercise.chapter == name}


@pytest.mark.parametrize("weeks", [12, 6])
def test_a_plan_has_all_its_weeks_and_names_functions_that_there_are(weeks):
    words = {12: "Twelve", 6: "Six"}[weeks]
    plan = re.search(rf"^### {words} weeks\n(.*?)^##", PAGE, re.MULTILINE | re.DOTALL)[1]
    rows = re.findall(r"^\| (\d+) \|(.*)\|(.*)\|$", plan, re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, weeks + 1))
    named = [name for _, _, hand_in in rows for name in re.findall(r"`(\w+)`", hand_in)]
    assert len(named) == len(set(named)) > 6
    assert set(named) <= set(EXERCISES)


def test_the_chapters_that_fall_away_are_named():
    long_plan, short_plan = (PAGE.split(f"### {words} weeks")[1].split("\n##")[0] for words in ("Twelve", "Six"))
    linked = re.findall(r"\(chapters/(\d\d)_\w+\.md\)", long_plan)
    assert sorted(set(linked)) == [f"{number:02d}" for number in range(1, 10)]
    assert "What falls away is chapter 9" in short_plan
    assert sorted(set(re.findall(r"\(chapters/(\d\d)_\w+\.md\)", short_plan))) == [f"{n:02d}" for n in range(1, 9)]


def test_the_lecture_map_is_whole():
    lecture_map = (ROOT / "book" / "lecture_map.md").read_text(encoding="utf-8")
    assert "All 80 items" in PAGE.replace("\n", " ")
    assert "not yet built" not in lecture_map
