"""Takes cells apart into the statements at their top level; what is not Python costs itself, not the cell."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from .ipython import python_of
from .names import names_of
from .scanning import Scanner

_NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)
_LONGEST_MENDED = 200_000  # characters of a cell that does not parse: a longer one is left out,
_MOST_PIECES = 10_000  # and so is what follows after as many pieces; garbage must not cost more than a moment
_BEGINS = re.compile(  # what begins a statement, even where a bracket or a string before it was never closed
    r"(?:async\s+def|def|class|import|return|while|with|try)\b|from\s+\S+\s+import\b|@[\w.]+\s*(?:\(|$)"
)
_GOES_ON = re.compile(
    r"(?:else|finally)\s*:|(?:elif|except)\b.*:|[)\]}]|\s|\#|$"
)  # at the left margin, and no beginning


@dataclass(frozen=True)
class Statement:
    """One statement at top level. Its line numbers are those of the cell, whose place and source it carries."""

    node: ast.stmt
    place: str
    source: str

    @cached_property
    def names(self):
        """The :class:`~.names.Names` of it."""
        return names_of(self.node)


@dataclass(frozen=True)
class _Piece:
    """Some lines of a cell: how many stand before them, and what they parse to, or why they do not."""

    before: int
    lines: list[str]
    parsed: list[ast.stmt] | Exception


def statements(cells):
    """The top-level statements of all cells in order, and ``notes`` on the lines that were left out.

    A cell is taken as it is when it is Python. If not, it is moved to the left margin when all of it is indented,
    and magics are replaced; if it is still not Python, it is cut into pieces at its left margin, and each piece that
    does not parse is left out.
    """
    found, notes = [], []
    for cell in cells:
        nodes, problems = _nodes(cell.source)
        found += [Statement(node, cell.place, cell.source) for node in nodes]
        notes += [f"{cell.place}, line {line}: {said}; these lines were left out" for line, said in problems]
    return found, notes


def _nodes(source):
    """The statements of a cell, and pairs of a line number and a sentence on what was left out."""
    parsed = _parsed(source)
    if isinstance(parsed, list):
        return parsed, []
    lines = source.split("\n")
    if len(source) > _LONGEST_MENDED:
        return [], [_problem(_Piece(0, lines, parsed))]
    python = python_of(_without_margin(source))
    if python != source:
        parsed, lines = _parsed(python), python.split("\n")
    return (parsed, []) if isinstance(parsed, list) else _salvaged(lines, parsed)


def _parsed(source, before=0):
    """The statements of a source that has this many lines before it, or the reason why it has none."""
    try:
        tree = ast.parse(source)
    except _NOT_PYTHON as error:
        return error.with_traceback(None)
    return (ast.increment_lineno(tree, before) if before else tree).body


def _without_margin(source):
    """The source moved to the left by the indent of its first line of code."""
    first = re.search(r"^([ \t]*)[^\s#]", source, re.MULTILINE)
    if not first or not first[1]:
        return source
    return "\n".join(line.removeprefix(first[1]) for line in source.split("\n"))


def _salvaged(lines, reason):
    """The statements of those pieces that are Python; of neighbours that are not, only the first is reported."""
    nodes, problems, good = [], [], True
    pieces = _pieces(lines, reason)
    for piece in islice(pieces, _MOST_PIECES):
        if isinstance(piece.parsed, list):
            nodes += piece.parsed
        elif good:
            problems.append(_problem(piece))
        good = isinstance(piece.parsed, list)
    if rest := next(pieces, None):
        problems.append((rest.before + 1, f"more than {_MOST_PIECES} pieces"))
    return nodes, problems


def _pieces(lines, reason):
    """Pieces of the lines, which for this reason do not parse; a piece that does not is cut finer, once."""
    for before, chunk in _chunks(lines, patient=True):
        parsed = reason if len(chunk) == len(lines) else _parsed("\n".join(chunk), before)
        if isinstance(parsed, list):
            yield _Piece(before, chunk, parsed)
            continue
        for more, piece in _chunks(chunk, patient=False):
            same = len(piece) == len(chunk)
            yield _Piece(before + more, piece, parsed if same else _parsed("\n".join(piece), before + more))


def _chunks(lines, patient):
    """Cut where a statement begins at the left margin: ``(lines before, lines)`` of each chunk.

    The patient cut waits for the end of brackets and strings; only a line that cannot stand within brackets, such as
    ``def``, ends the wait for a closing one. The impatient cut does not wait for brackets at all, and not for the end
    of a string once a ``def`` or the like stands at the margin.
    """
    scanner, start, decorated = Scanner(), 0, False
    for position, line in enumerate(lines):
        begins = _BEGINS.match(line)
        if begins and not scanner.at_start and not (patient and scanner.quote):
            scanner = Scanner()
        waits = scanner.quote or scanner.continued or (patient and scanner.depth)
        if not waits and not _GOES_ON.match(line):
            if position > start and not decorated:
                yield start, lines[start:position]
                start = position
            decorated = line.startswith("@")
        scanner.feed(line)
    yield start, lines[start:]


def _problem(piece):
    """The line, counted in the cell, and the sentence for a piece that does not parse."""
    error = piece.parsed
    line = min(getattr(error, "lineno", None) or 1, len(piece.lines))
    said = getattr(error, "msg", None) or str(error) or "nested too deeply"
    return piece.before + line, f"{type(error).__name__}: {said}"
