"""The tree that a search for a likely sentence grows, one step of time after the other."""

from itertools import groupby

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from rnncourse.viz.arguments import numbers, texts
from rnncourse.viz.picture import Picture
from rnncourse.viz.style import FAINT, INK, LINE, POINTS, SERIES, WIDTH, styled
from rnncourse.viz.ticks import plain, text_width

_ROW, _PAD = 2 * LINE + 13, 5  # points: from one node to the next below it, and around the text of a node
_MOST_STEPS, _MOST_ROWS = 7, 12
_LINES = {  # colour, width and dash of the line that leads to a node of this fate
    "kept": {"color": INK, "linewidth": 1.1},
    "ended": {"color": INK, "linewidth": 1.1},
    "dropped": {"color": FAINT, "linewidth": 1, "linestyle": ":"},
}
_BOXES = {"kept": (SERIES[0], 1.2), "ended": (SERIES[2], 2.4)}


def search_tree(nodes, *, alt, best=None, done=None):
    """What a greedy or beam search considered: time runs to the right, and in each column the likeliest is at the top.

    ``nodes`` come in the order of their making, each ``(parent, token, score, fate)``: the index of an earlier node, or
    None for the first one, START; a word; its sentence's log-probability so far, written below it; and "kept" (boxed),
    "ended" (a thick box: a whole sentence) or "dropped" (no box, and a dotted line leads to it). A column holds at most
    12 nodes, and there are at most 7 after START. Of the steps only the first ``done`` are drawn, in the places that
    they have in the whole tree. ``best`` is the node whose path from START is thick. Returns a :class:`Picture`.
    """
    parents, tokens, scores, fates = _columns(nodes)
    depths = _depths(parents)
    done = depths[-1] if done is None else done
    if not 0 <= done <= depths[-1]:
        raise ValueError(f"done: expected a number of steps from 0 to {depths[-1]}, got {done!r}")
    places, height = _places(depths, scores)
    path = _path(parents, best)
    with styled():
        figure = Figure(figsize=(WIDTH, height / 72), layout="none")
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, POINTS), ylim=(-height, 0))
        axes.axis("off")
        reach = [
            max(text_width(token), text_width(_written(score))) / 2 + _PAD
            for token, score in zip(tokens, scores, strict=True)
        ]
        for node, depth in enumerate(depths):
            if depth > done:
                continue
            _draw_node(axes, places[node], reach[node], tokens[node], scores[node], fates[node])
            if depth:
                ends = [(places[parents[node]], reach[parents[node]]), (places[node], -reach[node])]
                line = _LINES[fates[node]] | ({"color": SERIES[1], "linewidth": 2.6} if node in path else {})
                axes.plot([x + gap for (x, _), gap in ends], [y for (_, y), _ in ends], **line)
        return Picture(figure, alt)


def _columns(nodes):
    """Parents, tokens, scores and fates, each as a list, or ``ValueError`` for a node that is none."""
    nodes = list(nodes)
    if not nodes or any(len(node) != 4 for node in nodes):
        raise ValueError("nodes: expected at least one, each (parent, token, score, fate)")
    parents, tokens, scores, fates = map(list, zip(*nodes, strict=True))
    for node, (parent, fate) in enumerate(zip(parents, fates, strict=True)):
        if fate not in _LINES:
            raise ValueError(f"nodes[{node}]: expected the fate {', '.join(map(repr, _LINES))}, got {fate!r}")
        if (parent is None) != (node == 0) or (node and not 0 <= parent < node):
            raise ValueError(
                f"nodes[{node}]: expected None as the parent of the first, an earlier node's index after, got {parent}"
            )
    return parents, [plain(token) for token in texts("tokens", tokens)], numbers("scores", scores, ("N",)), fates


def _depths(parents):
    """How many steps after START each node is; nodes come step by step."""
    depths = [0]
    for node, parent in enumerate(parents[1:], start=1):
        depths.append(depths[parent] + 1)
        if depths[-1] < depths[-2]:
            raise ValueError(
                f"nodes[{node}]: expected the nodes step by step, got step {depths[-1]} after {depths[-2]}"
            )
    rows = max(depths.count(depth) for depth in set(depths))
    if depths[-1] > _MOST_STEPS or rows > _MOST_ROWS:
        most = f"at most {_MOST_STEPS} steps and {_MOST_ROWS} nodes a step, as many as a phone can show"
        raise ValueError(f"nodes: expected {most}, got {depths[-1]} and {rows}")
    return depths


def _places(depths, scores):
    """The middle of each node in points, columns from the left and ranks from the top, and the height of all."""
    width = POINTS / (depths[-1] + 1)
    places = {}
    for depth, column in groupby(range(len(depths)), key=depths.__getitem__):
        for rank, node in enumerate(sorted(column, key=lambda node: -scores[node])):
            places[node] = (depth + 0.5) * width, -(rank + 0.5) * _ROW
    return places, max(-y for _, y in places.values()) + _ROW / 2


def _path(parents, node):
    """The nodes from this one back to START; of None, none."""
    if node is not None and not 0 <= node < len(parents):
        raise ValueError(f"best: expected a node from 0 to {len(parents) - 1}, got {node!r}")
    path = set()
    while node is not None:
        path.add(node)
        node = parents[node]
    return path


def _draw_node(axes, centre, reach, token, score, fate):
    x, y = centre
    axes.text(x, y + 0.5, token, ha="center", va="bottom")
    axes.text(x, y - 0.5, _written(score), ha="center", va="top")
    if fate in _BOXES:
        colour, width = _BOXES[fate]
        corner, size = (x - reach + 2, y - LINE - 2), (2 * reach - 4, 2 * LINE + 4)
        for style in ({"facecolor": colour, "alpha": 0.15, "linewidth": 0}, {"fill": False, "edgecolor": colour}):
            box = FancyBboxPatch(corner, *size, boxstyle="round,pad=0,rounding_size=4", linewidth=width)
            box.update(style)
            axes.add_patch(box)


def _written(score):
    return f"{round(score, 2) + 0.0:.2f}".replace("-", "−")  # + 0.0: no minus before 0.00
