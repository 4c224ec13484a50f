"""classroom50/<student>.json: the result.json that an autograder of Classroom 50 leaves in the student's repository.

Schema ``classroom50/result/v1`` (``schemas/result-v1.schema.json`` of foundation50/classroom50). Who submitted what and
when stands in the environment of the GitHub Action that Classroom 50 runs for one submission, so one record is written.
Its runner afterwards sets ``owner``, ``assignment_type`` and ``datetime`` to what it knows itself.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from rnncourse import whole_file
from rnncourse.grading.classroom import files
from rnncourse.grading.classroom.formats.refusal import CannotWriteError
from rnncourse.grading.classroom.points import total, verdicts
from rnncourse.grading.classroom.text import one_line

_NEEDED = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG")


def require(roster, environment=os.environ):
    """The variables that Classroom 50 sets are needed."""
    _identity(environment)


def write(records, folder, roster, environment=os.environ, submitted=None):
    """Write the one record's file; returns sentences. ``submitted`` is the commit's time, an aware datetime, else now."""
    identity = _identity(environment)
    if len(records) != 1:
        raise CannotWriteError(f"classroom50: expected one submission, whose commit this is, got {len(records)}.")
    record = records[0]
    if record["problem"]:
        return ["classroom50: nothing was graded, so there is no result."]
    when = (submitted or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = json.dumps({**identity, "datetime": when, **_scores(record)}, indent=2)
    name = f"{files.stems([record['student']])[record['student']]}.json"
    whole_file.write(Path(folder) / "classroom50" / name, text + "\n")
    return [f"classroom50: copy classroom50/{name} to result.json in the student's repository."]


def _identity(environment):
    """Everything of the result but time and scores."""
    missing = [name for name in _NEEDED if not environment.get(name)]
    if missing:
        raise CannotWriteError(f"classroom50: the environment lacks {', '.join(missing)}, which Classroom 50 sets.")
    if not environment["SUBMISSION_TAG"].startswith("submit/"):
        raise CannotWriteError("classroom50: SUBMISSION_TAG does not begin with 'submit/'.")
    kind = environment.get("ASSIGNMENT_TYPE") or "individual"
    if kind not in ("individual", "group"):
        raise CannotWriteError(f"classroom50: ASSIGNMENT_TYPE: expected individual or group, got {kind!r}.")
    commit = environment.get("COMMIT_URL") or _address(environment, "commit", environment.get("GITHUB_SHA"))
    tag = environment["SUBMISSION_TAG"]
    return {
        "schema": "classroom50/result/v1",
        "classroom": environment["CLASSROOM"],
        "assignment": environment["ASSIGNMENT"],
        "assignment_type": kind,
        "owner": _owner(environment),
        "submission": tag,
        "commit": commit,
        "release": environment.get("RELEASE_URL") or _address(environment, "releases/tag", tag),
        "review": environment.get("REVIEW_URL") or commit,
    }


def _owner(environment):
    """The student's login, which Classroom 50 puts at the end of the repository's name."""
    owner = environment.get("OWNER") or environment.get("USERNAME")
    repository = environment.get("GITHUB_REPOSITORY", "").partition("/")[2]
    prefix = f"{environment['CLASSROOM']}-{environment['ASSIGNMENT']}-"
    if not owner and repository.lower().startswith(prefix.lower()):
        owner = repository[len(prefix) :]
    if not owner:
        raise CannotWriteError("classroom50: the environment lacks OWNER, and GITHUB_REPOSITORY does not tell it.")
    return owner


def _address(environment, kind, name):
    repository = environment.get("GITHUB_REPOSITORY")
    if not repository or not name:
        raise CannotWriteError("classroom50: the environment lacks GITHUB_REPOSITORY or GITHUB_SHA.")
    server = environment.get("GITHUB_SERVER_URL") or "https://github.com"
    return f"{server}/{repository}/{kind}/{quote(name, safe='')}"


def _scores(record):
    found = verdicts(record)
    points, max_points = total(found)
    tests = [
        {
            "test-name": one_line(f"{verdict.chapter} {verdict.function}"),
            "passed": verdict.passed,
            "score": verdict.points,
            "max-score": verdict.max_points,
        }
        for verdict in found
    ]
    return {"score": points, "max-score": max_points, "tests": tests}
