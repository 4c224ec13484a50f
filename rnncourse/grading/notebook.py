"""What a student calls in a notebook: ``check``, ``hint`` and ``progress``."""

import difflib

from rnncourse.exercises import EXERCISES
from rnncourse.grading.evaluate import evaluate

_best = {}  # points by exercise, and hints shown so far: for as long as the kernel lives
_hints_shown = {}


def check(function):
    """Try an exercise's function and print what came of it. Takes the function itself: ``check(bptt)``."""
    if isinstance(function, str) and function in EXERCISES:
        print(f"check takes the function itself: check({function}), without quotation marks.")
        return
    exercise = _find(function)
    if exercise is None:
        return
    if not callable(function):
        print(f"{exercise.name}: expected a function, got {type(function).__name__}.")
        return
    verdict = evaluate(exercise, function)
    _best[exercise.name] = max(verdict.points, _best.get(exercise.name, 0))
    print(verdict)


def hint(name):
    """Print the next hint for an exercise, by its name or its function; each call says a little more."""
    exercise = _find(name)
    if exercise is None:
        return
    level = min(_hints_shown.get(exercise.name, 0), len(exercise.hints) - 1)
    _hints_shown[exercise.name] = level + 1
    print(f"{exercise.name}, hint {level + 1} of {len(exercise.hints)}: {exercise.hints[level]}")


def progress(chapter=None):
    """Print the points reached since the kernel started, of one chapter such as ``"03_bptt"`` or of all."""
    chapters = sorted({exercise.chapter for exercise in EXERCISES.values()})
    if chapter is not None and chapter not in chapters:
        print(f"There are no exercises for chapter {chapter!r}; there are for {', '.join(chapters)}.")
        return
    for name in [chapter] if chapter else chapters:
        members = [exercise for exercise in EXERCISES.values() if exercise.chapter == name]
        reached, total = sum(_best.get(e.name, 0) for e in members), sum(e.points for e in members)
        filled = round(20 * reached / total)
        print(f"{name}  [{'#' * filled}{'.' * (20 - filled)}]  {reached} of {total} points")
        for exercise in members:
            print(f"  {exercise.name:24} {_best.get(exercise.name, 0):3} of {exercise.points:3}")


def _find(function):
    """The exercise of this name or function; prints a sentence and returns None when there is none."""
    name = function if isinstance(function, str) else getattr(function, "__name__", None)
    if name in EXERCISES:
        return EXERCISES[name]
    shown = name if name is not None else f"An object of type {type(function).__name__}"
    near = difflib.get_close_matches(str(name), EXERCISES, n=1)
    guess = f" Did you mean {near[0]}?" if near else f" The exercises are {', '.join(EXERCISES)}."
    print(f"{shown} is not an exercise of this course.{guess}")
    return None
