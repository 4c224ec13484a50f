"""The command ``rnncourse``."""

from pathlib import Path

import click

from rnncourse.grading.submission import SubmissionError, check_submission


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
        verdicts, troubles = check_submission(file)
    except SubmissionError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    for trouble in troubles:
        click.echo(f"note: {trouble}")
    for verdict in verdicts:
        click.echo(str(verdict))
    reached, total = sum(v.points for v in verdicts), sum(v.max_points for v in verdicts)
    click.echo(f"total: {reached} of {total} points")
    raise SystemExit(0 if reached == total else 1)
