"""Run the case studies, which train for minutes on real data, and store what they print and draw.

    python -m tools.case_studies                                  run all in full
    python -m tools.case_studies book/case_studies/02_traffic.md  run this one
    python -m tools.case_studies --slice [FILE ...]               run on a slice, in seconds, and store nothing

book/case_studies/NN_topic.md   ->  book/case_studies/NN_topic.ipynb   executed, text and figures kept

A run that was killed goes on where it was: finished parts are kept in _build/case_studies until the code before them
changes. A change of the prose alone needs no run: python -m tools.sync FILE takes over the stored outputs.

Exit status: 0 done, 2 a case study is wrong or fails (one sentence with file and line).
"""

import argparse
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.errors import SourceError
from tools.notebook import plain_cells, to_notebook, to_text
from tools.project import CASE_STUDIES, Project

ROOT = Path(__file__).resolve().parents[1]
PARTS = "_build/case_studies"


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.case_studies", description=__doc__.splitlines()[0])
    parser.add_argument("--slice", action="store_true", help="run on a slice, in seconds, and store nothing")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="case studies (all if none is named)")
    options = parser.parse_args(arguments)
    project, status = Project(root.resolve()), 0
    for path in [path.resolve() for path in options.files] or project.case_studies():
        try:
            run_on_a_slice(path, project) if options.slice else run_in_full(path, project)
        except SourceError as error:
            print(error, file=sys.stderr)
            status = 2
    return status


def run_in_full(source: Path, project: Project) -> None:
    """Run one case study and write its notebook; on any error the old file stays."""
    from tools.sync import write

    environment = {"RNNCOURSE_SLICE": "0", "RNNCOURSE_PARTS": str(project.root / PARTS)}
    ran = _run(source, project, environment, seconds=3600)
    write(project.notebook_of(source), to_text(ran))


def run_on_a_slice(source: Path, project: Project, kernel: str = "python3", folder: Path | None = None) -> NotebookNode:
    """Run one case study on little data, beside its source or in another folder, and return what came out."""
    environment = {"RNNCOURSE_SLICE": "1", "RNNCOURSE_PARTS": ""}
    return _run(source, project, environment, seconds=300, kernel=kernel, folder=folder)


def _run(source, project, environment, seconds, kernel="python3", folder=None):
    from tools.execute import TEXT_AND_FIGURES, How, execute  # loads the Jupyter client

    if not project.is_case_study(source):
        raise SourceError(project.name(source), None, f"not a case study; expected {CASE_STUDIES}/NN_topic.md")
    read = project.read(source)
    cells = plain_cells(read, project)
    print(f"{read.name} {'on a slice' if environment['RNNCOURSE_SLICE'] == '1' else 'in full'}", flush=True)
    how = How(TEXT_AND_FIGURES, seconds, environment, kernel)
    return execute(to_notebook(cells, source.stem), cells, read, folder or source.parent, how)


def with_stored_outputs(source: Path, project: Project) -> NotebookNode:
    """The notebook of a case study as its source now is, with the outputs of its last run.

    Raises ``SourceError`` if it never ran, or if its code has changed since.
    """
    read, stored_at = project.read(source), project.notebook_of(source)
    cells = plain_cells(read, project)
    notebook = to_notebook(cells, source.stem)
    if not stored_at.exists():
        raise SourceError(read.name, None, "it never ran: run `make case-studies`")
    ran = [cell for cell in nbformat.read(stored_at, as_version=4).cells if cell.cell_type == "code"]
    lines = [cell.line for cell in cells if cell.kind == "code"]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for place, cell in enumerate(code):
        if place >= len(ran) or cell.source != ran[place].source:
            raise read.error(lines[place], "this cell has changed since it ran: run `make case-studies`")
        cell.outputs, cell.execution_count = ran[place].outputs, ran[place].execution_count
    if len(ran) > len(code):
        raise SourceError(read.name, None, "a cell of its last run is gone: run `make case-studies`")
    return notebook


if __name__ == "__main__":
    sys.exit(main())
