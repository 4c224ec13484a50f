"""Classroom 50 starts this in a student's checkout, for each submission, and takes result.json from there."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CALL = 'from rnncourse.cli import main; main(prog_name="rnncourse")'


def python(*arguments):
    """Run Python in this folder: in the checkout it would import the student's files."""
    return subprocess.run([sys.executable, *map(str, arguments)], cwd=HERE, check=False).returncode


def grade(checkout, work):
    """The exit code: 0 when there is a result, also for 0 points. Without one, the runner reports an error."""
    submission, without = work / "submissions" / "submission", shutil.ignore_patterns(".git")
    shutil.copytree(checkout, submission, symlinks=True, ignore=without)
    (work / "secret").write_text(secrets.token_hex(32))
    options = (HERE / "options").read_text().split()
    places = [work / "submissions", "--secret-file", work / "secret", "--out", work / "out"]
    python("-c", CALL, "grade", *places, "--jobs", 1, "--format", "classroom50", *options)
    result = work / "out" / "classroom50" / "submission.json"
    if not result.exists():
        return 1
    shutil.copyfile(result, checkout / "result.json")
    return 0


def main():
    checkout = Path.cwd()
    (checkout / "result.json").unlink(missing_ok=True)  # what the student has put there does not count
    if python("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"):
        return 1
    with tempfile.TemporaryDirectory(dir=os.environ.get("RUNNER_TEMP")) as work:
        return grade(checkout, Path(work))


if __name__ == "__main__":
    sys.exit(main())
