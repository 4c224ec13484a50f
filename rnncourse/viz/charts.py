"""Charts of plain numbers: lines, bars, dots and heatmaps, all in one style."""

import numpy as np
from matplotlib.patches import Rectangle

from rnncourse.viz.arguments import numbers, require_parts, texts
from rnncourse.viz.cells import colour_bar, colours_of, draw_cells, write_numbers
from rnncourse.viz.picture import Picture
from rnncourse.viz.style import DASHES, FAINT, INK, POINTS, SERIES, new_figure, styled
from rnncourse.viz.ticks import count_ticks, name_columns, name_rows, plain_log_ticks, text_width

_MARKERS = ("o", "s", "^", "D", "v", "P")


def lines(
    series, *, x_label, y_label, alt, scales=("linear", "linear"), limits=None, levels=None, markers=True, band=None
):
    """Curves ``{label: (x, y)}`` or ``{label: (x, y, low, high)}`` with a band from low to high.

    ``scales`` of x and y are matplotlib's (``"log"``); ``limits`` is the range of y; ``levels`` are horizontal lines
    ``{label: y}`` to compare with, for which the range widens where it must; ``band`` says in the legend what the
    bands are. Each curve differs in colour, dash and marker, so there are at most six. Returns a :class:`Picture`.
    """
    require_parts("series", series)
    if len(series) > len(SERIES):
        raise ValueError(f"series: expected 1 to {len(SERIES)} curves that can be told apart, got {len(series)}")
    with styled():
        figure, axes = new_figure()
        for i, (label, (x, y, *edges)) in enumerate(series.items()):
            marker = _MARKERS[i] if markers else None
            axes.plot(x, y, label=label, color=SERIES[i], linestyle=DASHES[i], marker=marker)
            if edges:
                axes.fill_between(x, *edges, color=SERIES[i], alpha=0.2, linewidth=0)
        axes.set(xlabel=x_label, ylabel=y_label, xscale=scales[0], yscale=scales[1], ylim=limits)
        _draw_levels(axes, levels)
        plain_log_ticks(axes)
        if scales[0] == "linear" and all(np.all(np.mod(x, 1) == 0) for x, *_ in series.values()):
            count_ticks(axes.xaxis)  # there are no half steps
        if band:
            axes.add_patch(Rectangle((0, 0), 0, 0, color=FAINT, alpha=0.4, linewidth=0, label=band))
        if len(series) > 1 or band:
            legend(figure, axes)
        return Picture(figure, alt)


def legend(figure, axes):
    """The names of the curves above the figure, in two columns where they fit."""
    widths = [text_width(label) + 23 for label in axes.get_legend_handles_labels()[1]]  # of the sample of its line
    left = widths[: (len(widths) + 1) // 2]
    fits = max(left) + max(widths[len(left) :], default=0) < POINTS - 36
    figure.legend(loc="outside upper left", ncols=2 if fits else 1)


def _draw_levels(axes, levels):
    """Draw lines to compare with, each name above its line, or below it where the next line is near."""
    heights = sorted((levels or {}).values())
    _make_room(axes, heights)
    low, high = axes.transScale.transform([(1, y) for y in axes.get_ylim()])[:, 1]
    for label, height in (levels or {}).items():
        axes.axhline(height, color=INK, linewidth=1, linestyle=(0, (2, 2)))
        above = [y for y in heights if y > height][:1]
        gap = np.diff(axes.transScale.transform([(1, height), *((1, y) for y in above)])[:, 1])
        crowded = bool((gap / (high - low) < 0.1).any())
        place = {"xycoords": ("axes fraction", "data"), "xytext": (0, -2 if crowded else 2)}
        va = "top" if crowded else "bottom"
        axes.annotate(label, (1, height), ha="right", va=va, textcoords="offset points", **place)


def _make_room(axes, heights):
    """Widen the range of y until it holds all the heights; a line outside would leave no room for the axes."""
    ends, to_scale = axes.get_ylim(), axes.yaxis.get_transform()
    places = to_scale.transform([*ends, *heights])
    if places.min() < min(places[:2]) or places.max() > max(places[:2]):
        margin = 0.05 * np.ptp(places)
        axes.set_ylim(to_scale.inverted().transform([places.min() - margin, places.max() + margin]))


def bars(heights, *, x_label, y_label, alt, names=None, scale="linear", limits=None, highlight=()):
    """One bar per entry of ``heights``; ``names`` stand under the bars, those in ``highlight`` take another colour and an edge."""
    heights = numbers("heights", heights, ("N",))
    names = range(len(heights)) if names is None else names
    names = texts("names", list(names), count=len(heights))
    marked = [name in {str(h) for h in highlight} for name in names]
    with styled():
        figure, axes = new_figure()
        edges = [1.8 if mark else 0 for mark in marked]
        colours = [SERIES[1] if mark else SERIES[0] for mark in marked]
        axes.bar(range(len(heights)), heights, color=colours, width=0.7, edgecolor=INK, linewidth=edges)
        axes.set(xlabel=x_label, ylabel=y_label, yscale=scale, ylim=limits)
        name_columns(axes, names, (POINTS - 45) / len(names))
        axes.grid(visible=False, axis="x")
        return Picture(figure, alt)


def seeds(runs, intervals, *, y_label, alt, levels=None, limits=None):
    """Every run of ``{name: values}`` as a dot, and beside the dots ``{name: (mean, half width)}``."""
    require_parts("runs", runs)
    require_parts("intervals", intervals)
    if not runs.keys() <= intervals.keys():
        raise ValueError(f"intervals: expected one for each of {', '.join(runs)}, got {', '.join(intervals)}")
    with styled():
        figure, axes = new_figure()
        for i, (name, values) in enumerate(runs.items()):
            axes.plot(i + np.linspace(-0.2, 0.12, len(values)), values, "o", color=SERIES[0], alpha=0.75)
            mean, half_width = intervals[name]
            axes.errorbar(i + 0.28, mean, half_width, fmt="D", color=SERIES[1], capsize=4)
        axes.set(ylabel=y_label, ylim=limits, xlim=(-0.5, len(runs) - 0.3))
        _draw_levels(axes, levels)
        name_columns(axes, [str(name) for name in runs], (POINTS - 50) / len(runs))
        axes.grid(visible=False, axis="x")
        return Picture(figure, alt)


def heatmap(values, *, x_label, y_label, value_label, alt, x_names=None, y_names=None, limits=(None, None)):
    """A matrix (rows, columns) as coloured cells, first row at the top, with a bar that says what the colours mean.

    NaN is a blank cell. Numbers of both signs take two colours that meet in grey at zero. Where the cells have room,
    each number is written in its cell. ``limits`` are the numbers at the ends of the bar. Returns a :class:`Picture`.
    """
    values = numbers("values", values, ("rows", "columns"), gaps=True)
    rows, columns = values.shape
    height = float(np.clip(rows * 14, 130, 300))
    left = max(map(text_width, texts("y_names", list(y_names), count=rows))) if y_names is not None else 20
    cell = (POINTS - left - 35) / columns, height / rows
    with styled():
        figure, axes = new_figure(height=(height + 85) / 72)
        image = draw_cells(axes, values, *colours_of(values, *limits))
        axes.set(xlabel=x_label, ylabel=y_label)
        count_ticks(axes.xaxis, axes.yaxis)
        if x_names is not None:
            name_columns(axes, texts("x_names", list(x_names), count=columns), cell[0])
        if y_names is not None:
            name_rows(axes, [str(name) for name in y_names], cell[1])
        write_numbers(axes, values, image, cell)
        colour_bar(figure, image, axes, value_label)
        return Picture(figure, alt)
