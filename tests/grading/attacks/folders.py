"""Attacks by what is handed in: links, pipes, folders, names, huge and hollow files.

Each builder puts the submission of one student into a folder of submissions. It returns nothing; ``said`` is what the
record has to say.
"""

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from .bombs import ENDED

GARBAGE = "def bptt(*arguments):\n    return (0.0,) * 4\n"
FOLDERS = {}


@dataclass(frozen=True)
class FolderAttack:
    """``build(folder)`` hands in the submission of ``student``; ``said`` describes what comes of it."""

    student: str
    tries: str
    said: str
    build: object


def attack(student, tries, said):
    """Register a builder under the name of its function."""

    def register(build):
        FOLDERS[build.__name__] = FolderAttack(student, tries, said, build)
        return build

    return register


def handed_in(file, content=GARBAGE):
    """A builder of one file."""

    def build(folder):
        path = Path(os.fsdecode(os.path.join(os.fsencode(folder), os.fsencode(file))))
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return build


def notebook(*sources, **more):
    """The bytes of a notebook."""
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more})


@attack("link", "hand in a link to a neighbour's work", "symbolic link")
def link_to_a_neighbour(folder):
    (folder / "link.py").symlink_to("honest.py")


@attack("link", "hand in a link to a file of the machine", "symbolic link")
def link_to_the_machine(folder):
    (folder / "link.py").symlink_to("/etc/passwd")


@attack("link", "hand in a link to nothing", "symbolic link")
def link_to_nothing(folder):
    (folder / "link.ipynb").symlink_to("nothing")


@attack("link", "hand in a link to itself", "symbolic link")
def link_to_itself(folder):
    (folder / "link.py").symlink_to("link.py")


@attack("links", "hand in a folder with a link to a neighbour's work", "symbolic link")
def link_in_a_folder(folder):
    (folder / "links").mkdir()
    (folder / "links" / "03_bptt.py").symlink_to(folder / "honest.py")


@attack("links", "hand in a folder with a link to the folder of all", "no notebook and no script")
def link_to_the_folder(folder):
    (folder / "links").mkdir()
    (folder / "links" / "all").symlink_to(folder)


@attack("links", "hand in a folder with a link to the whole machine", "no notebook and no script")
def link_to_the_root(folder):
    (folder / "links").mkdir()
    (folder / "links" / "03_bptt.py").symlink_to("/", target_is_directory=True)


@attack("fifo", "hand in a pipe that nobody ever writes to", "not an ordinary file")
def fifo(folder):
    os.mkfifo(folder / "fifo.py")


@attack("fifo", "hide a pipe in a folder", "not an ordinary file")
def fifo_in_a_folder(folder):
    (folder / "fifo").mkdir()
    os.mkfifo(folder / "fifo" / "03_bptt.ipynb")


@attack("socket", "hand in a socket", "cannot be read|not an ordinary file")
def a_socket(folder):
    handle = os.open(folder, os.O_PATH)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"/proc/self/fd/{handle}/socket.py")
    os.close(handle)


@attack("folder.py", "hand in a folder that is named like a file", "no notebook and no script")
def folder_named_like_a_file(folder):
    (folder / "folder.py").mkdir()


@attack("two", "hand in two files, and let the grader choose", "2 notebooks and scripts")
def two_files(folder):
    (folder / "two").mkdir()
    for name in ("a.py", "b.ipynb"):
        (folder / "two" / name).write_text(GARBAGE)


@attack("deep", "hand in folders in folders, deeper than a walk can follow", "no notebook|cannot be read|holds")
def deep_folders(folder):
    handle = os.open(folder, os.O_PATH)
    for name in ("deep", *["d"] * 1500):
        os.mkdir(name, dir_fd=handle)
        inner = os.open(name, os.O_PATH, dir_fd=handle)
        os.close(handle)
        handle = inner
    os.close(handle)


@attack("wide", "hand in twelve thousand files", "notebooks and scripts")
def wide_folder(folder):
    (folder / "wide").mkdir()
    for number in range(12_000):
        (folder / "wide" / f"{number}.py").touch()


@attack("huge", "hand in a file of a terabyte that takes no room on disk", "MiB; at most")
def huge_and_hollow(folder):
    with open(folder / "huge.ipynb", "wb") as file:
        file.truncate(1 << 40)


@attack("zeros", "hand in 20 MB of zeros", "the file is empty")
def zeros(folder):
    with open(folder / "zeros.ipynb", "wb") as file:
        file.truncate(20 << 20)


@attack("unreadable", "hand in a file that nobody may read, but for root", "cannot be read|got float")
def no_rights(folder):
    (folder / "unreadable.py").write_text(GARBAGE)
    (folder / "unreadable.py").chmod(0)


def built(name, student, tries, said, file, content=GARBAGE):
    """Register an attack by one file."""
    FOLDERS[name] = FolderAttack(student, tries, said, handed_in(file, content))


DEEP = "[" * 500_000 + "]" * 500_000
GARBAGE_SAID = "got float"

built("deep_json", "deep", "hand in JSON that is half a million deep", "nested too deeply", "deep.ipynb", DEEP)
built("deep_cells", "deep", "hide deep JSON in a cell", "nested too deeply", "deep.ipynb", f'{{"cells": {DEEP}}}')
built(
    "bomb_of_lists",
    "bomb",
    "hand in 8 MB of JSON that are a gigabyte of lists",
    f"nested too deeply|{ENDED}|not of the form|longer",
    "bomb.ipynb",
    '{"cells": [' + "[]," * 2_800_000 + "[]]}",
)
built(
    "bomb_of_cells",
    "bomb",
    "hand in 100,000 cells",
    "got float|longer",
    "bomb.ipynb",
    notebook(*["0"] * 100_000, GARBAGE),
)
built(
    "bomb_of_lines",
    "bomb",
    "hand in two million lines",
    f"got float|{ENDED}|longer|left out",
    "bomb.py",
    "0\n" * 2_000_000 + GARBAGE,
)
built("bomb_of_brackets", "bomb", "hand in a megabyte of brackets", "left out", "bomb.py", "(" * 1_000_000)
built(
    "long_number",
    "long",
    "hand in a number of a million digits",
    "number too long|no list of cells",
    "long.ipynb",
    "9" * 1_000_000,
)
built("not_a_notebook", "list", "hand in JSON that is no notebook", "no list of cells", "list.ipynb", "[1, 2, 3]")
built(
    "cells_of_anything",
    "any",
    "hand in cells that are no cells",
    "not of the form",
    "any.ipynb",
    json.dumps({"cells": [1, None, [], {"cell_type": {}}, {"cell_type": "code", "source": {"a": 1}}]}),
)
built(
    "same_key_twice",
    "twice",
    "hand in a notebook that is another one for other readers",
    GARBAGE_SAID,
    "twice.ipynb",
    '{"cells": [], ' + notebook(GARBAGE)[1:],
)
built(
    "points_in_metadata",
    "points",
    "write the points into the notebook",
    GARBAGE_SAID,
    "points.ipynb",
    notebook(GARBAGE, metadata={"points": 100, "nbgrader": {"grade": True, "points": 100}}, verdicts=["passed"]),
)
built(
    "picture",
    "picture",
    "hand in a picture as a script",
    "left out|NUL",
    "picture.py",
    b"\x89PNG\r\n\x1a\n" + bytes(9999),
)
built(
    "archive",
    "archive",
    "hand in an archive as a notebook",
    "not a notebook",
    "archive.ipynb",
    b"PK\x03\x04" + bytes(999),
)
built(
    "program",
    "program",
    "hand in a program",
    "left out|NUL|not UTF-8",
    "program.py",
    b"\x7fELF\x02\x01\x01" + bytes(99),
)
built(
    "unknown_coding",
    "coding",
    "declare an encoding that there is not",
    GARBAGE_SAID,
    "coding.py",
    "# -*- coding: ../../etc/passwd -*-\n" + GARBAGE,
)
built(
    "coding_that_unpacks",
    "coding",
    "declare an encoding that unpacks",
    GARBAGE_SAID,
    "coding.py",
    "# -*- coding: zlib_codec -*-\n" + GARBAGE,
)
built(
    "slow_coding",
    "coding",
    "declare an encoding that is slow",
    f"got float|{ENDED}|longer|missing",
    "coding.py",
    "# -*- coding: punycode -*-\n" + GARBAGE + "#" * 100_000,
)
built("lone_surrogates", "alone", "hand in characters that no file can hold", GARBAGE_SAID, "alone.ipynb",
      notebook(GARBAGE + "# \ud800"))  # fmt: skip

NAMES = {
    "formula": "=cmd|' calc'!A0",
    "markup": "<script>alert(1)<",
    "escape": "\x1b[2J\x1b]0;owned\x07",
    "two_lines": "ada,100\nbob",
    "backwards": "\u202egnp.ada",
    "upwards": "a\\..\\..\\x",
    "option": "--insecure",
    "device": "con",
    "no_text": b"\xff\xfe",
    "long": "n" * 250,
    "quotes": "a\"b'c`d$(touch rnncourse-attack)",
    "spaces": "  ",
    "verdict": "passed",
    "number": "1e999",
    "percent": "%00%2e%2e%2fx",
}  # fmt: skip

for key, name in NAMES.items():
    student = os.fsdecode(name)
    built(f"name_{key}", student, "have a name that does something", GARBAGE_SAID, os.fsencode(student) + b".py")
