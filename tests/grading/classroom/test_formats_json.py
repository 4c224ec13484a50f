"""What Gradescope and Classroom 50 are given keeps to their schemas, also when students are hostile."""

import json
from datetime import UTC, datetime

import jsonschema
import pytest
from records import a_class, a_hostile_class, record
from schemas import CLASSROOM50, GRADESCOPE

from rnncourse.grading.classroom.formats import FORMATS, CannotWriteError, classroom50

ACTION = {
    "CLASSROOM": "rnn",
    "ASSIGNMENT": "bptt",
    "SUBMISSION_TAG": "submit/2026-09-01T10-00-00Z-abc",
    "GITHUB_REPOSITORY": "uni/rnn-bptt-ada",
    "GITHUB_SHA": "abc123",
}


# Gradescope ----------------------------------------------------------------------------------------------------------


def test_gradescope_results_keep_to_the_format(tmp_path):
    records = a_class() + a_hostile_class()
    FORMATS["gradescope"].write(records, tmp_path, None)
    found = sorted((tmp_path / "gradescope").iterdir())
    assert len(found) == len(records)
    for path in found:
        result = json.loads(path.read_bytes().decode("utf-8"))
        json.dumps(result, ensure_ascii=False).encode("utf-8")
        jsonschema.validate(result, GRADESCOPE)
        assert result["score"] == sum(test["score"] for test in result["tests"])
        assert path.stat().st_size < 60_000


def test_gradescope_tells_each_student_what_happened(tmp_path):
    FORMATS["gradescope"].write(a_class(), tmp_path, None)
    bob = json.loads((tmp_path / "gradescope" / "bob.json").read_text("utf-8"))
    assert [test["status"] for test in bob["tests"]] == ["passed", "passed", "passed", "failed"]
    assert bob["tests"][3]["output"].startswith("Right for T = 1, wrong from T = 2")
    dora = json.loads((tmp_path / "gradescope" / "dora.json").read_text("utf-8"))
    assert (dora["score"], dora["output"]) == (0, "dora.ipynb is no notebook: it is empty.")


# Classroom 50 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("submission", [a_class()[1], *a_hostile_class()], ids=lambda found: found["student"][:9])
def test_classroom50_results_keep_to_the_schema(tmp_path, submission):
    classroom50.write([submission], tmp_path, None, ACTION)
    (path,) = (tmp_path / "classroom50").iterdir()
    result = json.loads(path.read_text("ascii"))
    jsonschema.validate(result, CLASSROOM50)
    assert (result["score"], result["max-score"]) == (45, 70)
    numbers = [value for part in (result, *result["tests"]) for name, value in part.items() if "score" in name]
    assert {type(number) for number in numbers} == {int}  # to JSON Schema, 45.0 is an integer too
    assert all(test["score"] <= test["max-score"] for test in result["tests"])


def test_classroom50_takes_who_and_what_from_the_action(tmp_path):
    noon = datetime(2026, 9, 1, 12, tzinfo=UTC)
    classroom50.write([record("x")], tmp_path, None, ACTION, submitted=noon)
    result = json.loads((tmp_path / "classroom50" / "x.json").read_text())
    assert result["owner"] == "ada"
    assert result["assignment_type"] == "individual"
    assert result["datetime"] == "2026-09-01T12:00:00Z"
    assert result["commit"] == result["review"] == "https://github.com/uni/rnn-bptt-ada/commit/abc123"
    assert result["release"].endswith("/releases/tag/submit%2F2026-09-01T10-00-00Z-abc")
    said = {"OWNER": "bob", "COMMIT_URL": "https://c", "RELEASE_URL": "https://r", "REVIEW_URL": "https://v"}
    classroom50.write([record("x")], tmp_path, None, ACTION | said | {"ASSIGNMENT_TYPE": "group"})
    result = json.loads((tmp_path / "classroom50" / "x.json").read_text())
    found = [result[name] for name in ("owner", "commit", "release", "review", "assignment_type")]
    assert found == ["bob", "https://c", "https://r", "https://v", "group"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"CLASSROOM": ""}, "lacks CLASSROOM, which"),
        ({"SUBMISSION_TAG": "v1"}, "does not begin with"),
        ({"ASSIGNMENT_TYPE": "team"}, "expected individual or group, got 'team'"),
        ({"GITHUB_SHA": ""}, "lacks GITHUB_REPOSITORY or GITHUB_SHA"),
        ({"GITHUB_REPOSITORY": "uni/other"}, "lacks OWNER"),
    ],
)
def test_classroom50_refuses_what_it_cannot_know(tmp_path, changed, sentence):
    with pytest.raises(CannotWriteError, match=sentence):
        classroom50.require(None, ACTION | changed)
    with pytest.raises(CannotWriteError, match=sentence):
        classroom50.write([record()], tmp_path, None, ACTION | changed)
    assert list(tmp_path.iterdir()) == []


def test_classroom50_grades_one_submission_and_no_failure(tmp_path):
    with pytest.raises(CannotWriteError, match="expected one submission, whose commit this is, got 4"):
        classroom50.write(a_class(), tmp_path, None, ACTION)
    assert "nothing was graded" in classroom50.write([a_class()[3]], tmp_path, None, ACTION)[0]
    assert list(tmp_path.iterdir()) == []
