"""The command ``rnncourse``."""

from pathlib import Path

import click

from rnncourse.exercises import EXERCISES
from rnncourse.grading.evaluate import evaluate
from rnncourse.grading.submission import SubmissionError, load_functions
from rnncourse.grading.verdict import Verdict


@click.group()
@click.version_option(package_name="rnncourse")
def main():
    """The companion of an executable course on recurrent neural networks."""


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file):
    """Check the exercises in FILE, a notebook or a script.

    Runs FILE here, with your rights: for your own work, not for a stranger's. Exit code 0 when every point was
    reached, 1 when not, 2 when FILE cannot be read.
    """
    try:
        namespace, troubles = load_functions(file)
    except SubmissionError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    exercises = _exercises_of(file, namespace)
    if not exercises:
        click.echo(f"{file}: no function of an exercise found; expected one of {', '.join(EXERCISES)}", err=True)
        raise SystemExit(2)
    for trouble in troubles:
        click.echo(f"note: {trouble}")
    verdicts = [_verdict(exercise, namespace, file) for exercise in exercises]
    for verdict in verdicts:
        click.echo(str(verdict))
    reached, total = sum(v.points for v in verdicts), sum(v.max_points for v in verdicts)
    click.echo(f"total: {reached} of {total} points")
    raise SystemExit(0 if reached == total else 1)


def _exercises_of(file, namespace):
    """All exercises of the chapters of which the file has a function, or whose name it bears."""
    chapters = {
        exercise.chapter for name, exercise in EXERCISES.items() if name in namespace or exercise.chapter == file.stem
    }
    return [exercise for exercise in EXERCISES.values() if exercise.chapter in chapters]


def _verdict(exercise, namespace, file):
    function = namespace.get(exercise.name)
    if callable(function):
        return evaluate(exercise, function)
    message = f"no function of this name in {file.name}."
    return Verdict(exercise.name, "missing", 0, exercise.points, message)
