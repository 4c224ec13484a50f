"""Make notebooks, solutions and the lecture map from their sources, or say which of them have drifted.

    python -m tools.sync                                 make everything
    python -m tools.sync book/chapters/03_bptt.md        make what this source generates (and the lecture map)
    python -m tools.sync --check                         run nothing; exit 1 and list what differs

book/chapters/NN_topic.md   ->  book/chapters/NN_topic.ipynb   executed, text outputs kept
solutions/NN_topic.md       ->  exercises/NN_topic.ipynb       solutions taken out, executed, text outputs kept
                            and  rnncourse/exercises/solutions/NN_topic.json, the solved functions
book/case_studies/NN_topic.md -> .ipynb beside it              with the outputs that tools.case_studies stored
book/syllabus.yml + labels  ->  book/lecture_map.md

Exit status: 0 done, 1 drift found, 2 a source is wrong (one sentence with file and line).
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from tools.case_studies import with_stored_outputs
from tools.drift import lecture_map_drift, notebook_drift, orphan_drift, packaged_drift
from tools.errors import SourceError
from tools.lecture_map import lecture_map
from tools.notebook import plain_cells, to_notebook, to_text
from tools.project import LECTURE_MAP, SYLLABUS, Project
from tools.solutions import packaged

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.sync", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="run nothing; list what differs and exit 1")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="sources (all if none is named)")
    options = parser.parse_args(arguments)
    project = Project(root.resolve())
    chosen = [path.resolve() for path in options.files] or [*project.sources(), project.root / SYLLABUS]
    return check(project, chosen, everything=not options.files) if options.check else make(project, chosen)


def make(project: Project, chosen: list[Path]) -> int:
    """Write what the chosen sources generate; a wrong source does not keep the others from being written."""
    steps = [lambda path=path: make_notebook(path, project) for path in _notebook_sources(project, chosen)]
    steps += [lambda path=path: make_packaged(path, project) for path in _solutions(project, chosen)]
    if _concerns_map(project, chosen):
        steps.append(lambda: write(project.root / LECTURE_MAP, lecture_map(project)))
    _, mistakes = _collect(steps)
    return _report(mistakes, status=2)


def check(project: Project, chosen: list[Path], everything: bool) -> int:
    """Print every difference and the command that mends it."""
    steps = [lambda path=path: notebook_drift(path, project) for path in _notebook_sources(project, chosen)]
    steps += [lambda path=path: packaged_drift(path, project) for path in _solutions(project, chosen)]
    if _concerns_map(project, chosen):
        steps.append(lambda: lecture_map_drift(project))
    drifted, mistakes = _collect(steps)
    drifted += orphan_drift(project) if everything else []
    if drifted:
        _report([*drifted, "mend it with: make sync"], status=1)
    return _report(mistakes, status=2) or (1 if drifted else 0)


def make_notebook(source: Path, project: Project) -> None:
    """Write one source's notebook, executed in its own folder; on any error the old file stays."""
    from tools.execute import execute  # loads the Jupyter client, which --check does not need

    target, read = project.notebook_of(source), project.read(source)
    print(f"{read.name} -> {project.name(target)}", flush=True)
    if project.is_case_study(source):
        write(target, to_text(with_stored_outputs(source, project)))
        return
    cells = plain_cells(read, project)
    target.parent.mkdir(parents=True, exist_ok=True)
    write(target, to_text(execute(to_notebook(cells, source.stem), cells, read, target.parent)))


def make_packaged(source: Path, project: Project) -> None:
    """Write the solutions of an exercise where the package finds them."""
    target, text = project.packaged_of(source), packaged(project.read(source))
    target.parent.mkdir(parents=True, exist_ok=True)
    write(target, text)


def write(target: Path, text: str) -> None:
    """Write under a temporary name and rename, so that nobody ever sees half a file."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _notebook_sources(project: Project, chosen: list[Path]) -> list[Path]:
    return [path for path in chosen if path != project.root / SYLLABUS]


def _solutions(project: Project, chosen: list[Path]) -> list[Path]:
    return [path for path in chosen if project.is_exercise(path)]


def _concerns_map(project: Project, chosen: list[Path]) -> bool:
    """The map is made from the syllabus and the chapters; solutions and case studies do not change it."""
    return any(not project.is_exercise(path) and not project.is_case_study(path) for path in chosen)


def _collect(steps: Iterable[Callable]) -> tuple[list, list[str]]:
    """What the steps return, and what is wrong with the sources of those that fail; each sentence once."""
    results, mistakes = [], {}
    for step in steps:
        try:
            results.append(step())
        except SourceError as error:
            mistakes[str(error)] = None
    return [result for result in results if result], list(mistakes)


def _report(sentences: list[str], status: int) -> int:
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    return status if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
