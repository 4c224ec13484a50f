"""evaluate: one helpful sentence for whatever a student may write."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from rnncourse.exercises import EXERCISES, Exercise, Mistake
from rnncourse.grading.evaluate import evaluate, evaluate_here
from rnncourse.grading.inside.calling import Outcome, call, calls
from rnncourse.grading.verdict import STAGES
from rnncourse.scratch import functional

EXERCISE = EXERCISES["rnn_step_forward"]


def right(x, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x @ W_xh + h_prev @ W_hh + b_h)


def unfinished(x, h_prev, W_xh, W_hh, b_h):
    raise NotImplementedError("rnn_step_forward")


def calls_something_unfinished(x, h_prev, W_xh, W_hh, b_h):
    raise NotImplementedError("another_thing")


def wrong_product(x, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x @ W_hh)


def leaves(x, h_prev, W_xh, W_hh, b_h):
    raise SystemExit


def says_nothing(x, h_prev, W_xh, W_hh, b_h):
    class Silent(Exception):
        def __str__(self):
            raise ValueError

    raise Silent(1)


def too_few_arguments(x):
    return x


def changes_its_input(x, h_prev, W_xh, W_hh, b_h):
    answer = right(x, h_prev, W_xh, W_hh, b_h)
    x *= 2
    return answer


def uses_the_package(x, h_prev, W_xh, W_hh, b_h):
    return functional.sigmoid(x @ W_xh)


def calls_what_uses_the_package(*inputs):
    return uses_the_package(*inputs)


def imports_the_package(*inputs):
    from rnncourse.scratch import ElmanCell

    return ElmanCell


class Subclass(np.ndarray):
    pass


WAYS = [
    (unfinished, "not attempted", "not attempted yet."),
    (calls_something_unfinished, "exception", "it needs another_thing, which is not attempted yet."),
    (wrong_product, "exception", "it stopped with ValueError at `return np.tanh(x @ W_hh)`"),
    (leaves, "exception", "it stopped with SystemExit at `raise SystemExit`."),
    (says_nothing, "exception", "it stopped with Silent at `raise Silent(1)`."),
    (too_few_arguments, "exception", "could not be called with its arguments (x, h_prev, W_xh, W_hh, b_h)"),
    (uses_the_package, "package", "it uses rnncourse.scratch. That is not there when it is graded"),
    (calls_what_uses_the_package, "package", "it uses rnncourse.scratch."),
    (imports_the_package, "package", "it uses rnncourse.scratch."),
    (lambda *inputs: None, "result", "it returned None. Is a `return` missing? Expected: h."),
    (lambda *inputs: (right(*inputs), 1), "result", "h should be a NumPy array, got tuple."),
    (lambda *inputs: right(*inputs).tolist() or 0, "result", "h should be a NumPy array, got list."),
    (lambda *inputs: right(*inputs).view(Subclass), "result", "h should be a NumPy array, got Subclass."),
    (lambda *inputs: right(*inputs).astype(object), "result", "got array of dtype object."),
    (lambda *inputs: right(*inputs).T, "shape", "h has shape (3, 1), expected (1, 3)."),
    (lambda *inputs: right(*inputs).astype(np.float32), "dtype", "h has dtype float32, expected float64."),
    (lambda *inputs: np.full_like(right(*inputs), np.nan), "not finite", "h contains NaN."),
    (lambda *inputs: np.full_like(right(*inputs), np.inf), "not finite", "h contains infinity."),
    (changes_its_input, "inputs", "changed its argument x in place"),
    (lambda *inputs: 1.01 * right(*inputs), "values", "h is wrong."),
]


@pytest.mark.parametrize(("function", "stage", "words"), WAYS)
def test_each_way_to_fail_gets_its_own_sentence(function, stage, words):
    verdict = evaluate_here(EXERCISE, function)
    assert (verdict.stage, verdict.points) == (stage, 0)
    assert words in verdict.message
    assert verdict.mistake == ""


def test_every_stage_that_a_function_can_end_at_is_shown_above():
    elsewhere = {"missing", "time", "gradient", "passed"}  # no function, a jail's limit, and two tests below
    assert {stage for _, stage, _ in WAYS} == set(STAGES) - elsewhere


def test_several_results_are_counted():
    exercise = EXERCISES["bptt"]
    verdict = evaluate_here(exercise, lambda *inputs: (inputs[4], inputs[5]))
    assert verdict.stage == "result"
    assert verdict.message == "expected 4 results (dW_xh, dW_hh, db_h, dh_0), got 2."


def test_results_in_another_order_are_told_so():
    exercise = EXERCISES["rnn_step_backward"]
    verdict = evaluate_here(exercise, lambda *inputs: exercise.reference(*inputs)[::-1])
    assert verdict.stage == "result"
    assert verdict.message.startswith("the results are right, but in another order; expected: dx, dh_prev, dW_xh")


def test_float32_in_between_is_not_enough():
    def in_float32(x, h_prev, W_xh, W_hh, b_h):
        single = [array.astype(np.float32) for array in (x, h_prev, W_xh, W_hh, b_h)]
        return right(*single).astype(np.float64)

    assert evaluate_here(EXERCISE, in_float32).stage == "values"


def test_a_wrong_gradient_is_told_apart_and_what_is_right_is_said():
    exercise = EXERCISES["bptt"]

    def wrong_start(*inputs):
        *weights, dh_0 = exercise.reference(*inputs)
        return *weights, dh_0 + 1

    verdict = evaluate_here(exercise, wrong_start)
    assert verdict.stage == "gradient"
    assert verdict.message == "dh_0 is wrong; dW_xh, dW_hh and db_h are right."


def _square(rng, n):
    return {"x": rng.normal(size=n) + 3}


def both(x):
    return (x**2).sum(), 2 * x


VALUE_AND_GRADIENT = Exercise(
    "both", "00_test", 10, "", _square, both, ("y", "dx"), ({"n": 1}, {"n": 3}), (), (), gradients=("dx",)
)


def test_gradients_come_after_the_values_of_all_sizes():
    """Wrong values for n = 3 are said before a wrong gradient for n = 1."""

    def wrong_in_both(x):
        return (x**2).sum() + (len(x) > 1), 2 * x + (len(x) == 1)

    verdict = evaluate_here(VALUE_AND_GRADIENT, wrong_in_both)
    assert verdict.stage == "values"
    assert verdict.message.startswith("y is wrong; dx")
    assert verdict.evidence.called_with == "x (3,)"


def test_the_smallest_input_that_fails_is_the_evidence():
    def wrong_from_two_steps_on(*inputs):
        results = EXERCISES["bptt"].reference(*inputs)
        return [2 * result if len(inputs[0]) > 1 else result for result in results]

    verdict = evaluate_here(EXERCISES["bptt"], wrong_from_two_steps_on)
    expected = EXERCISES["bptt"].reference(**EXERCISES["bptt"].arguments((2013,), 1))
    assert verdict.message.startswith("right for 1 smaller input, but all results are wrong")
    assert verdict.evidence.called_with.startswith("doutputs (2, 1, 3), outputs (2, 1, 3), x (2, 1, 2)")
    assert verdict.evidence.output == "dW_xh"
    np.testing.assert_allclose(verdict.evidence.expected, expected[0])
    np.testing.assert_allclose(verdict.evidence.yours, 2 * expected[0])


def test_an_unfinished_function_has_no_evidence():
    assert evaluate_here(EXERCISE, unfinished).evidence is None


def test_a_keyboard_interrupt_is_the_students_to_keep():
    def interrupted(*inputs):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate_here(EXERCISE, interrupted)


def test_the_arguments_of_each_call_are_fresh():
    """A function that spoils its arguments, and one call's arrays being the next one's, must not spoil the verdict."""
    seen = []

    def keeps(*inputs):
        seen.extend(inputs)
        return right(*inputs)

    assert evaluate_here(EXERCISE, keeps).passed
    assert len({id(array) for array in seen}) == len(seen)


def test_a_process_that_ends_ends_the_trials():
    def attempt(cases):
        return [*calls(right, EXERCISE.name, cases[:2]), Outcome(None, "time", "it took longer than 6 seconds.")]

    verdict = evaluate(EXERCISE, attempt)
    assert verdict.stage == "time"
    assert verdict.message == "right for 2 smaller inputs, but it took longer than 6 seconds."


# Results of other kinds than arrays, which the exercises of other chapters have.


def exercise_of(reference, outputs=("y",), mistakes=()):
    return Exercise("f", "00_test", 1, "", _square, reference, outputs, ({"n": 2}, {"n": 3}), tuple(mistakes), ())


@pytest.mark.parametrize(
    ("reference", "answer", "stage", "words"),
    [
        (lambda x: float(x.sum()), lambda x: x.sum(), "passed", ""),
        (lambda x: float(x.sum()), lambda x: [1], "result", "y should be of type float, got list."),
        (lambda x: float(x.sum()), lambda x: True, "result", "got bool."),
        (lambda x: float(x.sum()), lambda x: float("nan"), "values", "y is wrong."),
        (lambda x: len(x), lambda x: np.int64(len(x)), "passed", ""),
        (lambda x: len(x), lambda x: float(len(x)), "result", "y should be of type int, got float."),
        (lambda x: ["a", ("b", 1)], lambda x: ["a", ("b", 1)], "passed", ""),
        (lambda x: ["a", ("b", 1)], lambda x: ["a", ("b", 2)], "values", "y is wrong."),
        (lambda x: ["a", "b"], lambda x: {"a", "b"}, "result", "y should be of type list, got set."),
        (lambda x: "text", lambda x: "other", "values", "y is wrong."),
        (lambda x: np.array([np.inf, x[0]]), lambda x: np.array([np.inf, x[0]]), "passed", ""),
        (lambda x: np.array([-np.inf, x[0]]), lambda x: np.array([np.inf, x[0]]), "values", "y is wrong."),
        (lambda x: x > 3, lambda x: x > 3, "passed", ""),
        (lambda x: np.arange(len(x)), lambda x: np.arange(len(x))[::-1], "values", "y is wrong."),
        (lambda x: x[:0], lambda x: x[:0], "passed", ""),
    ],
)
def test_results_of_every_kind(reference, answer, stage, words):
    verdict = evaluate_here(exercise_of(reference), answer)
    assert verdict.stage == stage
    assert words in verdict.message


def test_rounding_passes_and_more_does_not():
    exercise = exercise_of(lambda x: x)
    assert evaluate_here(exercise, lambda x: x * (1 + 1e-11)).passed
    assert not evaluate_here(exercise, lambda x: x * (1 + 1e-8)).passed


# Known mistakes.


def test_a_mistake_is_named_when_it_explains_every_input():
    exercise = exercise_of(
        lambda x: x, mistakes=[Mistake("Doubled.", lambda x: 2 * x), Mistake("Zero.", lambda x: 0 * x)]
    )
    verdict = evaluate_here(exercise, lambda x: 2 * x)
    assert verdict.message == "y is wrong. Doubled."
    assert verdict.mistake == "Doubled."


def test_a_mistake_of_another_shape_is_named():
    exercise = exercise_of(lambda x: x, mistakes=[Mistake("Only the first.", lambda x: x[:1])])
    verdict = evaluate_here(exercise, lambda x: x[:1])
    assert (verdict.stage, verdict.mistake) == ("shape", "Only the first.")


def test_a_mistake_that_explains_only_some_inputs_is_not_named():
    exercise = exercise_of(lambda x: x, mistakes=[Mistake("Doubled.", lambda x: 2 * x)])
    verdict = evaluate_here(exercise, lambda x: 2 * x if len(x) == 2 else 3 * x)
    assert verdict.mistake == ""
    assert "Doubled" not in verdict.message


def test_a_mistake_that_cannot_be_made_on_some_input_is_not_named():
    exercise = exercise_of(lambda x: x, mistakes=[Mistake("Third.", lambda x: np.array([x[2]] * len(x)))])
    assert evaluate_here(exercise, lambda x: 2 * x).mistake == ""


def test_a_mistake_of_nobody_is_not_named():
    verdict = evaluate_here(EXERCISE, lambda *inputs: right(*inputs) ** 3)
    assert verdict.mistake == ""
    assert not any(mistake.sentence in verdict.message for mistake in EXERCISE.mistakes)


# The verdict is the same for every seed.


def in_turn(function, name, cases):
    """The outcomes of a function of ours, which may use the package."""
    return [call(function, name, case) for case in cases]


SEEDS = [(2013,), (1, 2, 3, 4), (99,)]


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_the_verdict_does_not_depend_on_the_seed(exercise):
    def negated(*inputs):
        results = exercise.reference(*inputs)
        return [-result for result in results] if isinstance(results, tuple) else -results

    for function in (exercise.reference, negated, *(mistake.function for mistake in exercise.mistakes)):
        attempt = partial(in_turn, function, exercise.name)
        records = [evaluate(exercise, attempt, seed).record() for seed in SEEDS]
        assert records[0] == records[1] == records[2]


def two_results(x):
    return x, 2 * x


SHIFTED = Mistake("Shifted.", lambda x: (x + 1, 2 * x + 1))


def test_a_mistake_in_one_of_several_results_is_named():
    exercise = exercise_of(two_results, ("y", "z"), [SHIFTED])
    verdict = evaluate_here(exercise, lambda x: (x, 2 * x + 1))
    assert verdict.message == "z is wrong; y is right. Shifted."


def test_a_mistake_in_one_result_for_some_inputs_and_in_another_for_others_is_not_named():
    exercise = exercise_of(two_results, ("y", "z"), [SHIFTED])
    verdict = evaluate_here(exercise, lambda x: (x + (len(x) == 2), 2 * x + (len(x) == 3)))
    assert verdict.mistake == ""


def test_too_few_outcomes_are_the_graders_fault_not_a_pass():
    with pytest.raises(ValueError, match="5 cases and 1 outcomes, the last of them no failure"):
        evaluate(EXERCISE, lambda cases: calls(right, EXERCISE.name, cases[:1]))


def test_code_to_be_repaired_is_not_attempted_while_it_does_what_it_did():
    handed_out, *others = EXERCISE.mistakes
    to_repair = replace(EXERCISE, repair=True)
    verdict = evaluate_here(to_repair, named(handed_out.function))
    assert (verdict.stage, verdict.points, verdict.mistake) == ("not attempted", 0, handed_out.sentence)
    assert verdict.message == (f"not attempted yet: it still does what the code handed out does. {handed_out.sentence}")
    assert verdict.evidence is None
    other = named(others[0].function)
    assert evaluate_here(to_repair, other).record() == evaluate_here(EXERCISE, other).record()
    assert evaluate_here(to_repair, right).passed
    assert evaluate_here(EXERCISE, named(handed_out.function)).stage == "values"


def named(function):
    """The same as a function that has the exercise's name and arguments."""

    def rnn_step_forward(x, h_prev, W_xh, W_hh, b_h):
        return function(x, h_prev, W_xh, W_hh, b_h)

    return rnn_step_forward
