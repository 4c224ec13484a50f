"""The exercises as somebody hands them in who has solved all of them."""

from functools import cache
from pathlib import Path

from tools.notebook import solved_notebook
from tools.project import Project

ROOT = Path(__file__).resolve().parents[2]


@cache
def solved_cells(chapter):
    """The code cells of the chapter's solved notebook."""
    cells = solved_notebook(ROOT / "solutions" / f"{chapter}.md", Project(ROOT)).cells
    return tuple(cell.source for cell in cells if cell.cell_type == "code")


def solved_script(*chapters):
    """A script of the functions in these cells: the solutions, and what the notebook gives, which they may call."""
    functions = [cell for chapter in chapters for cell in solved_cells(chapter) if cell.startswith("def ")]
    return "\n\n\n".join(["import numpy as np", *functions]) + "\n"
