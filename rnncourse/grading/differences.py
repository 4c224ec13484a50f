"""How a wrong array differs from the right one: zero everywhere, a factor, a transpose, or some entries only."""

import numpy as np

from rnncourse.grading.compare import TOLERANCE, is_equal, output_names, split, wrong_places

FACTORS = {-1.0: "exactly the negative of", 2.0: "exactly twice", 0.5: "exactly half of"}


def difference(exercise, trials, trial):
    """What there is to say on the result that fails in ``trial``, or an empty text; ``trials`` are all that were made."""
    if trial.problem.stage not in ("values", "gradient"):
        return ""
    shared = _shared(exercise, trial)
    said = _zero(exercise, trial) or _factor(exercise, trials, trial) or _entries(exercise, trial)
    return " ".join(filter(None, [shared, said]))


def _shared(exercise, trial):
    wrong = wrong_places(split(exercise, trial.outcome.result), trial.expected)
    return "Look at what they share." if len(wrong) == len(trial.expected) > 1 else ""


def _pair(exercise, trial, place):
    """The result at this place and what it should be, when both are arrays of numbers of one shape; else None."""
    expected, results = trial.expected[place], split(exercise, trial.outcome.result)
    if len(results) != len(trial.expected) or not isinstance(expected, np.ndarray) or expected.dtype.kind not in "fi":
        return None
    value = results[place]
    is_comparable = isinstance(value, np.ndarray) and (value.shape, value.dtype) == (expected.shape, expected.dtype)
    return (value, expected) if is_comparable and np.isfinite([value, expected]).all() else None


def _name(exercise, trial):
    return output_names(exercise, len(trial.expected))[trial.problem.place]


def _zero(exercise, trial):
    pair = _pair(exercise, trial, trial.problem.place)
    is_zero = pair and not pair[0].any()
    return f"{_name(exercise, trial)} is zero everywhere: nothing has arrived in it." if is_zero else ""


def _entries(exercise, trial):
    pair = _pair(exercise, trial, trial.problem.place)
    if not pair or pair[0].size < 2:
        return ""
    (value, expected), result = pair, _name(exercise, trial)
    if value.ndim == 2 and value.shape[0] == value.shape[1] > 1 and is_equal(value.T, expected):
        return f"{result} is the transpose of what it should be."
    wrong = np.abs(value - expected) > TOLERANCE * np.abs(expected).max()
    return "" if wrong.all() else f"Only some entries of {result} are wrong."


def _factor(exercise, trials, trial):
    """The factor between the result that fails and what it should be, when it is the same on all inputs."""
    trials = [each for each in trials if not each.outcome.stage]  # those that gave a result
    ratios = [_ratio(_pair(exercise, each, trial.problem.place)) for each in trials]
    if None in ratios:
        return ""
    result = _name(exercise, trial)
    for name in exercise.sizes[0]:
        sizes = [exercise.sizes[each.place][name] for each in trials]
        if all(type(value) is int for value in sizes) and min(sizes) > 0 and max(sizes) > 1:
            if _agree(ratios, sizes):
                return f"{result} is exactly {name} times what it should be: a sum where a mean is asked for?"
            if _agree(ratios, [1 / value for value in sizes]):
                return f"{result} is exactly 1/{name} of what it should be: a mean where a sum is asked for?"
    known = [text for factor, text in FACTORS.items() if _agree(ratios, [factor] * len(ratios))]
    return f"{result} is {known[0]} what it should be." if known else ""


def _agree(ratios, factors):
    return np.allclose(ratios, factors, rtol=100 * TOLERANCE)


def _ratio(pair):
    """What the result is a multiple of the expected by, or None when it is no multiple."""
    if not pair or not pair[1].any():
        return None
    value, expected = pair
    ratio = float((value * expected).sum() / (expected**2).sum())
    return ratio if np.abs(value - ratio * expected).max() <= TOLERANCE * np.abs(expected).max() else None
