"""Names written beside curves, where they cover none of them."""

from itertools import product

import numpy as np

from rnncourse.viz.style import LINE
from rnncourse.viz.ticks import text_width

_AWAY = tuple(side for side in product((-1, 0, 1), repeat=2) if any(side))
_CLEAR = 5  # points from a name to the nearest curve


def places_of_names(paths, size):
    """The middle of each name of ``{name: (N, 2)}``, in the points of a map of this size, ``(width, height)``.

    A name stands beside a point of its own path, where it is most clear of all paths and of the names placed before it;
    among places that are clear enough, at the one farthest from the other paths. A path off the map has no place.
    """
    samples = {name: _along(path, size) for name, path in paths.items()}
    taken, places = [np.concatenate(list(samples.values()))], {}
    for name, own in samples.items():
        others = np.concatenate([[[-1e6, -1e6]], *(points for other, points in samples.items() if other != name)])
        half = np.array([text_width(name) / 2 * 1.1, LINE / 2])  # bold letters are wider
        middles = np.concatenate([own[::5] + side * (half + _CLEAR + 1) for side in np.array(_AWAY)])
        middles = middles[((middles > half) & (middles < size - half)).all(axis=1)]
        if len(middles) == 0:
            continue
        clear = np.minimum(_distances(middles, half, np.concatenate(taken)), _CLEAR)
        apart = np.minimum(_distances(middles, half, others), 100)
        places[name] = middles[(clear + 1e-3 * apart).argmax()]
        taken.append(places[name] + half * np.array(list(product((-1, 0, 1), repeat=2))))
    return places


def _along(path, size):
    """Points every few points along a path, as far as it lies on the map."""
    shares = np.linspace(0, 1, 20)[:, None, None]
    points = np.concatenate([(path[:-1] + shares * np.diff(path, axis=0)).reshape(-1, 2), path[-1:]])
    return points[((points >= 0) & (points <= size)).all(axis=1)]


def _distances(middles, half, points):
    """How far the nearest of the points is from a box around each middle."""
    outside = np.maximum(np.abs(middles[:, None] - points) - half, 0)
    return np.linalg.norm(outside, axis=-1).min(axis=1)
