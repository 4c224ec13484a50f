"""Axes that stay readable: few numbers, and words that never run into one another."""

import math
from functools import cache
from itertools import pairwise

from matplotlib.textpath import TextPath
from matplotlib.ticker import FixedLocator, LogLocator, MaxNLocator, NullFormatter, NullLocator

from rnncourse.viz.style import FONT_SIZE, LINE

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@cache
def text_width(text):
    """Points that a text takes in matplotlib's own font, which is wider than the fonts of most pages."""
    return max(0.0, float(TextPath((0, 0), text, size=FONT_SIZE).get_extents().width)) if text.strip() else 0.0


def fit(words, spacing):
    """Whether words side by side, their middles ``spacing`` points apart, leave gaps, wider ones between longer words."""
    widths = [text_width(word) for word in words]
    return all(0.56 * (a + b) + 2.4 <= spacing for a, b in pairwise(widths))


def name_columns(axes, names, spacing):
    """Write a name under every column, upright where they would not fit side by side.

    Columns are ``spacing`` points apart. Where even upright names would touch, only every second, third... is written.
    """
    turned = not fit(names, spacing)
    every = max(1, math.ceil(LINE / spacing)) if turned else 1
    turned = turned and not fit(names[::every], spacing * every)
    axes.set_xticks(range(0, len(names), every), names[::every], rotation=90 if turned else 0)


def name_rows(axes, names, spacing):
    """Write a name beside every row, or every second, third... where rows are nearer than the lines of a text."""
    every = max(1, math.ceil(LINE / spacing))
    axes.set_yticks(range(0, len(names), every), names[::every])


def count_ticks(*axes_of_numbers):
    """Put a handful of whole numbers on each axis."""
    for axis in axes_of_numbers:
        axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))


def plain_log_ticks(axes):
    """Put readable numbers on whichever of the two axes are logarithmic."""
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log":
            log_ticks(axis, *axis.get_view_interval())


def log_ticks(axis, low, high, least=""):
    """1, 2, 5, 10, 20 on a short logarithmic axis, a few powers of ten on a long one; never labels that touch.

    ``least`` is written before the lowest number, where all that is smaller stands with it.
    """
    axis.set_minor_formatter(NullFormatter())
    if high < 400 * low:
        axis.set_minor_locator(NullLocator())
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        written = "{:g}".format
    else:
        axis.set_major_locator(FixedLocator(decades(low, high)))
        written = power_of_ten
    axis.set_major_formatter(lambda value, _: (least if value < 1.001 * low else "") + written(value))


def decades(low, high, most=6):
    """At most so many powers of ten from ``low`` to ``high``, evenly spread, the lowest among them."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    return [10.0**exponent for exponent in range(first, last + 1, max(1, math.ceil((last - first + 1) / most)))]


def power_of_ten(value):
    """The number written as a power of ten in letters of one size: 10⁻³."""
    return "10" + str(round(math.log10(value))).translate(_SUPERSCRIPTS)


def plain(word):
    """The word with its dollar signs escaped, which matplotlib would read as mathematics."""
    return word.replace("$", r"\$")
