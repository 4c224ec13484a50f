"""Read a MyST notebook (.md) into cells that know the line where they begin."""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tools.blocks import Block, parse
from tools.errors import SourceError

LANGUAGES = {"", "python", "ipython3"}


@dataclass
class Cell:
    """A code cell has `text`, which begins in line `first_row`; a Markdown cell has `blocks`, still MyST."""

    kind: str
    line: int
    first_row: int = 0
    text: str = ""
    tags: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Source:
    """One source: its place, and its cells in order. `name` is the path from the repository's root."""

    path: Path
    name: str
    cells: list[Cell]

    def error(self, line: int, message: str) -> SourceError:
        return SourceError(self.name, line, message)

    def blocks(self) -> list[Block]:
        """The blocks of all Markdown cells."""
        return [block for cell in self.cells for block in cell.blocks]


def read_text(path: Path, name: str) -> str:
    """The text of a file, or one sentence about why there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SourceError(name, None, "no such file") from None
    except IsADirectoryError:
        raise SourceError(name, None, "this is a folder; expected a file") from None
    except UnicodeDecodeError as error:
        raise SourceError(name, None, f"not UTF-8 text (byte {error.start})") from None


def read_source(path: Path, name: str) -> Source:
    """Cut the file at its code cells and at its `+++` lines."""
    blocks = parse(read_text(path, name), name)
    _check_front_matter(blocks, name)
    cells, open_cell = [], None
    for block in blocks[1:]:
        if block.kind == "break":
            open_cell = None
        elif block.name == "code-cell" and not block.prefix:
            cells.append(_code_cell(block, name))
            open_cell = None
        elif open_cell:
            open_cell.blocks.append(block)
        elif any(row.strip() for row in block.lines):
            open_cell = Cell("markdown", block.line, blocks=[block])
            cells.append(open_cell)
    return Source(path, name, cells)


def _check_front_matter(blocks: list[Block], name: str) -> None:
    """Without this header the book takes the page for plain text and would not run its cells."""
    try:
        header = yaml.safe_load(blocks[0].content) if blocks and blocks[0].kind == "front matter" else None
    except yaml.YAMLError as error:
        raise SourceError(name, 1, f"the header is not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(header, dict) or not {"jupytext", "file_format"} & set(header):
        expected = "a YAML header between --- lines with `jupytext:` and `kernelspec:`"
        raise SourceError(name, 1, f"no notebook header; expected {expected}")


def _code_cell(block: Block, name: str) -> Cell:
    if block.argument not in LANGUAGES:
        raise SourceError(name, block.line, f"code cell in {block.argument}; expected python or ipython3")
    unknown = set(block.options) - {"tags", "mystnb"}
    if unknown:
        message = f"unknown option {min(unknown)} of a code cell; allowed: tags, mystnb"
        raise SourceError(name, block.line, message)
    tags = block.options.get("tags") or []
    text = block.content.lstrip("\n")
    first_row = block.line + 1 + len(block.content) - len(text)
    return Cell("code", block.line, first_row, text.rstrip(), [tags] if isinstance(tags, str) else list(tags))
