"""Turn MyST Markdown into the plain Markdown that Jupyter and Colab show well."""

import html
import re

from docutils.nodes import make_id

from tools.blocks import ADMONITIONS, Block
from tools.inline import pieces
from tools.labels import normal
from tools.project import Project
from tools.prose import Prose
from tools.source import Source

DIRECTIVES = ADMONITIONS | {"math"}
TITLES = {"seealso": "See also"}


class Page:
    """One source on its way to plain Markdown, block by block."""

    def __init__(self, source: Source, project: Project):
        self.source, self.prose = source, Prose(source, project)
        self.is_exercise = project.is_exercise(source.path)

    def markdown(self, blocks: list[Block]) -> str:
        """The plain Markdown of one cell's blocks."""
        return "\n".join(self._rows(blocks)).strip("\n")

    def references(self) -> str:
        """What the page cites, as its last section; empty when it cites nothing. (The book has one page for all.)"""
        listing = self.prose.references()
        return "\n".join(["## References", "", *listing]) if listing else ""

    def _rows(self, blocks: list[Block], quoted: bool = False) -> list[str]:
        rows = []
        for block in blocks:
            if block.kind in ("text", "heading"):
                rows += self.prose.plain("\n".join(block.lines), block.line).split("\n")
            elif block.kind in ("label", "math", "directive"):
                _append_apart(rows, self._replacement(block, quoted or ">" in block.prefix), block.prefix)
            elif block.kind == "verbatim" and not (_is_empty(block.lines) and _is_empty(rows[-1:])):
                rows += block.lines
        return rows

    def _replacement(self, block: Block, quoted: bool) -> list[str]:
        """What stands in the notebook for a label, a formula or a directive."""
        if block.kind == "label":
            return [_anchor(block.content)]
        if block.kind == "math" or block.name == "math":
            return self._math(block, quoted)
        if block.name not in DIRECTIVES:
            raise self._unknown_directive(block)
        rows = self._admonition(block)
        return [_anchor(str(block.options["name"])), "", *rows] if "name" in block.options else rows

    def _unknown_directive(self, block: Block) -> Exception:
        if block.name == "code-cell":
            message = "a {code-cell} must stand at the left margin, outside lists and admonitions"
            return self.source.error(block.line, message)
        allowed = ", ".join(sorted(DIRECTIVES))
        return self.source.error(block.line, f"unknown directive {{{block.name}}}; allowed: {allowed}")

    def _math(self, block: Block, quoted: bool) -> list[str]:
        """A displayed formula; several lines of it are aligned as Sphinx does, a label becomes its number."""
        formula = f"{block.argument}\n{block.content}".strip().split("\n")
        several = any(r"\\" in row for row in formula)
        if several and not formula[0].startswith(r"\begin"):
            formula = [r"\begin{aligned}", *formula, r"\end{aligned}"]
        if "label" in block.options:
            if several and self.is_exercise:  # the exercise's page would be built with \tag inside Sphinx's own split
                raise self.source.error(block.line, "in an exercise an equation with \\\\ cannot have a label")
            formula[-1] += rf" \tag{{{self.prose.equations[str(block.options['label'])]}}}"
        one_line = quoted or len(block.lines) == 1  # a quotation's marks would get into the formula
        return [f"$$ {' '.join(formula)} $$"] if one_line else ["$$", *formula, "$$"]

    def _admonition(self, block: Block) -> list[str]:
        """A quotation under a bold title, or a folded section for what the page folds."""
        title = TITLES.get(block.name, block.name.capitalize())
        if block.name in ("admonition", "dropdown"):
            title = block.argument or ("Details" if block.name == "dropdown" else "")
        if not title:
            raise self.source.error(block.line, "an {admonition} needs a title; expected {admonition} Title")
        if block.name == "dropdown" or "dropdown" in str(block.options.get("class", "")).split():
            body = self._body(block, quoted=False)
            return ["<details>", f"<summary>{self._summary(title, block.line)}</summary>", "", *body, "", "</details>"]
        rows = [f"**{self.prose.plain(title, block.line)}**", "", *self._body(block, quoted=True)]
        return [f"> {row}".rstrip() for row in rows]

    def _body(self, block: Block, quoted: bool) -> list[str]:
        return "\n".join(self._rows(block.children, quoted)).strip("\n").split("\n")

    def _summary(self, title: str, line: int) -> str:
        """A folded section's title is HTML, where Markdown's marks for code mean nothing."""
        parts = pieces(self.prose.plain(title, line), line)
        return "".join(_html_code(part.raw) if part.kind == "code" else part.raw for part in parts)


def _anchor(label: str) -> str:
    return f'<a id="{make_id(normal(label))}"></a>'


def _html_code(raw: str) -> str:
    return f"<code>{html.escape(raw.strip('`').strip())}</code>"


def _append_apart(rows: list[str], new: list[str], prefix: str) -> None:
    """Append with an empty line before and after, all inside the list item or quotation that `prefix` opens."""
    inside = re.sub(r"[^>]", " ", prefix)
    begins_item = bool(prefix.strip("> \t"))
    if rows and not begins_item and not _is_empty(rows[-1:]):
        rows.append(inside.rstrip())
    for number, row in enumerate(new):
        rows.append(((inside if number else prefix) + row).rstrip())
    rows.append(inside.rstrip())


def _is_empty(rows: list[str]) -> bool:
    return all(not row.strip("> \t") for row in rows)
