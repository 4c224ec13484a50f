"""Where to look, when no known mistake explains a wrong result: for which inputs is the function right after all?"""

from dataclasses import dataclass

import numpy as np

from rnncourse.grading.compare import expected_results, is_right
from rnncourse.grading.differences import difference

SWEPT = {"T": 4, "window": 4}  # up to where sizes are tried one by one; of all others only 1
ADVICE = {
    "T": "look at how the steps hang together",
    "B": "look at the sums and means over the batch",
    "D": "look at the products with the input, and at axes and transposes",
    "H": "look at axes and transposes, which one unit cannot show",
    "V": "look at the axis of the classes, or words",
    "S": "look at the softmax and the sums over the keys",
    "window": "look at the edges of the windows",
}


@dataclass(frozen=True)
class Probe:
    """The failing arguments with one size made smaller (``value``), or with one array set to zero."""

    name: str
    value: int
    arguments: dict
    expected: tuple


@np.errstate(all="ignore")  # what a student returns may overflow when it is compared
def localise(exercise, attempt, seed, trials, trial):
    """A few short sentences: how the result differs, and the sizes and zeros for which the function is right."""
    sizes, zeros = list(_smaller(exercise, seed, trial)), list(_zeroed(exercise, trial))
    are_right = _are_right(exercise, attempt, [*sizes, *zeros])
    found = [probe for probe, passes in zip(zeros, are_right[len(sizes) :], strict=True) if passes]
    sentences = [difference(exercise, trials, trial), *_steps(exercise, trial, zip(sizes, are_right, strict=False))]
    if found:
        zeros = " or ".join(f"{probe.name} = 0" for probe in found)
        sentences.append(f"Right when {zeros}: look at what you do with {'it' if len(found) == 1 else 'them'}.")
    return " ".join(filter(None, sentences))


def _smaller(exercise, seed, trial):
    size = exercise.sizes[trial.place]
    for name, largest in size.items():
        if type(largest) is int:
            for value in range(1, min(largest, SWEPT.get(name, 1) + 1)):
                arguments = exercise.arguments(seed, trial.place, {**size, name: value})
                expected = expected_results(exercise, arguments)
                if _tells(expected):
                    yield Probe(name, value, arguments, expected)


def _zeroed(exercise, trial):
    for name, value in trial.arguments.items():
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.any():
            arguments = {**trial.arguments, name: np.zeros_like(value)}
            expected = expected_results(exercise, arguments)
            if _tells(expected):
                yield Probe(name, 0, arguments, expected)


def _tells(expected):
    """Whether no result should be zero everywhere: where one should, a wrong function easily passes."""
    return all(np.any(result) for result in expected if isinstance(result, np.ndarray))


def _are_right(exercise, attempt, probes):
    """Whether the function is right for each probe; those after one that takes too long are not."""
    outcomes = []
    while len(outcomes) < len(probes) and not (outcomes and outcomes[-1].stage == "time"):
        outcomes += attempt([probe.arguments for probe in probes[len(outcomes) :]])
    pairs = zip(probes, outcomes, strict=False)
    are_right = [is_right(exercise, outcome, probe.expected) for probe, outcome in pairs]
    return are_right + [False] * (len(probes) - len(are_right))


def _steps(exercise, trial, answers):
    """For each size that was varied: up to where the function is right, and from where on it is wrong."""
    answers = list(answers)
    for name in dict.fromkeys(probe.name for probe, _ in answers):
        tried = [(probe.value, passes) for probe, passes in answers if probe.name == name]
        wrong = next((value for value, passes in tried if not passes), None)
        right = (wrong if wrong is not None else tried[-1][0] + 1) - 1
        wrong = wrong or exercise.sizes[trial.place][name]
        if right:
            until = f"{name} = {right}" if right == 1 else f"{name} up to {right}"
            look = f": {ADVICE[name]}" if name in ADVICE else ""
            yield f"Right for {until}, wrong {'from' if wrong == right + 1 else 'for'} {name} = {wrong}{look}."
