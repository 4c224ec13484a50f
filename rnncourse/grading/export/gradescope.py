"""The autograder of a Gradescope programming assignment: a zip with the grader and the instructor's secret.

Gradescope unpacks it to ``/autograder/source``, runs ``setup.sh`` once, as root, when it builds the image, and
``run_autograder`` for each submission. (https://gradescope-autograders.readthedocs.io/en/latest/specs/)
"""

import io
import os
import zipfile
from pathlib import Path

from rnncourse import whole_file
from rnncourse.grading.export.contents import options, package_files, requirements, template

_EXECUTABLE, _ORDINARY, _PRIVATE = 0o100755, 0o100644, 0o100600  # ordinary files all, with these rights
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can have: the same input gives the same bytes


def write(path, secret, chapters, insecure=False):
    """Write the zip. It holds the secret, so nobody but its owner may read it."""
    whole_file.write(Path(path), archive(secret, chapters, insecure))
    os.chmod(path, 0o600)


def archive(secret, chapters, insecure=False):
    """The bytes of the zip; ``secret`` is the secret's bytes."""
    more = ["--insecure"] if insecure else []
    contents = [
        ("options", options(chapters, *more).encode(), _ORDINARY),
        ("requirements.txt", requirements().encode(), _ORDINARY),
        ("run_autograder", template("gradescope/run_autograder").encode(), _EXECUTABLE),
        ("secret", secret + b"\n", _PRIVATE),
        ("setup.sh", template("gradescope/setup.sh").encode(), _EXECUTABLE),
        *((name, data, _ORDINARY) for name, data in package_files()),
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        for name, data, mode in contents:
            zipped.writestr(_entry(name, mode), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _entry(name, mode):
    entry = zipfile.ZipInfo(name, _DATE)
    entry.create_system = 3  # Unix: only then do the rights count, and zips made elsewhere are the same
    entry.external_attr = mode << 16
    return entry
