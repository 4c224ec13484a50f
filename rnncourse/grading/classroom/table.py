"""CSV that a spreadsheet can open without running a formula that a student typed."""

import csv
import io
import re

from rnncourse.grading.classroom.text import one_line, shortened

# OWASP's list for CSV injection, with the full-width forms. A semicolon also starts a cell, in half of Europe's Excels.
_STARTS_FORMULA = re.compile(r"(^|;)(?=[\t\r\n]|\s*[=+\-@＝＋－＠])")
_LONGEST_CELL = 32_000  # Excel's limit is 32,767


def cell(text):
    """A stranger's text for a cell: one line, and an apostrophe before whatever would start a formula."""
    return shortened(one_line(_STARTS_FORMULA.sub(r"\1'", text)), _LONGEST_CELL)


def as_csv(rows):
    """The rows as comma-separated lines. Text goes in as it is: strangers' text comes through :func:`cell`."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return lines.getvalue()
