"""One look for every figure: colours that a colour-blind reader can tell apart, and sizes that fit a phone."""

from contextlib import contextmanager

import matplotlib as mpl
from matplotlib.figure import Figure

INK = "#1f2430"
"""Axes, labels and text."""
FAINT = "#8a8f98"
"""Grid lines and what should recede."""
SERIES = ("#0072b2", "#c1440e", "#00795a", "#8e4585", "#9a6a00", "#5a6470")
"""Lines, bars and marks, after Okabe and Ito (2008), darkened to at least 4.5:1 on white."""

CSS_VARIABLES = {INK: "--rnn-ink", FAINT: "--rnn-faint", **{c: f"--rnn-c{i}" for i, c in enumerate(SERIES)}}
"""A page may set these to recolour every figure, for instance on a dark background."""

FALLBACKS = {INK: "currentColor"}
"""Where the page sets nothing, text is the colour of the text around it: right in any notebook, light or dark."""

WIDTH = 4.6
"""Inches. Letters of 9.5 points in a figure this wide are still 10 pixels high on a phone of 390 pixels."""

_SETTINGS = {
    "font.size": 9.5,
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
    "image.cmap": "cividis",
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
