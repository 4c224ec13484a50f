"""The autograder of a Classroom 50 assignment: a folder for the organisation's repository ``classroom50``.

Its runner starts ``autograder.py`` in a student's checkout and takes ``result.json`` from there. What lies in the
folder is published on GitHub Pages for the runner to fetch, so there is no secret in it: each run makes its own.
(https://github.com/foundation50/classroom50/wiki/Advanced-Autograding)
"""

from pathlib import Path

from rnncourse import whole_file
from rnncourse.grading.export.contents import options, package_files, requirements, template


def write(folder, chapters):
    """Write autograder.py and what it needs into the folder."""
    whole_file.write(Path(folder) / "autograder.py", template("classroom50/autograder.py"))
    whole_file.write(Path(folder) / "options", options(chapters))
    whole_file.write(Path(folder) / "requirements.txt", requirements())
    for name, data in package_files():
        whole_file.write(Path(folder) / name, data)
