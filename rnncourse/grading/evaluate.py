"""Tries a function on growing inputs and names the mistake when the result is that of a known one."""

import numpy as np

from rnncourse.grading.outcome import Problem, as_tuple, call, output_names, shapes
from rnncourse.grading.verdict import Verdict

TOLERANCE = 1e-7
_SEED = 2013


def evaluate(exercise, function):
    """Try ``function`` on inputs of growing size; stop at the first that fails. Returns a :class:`Verdict`."""
    for size in range(exercise.sizes):
        inputs, expected = _case(exercise, size)
        results = call(exercise, function, inputs, expected)
        if isinstance(results, Problem):
            detail = "" if results.stage == "not attempted" else _called_with(inputs)
            return _failed(exercise, results.stage, results.message, detail)
        wrong = _first_wrong(exercise, results, expected)
        if wrong is not None:
            return _wrong_values(exercise, function, inputs, wrong, size)
    message = f"right, on {exercise.sizes} inputs of growing size. Grading uses other inputs."
    return Verdict(exercise.name, "passed", exercise.points, exercise.points, message)


def named_mistake(exercise, function):
    """The mistake whose results equal the function's on every input, or None."""
    cases = [_case(exercise, size) for size in range(exercise.sizes)]
    results = [(inputs, call(exercise, function, inputs, expected)) for inputs, expected in cases]
    for mistake in exercise.mistakes:
        if all(_same(result, as_tuple(mistake.function(*inputs.values()))) for inputs, result in results):
            return mistake
    return None


def relative_error(actual, expected):
    """Largest difference, relative to the largest expected entry."""
    scale = np.abs(expected).max()
    return float(np.abs(actual - expected).max() / (scale if scale > 0 else 1.0))


def _case(exercise, size):
    """The inputs of this size, and what the reference makes of them."""
    inputs = exercise.inputs(np.random.default_rng([_SEED, size]), size)
    return inputs, as_tuple(exercise.reference(**inputs))


def _first_wrong(exercise, results, expected):
    """Name, result and expectation of the first result that is wrong, or None."""
    for name, result, right in zip(output_names(exercise, len(expected)), results, expected, strict=True):
        if relative_error(result, right) > TOLERANCE:
            return name, result, right
    return None


def _same(results, others):
    if isinstance(results, Problem):
        return False
    return all(relative_error(result, other) <= TOLERANCE for result, other in zip(results, others, strict=True))


def _wrong_values(exercise, function, inputs, wrong, size):
    name, result, right = wrong
    mistake = named_mistake(exercise, function)
    before = f"right for {size} smaller input{'s' * (size > 1)}, but " if size else ""
    message = f"{before}{name} is wrong by {relative_error(result, right):.0%}."
    if mistake:
        message += f" {mistake.sentence}"
    lines = (
        _called_with(inputs),
        f"  your {name}:\n{_shown(result)}",
        f"  expected:\n{_shown(right)}",
        f'  To reread: "{exercise.section}", chapter {exercise.chapter[:2].lstrip("0")}.',
    )
    return _failed(exercise, "values", message, "\n".join(lines))


def _called_with(inputs):
    return f"  called with {shapes(inputs)}"


def _shown(array):
    indent = " " * 6
    return indent + np.array2string(np.asarray(array), precision=4, suppress_small=True, threshold=30, prefix=indent)


def _failed(exercise, stage, message, detail=""):
    return Verdict(exercise.name, stage, 0, exercise.points, message, detail)
