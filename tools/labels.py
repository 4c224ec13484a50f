"""Where every label of the book stands, so that links and the lecture map can point at it."""

import re
from dataclasses import dataclass
from pathlib import Path

from docutils.nodes import make_id

from tools.blocks import Block, parse, walk
from tools.errors import SourceError
from tools.source import read_text

DEEPEST_SLUG = 3  # `myst_heading_anchors` in _config.yml


@dataclass(frozen=True)
class Label:
    """A `(name)=` line, or the `:name:` of a directive; `heading` is the title it belongs to."""

    name: str
    page: str
    line: int
    heading: str

    @property
    def anchor(self) -> str:
        """The id that the label has in the built page."""
        return make_id(self.name)


def normal(name: str) -> str:
    """Labels are compared as Sphinx compares them: in lower case, with single spaces."""
    return " ".join(name.lower().split())


def page_labels(blocks: list[Block], page: str) -> dict[str, Label]:
    """The labels of one page by name; a label right above a heading belongs to that heading."""
    found, waiting, heading = {}, [], ""
    for block in walk(blocks):
        name = block.content if block.kind == "label" else str(block.options.get("name", ""))
        if name and (block.kind == "label" or block.kind == "directive"):
            waiting.append((normal(name), block.line))
        if block.kind in ("label", "comment") or not any(row.strip() for row in block.lines):
            continue
        heading = block.content if block.kind == "heading" else heading
        _settle(found, waiting, page, heading)
    _settle(found, waiting, page, heading)
    return found


def book_labels(root: Path) -> dict[str, Label]:
    """The labels of all pages of the book; a label that stands twice is an error, as a link could not tell which."""
    found = {}
    for path in sorted((root / "book").rglob("*.md")):
        page = path.relative_to(root).as_posix()
        for label in page_labels(parse(read_text(path, page), page), page).values():
            _add(found, label)
    return found


def heading_anchors(blocks: list[Block]) -> dict[str, str]:
    """For each heading that MyST gives a slug: the slug, and the id of its section in the built page."""
    titles = [block.plain for block in blocks if block.kind == "heading" and block.level <= DEEPEST_SLUG]
    return {slug(title): make_id(title) for title in reversed(titles)}


def slug(title: str) -> str:
    """GitHub's and MyST's name for a heading: lower case, hyphens for spaces, no punctuation."""
    return re.sub(r"[^\w\u4e00-\u9fff\- ]", "", title.lower().replace(" ", "-"))


def _settle(found: dict, waiting: list, page: str, heading: str) -> None:
    for name, line in waiting:
        _add(found, Label(name, page, line, heading))
    waiting.clear()


def _add(found: dict[str, Label], label: Label) -> None:
    other = found.setdefault(label.name, label)
    if other is not label:
        message = f"the label ({label.name})= stands already in {other.page}:{other.line}"
        raise SourceError(label.page, label.line, message)
