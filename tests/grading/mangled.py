"""Mangled but honest submissions, made of the solved notebook of any chapter, and what each of them deserves."""

from dataclasses import dataclass

import mangled_code  # noqa: F401 its builders register themselves
from mangled_cells import CELLS
from mangled_files import FILES, code, notebook
from solved import solved_cells

from rnncourse.exercises import EXERCISES


@dataclass(frozen=True)
class Mangled:
    """A file as a student hands it in, and the functions in it that deserve no points."""

    file: str
    data: bytes
    lost: frozenset[str]


def mangled_submission(name, chapter):
    """The submission of this name, one of ``MANGLED``, for a chapter."""
    cells = list(solved_cells(chapter))
    if name in FILES:
        ending, builder, lost = FILES[name]
        content = builder(cells)
    else:
        ending, (builder, lost) = ".ipynb", CELLS[name]
        content = notebook([code(cell) for cell in builder(cells)])
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    return Mangled(f"{name}{ending}", data, frozenset(lost(cells)))


def deserved_points(name, chapter):
    """How many points of the chapter's 100 the functions of this submission deserve."""
    lost = mangled_submission(name, chapter).lost
    return sum(e.points for e in EXERCISES.values() if e.chapter == chapter and e.name not in lost)


MANGLED = (*CELLS, *FILES)
