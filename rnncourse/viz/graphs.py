"""Drawings of computation graphs."""

from matplotlib.patches import Circle, FancyArrowPatch

from rnncourse.viz.picture import Picture
from rnncourse.viz.style import FAINT, INK, SERIES, WIDTH, new_figure, styled

_RADIUS = 0.3


def unrolled_graph(edges, *, alt, rows=("o", "h", "x"), notes=None, highlight=(), backward=()):
    """Draw a network unrolled in time from its edges.

    Nodes are pairs ``(letter, t)``, such as ``("h", 2)``: t is the column, and the letter's place in ``rows`` the row,
    first row at the top. ``edges`` are triples ``(from, to, label)``. Edges in ``backward`` are drawn the other way
    round in the second colour, as a gradient flows; nodes in ``highlight`` are filled with it. ``notes`` are short texts
    ``{node: text}`` beside nodes. Returns a :class:`Picture`.
    """
    nodes = {node for start, end, _ in edges for node in (start, end)}
    steps = [t for _, t in nodes]
    columns = max(steps) - min(steps) + 1
    with styled():
        figure, axes = new_figure(height=WIDTH * (1.25 * len(rows)) / (1.3 * columns))
        place = {node: (1.3 * (node[1] - min(steps)), -1.25 * rows.index(node[0])) for node in nodes}
        for start, end, label in edges:
            reverse = (start, end) in set(backward)
            _draw_edge(axes, place[start], place[end], label, reverse)
        for node in sorted(nodes, key=str):
            _draw_node(axes, place[node], node, node in set(highlight), (notes or {}).get(node))
        axes.set(xlim=(-0.55, 1.3 * (columns - 1) + 0.55), ylim=(-1.25 * (len(rows) - 1) - 0.5, 0.6), aspect="equal")
        axes.axis("off")
        return Picture(figure, alt)


def _draw_edge(axes, start, end, label, reverse):
    colour = SERIES[1] if reverse else INK
    tail, head = (end, start) if reverse else (start, end)
    shrink = 17
    arrow = FancyArrowPatch(
        tail, head, arrowstyle="-|>", mutation_scale=9, shrinkA=shrink, shrinkB=shrink, color=colour, linewidth=1.4
    )
    axes.add_patch(arrow)
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    horizontal = start[1] == end[1]
    axes.text(
        x + (0 if horizontal else 0.08),
        y + (0.09 if horizontal else 0),
        label,
        color=colour,
        ha="center" if horizontal else "left",
        va="bottom" if horizontal else "center",
        fontsize=9.5,
    )


def _draw_node(axes, centre, node, highlighted, note):
    colour = SERIES[1] if highlighted else FAINT
    axes.add_patch(Circle(centre, _RADIUS, facecolor=colour, alpha=0.25, linewidth=0))
    axes.add_patch(Circle(centre, _RADIUS, fill=False, edgecolor=colour, linewidth=1.4))
    letter, t = node
    axes.text(*centre, f"${letter}_{{{t}}}$", ha="center", va="center", fontsize=11)
    if note:
        axes.text(centre[0] - 0.22, centre[1] - _RADIUS - 0.05, note, ha="right", va="top", fontsize=8, color=SERIES[1])
