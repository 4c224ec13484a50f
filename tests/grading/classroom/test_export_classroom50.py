"""The autograder for Classroom 50 and the GitHub Action: run as GitHub runs them, in a clone with stand-ins around it."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from handed_in import ASSIGNMENTS, HIGHEST, RIGHT, WRONG, hostile
from packaging.requirements import Requirement
from schemas import CLASSROOM50
from solved import ROOT, solved_script

from rnncourse.cli import main
from rnncourse.exercises import CHAPTERS
from rnncourse.grading.export import classroom50, github
from tools.project import Project

CONTRACT = {
    "CLASSROOM": "rnn",
    "ASSIGNMENT": "bptt",
    "ASSIGNMENT_TYPE": "individual",
    "SUBMISSION_TAG": "submit/2026-11-02T10-00-00Z-abc1234",
    "OWNER": "ada",
    "COMMIT_URL": "https://github.com/uni/rnn-bptt-ada/commit/abc1234",
    "RELEASE_URL": "https://github.com/uni/rnn-bptt-ada/releases/tag/submit%2F1",
    "REVIEW_URL": "https://github.com/uni/rnn-bptt-ada/compare/0...1",
    "GITHUB_REPOSITORY": "uni/rnn-bptt-ada",
    "GITHUB_SHA": "abc1234",
}
SETTINGS = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "RNNCOURSE_PROGRESS": "memory"}


def clone(folder, **contents):
    """A clone of a student's repository, made by git."""
    origin, git = folder / "origin", ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder / "origin")]
    origin.mkdir()
    for name, text in contents.items():
        (origin / name.replace("_ipynb", ".ipynb").replace("_py", ".py").replace("_json", ".json")).write_text(text)
    subprocess.run(["git", "init", "-q", str(origin)], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "work"], check=True)
    subprocess.run(["git", "clone", "-q", str(origin), str(folder / "clone")], check=True)
    return folder / "clone"


# Classroom 50 --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    classroom50.write(folder, ["03_bptt"])
    (folder / "pip.py").write_text("import sys\nprint('pip', *sys.argv[1:])\n")  # nothing is missing here
    return folder


def autograde(bundle, checkout, temporary):
    """Start autograder.py as the runner does."""
    settings = SETTINGS | CONTRACT | {"RUNNER_TEMP": str(temporary)}
    command = [sys.executable, bundle / "autograder.py"]
    ran = subprocess.run(command, cwd=checkout, env=settings, capture_output=True, text=True, timeout=60, check=False)
    result = checkout / "result.json"
    return ran, json.loads(result.read_text()) if result.exists() else None


def test_a_right_submission_gets_a_result_that_keeps_to_the_schema(tmp_path, bundle):
    checkout = clone(tmp_path, **{"03_bptt_py": RIGHT, "README_py": "1 / 0"})
    ran, result = autograde(bundle, checkout, tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "pip install --quiet --disable-pip-version-check -r requirements.txt" in ran.stdout
    jsonschema.validate(result, CLASSROOM50)
    assert (result["score"], result["max-score"]) == (HIGHEST, HIGHEST)
    found = [result[name] for name in ("classroom", "assignment", "owner", "submission", "commit", "release", "review")]
    names = ("CLASSROOM", "ASSIGNMENT", "OWNER", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "REVIEW_URL")
    assert found == [CONTRACT[name] for name in names]
    assert {path.name for path in tmp_path.iterdir()} == {"origin", "clone"}  # nothing is left behind


@pytest.mark.parametrize("chapters", ASSIGNMENTS, ids="-".join)
def test_a_right_submission_of_any_chapter_gets_all_points(tmp_path, bundle, chapters):
    classroom50.write(tmp_path / "bundle", chapters)
    shutil.copy(bundle / "pip.py", tmp_path / "bundle")
    _, result = autograde(tmp_path / "bundle", clone(tmp_path, mine_py=solved_script(*chapters)), tmp_path)
    assert result["score"] == result["max-score"] == HIGHEST * len(chapters)


def test_a_wrong_submission_has_a_result_too(tmp_path, bundle):
    ran, result = autograde(bundle, clone(tmp_path, mine_py=WRONG), tmp_path)
    assert (ran.returncode, result["score"]) == (0, 0)
    jsonschema.validate(result, CLASSROOM50)
    assert "The tanh is missing" in ran.stdout


def test_the_requirements_are_those_that_are_installed_here(bundle):
    for line in (bundle / "requirements.txt").read_text().splitlines():
        requirement = Requirement(line)
        assert requirement.specifier.contains(version(requirement.name))


@pytest.mark.parametrize("contents", [{"mine_ipynb": "{"}, {}], ids=["unreadable", "nothing"])
def test_without_a_result_the_runner_gets_an_error_and_no_forged_file(tmp_path, bundle, contents):
    ran, result = autograde(bundle, clone(tmp_path, result_json='{"score": 1000}', **contents), tmp_path)
    assert (ran.returncode, result) == (1, None)
    assert "Not graded:" in ran.stdout


def test_a_hostile_checkout_is_neither_imported_nor_believed(tmp_path, bundle):
    mark = f"open({str(tmp_path / 'imported')!r}, 'w')\n"
    traps = {f"{name}_py": mark for name in ("numpy", "pip", "secrets", "rnncourse", "sitecustomize")}
    attack = hostile(tmp_path / "clone" / "result.json")
    checkout = clone(tmp_path, **traps, result_json='{"score": 1000}', **{"03_bptt_py": attack})
    ran, result = autograde(bundle, checkout, tmp_path)
    assert (ran.returncode, result["score"]) == (0, 0)
    jsonschema.validate(result, CLASSROOM50)
    assert not (tmp_path / "imported").exists()


def test_what_is_published_holds_no_secret_and_no_solution(tmp_path, bundle):
    classroom50.write(tmp_path, ["03_bptt"])
    names = {path.relative_to(bundle).as_posix(): path for path in bundle.rglob("*") if path.is_file()}
    names = {name: path for name, path in names.items() if "__pycache__" not in name and name != "pip.py"}
    assert {name.partition("/")[0] for name in names} == {"autograder.py", "options", "requirements.txt", "rnncourse"}
    assert not [name for name in names if "/solutions/" in name]
    assert all((tmp_path / name).read_bytes() == path.read_bytes() for name, path in names.items())


# The GitHub Action ---------------------------------------------------------------------------------------------------


def steps(*chapters):
    action = yaml.safe_load(github.workflow(chapters))
    return action, action["jobs"]["check"]["steps"]


def act(folder, checkout, chapters=("03_bptt",)):
    """Run every ``run:`` step as GitHub's shell does; pip is a stand-in, rnncourse is this project's."""
    stand_ins = folder / "bin"
    stand_ins.mkdir()
    (stand_ins / "pip").write_text(f'#!/bin/sh\necho "pip $*" >> {folder}/pip.log\n')
    (stand_ins / "pip").chmod(0o755)
    (stand_ins / "rnncourse").symlink_to(Path(sys.executable).parent / "rnncourse")
    settings = SETTINGS | {"PATH": f"{stand_ins}:/usr/bin:/bin", "RUNNER_TEMP": str(folder)}
    action, found = steps(*chapters)
    settings |= {"GITHUB_STEP_SUMMARY": str(folder / "summary.md"), **action["env"]}
    codes = [
        subprocess.run(
            ["bash", "-e", "-c", step["run"]], cwd=checkout, env=settings, check=False, timeout=60
        ).returncode
        for step in found
        if "run" in step
    ]
    return codes, (folder / "summary.md").read_text()


def test_the_workflow_asks_for_no_rights_and_installs_this_project(tmp_path):
    action, found = steps("03_bptt")
    assert action[True] == {"push": None, "workflow_dispatch": None}  # YAML reads `on` as true
    assert action["permissions"] == {"contents": "read"}
    assert [step.get("uses", "").partition("@")[0] for step in found[:2]] == [
        "actions/checkout",
        "actions/setup-python",
    ]
    address = Project(ROOT).setting("repository", "url")
    assert action["env"] == {"NOTEBOOKS": "03_bptt.ipynb", "RNNCOURSE": f"rnncourse @ git+{address}"}
    assert "HERE" not in github.workflow(["03_bptt"])


def notebook(source):
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": source}]})


@pytest.mark.parametrize("chapters", ASSIGNMENTS, ids="-".join)
def test_right_notebooks_are_green(tmp_path, chapters):
    notebooks = {f"{chapter}_ipynb": notebook(solved_script(chapter)) for chapter in chapters}
    codes, summary = act(tmp_path, clone(tmp_path, **notebooks), chapters)
    assert codes == [0, 0]
    assert re.findall("^### (.*)", summary, re.MULTILINE) == [f"{chapter}.ipynb" for chapter in chapters]
    assert summary.splitlines().count(f"    total: {HIGHEST} of {HIGHEST} points") == len(chapters)
    assert (tmp_path / "pip.log").read_text().startswith("pip install rnncourse @ git+https://")


def test_a_wrong_notebook_is_red_and_told_why_in_the_summary(tmp_path):
    attack = f"{WRONG}\ndef bptt(*a):\n    raise ValueError('\\n```\\n# Passed <b>100</b>')\n"
    codes, summary = act(tmp_path, clone(tmp_path, **{"03_bptt_ipynb": notebook(attack)}))
    assert codes == [0, 1]
    assert "The tanh is missing" in summary
    heading, _, *said = summary.splitlines()
    assert heading == "### 03_bptt.ipynb"
    assert all(line.startswith("    ") for line in said)  # a block of code, out of which no text can break


def test_a_missing_notebook_is_red(tmp_path):
    codes, summary = act(tmp_path, clone(tmp_path))
    assert codes == [0, 2]
    assert "03_bptt.ipynb: cannot be read: No such file" in summary


# The commands --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "written", "sentence"),
    [
        ("classroom50", "autograder.py", "copy what is in it to CLASSROOM/autograders/ASSIGNMENT"),
        ("github", ".github/workflows/exercises.yml", "into the repository that your students start from"),
    ],
)
def test_the_commands_write_and_say_what_to_do_next(tmp_path, kind, written, sentence):
    out = tmp_path / "out"
    result = CliRunner().invoke(main, ["export", kind, "--out", str(out), "--exercise", "03_bptt"])
    assert result.exit_code == 0
    assert sentence in result.output
    assert (out / written).is_file()
    wrong = CliRunner().invoke(main, ["export", kind, "--out", str(tmp_path / "more"), "--exercise", "x"])
    assert (wrong.exit_code, list(tmp_path.iterdir())) == (2, [out])
    assert f"--exercise: expected one of {', '.join(CHAPTERS)}, got x" in wrong.output
