"""gradescope/<student>.json: what a Gradescope autograder leaves as results.json.

(https://gradescope-autograders.readthedocs.io/en/latest/specs/)
"""

import json
from pathlib import Path

from rnncourse import whole_file
from rnncourse.grading.classroom import files
from rnncourse.grading.classroom.points import total, verdicts
from rnncourse.grading.classroom.text import shortened, visible

_LONGEST_OUTPUT = 5_000


def require(roster):
    """Nothing is needed."""


def write(records, folder, roster):
    """Write a file for each student; returns sentences for the instructor."""
    stems = files.stems(record["student"] for record in records)
    for record in records:
        text = json.dumps(results(record), indent=2, ensure_ascii=False)
        whole_file.write(Path(folder) / "gradescope" / f"{stems[record['student']]}.json", text + "\n")
    return [f"gradescope: results of {len(records)} submissions are in the folder gradescope."]


def results(record):
    """results.json of a record, as a dictionary. A submission that could not be graded has 0 points and is told why."""
    points, _ = total(verdicts(record))
    lines = [record["problem"], *record["notes"]]
    return {
        "score": points,
        "output": _shown("\n".join(filter(None, lines))),
        "output_format": "text",
        "visibility": "visible",
        "tests": [_test(number, verdict) for number, verdict in enumerate(verdicts(record), 1)],
    }


def _test(number, verdict):
    return {
        "score": verdict.points,
        "max_score": verdict.max_points,
        "status": "passed" if verdict.passed else "failed",
        "name": _shown(f"{verdict.chapter} {verdict.function}"),
        "name_format": "text",
        "number": str(number),
        "output": _shown(verdict.message),
        "output_format": "text",
        "visibility": "visible",
    }


def _shown(text):
    return shortened(visible(text), _LONGEST_OUTPUT)
