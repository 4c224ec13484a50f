"""Reads the functions out of one's own notebook or script, and tries each in this process."""

from pathlib import Path

from rnncourse.exercises import EXERCISES
from rnncourse.grading.evaluate import evaluate_here, not_found
from rnncourse.grading.inside.loading import load
from rnncourse.grading.inside.reading import Unreadable


class SubmissionError(Exception):
    """A file that cannot be read as a notebook or a script; the message names it and says why."""


def check_submission(path):
    """The verdicts on all exercises of the chapters that the file belongs to, and notes on what in it did not work.

    A file belongs to a chapter when it has one of its functions, or its name. Raises :class:`SubmissionError` when it
    cannot be read or belongs to none.
    """
    path = Path(path)
    try:
        loaded = load(path.name, path.read_bytes(), list(EXERCISES))
    except OSError as error:
        raise SubmissionError(f"{path}: cannot be read: {error.strerror}") from error
    except Unreadable as error:
        raise SubmissionError(str(error)) from error
    functions = {name: loaded.namespace[name] for name in EXERCISES if callable(loaded.namespace.get(name))}
    chapters = {e.chapter for e in EXERCISES.values() if e.name in functions or e.chapter == path.stem}
    if not chapters:
        reason = f" ({loaded.notes[0]})" if loaded.notes else ""
        raise SubmissionError(
            f"{path}: no function of an exercise found{reason}; expected one of {', '.join(EXERCISES)}"
        )
    return [_verdict(e, functions, path) for e in EXERCISES.values() if e.chapter in chapters], loaded.notes


def _verdict(exercise, functions, path):
    if exercise.name in functions:
        return evaluate_here(exercise, functions[exercise.name])
    return not_found(exercise, path.name)
