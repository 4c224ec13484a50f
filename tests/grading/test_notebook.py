"""check, hint, progress and solution: one helpful answer for whatever a student may write."""

import ast

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from solved import solved_script

from rnncourse.exercises import CHAPTERS, EXERCISES
from rnncourse.grading import check, hint, progress, solution, state
from rnncourse.grading.evaluate import evaluate_here
from rnncourse.grading.solutions import solution_source


@pytest.fixture(autouse=True)
def progress_file(monkeypatch, tmp_path):
    monkeypatch.setenv(state.SETTING, str(tmp_path / "progress.json"))


@pytest.fixture
def shell():
    """An IPython, as a notebook has one."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def restart():
    """What a new kernel forgets."""
    state._state_at.cache_clear()


def right(x, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x @ W_xh + h_prev @ W_hh + b_h)


def wrong(x, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x @ W_xh + h_prev @ W_hh)


def unfinished(x, h_prev, W_xh, W_hh, b_h):
    raise NotImplementedError("rnn_step_forward")


def interrupted(x, h_prev, W_xh, W_hh, b_h):
    raise KeyboardInterrupt


for function in (right, wrong, unfinished, interrupted):
    function.__name__ = "rnn_step_forward"


def printed(capsys, call, *arguments):
    """What a call prints; it returns nothing, so that a cell shows nothing else."""
    capsys.readouterr()
    assert call(*arguments) is None
    return capsys.readouterr().out


def test_check_prints_the_verdict_and_what_it_rests_on(capsys):
    lines = printed(capsys, check, wrong).splitlines()
    assert lines[0].startswith("rnn_step_forward: h is wrong.")
    assert lines[0].endswith("The bias b_h is missing. (0 of 10 points)")
    assert lines[1] == "  called with x (1, 2), h_prev (1, 3), W_xh (2, 3), W_hh (3, 3), b_h (3,)"
    assert lines[2].split() == ["your", "h", "expected", "difference"]


def test_check_of_what_is_right_says_that_grading_differs(capsys):
    first, second = printed(capsys, check, right).splitlines()
    assert first == "rnn_step_forward: right, on 5 inputs of growing size. (10 of 10 points)"
    assert second == "  Grading uses other inputs."


def test_check_of_the_stub_is_one_plain_sentence(capsys):
    assert printed(capsys, check, unfinished) == "rnn_step_forward: not attempted yet. (0 of 10 points)\n"


def test_in_a_notebook_check_displays_one_object(shell):
    with capture_output() as captured:
        check(unfinished)
        check(wrong)
    assert captured.stdout == captured.stderr == ""
    first, second = (output.data for output in captured.outputs)
    assert first["text/plain"] == "rnn_step_forward: not attempted yet. (0 of 10 points)"
    assert set(first) == set(second) == {"text/plain", "text/html"}
    assert second["text/html"].count("<table") == 3


def test_an_interrupt_goes_through_and_is_no_attempt():
    with pytest.raises(KeyboardInterrupt):
        check(interrupted)
    assert state.current_state().reached("rnn_step_forward").attempts == 0


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("rnn_step_forward", "check(rnn_step_forward), without quotation marks"),
        ("rnn_step_forwrd", "Did you mean rnn_step_forward?"),
        (3, f"without brackets, such as check({next(iter(EXERCISES))}); got int."),
        (None, "got NoneType."),
        (lambda: None, "<lambda> is not an exercise"),
        (type("Odd", (), {"__name__": ["bptt"], "__call__": print})(), "An object of type Odd is not an exercise"),
        (type("Named", (), {"__name__": "bptt"})(), "got Named."),
    ],
)
def test_check_of_something_else_says_so_in_one_line(argument, words, capsys):
    shown = printed(capsys, check, argument)
    assert words in shown
    assert shown.count("\n") == 1


def test_progress_counts_the_best_attempt_and_survives_a_restart(capsys):
    check(right)
    check(wrong)
    restart()
    first, second, *_ = printed(capsys, progress, "03_bptt").splitlines()
    assert first == "03_bptt  [##..................]  10 of 100 points"
    assert second.split() == ["rnn_step_forward", "10", "of", "10"]


def test_progress_of_all_is_that_of_each_chapter_in_turn(capsys):
    check(right)
    shown = [printed(capsys, progress, chapter) for chapter in CHAPTERS]
    assert printed(capsys, progress) == "".join(shown)
    assert [text.splitlines()[0].endswith(" 10 of 100 points") for text in shown].count(True) == 1


def test_progress_never_shows_more_points_than_there_are(capsys):
    state.current_state().add_attempt("bptt", 1000)
    assert printed(capsys, progress, "03_bptt").startswith("03_bptt  [#####...............]  25 of 100 points\n")


def test_progress_of_an_unknown_chapter_names_those_there_are(capsys):
    assert f"there are for {', '.join(CHAPTERS)}." in printed(capsys, progress, "99_nothing")
    assert "no exercises for chapter ''" in printed(capsys, progress, "")


def test_hints_rise_go_on_after_a_restart_and_then_all_are_shown(capsys):
    def levels():
        return [line.split(":")[0] for line in printed(capsys, hint, "bptt").splitlines() if "hint" in line]

    assert levels() == ["bptt, hint 1 of 3"]
    restart()
    assert levels() == ["bptt, hint 2 of 3"]
    assert levels() == ["bptt, hint 3 of 3"]
    assert levels() == levels() == ["bptt, hint 1 of 3", "bptt, hint 2 of 3", "bptt, hint 3 of 3"]
    last = printed(capsys, hint, "bptt").splitlines()[-1]
    assert last == 'These were all. After one try of yours, solution("bptt") shows a way to do it.'


def test_hint_and_solution_take_the_function_too(capsys):
    assert printed(capsys, hint, right).startswith("rnn_step_forward, hint 1 of 3: Three things are added up")
    check(wrong)
    assert printed(capsys, solution, right) == printed(capsys, solution, "rnn_step_forward")
    assert "Did you mean bptt?" in printed(capsys, hint, "bpt")
    assert "Did you mean bptt?" in printed(capsys, solution, "bpt")


def test_a_solution_is_shown_after_an_attempt_and_not_for_the_stub(capsys):
    for _ in range(2):
        shown = printed(capsys, solution, "rnn_step_forward")
        assert "run check(rnn_step_forward)" in shown
        assert "np.tanh" not in shown
        check(unfinished)
    check(wrong)
    restart()
    assert printed(capsys, solution, "rnn_step_forward") == solution_source(EXERCISES["rnn_step_forward"]) + "\n"


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_each_solution_is_one_function_that_earns_every_point(exercise):
    namespace, source = {}, solution_source(exercise)
    exec(solved_script(exercise.chapter), namespace)  # noqa: S102 our own code; a solution may call what is beside it
    exec(source, namespace)  # noqa: S102
    assert [node.name for node in ast.parse(source).body] == [exercise.name]
    assert evaluate_here(exercise, namespace[exercise.name]).passed
