"""Mangled but honest submissions, made of the solved notebook of any chapter, and what each of them deserves."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import mangled_code  # noqa: F401 its builders register themselves
from mangled_cells import CELLS
from mangled_files import FILES, code, notebook

from rnncourse.exercises import EXERCISES
from tools.notebook import solved_notebook
from tools.project import Project

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Mangled:
    """A file as a student hands it in, and the functions in it that deserve no points."""

    file: str
    data: bytes
    lost: frozenset[str]


@cache
def solved_cells(chapter):
    """The code cells of the chapter's solved notebook."""
    cells = solved_notebook(ROOT / "solutions" / f"{chapter}.md", Project(ROOT)).cells
    return tuple(cell.source for cell in cells if cell.cell_type == "code")


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
