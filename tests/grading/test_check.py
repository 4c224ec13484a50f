"""check, hint and progress: one helpful sentence for whatever a student may write."""

import numpy as np
import pytest

from rnncourse.exercises import EXERCISES
from rnncourse.grading import check, hint, notebook, progress
from rnncourse.grading.evaluate import evaluate

EXERCISE = EXERCISES["rnn_step_forward"]


@pytest.fixture(autouse=True)
def fresh_session(monkeypatch):
    monkeypatch.setattr(notebook, "_best", {})
    monkeypatch.setattr(notebook, "_hints_shown", {})


def right(x, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x @ W_xh + h_prev @ W_hh + b_h)


def unfinished(x, h_prev, W_xh, W_hh, b_h):
    raise NotImplementedError("rnn_step_forward")


def calls_something_unfinished(x, h_prev, W_xh, W_hh, b_h):
    raise NotImplementedError("another thing")


def wrong_product(x, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x @ W_hh)


def leaves(x, h_prev, W_xh, W_hh, b_h):
    raise SystemExit


def too_few_arguments(x):
    return x


def changes_its_input(x, h_prev, W_xh, W_hh, b_h):
    answer = right(x, h_prev, W_xh, W_hh, b_h)
    x *= 2
    return answer


@pytest.mark.parametrize(
    ("function", "stage", "words"),
    [
        (unfinished, "not attempted", "not attempted yet"),
        (calls_something_unfinished, "exception", "NotImplementedError"),
        (wrong_product, "exception", "ValueError at `return np.tanh(x @ W_hh)`"),
        (leaves, "exception", "SystemExit"),
        (too_few_arguments, "exception", "(x, h_prev, W_xh, W_hh, b_h)"),
        (lambda *inputs: None, "result", "returned None"),
        (lambda *inputs: (right(*inputs), 1), "result", "expected 1 array (h), got 2"),
        (lambda *inputs: right(*inputs).tolist() or 0, "result", "should be a NumPy array, got list"),
        (lambda *inputs: right(*inputs).T, "shape", "has shape (3, 1), expected (1, 3)"),
        (lambda *inputs: right(*inputs).astype(np.float32), "dtype", "float32, expected float64"),
        (lambda *inputs: np.full_like(right(*inputs), np.nan), "not finite", "contains NaN"),
        (lambda *inputs: np.full_like(right(*inputs), np.inf), "not finite", "contains infinity"),
        (changes_its_input, "inputs", "changed its argument x in place"),
        (lambda *inputs: 1.01 * right(*inputs), "values", "h is wrong by 1%"),
    ],
)
def test_each_way_to_fail_gets_its_own_sentence(function, stage, words):
    verdict = evaluate(EXERCISE, function)
    assert (verdict.stage, verdict.points) == (stage, 0)
    assert words in verdict.message


def test_a_wrong_value_is_shown_beside_the_expected_one():
    detail = evaluate(EXERCISE, lambda *inputs: np.zeros_like(right(*inputs))).detail.splitlines()
    expected = right(*EXERCISE.inputs(np.random.default_rng([2013, 0]), 0).values())
    assert detail[0] == "  called with x (1, 2), h_prev (1, 3), W_xh (2, 3), W_hh (3, 3), b_h (3,)"
    assert detail[1:3] == ["  your h:", "      [[0. 0. 0.]]"]
    assert detail[3:5] == ["  expected:", f"      {np.round(expected, 4)}"]
    assert detail[5] == '  To reread: "One network, unrolled", chapter 3.'


def test_a_mistake_of_nobody_is_not_named():
    message = evaluate(EXERCISE, lambda *inputs: right(*inputs) ** 3).message
    assert not any(mistake.sentence in message for mistake in EXERCISE.mistakes)
    assert message.startswith("h is wrong by")
    assert message.count(".") == 1


def test_what_is_right_for_one_step_only_is_said_to_be_so():
    exercise = EXERCISES["bptt"]
    verdict = evaluate(exercise, exercise.mistakes[0].function)
    assert verdict.message.startswith("right for 1 smaller input, but dW_xh is wrong")
    assert "called with doutputs (2, 1, 3), outputs (2, 1, 3), x (2, 1, 2)" in verdict.detail


def test_a_keyboard_interrupt_is_the_students_to_keep():
    def interrupted(*inputs):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(EXERCISE, interrupted)


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("rnn_step_forward", "check(rnn_step_forward), without quotation marks"),
        ("rnn_step_forwrd", "Did you mean rnn_step_forward?"),
        (3, "An object of type int is not an exercise"),
        (lambda: None, "<lambda> is not an exercise"),
    ],
)
def test_check_of_something_else_says_so_in_one_line(argument, words, capsys):
    check(argument)
    printed = capsys.readouterr().out
    assert words in printed
    assert printed.count("\n") == 1


def test_progress_counts_the_best_attempt(capsys):
    right.__name__ = wrong_product.__name__ = "rnn_step_forward"
    check(right)
    check(wrong_product)
    capsys.readouterr()
    progress("03_bptt")
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "03_bptt  [##..................]  10 of 100 points"
    assert second.split() == ["rnn_step_forward", "10", "of", "10"]


def test_progress_of_an_unknown_chapter_names_those_there_are(capsys):
    progress("99_nothing")
    assert "there are for 03_bptt" in capsys.readouterr().out


def test_hints_rise_and_the_last_one_stays(capsys):
    for _ in range(4):
        hint("bptt")
    shown = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in shown] == [f"bptt, hint {n} of 3" for n in (1, 2, 3, 3)]
    hint("bpt")
    assert "Did you mean bptt?" in capsys.readouterr().out
