"""Every exercise: its reference passes, each of its mistakes is caught and named, its texts are complete."""

import ast
from pathlib import Path

import numpy as np
import pytest

from rnncourse.exercises import EXERCISES
from rnncourse.grading.evaluate import evaluate

MISTAKES = [
    pytest.param(exercise, mistake, id=f"{exercise.name}-{i}")
    for exercise in EXERCISES.values()
    for i, mistake in enumerate(exercise.mistakes)
]
BOOK = Path(__file__).resolve().parents[2] / "book" / "chapters"


def positional(exercise):
    """The exercise's reference, callable as a student's function is."""

    def function(*arguments):
        names = exercise.inputs(np.random.default_rng(0), 0)
        return exercise.reference(**dict(zip(names, arguments, strict=True)))

    return function


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_the_reference_earns_every_point(exercise):
    verdict = evaluate(exercise, positional(exercise))
    assert verdict.passed
    assert verdict.points == exercise.points


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_each_mistake_is_named_and_earns_nothing(exercise, mistake):
    verdict = evaluate(exercise, mistake.function)
    assert verdict.stage == "values"
    assert verdict.points == 0
    assert mistake.sentence in verdict.message


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_it_has_enough_mistakes_and_hints(exercise):
    assert 4 <= len(exercise.mistakes) <= 12
    assert len({mistake.sentence for mistake in exercise.mistakes}) == len(exercise.mistakes)
    assert len(exercise.hints) >= 3


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_the_section_to_reread_is_a_heading_of_its_chapter(exercise):
    headings = [
        line.lstrip("# ") for line in (BOOK / f"{exercise.chapter}.md").read_text().splitlines() if line[:1] == "#"
    ]
    assert exercise.section in headings


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_inputs_repeat_with_the_seed_and_grow(exercise):
    def total(size):
        return sum(
            np.size(v) for v in exercise.inputs(np.random.default_rng(1), size).values() if not isinstance(v, list)
        )

    first, again = (exercise.inputs(np.random.default_rng(3), 1) for _ in range(2))
    assert str(first) == str(again)
    assert total(0) <= total(exercise.sizes - 1)


def test_the_points_of_a_chapter_are_100_and_its_table_shows_them():
    for chapter in {exercise.chapter for exercise in EXERCISES.values()}:
        members = [exercise for exercise in EXERCISES.values() if exercise.chapter == chapter]
        page = (BOOK / f"{chapter}.md").read_text()
        assert sum(exercise.points for exercise in members) == 100
        for exercise in members:
            assert any(f"`{exercise.name}`" in row and f"| {exercise.points} |" in row for row in page.splitlines())


def test_the_stub_has_the_arguments_that_check_will_pass():
    for exercise in EXERCISES.values():
        source = (BOOK.parents[1] / "solutions" / f"{exercise.chapter}.md").read_text()
        start = source.index(f"def {exercise.name}(")
        signature = ast.parse(source[start : source.index(":\n", start)] + ": pass").body[0]
        names = list(exercise.inputs(np.random.default_rng(0), 0))
        assert [argument.arg for argument in signature.args.args] == names
