"""``rnncourse export``: each function writes what one platform takes, and returns what the instructor does next."""

from contextlib import contextmanager

from rnncourse.grading.classroom.command import chosen
from rnncourse.grading.classroom.secret import read_secret
from rnncourse.grading.classroom.wrong_call import WrongCall
from rnncourse.grading.export import classroom50, github, gradescope
from rnncourse.grading.export.contents import points


def export_gradescope(out, secret_file, chapters, insecure):
    """Write the zip of an autograder for Gradescope."""
    chapters = chosen(chapters)
    secret = read_secret(secret_file)
    with _writing(out):
        gradescope.write(out, secret, chapters, insecure)
    return (
        f"{out}: upload it on the page Configure Autograder, and set the autograder's points to {points(chapters)}. "
        "It holds your secret, so keep it to yourself."
    )


def export_classroom50(out, chapters):
    """Write the folder of an autograder for Classroom 50."""
    chapters = chosen(chapters)
    with _writing(out):
        classroom50.write(out, chapters)
    return f"{out}: copy what is in it to CLASSROOM/autograders/ASSIGNMENT of your repository classroom50."


def export_github(out, chapters):
    """Write the workflow for the repository that students start from."""
    chapters = chosen(chapters)
    with _writing(out):
        path = github.write(out, chapters)
    return f"{path}: put it, with the exercise notebooks, into the repository that your students start from."


@contextmanager
def _writing(out):
    try:
        yield
    except OSError as error:
        raise WrongCall(f"{out}: cannot be written: {error.strerror}") from None
