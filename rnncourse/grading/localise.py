"""Where to look, when no known mistake explains a wrong result: for which inputs is the function right after all?"""

import numpy as np

from rnncourse.grading.compare import TOLERANCE, expected_results, find_problem, is_equal, split

LARGEST = 4  # sizes up to here are tried one by one
ADVICE = {
    "T": "look at what passes from one step to the next",
    "B": "look at the sums and means over the batch",
    "D": "look at the products with the input, and at axes and transposes",
    "H": "look at axes and transposes, which one unit cannot show",
    "V": "look at the axis of the classes",
    "window": "look at the edges of the windows",
}
FACTORS = {-1.0: "exactly the negative of", 2.0: "exactly twice", 0.5: "exactly half of"}


def localise(exercise, attempt, seed, trials, trial):
    """A few short sentences: how the result differs, and the sizes and zeros for which the function is right."""
    if trial.problem.stage in ("values", "gradient"):
        sentences = [_zero(exercise, trial) or _factor(exercise, trials, trial) or _entries(exercise, trial)]
    else:
        sentences = []
    sentences += [_sizes(exercise, attempt, seed, trial), _zeros(exercise, attempt, trial)]
    return " ".join(filter(None, sentences))


def _are_right(exercise, attempt, cases):
    """Whether the function is right for each of the arguments."""
    outcomes = attempt(cases) if cases else []
    problems = [
        find_problem(exercise, outcome, expected_results(exercise, arguments))
        for arguments, outcome in zip(cases, outcomes, strict=False)
    ]
    return [problem is None for problem in problems] + [False] * (len(cases) - len(problems))


def _sizes(exercise, attempt, seed, trial):
    """Vary one dimension of the failing size, upwards from 1: from where on is the function wrong?"""
    size, findings = exercise.sizes[trial.place], []
    for name, largest in size.items():
        smaller = range(1, min(largest, LARGEST + 1)) if type(largest) is int else ()
        cases = [exercise.arguments(seed, trial.place, {**size, name: value}) for value in smaller]
        right = [*_are_right(exercise, attempt, cases), False].index(False)
        if right:
            findings.append(_finding(name, right, right + 1 if right < len(smaller) else largest))
    return " ".join(findings)


def _finding(name, right, wrong):
    until = f"{name} = {right}" if right == 1 else f"{name} up to {right}"
    look = f": {ADVICE[name]}" if name in ADVICE else ""
    return f"Right for {until}, wrong from {name} = {wrong}{look}."


def _zeros(exercise, attempt, trial):
    """Set one array of the failing arguments to zero at a time."""
    arrays = {
        name: value
        for name, value in trial.arguments.items()
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.any()
    }
    changed = {name: {**trial.arguments, name: np.zeros_like(value)} for name, value in arrays.items()}
    telling = {name: case for name, case in changed.items() if _shows_something(expected_results(exercise, case))}
    answers = _are_right(exercise, attempt, list(telling.values()))
    right = [name for name, is_right in zip(telling, answers, strict=True) if is_right]
    return f"Right when {' or '.join(f'{name} = 0' for name in right)}." if right else ""


def _shows_something(expected):
    """A wrong function that returns zeros is right by accident wherever zeros are expected."""
    return all(np.any(value) for value in expected if isinstance(value, np.ndarray))


def _pair(exercise, trial, place):
    """The result at this place and what it should be, when both are arrays of floats of one shape; else None."""
    expected, results = trial.expected[place], split(exercise, trial.outcome.result)
    if len(results) != len(trial.expected) or not isinstance(expected, np.ndarray) or expected.dtype.kind != "f":
        return None
    value = results[place]
    is_comparable = isinstance(value, np.ndarray) and value.shape == expected.shape
    return (value, expected) if is_comparable and np.isfinite([value, expected]).all() else None


def _zero(exercise, trial):
    pair = _pair(exercise, trial, trial.problem.place)
    return "It is zero everywhere: nothing has arrived in it." if pair and not pair[0].any() else ""


def _entries(exercise, trial):
    pair = _pair(exercise, trial, trial.problem.place)
    if not pair or pair[0].size < 2:
        return ""
    value, expected = pair
    if value.ndim == 2 and value.shape[0] == value.shape[1] > 1 and is_equal(value.T, expected):
        return "It is the transpose of what it should be."
    wrong = np.abs(value - expected) > TOLERANCE * np.abs(expected).max()
    return "" if wrong.all() else "Only some of its entries are wrong."


def _factor(exercise, trials, trial):
    """The factor between the result that fails and what it should be, when it is the same on all inputs."""
    ratios = [_ratio(_pair(exercise, each, trial.problem.place)) for each in trials if not each.outcome.stage]
    if None in ratios:
        return ""
    for name in exercise.sizes[0]:
        sizes = [exercise.sizes[each.place][name] for each in trials]
        if all(type(value) is int for value in sizes) and max(sizes) > 1:
            if _agree(ratios, sizes):
                return f"It is exactly {name} times what it should be: a sum where a mean is asked for?"
            if _agree(ratios, [1 / value for value in sizes]):
                return f"It is what it should be divided by {name}: a mean where a sum is asked for?"
    known = [text for factor, text in FACTORS.items() if _agree(ratios, [factor] * len(ratios))]
    return f"It is {known[0]} what it should be." if known else ""


def _agree(ratios, factors):
    return np.allclose(ratios, factors, rtol=100 * TOLERANCE)


def _ratio(pair):
    """What the result is a multiple of the expected by, or None when it is no multiple."""
    if not pair or not pair[1].any():
        return None
    value, expected = pair
    ratio = float((value * expected).sum() / (expected**2).sum())
    return ratio if np.abs(value - ratio * expected).max() <= TOLERANCE * np.abs(expected).max() else None
