"""Calls a student's function once and says what came out, in order of what must be right first."""

import copy
import traceback
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Problem:
    """Why a result could not be compared: the stage it failed at, and a sentence."""

    stage: str
    message: str


def call(exercise, function, inputs, expected):
    """Call with copies of the inputs. Returns as many arrays as ``expected``, of their shapes, or a :class:`Problem`."""
    given = copy.deepcopy(inputs)
    try:
        result = function(*given.values())
    except NotImplementedError as error:
        if exercise.name in str(error):
            return Problem("not attempted", "not attempted yet.")
        return Problem("exception", _describe(error, function, inputs))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 a student's function may even call exit()
        return Problem("exception", _describe(error, function, inputs))
    return (
        _wrong_result(exercise, result, expected)
        or _wrong_arrays(exercise, as_tuple(result), expected)
        or _changed_inputs(given, inputs)
        or as_tuple(result)
    )


def as_tuple(result):
    """The results as a tuple, also when there is one array only."""
    return tuple(result) if isinstance(result, tuple | list) else (result,)


def output_names(exercise, count):
    """Names of the results; an exercise that returns a list as long as its input numbers them."""
    return exercise.outputs or tuple(f"array {i}" for i in range(count))


def shapes(inputs):
    """The inputs in a few words: shapes of arrays, and plain values as they are."""
    return ", ".join(f"{name} {_short(value)}" for name, value in inputs.items())


def _short(value):
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_short(item) for item in value) + "]"
    return str(value.shape) if isinstance(value, np.ndarray) else f"= {value:g}"


def _describe(error, function, inputs):
    """The exception, and the line of the student's function where it happened."""
    if isinstance(error, TypeError) and len(traceback.extract_tb(error.__traceback__)) == 1:
        wanted = ", ".join(inputs)
        return f"it could not be called with its arguments ({wanted}): {error}."
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    line = f" at `{own[-1].line}`" if own and own[-1].line else ""
    said = f": {error}" if error.args not in ((), (None,)) else ""
    return f"it stopped with {type(error).__name__}{line}{said}."


def _wrong_result(exercise, result, expected):
    names = ", ".join(output_names(exercise, len(expected)))
    if result is None:
        return Problem("result", f"it returned None. Is the `return` missing? Expected: {names}.")
    if len(as_tuple(result)) != len(expected):
        plural = "array" if len(expected) == 1 else "arrays"
        return Problem("result", f"expected {len(expected)} {plural} ({names}), got {len(as_tuple(result))}.")
    return None


def _wrong_arrays(exercise, results, expected):
    for name, array, right in zip(output_names(exercise, len(expected)), results, expected, strict=True):
        if not isinstance(array, np.ndarray | np.generic):
            return Problem("result", f"{name} should be a NumPy array, got {type(array).__name__}.")
        if np.shape(array) != right.shape:
            return Problem("shape", f"{name} has shape {np.shape(array)}, expected {right.shape}.")
        if array.dtype != right.dtype:
            return Problem("dtype", f"{name} has dtype {array.dtype}, expected {right.dtype}.")
        if not np.isfinite(array).all():
            kind = "NaN" if np.isnan(array).any() else "infinity"
            return Problem("not finite", f"{name} contains {kind}.")
    return None


def _changed_inputs(given, inputs):
    for name, value in inputs.items():
        pairs = zip(as_tuple(given[name]), as_tuple(value), strict=True)
        if not all(np.array_equal(after, before) for after, before in pairs):
            return Problem("inputs", f"it changed its argument {name} in place. Work on a copy: others still need it.")
    return None
