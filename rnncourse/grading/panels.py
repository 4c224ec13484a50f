"""What is laid side by side when a result is wrong: the student's, the expected one, and their difference."""

import math
import reprlib
import textwrap
from dataclasses import dataclass

import numpy as np

from rnncourse.grading.compare import relative_error

LONGEST_LINE = 90
_DIGITS = 4
_MOST_DIGITS = 10


@dataclass(frozen=True)
class Panel:
    """A title, and either ``numbers`` (rows, columns) with ``words``, the same formatted, or lines of ``text``."""

    title: str
    numbers: np.ndarray | None = None
    words: tuple[tuple[str, ...], ...] = ()
    text: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """The panels, and sentences about them: how wrong it is, and which piece of a large array is shown.

    ``first`` is the index of the number in the upper left corner of each table.
    """

    panels: tuple[Panel, ...]
    sentences: tuple[str, ...] = ()
    first: tuple[int, ...] = ()


def comparison(evidence, largest):
    """How to show an :class:`Evidence` in tables of at most ``largest`` rows and columns; None without results."""
    if evidence is None or not evidence.output:
        return None
    yours, expected = _as_numbers(evidence.yours), _as_numbers(evidence.expected)
    if yours is not None and expected is not None and yours.shape == expected.shape and yours.size:
        with np.errstate(all="ignore"):
            return _of_numbers(evidence.output, yours, expected, largest)
    pairs = (f"your {evidence.output}", evidence.yours), ("expected", evidence.expected)
    return Comparison(tuple(Panel(title, text=_as_text(value)) for title, value in pairs))


def _of_numbers(output, yours, expected, largest):
    difference = yours - expected
    piece = _piece(difference, largest)
    tables = [np.atleast_2d(array[piece]) for array in (yours, expected, difference)]
    pattern = _pattern(np.stack(tables[:2]), _visible_digits(tables[1], tables[2]))
    patterns = pattern, pattern, _pattern(tables[2], _DIGITS)
    titles = f"your {output}", "expected", "difference"
    panels = [
        Panel(title, table, _words(table, spec)) for title, table, spec in zip(titles, tables, patterns, strict=True)
    ]
    sentences = [f"relative error {relative_error(yours, expected):.2g}"]
    if tables[0].size < yours.size:
        where = ", ".join(map(_index, piece, yours.shape))
        sentences.append(f"shown is {output}[{where}] of shape {yours.shape}, where the difference is largest")
    first = tuple(part if isinstance(part, int) else part.start for part in piece)
    return Comparison(tuple(panels), tuple(sentences), first)


def _as_numbers(value):
    """The value as an array of real numbers, or None when it is something else."""
    if not isinstance(value, np.ndarray | np.generic | int | float) or isinstance(value, bool):
        return None
    array = np.asarray(value)
    return array.astype(np.float64) if array.dtype.kind in "buif" else None


class _Shortened(reprlib.Repr):
    """Shows any value, cut with ``...`` where it is long."""

    def __init__(self):
        super().__init__()
        self.maxlevel, self.maxstring, self.maxother = 8, 400, 1000
        self.maxlist = self.maxtuple = 40

    def repr_Foreign(self, value, level):
        """Found by the name of the type, as is the next."""
        return value.kind

    def repr_ndarray(self, value, level):
        shown = np.array2string(value, LONGEST_LINE, precision=_DIGITS, suppress_small=True, threshold=64)
        return f"{shown} of shape {value.shape}"


def _as_text(value):
    rows = _Shortened().repr(value).splitlines()
    return tuple(line for row in rows for line in textwrap.wrap(row, LONGEST_LINE, drop_whitespace=False) or [""])


def _piece(difference, largest):
    """The index of a table in an array of any dimension, so that the largest difference is in it."""
    size = np.nan_to_num(np.abs(difference), nan=np.inf)
    place = [int(i) for i in np.unravel_index(size.argmax(), size.shape)]
    windows = [_window(count, centre, largest) for count, centre in zip(size.shape[-2:], place[-2:], strict=True)]
    return (*place[:-2], *windows)


def _window(count, centre, largest):
    """At most ``largest`` neighbours of ``centre`` among ``count``."""
    start = max(0, min(centre - largest // 2, count - largest))
    return slice(start, min(start + largest, count))


def _index(part, count):
    """A part of an index as it is written in Python."""
    if isinstance(part, int):
        return str(part)
    return ":" if part.stop - part.start == count else f"{part.start}:{part.stop}"


def _largest(values):
    return float(np.abs(values).max())


def _visible_digits(expected, difference):
    """So many digits that the difference can be seen in the numbers themselves."""
    ratio = _largest(expected) / _largest(difference) if _largest(difference) else 1
    return _DIGITS if not 0 < ratio < math.inf else min(max(math.ceil(math.log10(ratio)) + 1, _DIGITS), _MOST_DIGITS)


def _pattern(values, digits):
    """One format for all numbers of a table: whole, with a point, or with an exponent."""
    finite = values[np.isfinite(values)]
    if not finite.size or (np.all(finite == np.rint(finite)) and _largest(finite) < 1e6):
        return "z.0f"
    exponent = math.floor(math.log10(_largest(finite)))
    return f"z.{max(digits - 1 - exponent, 0)}f" if -3 <= exponent <= 5 else f".{digits - 1}e"


def _words(table, pattern):
    return tuple(tuple(format(number, pattern) for number in row) for row in table.tolist())
