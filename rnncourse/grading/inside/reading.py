"""Reads the cells out of a student's notebook or script, whatever editor, decade or machine it comes from."""

import json
import re
import tokenize
from dataclasses import dataclass
from io import BytesIO


class Unreadable(Exception):
    """A file that is neither a notebook nor a script; the message is one sentence that begins with its name."""


@dataclass(frozen=True)
class Cell:
    """One code cell. ``place`` says where it stands: "ada.ipynb, cell 3", counted over code cells, or "ada.py"."""

    place: str
    source: str


@dataclass(frozen=True)
class Source:
    """The code cells of a file in order, and ``notes``, sentences on what in it could not be read as it is."""

    cells: list[Cell]
    notes: list[str]


def read(name, data):
    """The code cells of a file of this ``name`` that holds these bytes, as a :class:`Source`.

    A ``.py`` file is one cell. Of a notebook, in nbformat 2 to 4, only the code is looked at, never its outputs or
    metadata; a cell that is not as the format wants it costs itself and adds a note. Lines end in ``\\n`` afterwards,
    and characters that no Python source can hold are gone. Raises :class:`Unreadable` for anything else.
    """
    ending = re.search(r"\.(py|ipynb)$", name, re.IGNORECASE)
    if not ending:
        raise Unreadable(f"{name}: expected a notebook (.ipynb) or a script (.py).")
    notes = []
    if ending[1].lower() == "py":
        text = _decoded(name, data, _cookie(data), notes)
        return Source([Cell(name, _clean(name, text, notes))], notes)
    cells = _code_cells(name, _notebook(name, _decoded(name, data, json.detect_encoding(data), notes)), notes)
    return Source(cells, notes)


def _cookie(data):
    """The encoding that a script declares by its first bytes or, as PEP 263 has it, in a comment."""
    guess = json.detect_encoding(data)
    if guess != "utf-8":
        return guess
    try:
        return tokenize.detect_encoding(BytesIO(data).readline)[0]
    except SyntaxError:
        return guess


def _decoded(name, data, encoding, notes):
    for trial in (encoding, "utf-8"):
        try:
            return data.decode(trial)
        except (ValueError, LookupError):
            continue
    notes.append(f"{name}: not UTF-8 text; it was read as Latin-1")
    return data.decode("latin-1")


def _notebook(name, text):
    """The notebook as a dictionary."""
    if not text.strip("\0\ufeff \t\r\n"):
        raise Unreadable(f"{name}: the file is empty.")
    try:
        notebook = json.loads(text.lstrip("\ufeff"), strict=False)  # raw tabs and line ends pass
    except json.JSONDecodeError as error:
        raise Unreadable(f"{name}: not a notebook: broken JSON at line {error.lineno}: {error.msg}.") from None
    except (RecursionError, MemoryError):
        raise Unreadable(f"{name}: not a notebook: its JSON is nested too deeply.") from None
    except ValueError:
        raise Unreadable(f"{name}: not a notebook: its JSON holds a number too long to be one.") from None
    if not isinstance(notebook, dict):
        raise Unreadable(f"{name}: not a notebook: no list of cells.")
    return notebook


def _code_cells(name, notebook, notes):
    cells, strangers, position = [], 0, 0
    for entry in _entries(name, notebook):
        kind = entry.get("cell_type") if isinstance(entry, dict) else None
        if kind != "code":
            strangers += not isinstance(kind, str)
            continue
        position += 1
        place = f"{name}, cell {position}"
        source = _source(entry)
        if source is None:
            notes.append(f"{place}: expected text, or a list of lines; this cell was left out")
        elif entry.get("language", "python") in ("python", ""):  # nbformat 3 says it of every cell
            cells.append(Cell(place, _clean(place, source, notes)))
    if strangers:
        notes.append(f"{name}: {strangers} of its cells are not of the form of a cell; they were left out")
    return cells


def _entries(name, notebook):
    """All entries that stand where cells do: in nbformat 4 in the notebook, before that in its worksheets."""
    lists = [notebook.get("cells")]
    if isinstance(notebook.get("worksheets"), list):
        lists += [sheet.get("cells") for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
    lists = [entries for entries in lists if isinstance(entries, list)]
    if not lists:
        raise Unreadable(f"{name}: not a notebook: no list of cells.")
    return [entry for entries in lists for entry in entries]


def _source(entry):
    """The text of a code cell, or None when it has none that could be one."""
    source = entry.get("source", entry.get("input"))  # nbformat 3 calls it input
    if isinstance(source, str):
        return source
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return None


def _clean(place, source, notes):
    """The source with one kind of line end, without a second byte order mark, NUL characters and lone surrogates."""
    if "\0" in source:
        notes.append(f"{place}: NUL characters were left out")
        source = source.replace("\0", "")
    source = source.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return source if source.isascii() else source.encode("utf-8", "replace").decode("utf-8")
