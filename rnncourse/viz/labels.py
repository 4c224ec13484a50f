"""Names written beside curves and points, where they cover none of them."""

from itertools import product

import numpy as np

from rnncourse.viz.style import LINE
from rnncourse.viz.ticks import text_width

_AWAY = tuple(side for side in product((-1, 0, 1), repeat=2) if any(side))
_FAR = (-1e6, -1e6)  # a point that is in nobody's way
_CLEAR = 5  # points from a name to the nearest curve
_NEAR, _OTHER = 4.4, 6  # from a name to its own point, and to others
_MARK = 3  # from the middle of a mark to where a name may begin
_BESIDE = np.array([(1, 0), (-1, 0), (0, 1), (0, -1), *product((1, -1), repeat=2), *product((0.5, -0.5), (1, -1))])
_APART = np.trunc(_BESIDE) / np.linalg.norm(np.trunc(_BESIDE), axis=1, keepdims=True)


def places_of_names(paths, size):
    """The middle of each name of ``{name: (N, 2)}``, in the points of a map of this size, ``(width, height)``.

    A name stands beside a point of its own path, where it is most clear of all paths and of the names placed before it;
    among places that are clear enough, at the one farthest from the other paths. A path off the map has no place.
    """
    samples = {name: _along(path, size) for name, path in paths.items()}
    taken, places = [np.concatenate(list(samples.values()))], {}
    for name, own in samples.items():
        others = np.concatenate([[_FAR], *(points for other, points in samples.items() if other != name)])
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


def places_with_room(points, size, lines=(), last=()):
    """The middle of each name of ``{name: (x, y)}`` that has room beside its point, on a map of this size, in points.

    A name is nearer to its own point than to others, unless their marks touch. It covers no point, no other name, no
    edge of the map and none of the ``lines`` (start, end). The name with the fewest places left is placed next, those
    in ``last`` after all others; a name with no place left, or with its point off the map, has none.
    """
    halves = {name: np.array([text_width(name) / 2 + 1, LINE / 2]) for name in points}
    marks = np.array(list(points.values()))
    drawn = np.concatenate([[_FAR], *(_along(np.linspace(*line, 9), size) for line in lines)])
    rooms = {name: _room(place, halves[name], size, marks, drawn) for name, place in points.items()}
    places = {}
    while rooms:
        name = min(rooms, key=lambda name: (name in last, len(rooms[name])))
        room = rooms.pop(name)
        if len(room):
            places[name] = room[0]
            for other, middles in rooms.items():
                apart = np.abs(middles - room[0]) >= halves[other] + halves[name]
                rooms[other] = middles[apart.any(axis=1)]
    return places


def _room(place, half, size, marks, drawn):
    """The middles of a name beside its point, clear of all that is drawn, farthest from other points first."""
    middles = place + _BESIDE * half + _APART * _NEAR
    on_map = ((place >= 0) & (place <= size)).all()
    inside = ((middles >= half) & (middles <= size - half)).all(axis=1)
    touching = np.linalg.norm(marks - place, axis=1) < _OTHER  # the own one too
    clear = _distances(middles, half, np.concatenate([[_FAR], marks[~touching]]))
    has_room = (clear > _OTHER) & (_distances(middles, half, marks[touching]) > _MARK)
    has_room &= on_map & inside & (_distances(middles, half, drawn) > 1)
    order = np.argsort(-np.minimum(clear[has_room], 2 * _CLEAR).round(), kind="stable")
    return middles[has_room][order]


def _along(path, size):
    """Points every few points along a path, as far as it lies on the map."""
    shares = np.linspace(0, 1, 20)[:, None, None]
    points = np.concatenate([(path[:-1] + shares * np.diff(path, axis=0)).reshape(-1, 2), path[-1:]])
    return points[((points >= 0) & (points <= size)).all(axis=1)]


def _distances(middles, half, points):
    """How far the nearest of the points is from a box around each middle."""
    outside = np.maximum(np.abs(middles[:, None] - points) - half, 0)
    return np.linalg.norm(outside, axis=-1).min(axis=1)
