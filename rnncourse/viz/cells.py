"""Matrices drawn as coloured cells, what the colours mean, and the numbers in the cells where there is room."""

import numpy as np
from matplotlib.colors import LogNorm, Normalize
from matplotlib.ticker import MaxNLocator

from rnncourse.viz.style import FAINT, LINE, ON_BRIGHT, ON_DARK, SIGNED, SIZES
from rnncourse.viz.ticks import log_ticks, text_width


def draw_cells(axes, values, cmap, norm, **place):
    """Draw a matrix as sharp cells; a cell without a number shows the page."""
    axes.grid(visible=False)
    return axes.imshow(values, aspect="auto", interpolation="none", cmap=cmap, norm=norm, **place)


def colour_bar(figure, image, axes, label, least=""):
    """A bar under the axes that says which number a colour stands for; ``least`` stands before the lowest."""
    bar = figure.colorbar(
        image, ax=axes, label=label, location="bottom", aspect=40, pad=6 / (72 * figure.get_figheight())
    )
    bar.outline.set_edgecolor(FAINT)
    bar.ax.minorticks_off()
    if isinstance(image.norm, LogNorm):
        log_ticks(bar.ax.xaxis, image.norm.vmin, image.norm.vmax, least)
    else:
        bar.ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    return bar


def colours_of(values, low=None, high=None):
    """The colour map of a matrix and its scale: one with two sides for numbers of both signs, zero in the middle."""
    known = values[~np.isnan(values)]
    if known.size == 0:
        raise ValueError("values: expected at least one number, got only NaN")
    low, high = known.min() if low is None else low, known.max() if high is None else high
    if low < 0 < high:
        largest = max(-low, high)
        return SIGNED, Normalize(-largest, largest)
    return SIZES, Normalize(low, high)


def write_numbers(axes, values, image, cell):
    """Write each number into its cell if the widest fits, in black or white, whichever stands out more."""
    if cell[0] < text_width("0") + 5 or cell[1] < LINE:
        return
    written = {place: _short(value, values) for place, value in np.ndenumerate(values) if not np.isnan(value)}
    if max(map(text_width, written.values())) + 5 > cell[0]:
        return
    for (row, column), text in written.items():
        red, green, blue, _ = image.to_rgba(values[row, column])
        bright = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > 0.18
        axes.text(column, row, text, ha="center", va="center", color=ON_BRIGHT if bright else ON_DARK)


def _short(value, values):
    """A number in as few letters as all numbers of its matrix allow."""
    if (values[~np.isnan(values)] % 1 == 0).all():
        written = f"{value:.0f}"
    else:
        written = f"{value:.2f}" if 0.1 <= np.nanmax(np.abs(values)) < 100 else f"{value:.0e}"
    return written.replace("-", "−") if float(written) else written.removeprefix("-")
