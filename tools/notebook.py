"""Build the notebook of a source: plain cells, stable ids, and nothing that changes from run to run."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.markdown import Page
from tools.project import Project
from tools.solutions import solved, stripped
from tools.source import Cell, Source

LONGEST_CELL = 25
LONGEST_LINE = 88  # what the book's column shows without scrolling
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
INSTALL = """\
# @title Install the course package (needed on Colab only)
import sys

if "google.colab" in sys.modules:
    %pip install -q git+{address}"""


@dataclass
class PlainCell:
    """A cell as the notebook has it, and the line of the source it comes from."""

    kind: str
    text: str
    line: int
    tags: list[str] = field(default_factory=list)


def plain_cells(source: Source, project: Project, keep_solutions: bool = False) -> list[PlainCell]:
    """All cells of the notebook, with the install cell before the first other code cell."""
    page, cells = Page(source, project), []
    for cell in source.cells:
        is_code = cell.kind == "code"
        text = _code(cell, source, page.is_exercise, keep_solutions) if is_code else page.markdown(cell.blocks)
        if text or is_code:
            cells.append(PlainCell(cell.kind, text, cell.line, cell.tags))
    if references := page.references():
        cells.append(PlainCell("markdown", references, cells[-1].line))
    first_code = next((place for place, cell in enumerate(cells) if cell.kind == "code"), len(cells))
    install = INSTALL.format(address=project.setting("repository", "url"))
    cells.insert(first_code, PlainCell("code", install, 1, ["hide-cell"]))
    return cells


def to_notebook(cells: list[PlainCell], stem: str) -> NotebookNode:
    """The cells as a notebook without outputs; the ids come from the file's name and the cell's place."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", stem)[:60]
    nodes = [_node(cell, f"{name}-{place:03d}") for place, cell in enumerate(cells, 1)]
    return nbformat.v4.new_notebook(cells=nodes, metadata=METADATA)


def to_text(notebook: NotebookNode) -> str:
    """The bytes on disk, as text: valid, sorted, one newline at the end."""
    return nbformat.writes(notebook, version=4) + "\n"


def solved_notebook(source: Path, project: Project) -> NotebookNode:
    """The exercise of `solutions/NN_topic.md` with its solutions in place, not executed."""
    return to_notebook(plain_cells(project.read(source), project, keep_solutions=True), source.stem)


def _code(cell: Cell, source: Source, is_exercise: bool, keep_solutions: bool) -> str:
    if is_exercise:
        return solved(cell) if keep_solutions else stripped(cell, source)
    rows = cell.text.split("\n")
    if len(rows) > LONGEST_CELL:
        message = f"a code cell of {len(rows)} lines; a chapter's cells have at most {LONGEST_CELL}"
        raise source.error(cell.line, message)
    for line, row in enumerate(rows, cell.first_row):
        if len(row) > LONGEST_LINE:
            raise source.error(line, f"a line of code of {len(row)} characters; in a chapter at most {LONGEST_LINE}")
    return cell.text


def _node(cell: PlainCell, identity: str) -> NotebookNode:
    make = nbformat.v4.new_code_cell if cell.kind == "code" else nbformat.v4.new_markdown_cell
    return make(cell.text, id=identity, metadata={"tags": cell.tags} if cell.tags else {})
