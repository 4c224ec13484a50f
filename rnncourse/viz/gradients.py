"""The sizes of gradients by step and lag, on one logarithmic scale of colours."""

import math

import numpy as np
from matplotlib.colors import LogNorm

from rnncourse.viz.arguments import numbers, require_parts
from rnncourse.viz.cells import colour_bar, draw_cells
from rnncourse.viz.picture import Picture
from rnncourse.viz.style import SIZES, new_figure, styled
from rnncourse.viz.ticks import count_ticks

_MOST_DECADES = 12
"""Powers of ten that colours tell apart; what is smaller is drawn with the smallest."""


def gradient_heatmap(sizes, *, alt, limits=None, value_label="size of the gradient"):
    """How large the gradient of the loss at each step is, seen from the states before it.

    ``sizes`` is ``{name: (T, K)}``, the norms of dL_t / dh_{t-k} for steps t = 0..T-1 (rows) and lags k = 0..K-1; the
    parts stand side by side on one logarithmic scale of colours. Where k > t there is no state, and the cell is blank
    whatever the array holds; so is NaN. ``limits`` are the smallest and the largest size that have a colour of their
    own (by default the powers of ten around all sizes, at most twelve of them). Returns a :class:`Picture`.
    """
    require_parts("sizes", sizes)
    parts = {name: _defined(name, array) for name, array in sizes.items()}
    norm = LogNorm(*_range_of_sizes(np.concatenate([part.ravel() for part in parts.values()]), limits))
    smallest = min(np.nanmin(part) for part in parts.values())
    with styled():
        figure, row = new_figure(height=2.9, columns=len(parts), sharey=True, squeeze=False)
        for axes, (name, part) in zip(row[0], parts.items(), strict=True):
            image = draw_cells(axes, np.maximum(part, norm.vmin).T, SIZES, norm, origin="lower")
            axes.set(title=name, xlabel="step t of the loss")
            count_ticks(axes.xaxis, axes.yaxis)
        row[0, 0].set_ylabel("lag k (steps back)")
        colour_bar(figure, image, list(row[0]), value_label, least="≤ " if smallest < norm.vmin else "")
        return Picture(figure, alt)


def _defined(name, array):
    """The sizes (T, K) with NaN where the lag leads to before the first state."""
    array = numbers(f"sizes[{name!r}]", array, ("T", "K"), gaps=True)
    steps, lags = np.indices(array.shape)
    array = np.where(lags <= steps, array, np.nan)
    if np.isnan(array).all():
        raise ValueError(f"sizes[{name!r}]: expected at least one number, got only NaN")
    if (array < 0).any():
        raise ValueError(f"sizes[{name!r}]: expected sizes of at least 0, got {np.nanmin(array):g}")
    return array


def _range_of_sizes(sizes, limits):
    if limits is not None:
        low, high = limits
        if not 0 < low < high:
            raise ValueError(f"limits: expected two numbers 0 < low < high, got {limits!r}")
        return low, high
    positive = sizes[sizes > 0]
    if positive.size == 0:
        raise ValueError("sizes: expected at least one gradient that is not 0, got only zeros")
    highest = math.ceil(math.log10(positive.max()) - 1e-9)
    lowest = math.floor(math.log10(positive.min()) + 1e-9)
    return 10.0 ** min(max(lowest, highest - _MOST_DECADES), highest - 1), 10.0**highest
