"""What a student calls in a notebook: ``check``, ``hint``, ``progress`` and ``solution``."""

import difflib
import sys

from rnncourse.exercises import CHAPTERS, EXERCISES
from rnncourse.grading.evaluate import evaluate_here
from rnncourse.grading.picture import VerdictPicture
from rnncourse.grading.report import as_text
from rnncourse.grading.solutions import solution_source
from rnncourse.grading.state import current_state

NO_ATTEMPT = {"missing", "not attempted"}


def check(function):
    """Try an exercise's function and show what came of it. Takes the function itself: ``check(bptt)``."""
    if isinstance(function, str) and function in EXERCISES:
        print(f"check takes the function itself: check({function}), without quotation marks.")
        return
    if not callable(function) and not isinstance(function, str):
        kind = type(function).__name__
        print(f"check takes the function itself, without brackets, such as check({next(iter(EXERCISES))}); got {kind}.")
        return
    exercise = _find(function)
    if exercise is None:
        return
    verdict = evaluate_here(exercise, function)
    if verdict.stage not in NO_ATTEMPT:
        current_state().add_attempt(exercise.name, verdict.points)
    _show(verdict)


def hint(exercise):
    """Print the next hint for an exercise, by its name or its function; each call says a little more.

    After the last hint all of them are shown again.
    """
    exercise = _find(exercise)
    if exercise is None:
        return
    state, count = current_state(), len(exercise.hints)
    shown = state.reached(exercise.name).hints
    for level in range(count) if shown >= count else [shown]:
        print(f"{exercise.name}, hint {level + 1} of {count}: {exercise.hints[level]}")
    if shown < count:
        state.add_hint(exercise.name)
    else:
        print(f'These were all. After one try of yours, solution("{exercise.name}") shows a way to do it.')


def progress(chapter=None):
    """Print the points reached, of one chapter such as ``"03_bptt"`` or of all."""
    if chapter is not None and chapter not in CHAPTERS:
        print(f"There are no exercises for chapter {chapter!r}; there are for {', '.join(CHAPTERS)}.")
        return
    for name in CHAPTERS if chapter is None else [chapter]:
        _print_chapter(name, [exercise for exercise in EXERCISES.values() if exercise.chapter == name])


def solution(exercise):
    """Print how an exercise can be solved, by its name or its function, once you have tried it yourself."""
    exercise = _find(exercise)
    if exercise is None:
        return
    name = exercise.name
    if current_state().reached(name).attempts:
        print(solution_source(exercise))
    else:
        print(
            f"Not yet: write your own {name} first, run its cell, and run check({name}). It need not be right; "
            f'after one try of yours, solution("{name}") shows a way to do it, and hint("{name}") helps on the way.'
        )


def _show(verdict):
    """Display in a notebook, print everywhere else."""
    if "IPython" in sys.modules:
        from IPython import get_ipython
        from IPython.display import display

        if get_ipython() is not None:
            display(VerdictPicture(verdict))
            return
    print(as_text(verdict))


def _print_chapter(chapter, exercises):
    state = current_state()
    points = {each.name: min(state.reached(each.name).points, each.points) for each in exercises}
    reached, total = sum(points.values()), sum(each.points for each in exercises)
    filled = round(20 * reached / total)
    print(f"{chapter}  [{'#' * filled}{'.' * (20 - filled)}]  {reached} of {total} points")
    width = max(len(each.name) for each in exercises)
    for each in exercises:
        print(f"  {each.name:{width}} {points[each.name]:3} of {each.points:3}")


def _find(function):
    """The exercise of this name or function; prints a sentence and returns None when there is none."""
    name = function if isinstance(function, str) else getattr(function, "__name__", None)
    if not isinstance(name, str):
        name = f"An object of type {type(function).__name__}"
    if name in EXERCISES:
        return EXERCISES[name]
    near = difflib.get_close_matches(name, EXERCISES, n=1)
    guess = f" Did you mean {near[0]}?" if near else f" The exercises are {', '.join(EXERCISES)}."
    print(f"{name} is not an exercise of this course.{guess}")
    return None
