"""Mangled but honest submissions: each function that is in them, and no other, is found and gives the right answer."""

import pytest
from mangled import MANGLED, deserved_points, mangled_submission
from solved import ROOT

from rnncourse.exercises import CHAPTERS, EXERCISES
from rnncourse.grading.classroom.student import Job, grade
from rnncourse.grading.compare import expected_results, split, wrong_places
from rnncourse.grading.inside.loading import load
from rnncourse.grading.session import why_not_secure
from rnncourse.grading.submission import SubmissionError, check_submission


def is_right(exercise, function):
    """Whether the function agrees with the exercise's reference at every size."""
    for place in range(len(exercise.sizes)):
        arguments = exercise.arguments([1], place)
        try:
            result = function(*arguments.values())
        except Exception:  # noqa: BLE001 whatever a student's function raises, it is wrong
            return False
        expected = expected_results(exercise, exercise.arguments([1], place))
        if len(split(exercise, result)) != len(expected) or wrong_places(split(exercise, result), expected):
            return False
    return True


def test_there_are_many_and_each_chapter_has_its_solution():
    assert len(MANGLED) == len(set(MANGLED)) >= 40
    assert all((ROOT / "solutions" / f"{chapter}.md").exists() for chapter in CHAPTERS)


@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("name", MANGLED)
def test_every_function_that_is_there_works(name, chapter, capfd):
    submission = mangled_submission(name, chapter)
    exercises = [exercise for exercise in EXERCISES.values() if exercise.chapter == chapter]
    loaded = load(submission.file, submission.data, [exercise.name for exercise in exercises])
    assert capfd.readouterr() == ("", "")
    right = {e.name for e in exercises if is_right(e, loaded.namespace.get(e.name))}
    assert right == {exercise.name for exercise in exercises} - submission.lost, loaded.notes


@pytest.mark.skipif(bool(why_not_secure()), reason=why_not_secure())
@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("name", MANGLED)
def test_the_grader_gives_what_it_deserves_and_check_says_the_same(name, chapter, tmp_path):
    submission = mangled_submission(name, chapter)
    record = grade(Job("ada", submission.file, "key", submission.data, (chapter,), b"a secret of the tests"))
    assert sum(verdict["points"] for verdict in record["verdicts"]) == deserved_points(name, chapter)
    path = tmp_path / submission.file
    path.write_bytes(submission.data)
    try:
        verdicts, notes = check_submission(path)
    except SubmissionError as error:
        assert deserved_points(name, chapter) == 0
        assert record["problem"] in (str(error), "")
    else:
        assert [verdict.record() for verdict in verdicts] == record["verdicts"]
        assert notes == record["notes"]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_points_are_those_of_the_functions_that_are_left(chapter):
    assert deserved_points("as_it_is", chapter) == 100
    assert deserved_points("everything_deleted", chapter) == 0
    assert 0 < deserved_points("one_function_deleted", chapter) < 100


@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("name", ["as_it_is", "magics_everywhere", "cells_of_other_languages", "training_loops"])
def test_what_is_normal_is_not_noted(name, chapter):
    submission = mangled_submission(name, chapter)
    wanted = [exercise.name for exercise in EXERCISES.values() if exercise.chapter == chapter]
    assert load(submission.file, submission.data, wanted).notes == []
