"""A verdict as text, as a terminal shows it."""

import re
import textwrap
from itertools import zip_longest

from rnncourse.grading.book import section_address
from rnncourse.grading.inside.words import without_addresses
from rnncourse.grading.panels import comparison

WIDTH = 100
OTHER_INPUTS = "Grading uses other inputs."
_INDENT = "  "
_LARGEST_TABLE = 8


def as_text(verdict):
    """The verdict's sentence, what the function was called with, its result beside the expected one, what to reread."""
    lines = [str(verdict)]
    if verdict.passed:
        lines.append(_INDENT + OTHER_INPUTS)
    if verdict.evidence and verdict.evidence.called_with:
        lines += _wrapped(f"called with {verdict.evidence.called_with}")
    shown = comparison(verdict.evidence, _LARGEST_TABLE)
    if shown:
        lines += _beside([_block(panel) for panel in shown.panels])
        lines += [line for sentence in shown.sentences for line in _wrapped(sentence)]
    if verdict.section and verdict.evidence:
        lines += [_INDENT + to_reread(verdict), _INDENT + section_address(verdict.chapter, verdict.section)]
    return "\n".join(printable(line) for line in lines)


def to_reread(verdict):
    """The section to read again, in words."""
    return f'To reread: "{verdict.section}", chapter {int(verdict.chapter[:2])}'


def printable(text):
    """Text that any terminal and any file takes, the same at every run: no control characters, no object's address."""
    letters = without_addresses(text)
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in letters)


def _wrapped(text):
    """Lines of the text; a shape in brackets stays with its name on one line."""
    text = re.sub(r" ?\([^()]*\)", lambda brackets: brackets[0].replace(" ", "\u00a0"), text)
    rows = textwrap.wrap(text, WIDTH, initial_indent=_INDENT, subsequent_indent=2 * _INDENT)
    return [row.replace("\u00a0", " ") for row in rows]


def _block(panel):
    """The lines of a panel under its title, in columns that are aligned on the right."""
    if panel.numbers is None:
        return [panel.title, *(_INDENT + line for line in panel.text)]
    widths = [max(map(len, column)) for column in zip(*panel.words, strict=True)]
    rows = (" ".join(word.rjust(width) for word, width in zip(row, widths, strict=True)) for row in panel.words)
    return [panel.title, *(_INDENT + row for row in rows)]


def _beside(blocks):
    """All blocks side by side, or one under the other where that is too wide."""
    widths = [max(map(len, block)) for block in blocks]
    if len(_INDENT) + sum(widths) + len(_INDENT) * (len(blocks) - 1) > WIDTH:
        return [_INDENT + line for block in blocks for line in block]
    rows = zip_longest(*blocks, fillvalue="")
    return [
        (_INDENT + _INDENT.join(line.ljust(width) for line, width in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]
