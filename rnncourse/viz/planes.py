"""Two planes: the eigenvalues of a recurrent matrix, and a loss over two parameters."""

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.patches import Circle

from rnncourse.viz.arguments import numbers, require_parts
from rnncourse.viz.cells import colour_bar, draw_cells
from rnncourse.viz.labels import places_of_names
from rnncourse.viz.picture import Picture
from rnncourse.viz.style import DASHES, FAINT, INK, SERIES, SHADE, new_figure, styled
from rnncourse.viz.ticks import plain

_MARKERS = ("o", "x", "^", "s", "D", "v")


def eigenvalue_plane(eigenvalues, *, alt):
    """Eigenvalues in the complex plane, with the unit circle between those that shrink and those that grow.

    ``eigenvalues`` is ``{name: values}``, complex (H,), such as ``np.linalg.eigvals(W_hh)`` before and after training.
    The legend says how far the outermost of each lies from zero. Returns a :class:`Picture`.
    """
    require_parts("eigenvalues", eigenvalues)
    parts = {name: _complex(name, values) for name, values in eigenvalues.items()}
    if len(parts) > len(_MARKERS):
        raise ValueError(f"eigenvalues: expected at most {len(_MARKERS)} sets, got {len(parts)}")
    every = np.concatenate([[1, -1, 1j, -1j], *parts.values()])
    low, high = every.real.min() - 0.1, every.real.max() + 0.1
    reach = np.abs(every.imag).max() + 0.1
    with styled():
        figure, axes = new_figure(height=float(np.clip(0.7 + 3.8 * 2 * reach / (high - low), 1.5, 4.2)))
        axes.add_patch(Circle((0, 0), 1, fill=False, edgecolor=INK, linewidth=1.2))
        for i, (name, values) in enumerate(parts.items()):
            label = f"{name}: largest |λ| = {np.abs(values).max():.2f}"
            axes.plot(values.real, values.imag, _MARKERS[i], label=label, color=SERIES[i], markerfacecolor="none")
        axes.set(xlim=(low, high), ylim=(-reach, reach), aspect="equal", xlabel="real part", ylabel="imaginary part")
        figure.legend(loc="outside upper left")
        return Picture(figure, alt)


def _complex(name, values):
    try:
        values = np.asarray(values, dtype=complex)
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(f"eigenvalues[{name!r}]: expected complex numbers, got {type(values).__name__}") from None
    numbers(f"eigenvalues[{name!r}]", np.abs(values), ("H",))
    return values


def loss_cliff(losses, x, y, paths, *, x_label, y_label, alt, value_label="loss", limits=None):
    """A loss over two parameters, with the paths that gradient descent took.

    ``losses`` is (Y, X), positive, at the evenly spaced values ``y`` (Y,) and ``x`` (X,); colours are logarithmic, and
    lines join points of equal loss: where they crowd, there is a cliff. ``limits`` are the losses at the ends of the
    colours. ``paths`` is ``{name: (N, 2)}``, at most five paths of points (x, y); a ring marks the first point, and
    each path carries its name. A path that leaves the map is cut at its edge. Returns a :class:`Picture`.
    """
    x, y = _even("x", x), _even("y", y)
    losses = numbers("losses", losses, (len(y), len(x)))
    if losses.min() <= 0:
        raise ValueError(f"losses: expected positive numbers, which have a logarithm, got {losses.min():g}")
    low, high = limits or (losses.min(), losses.max())
    require_parts("paths", paths)
    paths = {name: numbers(f"paths[{name!r}]", path, ("N", 2)) for name, path in paths.items()}
    if len(paths) >= len(SERIES):
        raise ValueError(f"paths: expected at most {len(SERIES) - 1}, which can be told apart, got {len(paths)}")
    half = (x[1] - x[0]) / 2, (y[1] - y[0]) / 2
    extent = (x[0] - half[0], x[-1] + half[0], y[0] - half[1], y[-1] + half[1])
    with styled():
        figure, axes = new_figure(height=3.9)
        image = draw_cells(axes, losses.clip(low, high), SHADE, LogNorm(low, high), origin="lower", extent=extent)
        axes.contour(x, y, losses, levels=np.geomspace(low, high, 10)[1:-1], colors=FAINT, linewidths=0.7)
        axes.set(xlabel=x_label, ylabel=y_label, xlim=extent[:2], ylim=extent[2:])
        colour_bar(figure, image, axes, value_label, least="≤ " if losses.min() < low else "")
        _draw_paths(figure, axes, paths)
        return Picture(figure, alt)


def _even(name, values):
    values = numbers(name, values, ("N",))
    steps = np.diff(values)
    if len(values) < 2 or steps[0] <= 0 or not np.allclose(steps, steps[0]):
        raise ValueError(f"{name}: expected rising numbers at equal distances, got {values[:3]}...")
    return values


def _draw_paths(figure, axes, paths):
    for i, path in enumerate(paths.values()):
        axes.plot(*path.T, color=SERIES[i + 1], linestyle=DASHES[i], marker=_MARKERS[i], markersize=4)
        axes.plot(*path[0], "o", markersize=9, markerfacecolor="none", color=INK)
    figure.draw_without_rendering()  # from here on the size of the axes is known
    box = axes.get_window_extent()
    to_points, scale = axes.transData, 72 / figure.dpi
    on_map = {plain(name): (to_points.transform(path) - box.p0) * scale for name, path in paths.items()}
    places = places_of_names(on_map, box.size * scale)
    for name, path in zip(on_map, paths, strict=True):
        if name not in places:
            raise ValueError(f"paths[{path!r}]: expected a path with room for its name on the map, got none")
        place = to_points.inverted().transform(places[name] / scale + box.p0)
        axes.text(*place, name, weight="bold", ha="center", va="center")
