"""Where to look: the sentence for a wrong function that no known mistake explains."""

from dataclasses import replace

import numpy as np
import pytest

from rnncourse.exercises import EXERCISES, Exercise
from rnncourse.grading.evaluate import evaluate, evaluate_here
from rnncourse.grading.inside.calling import call

BPTT = EXERCISES["bptt"]


def wrong_beyond(limit):
    reference = BPTT.reference

    def function(*inputs):
        results = reference(*inputs)
        spoilt = np.arange(results[0].size).reshape(results[0].shape)
        return (results[0] + spoilt * (len(inputs[2]) > limit), *results[1:])

    return function


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (1, "Right for T = 1, wrong from T = 2: look at how the steps hang together."),
        (2, "Right for T up to 2, wrong from T = 3: look at how the steps hang together."),
        (3, "Right for T up to 3, wrong from T = 4: look at how the steps"),
    ],
)
def test_the_number_of_steps_from_which_on_it_is_wrong(limit, words):
    function = wrong_beyond(limit)
    verdict = evaluate(BPTT, lambda cases: [call(function, "bptt", case) for case in cases])  # it may use the package
    assert words in verdict.message


def test_several_dimensions_are_each_said():
    exercise = EXERCISES["rnn_step_backward"]

    def wrong_for_several_units_and_examples(dh, h, x, h_prev, W_xh, W_hh):
        results = exercise.reference(dh, h, x, h_prev, W_xh, W_hh)
        spoilt = np.zeros_like(results[-1])
        spoilt[1:] = len(x) - 1
        return *results[:-1], results[-1] + spoilt

    message = evaluate_here(exercise, wrong_for_several_units_and_examples).message
    assert "Right for B = 1, wrong from B = 2: look at the sums and means over the batch." in message
    assert "Right for H = 1, wrong for H = 3: look at axes and transposes" in message
    assert "D =" not in message


def test_a_factor_is_said_though_a_later_input_raises():
    def negative_and_only_for_one(x, h_prev, W_xh, W_hh, b_h):
        if len(x) > 1:
            raise ValueError("too many")
        return -np.tanh(x @ W_xh + h_prev @ W_hh + b_h)

    message = evaluate_here(EXERCISES["rnn_step_forward"], negative_and_only_for_one).message
    assert "h is exactly the negative of what it should be." in message


def test_inputs_that_hide_the_mistake_when_they_are_zero():
    def squares_the_state(x, h_prev, W_xh, W_hh, b_h):
        return np.tanh(x @ W_xh + h_prev**2 @ W_hh + b_h)

    message = evaluate_here(EXERCISES["rnn_step_forward"], squares_the_state).message
    assert message == "h is wrong. Right when h_prev = 0 or W_hh = 0: look at what you do with them."


def test_zeros_for_zeros_are_no_finding():
    message = evaluate_here(
        EXERCISES["rnn_step_backward"], lambda dh, h, x, p, W, U: (0 * x, 0 * p, 0 * W, 0 * U, 0 * h[0])
    )
    assert "= 0" not in message.message


def _inputs(rng, B, D):
    return {"x": rng.normal(size=(B, D))}


MEAN = Exercise(
    "f", "00_test", 1, "", _inputs, lambda x: x.mean(axis=0), ("y",), ({"B": 2, "D": 3}, {"B": 5, "D": 2}), (), ()
)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: -x.mean(axis=0), "y is exactly the negative of what it should be."),
        (lambda x: 2 * x.mean(axis=0), "y is exactly twice what it should be."),
        (lambda x: x.mean(axis=0) / 2, "y is exactly half of what it should be."),
        (lambda x: x.sum(axis=0), "y is exactly B times what it should be: a sum where a mean is asked for?"),
        (lambda x: x.mean(axis=0) / len(x), "y is exactly 1/B of what it should be: a mean where a sum is asked for?"),
    ],
)
def test_a_constant_factor_is_said(function, words):
    assert words in evaluate_here(MEAN, function).message


def test_a_factor_that_differs_between_inputs_is_not_said():
    assert "exactly" not in evaluate_here(MEAN, lambda x: (len(x) ** 2 + 1) * x.mean(axis=0)).message


def test_a_function_that_fails_on_the_probes_is_not_called_right():
    def fails_without_a_batch(x):
        if len(x) == 1:
            raise ValueError
        return x.mean(axis=0) + 1

    assert "Right for" not in evaluate_here(MEAN, fails_without_a_batch).message


SQUARE = Exercise(
    "f",
    "00_test",
    1,
    "",
    lambda rng, n: {"x": rng.normal(size=(n, n))},
    lambda x: 2 * x,
    ("y",),
    ({"n": 2}, {"n": 3}),
    (),
    (),
)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: 0 * x, "y is zero everywhere: nothing has arrived in it."),
        (lambda x: 2 * x.T, "y is the transpose of what it should be."),
        (lambda x: 2 * x + np.eye(len(x)), "Only some entries of y are wrong."),
        (lambda x: x + 1, "y is wrong."),
    ],
)
def test_how_an_array_differs_is_said(function, words):
    assert words in evaluate_here(SQUARE, function).message


def test_a_size_of_zero_is_no_factor():
    steps = replace(
        SQUARE, inputs=lambda rng, n, k: {"x": rng.normal(size=(n, n)) + k}, sizes=({"n": 2, "k": 0}, {"n": 3, "k": 2})
    )
    assert "y is exactly the negative of" in evaluate_here(steps, lambda x: -2 * x).message


def test_all_results_wrong_points_at_what_they_share():
    exercise = EXERCISES["rnn_step_backward"]
    message = evaluate_here(
        exercise, lambda dh, h, x, p, W, U: [a * a + 1 for a in exercise.reference(dh, h, x, p, W, U)]
    ).message
    assert message == "all results are wrong. Look at what they share."
