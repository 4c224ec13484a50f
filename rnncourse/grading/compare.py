"""Whether a result is what it should be, and how far from it."""

from dataclasses import dataclass

import numpy as np

from rnncourse.grading.inside.values import Foreign

TOLERANCE = 1e-9  # float64 stays far below, and float32 in between does not


@dataclass(frozen=True)
class Problem:
    """The stage at which a result fails, a sentence, and the result that fails (its place), when it is one of them."""

    stage: str
    message: str
    place: int | None = None


def split(exercise, result):
    """A function's result as the tuple of those that ``exercise.outputs`` names."""
    is_several = len(exercise.outputs) != 1 and isinstance(result, tuple | list)
    return tuple(result) if is_several else (result,)


def expected_results(exercise, arguments):
    """What the reference makes of the arguments, as a tuple."""
    return split(exercise, exercise.reference(**arguments))


def output_names(exercise, count):
    """Names of the results; an exercise that returns a list as long as its input numbers them."""
    return exercise.outputs or tuple(f"array {i}" for i in range(count))


def relative_error(actual, expected):
    """Largest difference, relative to the largest expected entry."""
    if not np.size(expected):
        return 0.0
    scale = np.abs(expected).max()
    return float(np.abs(actual - expected).max() / (scale if scale > 0 else 1.0))


def is_equal(value, expected):
    """Whether a result equals another, arrays and floats within rounding; also NaN equals NaN."""
    if isinstance(expected, np.ndarray):
        same_kind = isinstance(value, np.ndarray) and (value.shape, value.dtype) == (expected.shape, expected.dtype)
        return same_kind and _arrays_are_equal(value, expected)
    if isinstance(expected, tuple | list):
        return isinstance(value, tuple | list) and len(value) == len(expected) and all(map(is_equal, value, expected))
    if isinstance(expected, float):
        return _is_number(value) and _arrays_are_equal(np.asarray(float(value)), np.asarray(expected))
    return type(_plain(value)) is type(expected) and _plain(value) == expected


@np.errstate(all="ignore")  # a student's numbers may overflow
def find_problem(exercise, outcome, expected):
    """The first thing wrong with an outcome; gradients come after all other results. None when it is right."""
    if outcome.stage:
        return Problem(outcome.stage, outcome.message)
    if outcome.result is None:
        return Problem("result", f"it returned None. Is a `return` missing? Expected: {_listed(exercise, expected)}.")
    results = split(exercise, outcome.result)
    if len(results) != len(expected):
        wanted = f"{len(expected)} result{'s' * (len(expected) > 1)} ({_listed(exercise, expected)})"
        got = len(results) if isinstance(outcome.result, tuple | list) else f"one: {_kind(outcome.result)}"
        return Problem("result", f"expected {wanted}, got {got}.")
    wrong = wrong_places(results, expected)
    if not wrong:
        return None
    names = output_names(exercise, len(expected))
    if _are_in_another_order(results, expected):
        return Problem("result", f"the results are right, but in another order; expected: {', '.join(names)}.")
    forms = (_form_problem(place, names[place], results[place], expected[place]) for place in wrong)
    return next(filter(None, forms), None) or _value_problem(exercise, names, wrong)


@np.errstate(all="ignore")
def is_right(exercise, outcome, expected):
    """Whether :func:`find_problem` would find none; faster, for when it does not matter which."""
    results = split(exercise, outcome.result)
    return not outcome.stage and len(results) == len(expected) and all(map(is_equal, results, expected))


def wrong_places(results, expected):
    """The places of the results that are not as expected."""
    return [place for place, pair in enumerate(zip(results, expected, strict=True)) if not is_equal(*pair)]


def _arrays_are_equal(value, expected):
    if expected.dtype.kind not in "fc" or not expected.size:
        return np.array_equal(value, expected)
    scale = np.abs(expected).max()
    if np.isfinite(scale):
        return bool(np.abs(value - expected).max() <= TOLERANCE * (scale or 1.0))
    finite = np.isfinite(expected)
    return np.array_equal(value[~finite], expected[~finite], equal_nan=True) and _arrays_are_equal(
        value[finite], expected[finite]
    )


def _plain(value):
    """An array without axes as the number in it; NumPy's numbers are as good as Python's."""
    return value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value


def _is_number(value):
    return isinstance(_plain(value), int | float) and not isinstance(_plain(value), bool)


def _listed(exercise, expected):
    return ", ".join(output_names(exercise, len(expected)))


def _form_problem(place, name, value, expected):
    """What is wrong with a result before its values are looked at."""
    kind = _kind(value)
    if not isinstance(expected, np.ndarray):
        fits = _is_number(value) if isinstance(expected, float) else _kind(_plain(value)) == _kind(expected)
        return None if fits else Problem("result", f"{name} should be of type {_kind(expected)}, got {kind}.", place)
    if not isinstance(value, np.ndarray):
        return Problem("result", f"{name} should be a NumPy array, got {kind}.", place)
    if value.shape != expected.shape:
        return Problem("shape", f"{name} has shape {value.shape}, expected {expected.shape}.", place)
    if value.dtype != expected.dtype:
        return Problem("dtype", f"{name} has dtype {value.dtype}, expected {expected.dtype}.", place)
    if np.isfinite(expected).all() and not np.isfinite(value).all():
        return Problem("not finite", f"{name} contains {'NaN' if np.isnan(value).any() else 'infinity'}.", place)
    return None


def _kind(value):
    return value.kind if isinstance(value, Foreign) else type(value).__name__


def _are_in_another_order(results, expected):
    left = list(results)
    for right in expected:
        place = next((place for place, value in enumerate(left) if is_equal(value, right)), None)
        if place is None:
            return False
        left.pop(place)
    return True


def _value_problem(exercise, names, wrong):
    """What to say of results with wrong values; other results come first, because gradients follow from them."""
    place = min(wrong, key=lambda place: names[place] in exercise.gradients)
    stage = "gradient" if names[place] in exercise.gradients else "values"
    if len(wrong) == len(names) > 1:
        return Problem(stage, "all results are wrong.", place)
    alike = [names[other] for other in wrong if (names[other] in exercise.gradients) == (stage == "gradient")]
    right = [name for other, name in enumerate(names) if other not in wrong]
    beside = f"; {_are(right)} right" if right else ""
    return Problem(stage, f"{_are(alike)} wrong{beside}.", place)


def _are(names):
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return f"{listed} {'is' if len(names) == 1 else 'are'}"
