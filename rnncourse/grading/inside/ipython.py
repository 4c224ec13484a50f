"""Turns what only a notebook's kernel understands, magics, shell escapes and questions, into Python."""

import re

from .scanning import Scanner

_OTHER_LANGUAGES = {"!", "R", "SVG", "HTML", "bash", "bigquery", "cmd", "cython", "file", "html", "javascript", "js"}
_OTHER_LANGUAGES |= {"latex", "markdown", "mermaid", "perl", "pypy", "python", "python2", "python3", "ruby", "script"}
_OTHER_LANGUAGES |= {"sh", "shell", "sql", "svg", "sx", "system", "writefile"}
_ASSIGNED = re.compile(r"(\s*)([^\W\d][\w., \t]*)=\s*([!%]).*")
_TIMED = re.compile(r"(\s*)%time\s+(.+)")
_ESCAPED = re.compile(r"(\s*)(?:[%!?].*|%{0,2}[\w.*\[\]]+\?{1,2}\s*)")


def python_of(source):
    """A cell's source as Python, line for line; empty when a cell magic such as ``%%bash`` hands it to another language.

    A cell magic that runs Python, such as ``%%time``, keeps its body, and ``%time x = 1`` its statement. Other magics
    and shell escapes become ``pass``; ``name = !ls`` an empty list and ``name = %magic`` None. Only lines that begin a
    statement are touched: a ``%`` within brackets or a string means what it means in Python.
    """
    lines = source.split("\n")
    if not _take_cell_magics(lines):
        return ""
    scanner, escaped = Scanner(), False
    for position, line in enumerate(lines):
        plain = "" if escaped else _plain(line) if scanner.at_start else None
        if plain is None:
            scanner.feed(line)
            continue
        lines[position] = plain
        escaped = line.endswith("\\")
    return "\n".join(lines)


def _take_cell_magics(lines):
    """Blank the cell magics on top of the cell; whether Python is below them."""
    for position, line in enumerate(lines):
        if line.strip() and not line.startswith("%%"):
            break
        words = line[2:].split()
        if words and (words[0] in _OTHER_LANGUAGES or words[0].startswith("!")):
            return False
        lines[position] = ""
    return True


def _plain(line):
    """The line that stands for this one, or None when it is Python, or tries to be."""
    if match := _ASSIGNED.fullmatch(line):
        indent, names, kind = match.groups()
        return f"{indent}{names.rstrip()} = {'[]' if kind == '!' else None}"
    if match := _TIMED.fullmatch(line):
        return match[1] + match[2]
    if match := _ESCAPED.fullmatch(line):
        return f"{match[1]}pass"
    return None
