"""The graded records on disk: one line of JSON for each student, written as soon as it is known."""

import json
import os
from pathlib import Path

from rnncourse.whole_file import write


def line(record):
    """The record as its line in the file; the same record is always the same line."""
    return json.dumps(record, sort_keys=True) + "\n"


def load(path):
    """The records of a file by student. A line that a killed run left unfinished does not count."""
    records = {}
    if Path(path).exists():
        for text in Path(path).read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                record = json.loads(text)
                records[record["student"]] = record
            except (ValueError, KeyError, TypeError):
                continue
    return records


def save(path, records):
    """Write the file anew, sorted by student."""
    write(Path(path), "".join(line(record) for record in sorted(records, key=lambda record: record["student"])))


def append(path, record):
    """Add one record; it is on disk when this returns."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(line(record))
        file.flush()
        os.fsync(file.fileno())
