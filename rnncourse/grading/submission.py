"""Reads the functions out of a student's notebook or script, and tries each."""

import contextlib
import io
import json
import linecache
import re
from pathlib import Path

from rnncourse.exercises import EXERCISES
from rnncourse.grading.evaluate import evaluate
from rnncourse.grading.verdict import Verdict


class SubmissionError(Exception):
    """A file that cannot be read as a notebook or a script; the message names it and says why."""


def check_submission(path):
    """The verdicts on all exercises of the chapters that the file belongs to, and ``troubles``, sentences on its cells.

    A file belongs to a chapter when it has one of its functions, or its name. Raises :class:`SubmissionError` when it
    cannot be read or belongs to none.
    """
    path = Path(path)
    namespace, troubles = load_functions(path)
    chapters = {e.chapter for e in EXERCISES.values() if e.name in namespace or e.chapter == path.stem}
    if not chapters:
        raise SubmissionError(f"{path}: no function of an exercise found; expected one of {', '.join(EXERCISES)}")
    return [_verdict(e, namespace, path) for e in EXERCISES.values() if e.chapter in chapters], troubles


def _verdict(exercise, namespace, path):
    function = namespace.get(exercise.name)
    if callable(function):
        return evaluate(exercise, function)
    return Verdict(exercise.name, "missing", 0, exercise.points, f"no function of this name in {path.name}.")


def load_functions(path):
    """Run a ``.ipynb`` or ``.py`` file and return ``(namespace, troubles)``.

    Each cell of a notebook runs on its own: one that fails costs its own functions and adds a sentence to
    ``troubles``. What the cells print is dropped. Raises :class:`SubmissionError` when the file is neither.
    """
    path = Path(path)
    namespace, troubles = {"__name__": "submission"}, []
    for position, source in enumerate(_sources(path), start=1):
        place = f"{path.name}, cell {position}" if path.suffix == ".ipynb" else path.name
        linecache.cache[place] = (len(source), None, source.splitlines(keepends=True), place)  # for error messages
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                exec(compile(source, place, "exec"), namespace)  # noqa: S102 the student's own file and machine
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 even exit() costs its own cell only
            said = f": {error}" if str(error) else ""
            troubles.append(f"{place} stopped with {type(error).__name__}{said}")
    return namespace, troubles


def _sources(path):
    if path.suffix not in (".ipynb", ".py"):
        raise SubmissionError(
            f"{path}: expected a notebook (.ipynb) or a script (.py), got {path.suffix or 'no ending'}"
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SubmissionError(f"{path}: cannot be read: {reason}") from error
    return [text] if path.suffix == ".py" else _code_cells(path, text)


def _code_cells(path, text):
    try:
        cells = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except json.JSONDecodeError as error:
        raise SubmissionError(f"{path}: not a notebook: broken JSON at line {error.lineno}: {error.msg}") from error
    except (KeyError, TypeError) as error:
        raise SubmissionError(f"{path}: not a notebook: no list of cells with their sources") from error
    return [_without_magics(source) for source in sources]


def _without_magics(source):
    """Turn lines such as ``%pip install`` and ``!ls`` into ``pass``; of a cell magic, ``%%time``, only its line goes."""
    return re.sub(r"^([ \t]*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)
