"""Calls a student's function and says what came of it, in words or as plain values."""

import re
import traceback
from dataclasses import dataclass
from typing import Any

import numpy as np

from .borrowing import package_used
from .stand_ins import BorrowedError
from .values import cleaned
from .words import without_addresses

LONGEST_MESSAGE = 300
_GUFUNC = re.compile(r"matmul: Input operand .* with gufunc signature .*\((size \d+ is different from \d+)\)")


@dataclass(frozen=True)
class Outcome:
    """``result``, when the function returned one; otherwise the stage it failed at and a sentence on it."""

    result: Any = None
    stage: str = ""
    message: str = ""


def calls(function, name, cases):
    """The outcomes of calling with each of these arguments, up to the first that fails."""
    origin = package_used(function)
    if origin:
        return [uses_package(origin)]
    outcomes = []
    for arguments in cases:
        outcomes.append(call(function, name, arguments))
        if outcomes[-1].stage:
            break
    return outcomes


def call(function, name, arguments):
    """Call ``function``, the exercise of this name, with copies of the arguments, a dictionary in calling order."""
    given = {key: _copied(value) for key, value in arguments.items()}
    try:
        result = function(*given.values())
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 a student's function may even call exit()
        return _failure(error, function, name, arguments)
    changed = [key for key in arguments if not _equal(given[key], arguments[key])]
    if changed:
        return failed("inputs", f"it changed its argument {changed[0]} in place. Work on a copy: others still need it.")
    try:
        return Outcome(cleaned(result))
    except MemoryError:
        return failed("exception", "its result does not fit into memory (MemoryError).")


def failed(stage, message):
    """An outcome without result, its message on one line and cut to a length that a reader can take."""
    message = " ".join(without_addresses(message).split())
    return Outcome(None, stage, message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]} ...")


def uses_package(origin):
    """The outcome of a function that rests on our package; ``origin`` is the dotted name of what it uses."""
    package = ".".join(origin.split(".")[:2])
    return failed("package", f"it uses {package}. That is not there when it is graded: write it yourself.")


def _failure(error, function, name, arguments):
    if isinstance(error, BorrowedError):
        return uses_package(error.name)
    if type(error) is NotImplementedError and error.args == (name,):
        return failed("not attempted", "not attempted yet.")
    if type(error) is NotImplementedError and len(error.args) == 1:  # as a stub that was handed out says
        return failed("exception", f"it needs {_said(error)}, which is not attempted yet.")
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, TypeError) and len(frames) == 1:
        wanted = ", ".join(arguments)
        return failed("exception", f"it could not be called with its arguments ({wanted}): {_said(error)}.")
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    own = [frame for frame in frames if frame.filename == file]
    line = f" at `{own[-1].line}`" if own and own[-1].line else ""
    said = _said(error)
    return failed("exception", f"it stopped with {type(error).__name__}{line}{said and f': {said}'}.")


def _said(error):
    """What an exception says, or nothing; even its text is the student's and may fail."""
    try:
        said = "" if error.args in ((), (None,)) else str(error).rstrip(" .")
    except Exception:  # noqa: BLE001 whatever a student's __str__ raises
        return ""
    return _GUFUNC.sub(r"the shapes do not fit: \1", said)


def _copied(value):
    if isinstance(value, tuple | list):
        return type(value)(map(_copied, value))
    return value.copy() if isinstance(value, np.ndarray) else value


def _equal(value, before):
    """Whether an argument is still what it was, bit for bit."""
    if isinstance(before, np.ndarray):
        is_alike = type(value) is np.ndarray and (value.shape, value.dtype) == (before.shape, before.dtype)
        return is_alike and value.tobytes() == before.tobytes()
    if isinstance(before, tuple | list):
        return type(value) is type(before) and len(value) == len(before) and all(map(_equal, value, before))
    return value is before or value == before
