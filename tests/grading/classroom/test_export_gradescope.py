"""The zip for Gradescope: unpacked into the layout of /autograder, its scripts are run as Gradescope runs them."""

import io
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from handed_in import ASSIGNMENTS, HIGHEST, RIGHT, WRONG, hostile
from schemas import GRADESCOPE
from solved import solved_script

from rnncourse.cli import main
from rnncourse.exercises import CHAPTERS
from rnncourse.grading.export.contents import REQUIREMENTS
from rnncourse.grading.export.gradescope import archive

SECRET = b"a secret of the instructor's own"
ROOT = Path(__file__).resolve().parents[3]
NO_LANDLOCK = (
    "import sys; from rnncourse.grading.inside import landlock; landlock.version = lambda: 0; "
    "sys.argv.pop(1); exec(sys.argv.pop(1))"
)


class Autograder:
    """A folder like /autograder, with the zip unpacked as ``unzip`` does it."""

    def __init__(self, folder, packed):
        self.folder = folder
        for name in ("source", "results", "submission"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(io.BytesIO(packed)) as zipped:
            for entry in zipped.infolist():
                zipped.extract(entry, folder / "source")
                (folder / "source" / entry.filename).chmod(entry.external_attr >> 16)
        shutil.copy(folder / "source" / "run_autograder", folder / "run_autograder")

    def hand_in(self, contents):
        for name in ("submission", "results"):
            shutil.rmtree(self.folder / name)
            (self.folder / name).mkdir()
        for name, text in contents.items():
            (self.folder / "submission" / name).write_text(text)

    def run(self, **environment):
        """Start run_autograder in the folder, as Gradescope does; returns what the student and the instructor see."""
        settings = {"PATH": os.environ["PATH"], "AUTOGRADER": str(self.folder), "PYTHON": sys.executable}
        call = {"cwd": self.folder, "env": settings | environment, "timeout": 60, "text": True}
        program, pipe = [self.folder / "run_autograder"], subprocess.PIPE
        ran = subprocess.run(program, stdout=pipe, stderr=subprocess.STDOUT, check=True, **call)
        results = json.loads((self.folder / "results" / "results.json").read_text("utf-8"))
        jsonschema.validate(results, GRADESCOPE)
        assert results["score"] == sum(test["score"] for test in results["tests"])
        assert SECRET.decode() not in ran.stdout + json.dumps(results)
        return results, ran.stdout


@pytest.fixture(scope="module")
def autograder(tmp_path_factory):
    return Autograder(tmp_path_factory.mktemp("autograder"), archive(SECRET, ["03_bptt"]))


@pytest.fixture
def without_landlock(tmp_path):
    """A Python that finds no Landlock."""
    stand_in = tmp_path / "python"
    stand_in.write_text(f"#!/bin/sh\nexec '{sys.executable}' -c '{NO_LANDLOCK}' \"$@\"\n")
    stand_in.chmod(0o755)
    return str(stand_in)


@pytest.mark.parametrize("chapters", ASSIGNMENTS, ids="-".join)
def test_a_right_submission_gets_all_points(tmp_path, chapters):
    autograder = Autograder(tmp_path / "autograder", archive(SECRET, chapters))
    autograder.hand_in({"mine.py": solved_script(*chapters)})
    results, said = autograder.run()
    assert results["score"] == HIGHEST * len(chapters)
    assert {test["status"] for test in results["tests"]} == {"passed"}
    assert "exit code of the grader: 0" in said


def test_a_wrong_submission_is_told_its_mistake(autograder):
    autograder.hand_in({"mine.py": WRONG})
    results, _ = autograder.run()
    assert results["score"] == 0
    assert "The tanh is missing" in results["tests"][0]["output"]


def test_a_hostile_submission_gets_nothing_and_changes_nothing(autograder):
    places = [autograder.folder / name for name in ("results/results.json", "source/options", "source/secret")]
    before = [path.read_bytes() for path in places[1:]]
    autograder.hand_in({"mine.py": hostile(*places)})
    results, _ = autograder.run()
    assert results["score"] == 0
    assert len(results["tests"]) == 6
    assert [path.read_bytes() for path in places[1:]] == before


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        ({"mine.ipynb": "{"}, "submission/mine.ipynb: not a notebook: broken JSON"),
        ({}, "holds no notebook and no script; expected one"),
        ({"a.py": RIGHT, "b.py": RIGHT}, "holds 2 notebooks and scripts (a.py, b.py); expected one"),
    ],
    ids=["unreadable", "nothing", "several"],
)
def test_a_submission_that_cannot_be_graded_says_why(autograder, contents, sentence):
    autograder.hand_in(contents)
    results, said = autograder.run()
    assert results["score"] == 0
    assert sentence in results["output"]
    assert "exit code of the grader: 1" in said


def test_of_several_files_the_one_named_like_the_chapter_counts(autograder):
    autograder.hand_in({"03_bptt.py": RIGHT, "plots.py": "1 / 0"})
    assert autograder.run()[0]["score"] == HIGHEST


def assert_not_your_fault(results):
    assert (results["score"], results["tests"]) == (0, [])
    assert "which is not your fault" in results["output"]


def test_without_landlock_the_student_is_told_that_it_is_not_their_fault(autograder, without_landlock):
    autograder.hand_in({"mine.py": RIGHT})
    results, said = autograder.run(PYTHON=without_landlock)
    assert_not_your_fault(results)
    assert "no Landlock" in said
    assert "--insecure" in said


def test_insecure_goes_on_without_landlock(tmp_path, without_landlock):
    autograder = Autograder(tmp_path / "autograder", archive(SECRET, ["03_bptt"], insecure=True))
    autograder.hand_in({"mine.py": RIGHT})
    results, said = autograder.run(PYTHON=without_landlock)
    assert results["score"] == HIGHEST
    assert "were not locked in" in said


@pytest.mark.parametrize(
    "environment",
    [{"PYTHON": "/nowhere/python"}, {"PYTHON": "/bin/false"}, {"PATIENCE": "0.05"}],
    ids=["no Python", "crash", "endless"],
)
def test_whatever_happens_there_is_a_result(autograder, environment):
    autograder.hand_in({"mine.py": RIGHT})
    assert_not_your_fault(autograder.run(**environment)[0])


def test_the_grader_that_runs_is_the_one_in_the_zip(autograder):
    autograder.hand_in({"mine.py": RIGHT})
    cli = autograder.folder / "source" / "rnncourse" / "cli.py"
    before = cli.read_text()
    try:
        cli.write_text("def main(prog_name):\n    print('the unpacked one')\n")
        results, said = autograder.run()
    finally:
        cli.write_text(before)
    assert "the unpacked one" in said
    assert_not_your_fault(results)


# What is in the zip --------------------------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes():
    packed = archive(SECRET, ["03_bptt"])
    assert archive(SECRET, ["03_bptt"]) == packed
    assert archive(SECRET[::-1], ["03_bptt"]) != packed


def test_the_zip_holds_the_package_without_solutions():
    with zipfile.ZipFile(io.BytesIO(archive(SECRET, ["03_bptt"], insecure=True))) as zipped:
        names = zipped.namelist()
        modes = {entry.filename: oct(entry.external_attr >> 16) for entry in zipped.infolist()}
        assert {entry.date_time for entry in zipped.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert zipped.read("secret").strip() == SECRET
        assert zipped.read("options").decode().split() == ["--exercise", "03_bptt", "--insecure"]
        assert zipped.read("rnncourse/cli.py") == (files("rnncourse") / "cli.py").read_bytes()
    assert {"rnncourse/grading/inside/server.py", "rnncourse/exercises/bptt/step.py"} <= set(names)
    assert not [name for name in names if "__pycache__" in name or "/solutions/" in name or "/." in name]
    special = [modes.pop(name) for name in ("setup.sh", "run_autograder", "secret")]
    assert special == ["0o100755", "0o100755", "0o100600"]
    assert set(modes.values()) == {"0o100644"}


def test_the_requirements_are_those_of_the_package_and_all_that_grading_loads(tmp_path):
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert set(REQUIREMENTS) <= set(dependencies)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "ada.py").write_text(RIGHT)
    (tmp_path / "secret").write_bytes(SECRET)
    program = """if True:
        import sys
        from rnncourse.cli import main
        try:
            main()
        finally:
            print("loaded:", *{name.partition(".")[0] for name in sys.modules})
        """
    call = ["grade", "sub", "--secret-file", "secret", "--out", "out", "--jobs", "1", "--format", "gradescope"]
    ran = subprocess.run(
        [sys.executable, "-c", program, *call], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = ran.stdout.rpartition("loaded:")[2].split()
    distributions = packages_distributions()
    needed = {distribution for name in loaded for distribution in distributions.get(name, [])}
    allowed = {requirement.partition(">")[0] for requirement in REQUIREMENTS}
    assert needed - {"rnncourse", "setuptools"} == allowed  # setuptools: how this checkout is installed


# setup.sh ------------------------------------------------------------------------------------------------------------

PYTHON_STAND_IN = """#!/bin/sh
echo "$(basename "$0") $*" >> "$LOG"
case "$1 $2" in
  "-c import sys; sys.exit"*) [ "$(basename "$0")" = python3.11 ] || exit "$OLD" ;;
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  "-m pip") ;;
  *) exec "$REAL" "$@" ;;
esac
"""


@pytest.mark.parametrize(
    ("old", "python", "installed"),
    [
        ("1", "python3.11", "apt-get install -y python3.11 python3.11-venv"),
        ("0", "python3", "apt-get install -y python3-venv"),
    ],
    ids=["3.10", "3.11"],
)
def test_setup_makes_a_python_that_is_new_enough(tmp_path, old, python, installed):
    autograder = Autograder(tmp_path / "autograder", archive(SECRET, ["03_bptt"]))
    stand_ins, log = tmp_path / "bin", tmp_path / "log"
    stand_ins.mkdir()
    for name in ("python3", "python3.11", "apt-get"):
        text = PYTHON_STAND_IN if name != "apt-get" else '#!/bin/sh\necho "apt-get $*" >> "$LOG"\n'
        (stand_ins / name).write_text(text)
        (stand_ins / name).chmod(0o755)
    settings = {"PATH": f"{stand_ins}:/usr/bin:/bin", "LOG": str(log), "OLD": old, "REAL": sys.executable}
    command = ["bash", autograder.folder / "source" / "setup.sh"]
    subprocess.run(command, env=settings | {"AUTOGRADER": str(autograder.folder)}, check=True, timeout=60)
    lines = log.read_text().splitlines()
    assert [line for line in lines if line.startswith("apt-get")] == ["apt-get update", installed]
    assert f"{python} -m venv {autograder.folder}/python" in lines
    requirements = autograder.folder / "source" / "requirements.txt"
    assert any(line.startswith("python -m pip install") and line.endswith(f"-r {requirements}") for line in lines)
    assert requirements.read_text().split() == list(REQUIREMENTS)
    modes = {name: (autograder.folder / name).stat().st_mode & 0o777 for name in ("source", "source/secret")}
    assert modes == {"source": 0o700, "source/secret": 0o600}


# The command ---------------------------------------------------------------------------------------------------------


def export(folder, *options):
    return CliRunner().invoke(main, ["export", "gradescope", "--out", str(folder / "a.zip"), *options])


def test_the_command_writes_a_zip_for_its_owner_alone(tmp_path):
    (tmp_path / "secret").write_bytes(SECRET + b"\n")
    result = export(tmp_path, "--secret-file", str(tmp_path / "secret"), "--exercise", "03_bptt")
    assert result.exit_code == 0
    assert "set the autograder's points to 100" in result.output
    assert (tmp_path / "a.zip").read_bytes() == archive(SECRET, ["03_bptt"])
    assert (tmp_path / "a.zip").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("secret", "options", "sentence"),
    [
        (SECRET, ["--exercise", "99_none"], f"--exercise: expected one of {', '.join(CHAPTERS)}, got 99_none"),
        (b"short", [], "a secret of 5 bytes can be guessed"),
        (None, [], "cannot be read: No such file"),
    ],
)
def test_a_wrong_call_says_what_is_wrong_and_writes_nothing(tmp_path, secret, options, sentence):
    if secret:
        (tmp_path / "secret").write_bytes(secret)
    result = export(tmp_path, "--secret-file", str(tmp_path / "secret"), *options)
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "a.zip").exists()


def test_a_zip_that_cannot_be_written_is_a_wrong_call(tmp_path):
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "a.zip").mkdir()
    result = export(tmp_path, "--secret-file", str(tmp_path / "secret"))
    assert result.exit_code == 2
    assert "a.zip: cannot be written: Is a directory" in result.output
