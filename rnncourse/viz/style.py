"""One look for every figure: colours that a colour-blind reader can tell apart, and sizes that fit a phone."""

from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure

INK = "#1f2430"
"""Axes, labels and text."""
FAINT = "#8a8f98"
"""Grid lines and what should recede."""
SERIES = ("#0072b2", "#c1440e", "#00795a", "#8e4585", "#9a6a00", "#5a6470")
"""Lines, bars and marks, after Okabe and Ito (2008), darkened to at least 4.5:1 on white."""
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)), (0, (1, 1)))
"""One for each colour of ``SERIES``, so that lines can be told apart without colour."""

CSS_VARIABLES = {INK: "--rnn-ink", FAINT: "--rnn-faint", **{c: f"--rnn-c{i}" for i, c in enumerate(SERIES)}}
"""A page may set these to recolour every figure, for instance on a dark background."""

FALLBACKS = {INK: "currentColor"}
"""Where the page sets nothing, text is the colour of the text around it: right in any notebook, light or dark."""

WIDTH = 4.6
"""Inches. Letters of 9.5 points in a figure this wide are still 10 pixels high on a phone of 390 pixels."""
POINTS = 72 * WIDTH
"""The same width in points, the unit of letters."""
FONT_SIZE = 9.5
LINE = 10.2
"""Points from one line of text to the next: labels nearer than this would touch."""

# A picture of cells cannot be recoloured by the page, so these are seen on white and on black alike; no cell is drawn
# where there is no number, and the page shows there.
SIZES = ListedColormap(mpl.colormaps["cividis"](np.linspace(0.15, 0.95, 256)), "sizes")
"""From small, dark blue, to large, yellow (Nunez et al. 2018): the same order in grey and to the colour-blind."""
SIGNED = LinearSegmentedColormap.from_list("signed", ["#08509c", "#4a94d2", "#cdd1d6", "#de8148", "#8f3205"][::-1])
"""Negative orange, zero grey, positive blue; a reader who needs the sign of a cell finds it written or in the bar."""
_COVER = np.linspace(0, 1, 256)[:, None] ** 0.7  # so that the eye sees small weights better
_BLUE = np.full((256, 3), (0.17, 0.55, 0.89))
WEIGHTS = ListedColormap(np.hstack([_BLUE, 0.05 + 0.95 * _COVER]), "weights")
"""From nearly nothing to full blue, for weights from 0 to 1: marks and words on it keep the colours of the page."""
VEIL = ListedColormap(np.hstack([_BLUE, 0.75 * _COVER]), "veil")
"""The same blue, transparent enough to see what lies under it."""
SHADE = ListedColormap(np.hstack([np.full((256, 3), 0.55), 0.55 * np.linspace(0, 1, 256)[:, None]]), "shade")
"""From nothing to half a grey, on which lines and words of any colour of the page stand out."""
ON_DARK, ON_BRIGHT = "#ffffff", "#000000"
"""Letters on cells, whose colours stay as they are."""

_SETTINGS = {
    "font.size": FONT_SIZE,
    "font.family": "sans-serif",
    "axes.titlesize": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": FAINT,
    "grid.alpha": 0.3,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "axes.prop_cycle": mpl.cycler(color=SERIES),
    "svg.fonttype": "none",
    "svg.hashsalt": "rnncourse",
    "figure.constrained_layout.use": True,
    **{key: INK for key in ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")},
}


@contextmanager
def styled():
    """Draw inside with the course's settings; the reader's own matplotlib settings are left alone."""
    with mpl.rc_context(_SETTINGS):
        yield


def new_figure(height=2.7, rows=1, columns=1, **subplots):
    """A figure of the course's width with its axes; call it inside :func:`styled`."""
    figure = Figure(figsize=(WIDTH, height))
    return figure, figure.subplots(rows, columns, **subplots)
