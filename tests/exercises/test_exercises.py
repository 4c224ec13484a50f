"""Every exercise: its reference passes, each of its mistakes is caught and named, its texts are complete."""

import ast
from itertools import combinations
from pathlib import Path

import pytest

from rnncourse.exercises import EXERCISES
from rnncourse.grading.classroom.secret import seed
from rnncourse.grading.compare import expected_results, is_equal, split
from rnncourse.grading.evaluate import PRACTICE, evaluate
from rnncourse.grading.inside.calling import call

MISTAKES = [
    pytest.param(exercise, mistake, id=f"{exercise.name}-{i}")
    for exercise in EXERCISES.values()
    for i, mistake in enumerate(exercise.mistakes)
]
EACH = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book" / "chapters"
SECRETS = 1000


def tried(exercise, function, seed=PRACTICE):
    return evaluate(exercise, lambda cases: [call(function, exercise.name, case) for case in cases], seed)


def seeds(exercise, count):
    return [seed(f"secret {number}".encode(), exercise, b"hash") for number in range(count)]


@EACH
def test_the_solution_earns_every_point_with_a_thousand_secrets(exercise, solutions):
    for hidden in seeds(exercise, SECRETS):
        verdict = tried(exercise, solutions[exercise.name], hidden)
        assert verdict.points == exercise.points, verdict.message
        assert verdict.mistake == ""


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_each_mistake_is_named_and_earns_nothing_with_every_seed(exercise, mistake):
    for hidden in [PRACTICE, *seeds(exercise, 20)]:
        verdict = tried(exercise, mistake.function, hidden)
        assert verdict.points == 0
        assert verdict.mistake == mistake.sentence
        assert mistake.sentence in verdict.message


@EACH
def test_mistakes_differ_from_each_other_and_twice_from_what_is_right(exercise):
    cases = [exercise.arguments(PRACTICE, place) for place in range(len(exercise.sizes))]
    results = [[split(exercise, mistake.function(*case.values())) for case in cases] for mistake in exercise.mistakes]
    for one, other in combinations(results, 2):
        assert not all(map(is_equal, one, other))
    expected = [expected_results(exercise, case) for case in cases]
    for result in results:
        assert sum(not is_equal(*pair) for pair in zip(result, expected, strict=True)) >= 2


@EACH
def test_a_larger_input_than_any_is_right_too(exercise, solutions):
    """Sizes are varied to find where a function goes wrong, so inputs and reference take any."""
    for factor in (1, 2, 3):
        size = {name: value * factor if type(value) is int else value for name, value in exercise.sizes[-1].items()}
        arguments = exercise.arguments(PRACTICE, 0, size)
        result = split(exercise, solutions[exercise.name](*arguments.values()))
        assert is_equal(result, expected_results(exercise, arguments))


@EACH
def test_gradients_are_among_the_outputs(exercise):
    assert set(exercise.gradients) <= set(exercise.outputs)


@EACH
def test_it_has_enough_mistakes_and_hints(exercise):
    assert 4 <= len(exercise.mistakes) <= 12
    assert len({mistake.sentence for mistake in exercise.mistakes}) == len(exercise.mistakes)
    assert len(exercise.hints) >= 3


@EACH
def test_the_section_to_reread_is_a_heading_of_its_chapter(exercise):
    headings = [
        line.lstrip("# ") for line in (BOOK / f"{exercise.chapter}.md").read_text().splitlines() if line[:1] == "#"
    ]
    assert exercise.section in headings


@EACH
def test_inputs_repeat_with_the_seed_and_differ_between_seeds(exercise):
    first, again, other = (exercise.arguments(seed, 1) for seed in ((3,), (3,), (4,)))
    assert list(first) == list(again)
    assert is_equal(list(first.values()), list(again.values()))
    assert not is_equal(list(first.values()), list(other.values()))


def test_the_points_of_a_chapter_are_100_and_its_table_shows_them():
    for chapter in {exercise.chapter for exercise in EXERCISES.values()}:
        members = [exercise for exercise in EXERCISES.values() if exercise.chapter == chapter]
        page = (BOOK / f"{chapter}.md").read_text()
        assert sum(exercise.points for exercise in members) == 100
        for exercise in members:
            assert any(f"`{exercise.name}`" in row and f"| {exercise.points} |" in row for row in page.splitlines())


def test_the_stub_has_the_arguments_that_check_will_pass():
    for exercise in EXERCISES.values():
        source = (ROOT / "solutions" / f"{exercise.chapter}.md").read_text()
        start = source.index(f"def {exercise.name}(")
        signature = ast.parse(source[start : source.index(":\n", start)] + ": pass").body[0]
        names = list(exercise.arguments(PRACTICE, 0))
        assert [argument.arg for argument in signature.args.args] == names
