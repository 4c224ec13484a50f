"""Tries a function on growing inputs, and says what is wrong with it, if anything is.

The function may run here (``check``) or in a jail (``rnncourse grade``): ``attempt`` takes a list of arguments and
returns an :class:`~rnncourse.grading.inside.calling.Outcome` for each, up to the first that fails. The verdict depends
neither on where it runs nor on the seed of the inputs.
"""

from dataclasses import dataclass, replace

from rnncourse.grading.compare import Problem, expected_results, find_problem, output_names, split
from rnncourse.grading.inside.calling import Outcome, calls
from rnncourse.grading.localise import localise
from rnncourse.grading.mistakes import named_mistake
from rnncourse.grading.verdict import Evidence, Verdict

PRACTICE = (2013,)  # the seed of the inputs that check uses; grading has others
COMPARABLE = {"result", "shape", "dtype", "not finite", "values", "gradient"}  # the function returned something


@dataclass(frozen=True)
class Trial:
    """One call: the size (its place in the exercise's list), what went in, what came out, what should have."""

    place: int
    arguments: dict
    outcome: Outcome
    expected: tuple
    problem: Problem | None


def evaluate(exercise, attempt, seed=PRACTICE):
    """Try all sizes from the smallest on; the verdict is on the first that fails, gradients last of all."""
    trials = _trials(exercise, attempt, seed)
    wrong = [trial for trial in trials if trial.problem]
    if wrong:
        return _failed(exercise, attempt, seed, trials, min(wrong, key=lambda trial: trial.problem.stage == "gradient"))
    message = f"right, on {len(trials)} inputs of growing size."
    return Verdict(exercise.chapter, exercise.name, "passed", exercise.points, exercise.points, message)


def evaluate_here(exercise, function):
    """The verdict on a function that runs in this process, on the inputs to practise with."""
    return evaluate(exercise, lambda cases: calls(function, exercise.name, cases))


def missing(exercise, message):
    """The verdict where there is no function to try."""
    return Verdict(exercise.chapter, exercise.name, "missing", 0, exercise.points, message, section=exercise.section)


def not_found(exercise, file):
    """The verdict where the file of this name has no such function."""
    return missing(exercise, f"no function of this name in {file}.")


def _trials(exercise, attempt, seed):
    cases = [exercise.arguments(seed, place) for place in range(len(exercise.sizes))]
    trials = []
    for place, (arguments, outcome) in enumerate(zip(cases, attempt(cases), strict=False)):
        expected = expected_results(exercise, arguments)
        trials.append(Trial(place, arguments, outcome, expected, find_problem(exercise, outcome, expected)))
    if len(trials) < len(cases) and not (trials and trials[-1].outcome.stage):
        raise ValueError(f"{exercise.name}: {len(cases)} cases and {len(trials)} outcomes, the last of them no failure")
    return trials


def _failed(exercise, attempt, seed, trials, trial):
    problem, mistake, advice = trial.problem, None, ""
    if problem.stage in COMPARABLE:
        mistake = named_mistake(exercise, trials)
        if exercise.repair and mistake is exercise.mistakes[0]:
            return _as_handed_out(exercise)
        advice = mistake.sentence if mistake else localise(exercise, attempt, seed, trials, trial)
    right = trial.place if not any(each.problem for each in trials[: trial.place]) else 0
    before = f"right for {right} smaller input{'s' * (right > 1)}, but " if right else ""
    message = " ".join(filter(None, [before + problem.message, advice]))
    return Verdict(
        exercise.chapter,
        exercise.name,
        problem.stage,
        0,
        exercise.points,
        message,
        mistake.sentence if mistake else "",
        exercise.section,
        _evidence(exercise, trial),
    )


def _as_handed_out(exercise):
    """The verdict on code to be repaired that still does what it did: no attempt, and a clue."""
    clue = exercise.mistakes[0].sentence
    message = f"not attempted yet: it still does what the code handed out does. {clue}"
    return replace(missing(exercise, message), stage="not attempted", mistake=clue)


def _evidence(exercise, trial):
    if trial.problem.stage in ("not attempted", "package"):
        return None
    if trial.problem.place is None:
        return Evidence(described(trial.arguments))
    place = trial.problem.place
    name, yours = output_names(exercise, len(trial.expected))[place], split(exercise, trial.outcome.result)[place]
    return Evidence(described(trial.arguments), name, yours, trial.expected[place])


def described(arguments):
    """The arguments in a few words: shapes of arrays, and plain values as they are."""
    return ", ".join(f"{name} {_short(value)}" for name, value in arguments.items())


def _short(value):
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_short(item) for item in value) + "]"
    return str(value.shape) if hasattr(value, "shape") else f"= {value:g}" if isinstance(value, float) else f"= {value}"
