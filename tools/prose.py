"""The roles and links of a page's paragraphs in plain Markdown."""

import re

from tools.blocks import walk
from tools.inline import Piece, pieces
from tools.links import Links
from tools.project import Project
from tools.source import Source

ROLES = {"eq", "cite", "cite:t", "cite:p", "term"}


class Prose:
    """What the paragraphs of one source need to know of the whole page: equations, citations, labels."""

    def __init__(self, source: Source, project: Project):
        self.source, self.project = source, project
        self.links = Links(source, project)
        self.equations = number_equations(source)

    def plain(self, text: str, line: int) -> str:
        """`text`, whose first line is `line` of the source, without anything that only MyST knows."""
        return "".join(self._piece(piece) for piece in pieces(text, line))

    def references(self) -> list[str]:
        """A bullet for each work that this source cites."""
        return self.project.bibliography.listing(cited_keys(self.source))

    def _piece(self, piece: Piece) -> str:
        if piece.kind == "role":
            return self._role(piece)
        if piece.kind == "link":
            return self._link(piece)
        if piece.kind == "image":
            self.links.check_image(piece.content, piece.line)
        if piece.kind == "display":
            raise self.source.error(piece.line, "$$ inside a paragraph; put an empty line before the formula")
        if piece.kind == "foreign":
            raise self.source.error(piece.line, f"{piece.raw} means nothing in a notebook; write plain Markdown")
        return piece.raw

    def _link(self, piece: Piece) -> str:
        if piece.empty:
            raise self.source.error(piece.line, f"the link to {piece.content} has no text; expected [text](target)")
        return f"]({self.links.resolve(piece.content, piece.line)}{piece.name.rstrip()})"

    def _role(self, piece: Piece) -> str:
        if piece.name not in ROLES:
            allowed = ", ".join(sorted(ROLES))
            raise self.source.error(piece.line, f"unknown role {{{piece.name}}}; allowed: {allowed}")
        if piece.name == "term":
            return re.sub(r"\s*<[^>]*>$", "", piece.content)
        return self._equation(piece) if piece.name == "eq" else self._citation(piece)

    def _equation(self, piece: Piece) -> str:
        if piece.content not in self.equations:
            raise self.source.error(piece.line, f"no equation is labelled ({piece.content}) in this file")
        return f"({self.equations[piece.content]})"

    def _citation(self, piece: Piece) -> str:
        books, keys = self.project.bibliography, _keys(piece)
        unknown = [key for key in keys if key not in books]
        if unknown:
            raise self.source.error(piece.line, f"no reference {unknown[0]} in {books.name}")
        if piece.name == "cite:t":
            return ", ".join(books.textual(key) for key in keys)
        return f"({'; '.join(books.parenthetical(key) for key in keys)})"


def number_equations(source: Source) -> dict[str, int]:
    """The labelled equations, numbered 1, 2, ... in their order on the page, as the book numbers them."""
    numbers = {}
    for block in walk(source.blocks()):
        if (block.kind == "math" or block.name == "math") and "label" in block.options:
            label = str(block.options["label"])
            if label in numbers:
                raise source.error(block.line, f"two equations are labelled ({label})")
            numbers[label] = len(numbers) + 1
    return numbers


def cited_keys(source: Source) -> list[str]:
    """The keys of every citation in the source."""
    found = []
    for block in walk(source.blocks()):
        text = "\n".join(block.lines) if block.kind in ("text", "heading") else block.argument
        roles = (piece for piece in pieces(text, block.line) if piece.name in ROLES and piece.name.startswith("cite"))
        found += [key for piece in roles for key in _keys(piece)]
    return found


def _keys(piece: Piece) -> list[str]:
    return [key.strip() for key in piece.content.split(",")]
