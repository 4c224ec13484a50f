"""Charts of plain numbers: lines, bars and heatmaps, all in one style."""

import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter

from rnncourse.viz.picture import Picture
from rnncourse.viz.style import FAINT, INK, SERIES, new_figure, styled

_DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)), (0, (1, 1)))
_MARKERS = ("o", "s", "^", "D", "v", "P")


def lines(series, *, x_label, y_label, alt, scales=("linear", "linear"), limits=None, levels=None, markers=True):
    """Curves ``{label: (x, y)}`` or ``{label: (x, y, low, high)}`` with a band from low to high.

    ``scales`` of x and y are matplotlib's (``"log"``); ``limits`` is the range of y; ``levels`` are horizontal lines
    ``{label: y}`` to compare with. Each curve differs in colour, dash and marker. Returns a :class:`Picture`.
    """
    with styled():
        figure, axes = new_figure()
        for i, (label, (x, y, *band)) in enumerate(series.items()):
            marker = _MARKERS[i % len(_MARKERS)] if markers else None
            axes.plot(x, y, label=label, color=SERIES[i], linestyle=_DASHES[i % len(_DASHES)], marker=marker)
            if band:
                axes.fill_between(x, *band, color=SERIES[i], alpha=0.2, linewidth=0)
        _draw_levels(axes, levels)
        axes.set(xlabel=x_label, ylabel=y_label, xscale=scales[0], yscale=scales[1], ylim=limits)
        _plain_log_ticks(axes)
        if len(series) > 1:
            figure.legend(loc="outside upper left", ncols=2)
        return Picture(figure, alt)


def _plain_log_ticks(axes):
    """On a short logarithmic axis 1, 2, 5, 10, 20 instead of powers of ten; never labels that run into one another."""
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() != "log":
            continue
        low, high = axis.get_view_interval()
        axis.set_minor_formatter(NullFormatter())
        if high < 400 * low:
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter(lambda value, _: f"{value:g}")


def _draw_levels(axes, levels):
    for label, height in (levels or {}).items():
        axes.axhline(height, color=INK, linewidth=1, linestyle=(0, (2, 2)))
        place = {"xycoords": ("axes fraction", "data"), "xytext": (0, 2), "textcoords": "offset points"}
        axes.annotate(label, (1, height), ha="right", va="bottom", **place)


def bars(heights, *, x_label, y_label, alt, names=None, scale="linear", limits=None, highlight=()):
    """One bar per entry of ``heights``; ``names`` stand under the bars, those in ``highlight`` take another colour."""
    names = [str(i) for i in range(len(heights))] if names is None else [str(name) for name in names]
    colours = [SERIES[1] if name in {str(h) for h in highlight} else SERIES[0] for name in names]
    with styled():
        figure, axes = new_figure()
        axes.bar(range(len(heights)), heights, color=colours, width=0.7)
        axes.set(xlabel=x_label, ylabel=y_label, yscale=scale, ylim=limits)
        axes.set_xticks(range(len(heights)), names)
        axes.grid(visible=False, axis="x")
        return Picture(figure, alt)


def seeds(runs, intervals, *, y_label, alt, levels=None, limits=None):
    """Every run of ``{name: values}`` as a dot, and beside the dots ``{name: (mean, half width)}``."""
    with styled():
        figure, axes = new_figure()
        for i, (name, values) in enumerate(runs.items()):
            axes.plot(i + np.linspace(-0.2, 0.12, len(values)), values, "o", color=SERIES[0], alpha=0.6)
            mean, half_width = intervals[name]
            axes.errorbar(i + 0.28, mean, half_width, fmt="D", color=SERIES[1], capsize=4)
        _draw_levels(axes, levels)
        axes.set(ylabel=y_label, ylim=limits, xlim=(-0.5, len(runs) - 0.3))
        axes.set_xticks(range(len(runs)), [str(name) for name in runs])
        axes.grid(visible=False, axis="x")
        return Picture(figure, alt)


def heatmap(values, *, x_label, y_label, value_label, alt, x_names=None, y_names=None, limits=(None, None)):
    """A matrix as coloured squares, first row at the top, with a colour bar that says what the colours mean."""
    values = np.asarray(values)
    with styled():
        figure, axes = new_figure(height=3.4)
        image = axes.imshow(values, aspect="auto", interpolation="none", vmin=limits[0], vmax=limits[1])
        axes.set(xlabel=x_label, ylabel=y_label)
        axes.grid(visible=False)
        if x_names is not None:
            axes.set_xticks(range(len(x_names)), x_names)
        if y_names is not None:
            axes.set_yticks(range(len(y_names)), y_names)
        bar = figure.colorbar(image, ax=axes, label=value_label, pad=0.02)
        bar.outline.set_edgecolor(FAINT)
        return Picture(figure, alt)
