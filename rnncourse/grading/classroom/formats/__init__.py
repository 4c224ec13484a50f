"""Gradebooks in the forms that learning platforms take. gradebook.csv and totals.csv are written in any case.

Each format is a module with ``require(roster)``, which raises a ``CannotWriteError`` when something needed is missing and
so can be asked before any grading, and ``write(records, folder, roster)``, which returns sentences for the instructor.
``roster`` is a ``Roster`` or None.
"""

from rnncourse.grading.classroom.formats import canvas, classroom50, gradescope, moodle, nbgrader
from rnncourse.grading.classroom.formats.refusal import CannotWriteError

FORMATS = {
    "canvas": canvas,
    "moodle": moodle,
    "gradescope": gradescope,
    "classroom50": classroom50,
    "nbgrader": nbgrader,
}

__all__ = ["FORMATS", "CannotWriteError"]
