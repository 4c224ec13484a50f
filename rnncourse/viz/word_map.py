"""Words as points of a plane: who is near whom, and which pairs differ in the same direction."""

from collections import Counter

import numpy as np
from matplotlib.patches import FancyArrowPatch

from rnncourse.viz.arguments import numbers, require_parts, texts
from rnncourse.viz.labels import places_with_room
from rnncourse.viz.picture import Picture
from rnncourse.viz.style import FAINT, INK, POINTS, SERIES, new_figure, styled
from rnncourse.viz.ticks import plain, text_width

_COLOURS, _FAINT_WORDS = SERIES[:-1], SERIES[-1]  # words of FAINT would be too pale to read
_MARKERS = ("o", "s", "^", "D", "v")
_MOST_WORDS = 30
_GAP, _HEAD = 5, 7  # points: from an arrow to the middle of a mark, and the length of its head


def word_map(
    points,
    names,
    *,
    groups=None,
    arrows=(),
    alt,
    x_label="first principal component",
    y_label="second principal component",
    limits=None,
):
    """Words as labelled points in a plane, such as word vectors on their first two principal components.

    ``points`` are (N, 2) and ``names`` the N words, all different, at most 30. ``groups`` ``{group: words}``, at most
    five, each have a colour, a marker and a line in the legend; words in no group are grey. ``arrows`` are pairs of
    names ``(from, to)``. One unit is as long across as down, so that equal differences are parallel arrows of equal
    length. ``limits`` are ``(low, high)`` of both axes, or ``((x_low, x_high), (y_low, y_high))``: the map shows at
    least these, and with the same limits every frame of a Player has the same axes.

    A name stands beside its point, where it covers no other name, point or arrow. Where there is no such place, as
    among many points that lie on one another, the name is left out, that of a grey word first; so is an arrow too
    short to be seen. Returns a :class:`Picture`.
    """
    names = texts("names", names, most=_MOST_WORDS)
    place = dict(zip(names, numbers("points", points, (len(names), 2)), strict=True))
    _require_once("names", names)
    groups = _groups(groups, names)
    arrows = _arrows(arrows, names)
    shown = _shown(np.array(list(place.values())), limits)
    columns = _columns(groups)
    with styled():
        legend_height = 0.19 * np.ceil(len(groups) / columns)
        figure, axes = new_figure(height=0.6 + legend_height + 3.95 * np.ptp(shown[1]) / np.ptp(shown[0]))
        axes.set(xlim=shown[0], ylim=shown[1], aspect="equal", xlabel=x_label, ylabel=y_label)
        axes.locator_params(nbins=6)
        colours = _draw_marks(axes, place, groups)
        if groups:
            figure.legend(loc="outside upper left", ncols=columns, handlelength=1, columnspacing=1.2)
        _draw_arrows_and_names(figure, axes, place, arrows, colours)
        return Picture(figure, alt)


def _require_once(name, words):
    twice = [word for word, count in Counter(words).items() if count > 1]
    if twice:
        raise ValueError(f"{name}: expected each word once, got {twice[0]!r} more than once")


def _require_known(name, words, names):
    unknown = [word for word in words if word not in names]
    if unknown:
        raise ValueError(f"{name}: expected words that are among the names, got {unknown[0]!r}")


def _groups(groups, names):
    """The groups ``{name: words}``, or ``ValueError`` unless they can be told apart and have no word in common."""
    if groups is None:
        return {}
    require_parts("groups", groups)
    if len(groups) > len(_MARKERS):
        raise ValueError(f"groups: expected at most {len(_MARKERS)}, which can be told apart, got {len(groups)}")
    groups = {str(group): texts(f"groups[{group!r}]", words) for group, words in groups.items()}
    members = [word for words in groups.values() for word in words]
    _require_known("groups", members, names)
    _require_once("groups", members)
    return groups


def _arrows(arrows, names):
    arrows = [texts(f"arrows[{i}]", pair) for i, pair in enumerate(arrows)]
    for i, pair in enumerate(arrows):
        if len(pair) != 2:
            raise ValueError(f"arrows[{i}]: expected a pair (from, to), got {len(pair)}")
    _require_known("arrows", [word for pair in arrows for word in pair], names)
    return arrows


def _shown(points, limits):
    """The ranges of x and y, (2, 2), in a shape that suits the page: at most a square, at least 0.6 as high."""
    if limits is None:
        low, high = points.min(axis=0), points.max(axis=0)
        margin = 0.1 * (high - low).max() or 1.0
        ranges = np.stack([low - margin, high + margin], axis=1)
    else:
        ranges = _ranges(limits)
    middles, (width, height) = ranges.mean(axis=1), np.ptp(ranges, axis=1)
    halves = np.array([max(width, height), max(height, 0.6 * width)]) / 2
    return np.stack([middles - halves, middles + halves], axis=1)


def _ranges(limits):
    limits = numbers("limits", limits, ...)
    if limits.shape not in {(2,), (2, 2)}:
        raise ValueError(f"limits: expected (low, high), of both axes or of each, got shape {limits.shape}")
    ranges = np.broadcast_to(limits, (2, 2))
    if (np.diff(ranges) <= 0).any():
        raise ValueError(f"limits: expected low below high, got {limits.tolist()}")
    return ranges


def _columns(groups):
    """The greatest number of columns in which the legend fits above the map."""
    widths = [text_width(plain(group)) + 32 for group in groups]  # with its mark and the gaps
    fitting = (n for n in range(len(widths), 1, -1) if sum(map(max, np.array_split(widths, n))) < POINTS)
    return next(fitting, 1)


def _draw_marks(axes, place, groups):
    """A mark for each word; returns the colours of their names."""
    colours = dict.fromkeys(place, _FAINT_WORDS if groups else INK)
    rest = [word for word in place if not any(word in words for words in groups.values())]
    if rest:
        filling = "none" if groups else SERIES[0]
        colour = FAINT if groups else SERIES[0]
        axes.plot(*_along_axes(place, rest), "o", color=colour, markerfacecolor=filling)
    for i, (group, words) in enumerate(groups.items()):
        axes.plot(*_along_axes(place, words), _MARKERS[i], color=_COLOURS[i], label=plain(group))
        colours |= dict.fromkeys(words, _COLOURS[i])
    return colours


def _along_axes(place, words):
    """The x and the y of the words."""
    return np.transpose([place[word] for word in words])


def _draw_arrows_and_names(figure, axes, place, arrows, colours):
    figure.draw_without_rendering()  # from here on the size of the axes is known
    box, to_points, scale = axes.get_window_extent(), axes.transData, 72 / figure.dpi
    on_map = {word: (to_points.transform(point) - box.p0) * scale for word, point in place.items()}
    arrows = [(a, b) for a, b in arrows if np.linalg.norm(on_map[b] - on_map[a]) > 2 * _GAP + _HEAD]
    look = {"arrowstyle": "-|>", "mutation_scale": _HEAD, "shrinkA": _GAP, "shrinkB": _GAP, "color": INK}
    for a, b in arrows:
        axes.add_patch(FancyArrowPatch(place[a], place[b], linewidth=1, **look))
    lines = [(on_map[a], on_map[b]) for a, b in arrows]
    grey = [plain(word) for word, colour in colours.items() if colour == _FAINT_WORDS]
    rooms = places_with_room({plain(word): at for word, at in on_map.items()}, box.size * scale, lines, grey)
    for word, colour in colours.items():
        if plain(word) in rooms:
            x, y = to_points.inverted().transform(rooms[plain(word)] / scale + box.p0)
            axes.text(x, y, plain(word), color=colour, ha="center", va="center")
