"""Drawings of computation graphs."""

from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch

from rnncourse.viz.picture import Picture
from rnncourse.viz.style import FAINT, FONT_SIZE, INK, POINTS, SERIES, WIDTH, styled
from rnncourse.viz.ticks import text_width

_ROW, _RADIUS = 58, 14.5  # points
_LETTER, _LABEL = 13, 11  # their indices are 0.7 of that
_BESIDE = 4  # points from an edge to its label
_SHORT_WORD = 32  # points kept free for the last column's labels, so that the frames of a player stand still


def unrolled_graph(edges, *, alt, rows=("o", "h", "x"), notes=None, highlight=(), backward=()):
    """Draw a network unrolled in time from its edges.

    Nodes are pairs ``(letter, t)``, such as ``("h", 2)``: t is the column, and the letter's place in ``rows`` the row,
    first row at the top. ``edges`` are triples ``(from, to, label)``. Edges in ``backward`` are drawn the other way
    round in the second colour, as a gradient flows; nodes in ``highlight`` are filled with it. ``notes`` are short texts
    ``{node: text}`` beside nodes. Up to eight columns are readable. Returns a :class:`Picture`.
    """
    nodes = {node for start, end, _ in edges for node in (start, end)}
    first, last = min(t for _, t in nodes), max(t for _, t in nodes)
    column = _column_width(edges, last, last - first + 1)
    radius = min(_RADIUS, 0.25 * column)
    place = {(letter, t): ((t - first + 0.5) * column, -_ROW * rows.index(letter)) for letter, t in nodes}
    bottom, top = -_ROW * (len(rows) - 1) - radius - 6, radius + 6
    with styled():
        figure = Figure(figsize=(WIDTH, (top - bottom) / 72), layout="none")
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, POINTS), ylim=(bottom, top))
        axes.axis("off")
        for start, end, label in edges:
            _draw_edge(axes, place[start], place[end], label, radius, (start, end) in set(backward))
        for node in sorted(nodes, key=str):
            _draw_node(axes, place[node], node, radius, node in set(highlight), (notes or {}).get(node))
        return Picture(figure, alt)


def _column_width(edges, last, columns):
    """Points of a column: all fit side by side, and so do the labels on the right of the last one."""
    labels = [label for start, end, label in edges if start[1] == end[1] == last and label is not None]
    widths = [1.12 * text_width(label) * _LABEL / FONT_SIZE for label in labels]  # pages set text a little wider
    widest = max(_SHORT_WORD, *widths) if labels else 0
    return min((POINTS - 12) / columns, (POINTS - _BESIDE - widest) / (columns - 0.5))


def _draw_edge(axes, start, end, label, radius, reverse):
    colour = SERIES[1] if reverse else INK
    tail, head = (end, start) if reverse else (start, end)
    gap = radius + 2
    arrow = FancyArrowPatch(
        tail, head, arrowstyle="-|>", mutation_scale=9, shrinkA=gap, shrinkB=gap, color=colour, linewidth=1.4
    )
    axes.add_patch(arrow)
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    if start[1] == end[1]:
        axes.text(x, y + 5, label, color=colour, ha="center", va="bottom", fontsize=_LABEL)
    else:
        axes.text(x + _BESIDE, y, label, color=colour, ha="left", va="center", fontsize=_LABEL)


def _draw_node(axes, centre, node, radius, highlighted, note):
    colour = SERIES[1] if highlighted else FAINT
    axes.add_patch(Circle(centre, radius, facecolor=colour, alpha=0.25, linewidth=0))
    axes.add_patch(Circle(centre, radius, fill=False, edgecolor=colour, linewidth=1.4))
    letter, t = node
    axes.text(*centre, f"${letter}_{{{t}}}$", ha="center", va="center", fontsize=_LETTER)
    if note:
        x, y = centre
        axes.text(x - radius, y - radius + 2, note, ha="right", va="top", color=SERIES[1])
