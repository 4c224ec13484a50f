"""Tell where generated files differ from what their sources say, without running anything."""

import json
from pathlib import Path

from tools.errors import SourceError
from tools.lecture_map import lecture_map
from tools.notebook import PlainCell, plain_cells, to_notebook, to_text
from tools.project import LECTURE_MAP, Project
from tools.solutions import packaged
from tools.source import read_text


def notebook_drift(source: Path, project: Project) -> str | None:
    """One sentence if the notebook of `source` is missing or differs in anything but outputs."""
    target, read = project.notebook_of(source), project.read(source)
    cells = plain_cells(read, project)
    if not target.exists():
        return f"{project.name(target)} is missing; its source is {read.name}"
    expected = json.loads(to_text(to_notebook(cells, source.stem)))
    found = _read_notebook(target, project.name(target))
    difference = _difference(expected, found, cells)
    return f"{project.name(target)} differs from {read.name}{difference}" if difference else None


def packaged_drift(source: Path, project: Project) -> str | None:
    """One sentence if the package's solutions of an exercise are missing or not those of `source`."""
    target, expected = project.packaged_of(source), packaged(project.read(source))
    name, origin = project.name(target), project.name(source)
    if not target.exists():
        return f"{name} is missing; its source is {origin}"
    return f"{name} differs from {origin}" if read_text(target, name) != expected else None


def lecture_map_drift(project: Project) -> str | None:
    """One sentence if the lecture map is missing or not what syllabus and labels say."""
    target, expected = project.root / LECTURE_MAP, lecture_map(project)
    if not target.exists():
        return f"{LECTURE_MAP} is missing"
    differs = read_text(target, LECTURE_MAP) != expected
    return f"{LECTURE_MAP} differs from the syllabus and the labels of the book" if differs else None


def orphan_drift(project: Project) -> list[str]:
    """One sentence for each generated file whose source is gone; it must be deleted by hand."""
    return [
        f"{project.name(path)} has no source {project.name(project.source_of(path))}; delete it or write the source"
        for path in project.orphans()
    ]


def _read_notebook(path: Path, name: str) -> dict:
    try:
        found = json.loads(read_text(path, name))
    except json.JSONDecodeError as error:
        raise SourceError(name, error.lineno, f"not a notebook, as it is not JSON ({error.msg})") from None
    cells = found.get("cells") if isinstance(found, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise SourceError(name, None, "not a notebook, as it has no cells")
    return found


def _difference(expected: dict, found: dict, cells: list[PlainCell]) -> str:
    """Where the first difference is, or an empty string."""
    ours, theirs = [_essence(cell) for cell in expected["cells"]], [_essence(cell) for cell in found["cells"]]
    for mine, other, cell in zip(ours, theirs, cells, strict=False):
        if mine != other:
            return f":{cell.line} in cell {mine['id']}"
    if len(ours) != len(theirs):
        return f", as it has {len(theirs)} cells for {len(ours)}"
    rest = ["metadata", "nbformat", "nbformat_minor"]
    return " in the notebook's metadata" if any(expected[key] != found.get(key) for key in rest) else ""


def _essence(cell: dict) -> dict:
    """A cell without what running it adds."""
    kept = {key: value for key, value in cell.items() if key not in ("outputs", "execution_count")}
    source = cell.get("source")
    return {**kept, "source": "".join(map(str, source)) if isinstance(source, list) else source}
