"""The command ``rnncourse``."""

import os
from pathlib import Path

import click

from rnncourse.grading.report import as_text, printable
from rnncourse.grading.submission import SubmissionError, check_submission

PATH = click.Path(path_type=Path)


@click.group()
@click.version_option(package_name="rnncourse")
def main():
    """The companion of an executable course on recurrent neural networks."""


@main.command()
@click.argument("file", type=PATH)
def check(file):
    """Check the exercises in FILE, a notebook or a script.

    Runs FILE here, with your rights: for your own work, not for a stranger's. Exit code 0 when every point was
    reached, 1 when not, 2 when FILE cannot be read.
    """
    try:
        verdicts, notes = check_submission(file)
    except SubmissionError as error:
        click.echo(printable(str(error)), err=True)
        raise SystemExit(2) from None
    for note in notes:
        click.echo(f"note: {printable(note)}")
    for verdict in verdicts:
        click.echo(as_text(verdict))
    reached, total = sum(v.points for v in verdicts), sum(v.max_points for v in verdicts)
    click.echo(f"total: {reached} of {total} points")
    raise SystemExit(0 if reached == total else 1)


@main.command()
@click.argument("submissions", type=PATH)
@click.option("--secret-file", type=PATH, required=True, help="A file with a secret of yours; inputs depend on it.")
@click.option("--out", type=PATH, required=True, help="The folder for gradebook, totals, feedback and results.")
@click.option("--exercise", "chapters", multiple=True, metavar="NAME", help="Such as 03_bptt; all if none is named.")
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count(), help="Processes on this machine; one per core.")
@click.option("--dask", default="", metavar="ADDRESS", help="A Dask cluster to grade on, instead of this machine.")
@click.option("--format", "formats", default="csv", help="Of csv,canvas,moodle,gradescope,classroom50,nbgrader.")
@click.option("--roster", type=PATH, help="A gradebook from Canvas, a worksheet from Moodle, or a list of students.")
@click.option("--verify", is_flag=True, help="Grade again and compare with the results in OUT.")
@click.option("--insecure", is_flag=True, help="Go on where submissions cannot be locked in.")
@click.option("--bubblewrap", is_flag=True, help="Put bubblewrap (bwrap) around the jail as well.")
def grade(verify, formats, **wishes):
    """Grade the SUBMISSIONS of a class: a folder with a file or folder for each student.

    Every submission runs in a jail, on inputs that depend on your secret. Finished results are kept, so a run that was
    stopped goes on where it was. Exit code 0 when all were graded, whatever their points, 1 when some could not be (or
    --verify found a difference), 2 for a wrong call.
    """
    from rnncourse.grading.classroom.command import Class, Wishes
    from rnncourse.grading.classroom.run import WorkersLost
    from rnncourse.grading.classroom.wrong_call import WrongCall

    named = tuple(name.strip() for name in formats.split(",") if name.strip() not in ("", "csv"))
    try:
        students = Class(Wishes(formats=named, **wishes))
        with click.progressbar(length=len(students), label="grading") as bar:
            finish = _verify if verify else _grade
            code = finish(students, lambda record: bar.update(1))
    except (WrongCall, WorkersLost) as error:
        click.echo(printable(str(error)), err=True)
        raise SystemExit(2 if isinstance(error, WrongCall) else 1) from None
    raise SystemExit(code())


def _grade(students, advance):
    """Grade and write; what is left to say comes when the progress bar is gone."""
    records = students.grade(advance)
    said = students.write(records)

    def finish():
        click.echo(students.summary(records))
        for sentence in said:
            click.echo(sentence)
        return 1 if any(record["problem"] for record in records) else 0

    return finish


def _verify(students, advance):
    differing = students.verify(advance)

    def finish():
        for name in differing:
            click.echo(f"not the same again: {printable(name)}")
        click.echo(f"verified: {len(students) - len(differing)} of {len(students)} records are the same, bit for bit")
        return 1 if differing else 0

    return finish


@main.group()
def export():
    """Write what Gradescope, Classroom 50 or GitHub need to grade or check by themselves."""


chapters_option = click.option("--exercise", "chapters", multiple=True, metavar="NAME", help="Such as 03_bptt; or all.")


@export.command()
@click.option("--secret-file", type=PATH, required=True, help="A file with a secret of yours; inputs depend on it.")
@click.option("--out", type=PATH, default="autograder.zip", show_default=True, help="The zip to write.")
@chapters_option
@click.option("--insecure", is_flag=True, help="Go on where Gradescope's machines cannot lock submissions in.")
def gradescope(**wishes):
    """Write the zip for Gradescope's page Configure Autograder. It holds your secret."""
    from rnncourse.grading.export.command import export_gradescope

    _export(export_gradescope, wishes)


@export.command()
@click.option("--out", type=PATH, required=True, help="The folder to write to.")
@chapters_option
def classroom50(**wishes):
    """Write an autograder for Classroom 50. It holds no secret: Classroom 50 publishes it."""
    from rnncourse.grading.export.command import export_classroom50

    _export(export_classroom50, wishes)


@export.command()
@click.option("--out", type=PATH, required=True, help="The repository that students start from.")
@chapters_option
def github(**wishes):
    """Write a GitHub Action that shows students points and messages at every push."""
    from rnncourse.grading.export.command import export_github

    _export(export_github, wishes)


def _export(write, wishes):
    from rnncourse.grading.classroom.wrong_call import WrongCall

    try:
        click.echo(printable(write(**wishes)))
    except WrongCall as error:
        click.echo(printable(str(error)), err=True)
        raise SystemExit(2) from None


@main.group()
def data():
    """The real data sets: what there is, fetch it, and verify what is here."""


@data.command("list")
def list_data():
    """List the data sets: name, size, where it is now, licence."""
    from rnncourse.data.real import DATASETS, report

    _say(report.table(DATASETS.values()))


@data.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def show(names):
    """Show what each data set NAME is, its licence, whom to cite, and its files."""
    from rnncourse.data.real import report

    for dataset in _named(names):
        _say(report.page(dataset))


@data.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def fetch(names):
    """Fetch the data sets NAME..., or all of them with the word all, into the cache.

    What is here already is left alone. Exit code 0 when all are here now, 1 when one could not be had, 2 for a wrong
    call.
    """
    from rnncourse.data.real import DataUnavailable, Unreachable, store

    failed = False
    for dataset in _named(names):
        try:
            here = store.is_here(dataset)
            store.contents(dataset)
            click.echo(f"{dataset.name}: {'was here already' if here else 'fetched'}; licence: {dataset.licence}")
        except DataUnavailable as error:
            click.echo(printable(str(error)), err=True)
            failed = True
            if isinstance(error, Unreachable):
                break
    raise SystemExit(1 if failed else 0)


@data.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
def verify(names):
    """Verify the files of the data sets NAME..., or of all, by their SHA-256.

    Exit code 0 when all that is here is right, also when nothing is, 1 when a file is not, 2 for a wrong call.
    """
    from rnncourse.data.real import report

    told, all_right = report.verification(_named(names or ["all"]))
    _say(told)
    raise SystemExit(0 if all_right else 1)


def _named(names):
    """The data sets of these names; ``all`` stands for every one."""
    from rnncourse.data.real import DATASETS, find

    try:
        return [dataset for name in names for dataset in (DATASETS.values() if name == "all" else [find(name)])]
    except ValueError as error:
        click.echo(printable(str(error)), err=True)
        raise SystemExit(2) from None


def _say(lines):
    for line in lines:
        click.echo(printable(line))
