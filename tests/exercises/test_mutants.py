"""No false pass: whatever small change makes a solution wrong anywhere loses its points; no other change does."""

from functools import partial

import numpy as np
import pytest
from mutants import mutants

from rnncourse.exercises import EXERCISES
from rnncourse.grading.compare import find_problem
from rnncourse.grading.evaluate import PRACTICE, evaluate, expected_results
from rnncourse.grading.inside.calling import call, calls
from rnncourse.grading.solutions import solution_source

EACH = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def elsewhere(exercise):
    """Arguments that neither check nor the grader tries: other values, and other and larger sizes."""
    for place, size in enumerate(exercise.sizes):
        yield exercise.arguments((77, place), place)
        for name, value in size.items():
            if type(value) is int:
                for other in (1, 2, value + 3):
                    yield exercise.arguments((78, place), place, {**size, name: other})


def is_right_elsewhere(exercise, function):
    return all(
        find_problem(exercise, call(function, exercise.name, case), expected_results(exercise, case)) is None
        for case in elsewhere(exercise)
    )


@EACH
def test_a_changed_solution_passes_only_if_it_is_right_everywhere(exercise, solutions):
    tried = 0
    for what, function in mutants(solution_source(exercise), solutions):
        with np.errstate(all="ignore"):
            verdicts = [
                evaluate(exercise, partial(calls, function, exercise.name), seed) for seed in (PRACTICE, (5, 6))
            ]
            is_right = is_right_elsewhere(exercise, function)
        assert [verdict.passed for verdict in verdicts] == [is_right] * 2, what
        assert verdicts[0].mistake == verdicts[1].mistake, what
        tried += not is_right
    assert tried >= 3


@EACH
def test_most_wrong_results_are_named_or_located(exercise, solutions):
    said = []
    for what, function in mutants(solution_source(exercise), solutions):
        with np.errstate(all="ignore"):
            verdict = evaluate(exercise, partial(calls, function, exercise.name))
        if verdict.stage in ("values", "gradient"):
            helped = verdict.mistake or any(
                word in verdict.message
                for word in ("right", "Right", "exactly", "zero everywhere", "Only some", "share")
            )
            said.append((what, bool(helped), verdict.message))
    print(*said, sep="\n")
    assert sum(helped for _, helped, _ in said) >= 0.75 * len(said)
