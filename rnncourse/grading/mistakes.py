"""Which known mistake a wrong function makes: the one whose results are the function's, on every input tried."""

import numpy as np

from rnncourse.grading.compare import is_equal, split, wrong_places


@np.errstate(all="ignore")  # a mistake may divide by zero
def named_mistake(exercise, trials):
    """The mistake that explains every trial, or None; a function that fails to return is not explained.

    A mistake may be made in some of several results only: then these are the mistake's on every input, and all others
    are right on every input.
    """
    if any(trial.outcome.stage for trial in trials):
        return None
    results = [split(exercise, trial.outcome.result) for trial in trials]
    wrong = _wrong_places(exercise, results, trials)
    failing_first = sorted(zip(trials, results, strict=True), key=lambda pair: pair[0].problem is None)
    for mistake in exercise.mistakes:
        if all(_is_its_result(exercise, mistake, trial, found, wrong) for trial, found in failing_first):
            return mistake
    return None


def _wrong_places(exercise, results, trials):
    """The places of results that are wrong on some input; None when the results cannot be told apart by their place."""
    pairs = list(zip(results, trials, strict=True))
    if not exercise.outputs or any(len(found) != len(trial.expected) for found, trial in pairs):
        return None
    return {place for found, trial in pairs for place in wrong_places(found, trial.expected)}


def _is_its_result(exercise, mistake, trial, found, wrong):
    try:
        others = split(exercise, mistake.function(*trial.arguments.values()))
    except (ValueError, IndexError, ArithmeticError, TypeError):  # it cannot be made for this size
        return False
    if wrong is None or len(others) != len(found):
        return is_equal(found, others)
    return all(is_equal(found[place], others[place]) for place in wrong)
