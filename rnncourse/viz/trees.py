"""Binary trees over the words of a sentence."""

from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from rnncourse.viz.arguments import numbers, texts
from rnncourse.viz.picture import Picture
from rnncourse.viz.style import FAINT, INK, LINE, POINTS, SERIES, WIDTH, styled
from rnncourse.viz.ticks import fit, plain, text_width

_RADIUS, _GAP = 9, 4  # points: of a node, and from a leaf to its word
_LEVEL, _HIGHEST = 31, 280  # points from one level to the next, and of a tree of many levels
_MOST_WORDS = 17


def tree(words, merges=None, *, alt, values=None, labels=None, notes=None, candidates=None, numbered=False, done=None):
    """A binary tree over n words, which stand below it in a row.

    ``words`` are nested pairs, such as ``(("not", "good"), "film")``: the words are nodes 0..n-1, then come the phrases,
    left before right, children before parents. Or ``words`` is a list, and ``merges`` (n-1, 2) says which two nodes
    each step joins, as in :mod:`rnncourse.scratch.recursive`: step s makes node n + s. Of the steps only the first
    ``done`` are drawn, the last of them thick.

    ``values`` (2n-1,) are signed numbers of the nodes, such as sentiment: blue and + above zero, orange and − below,
    stronger further from it; NaN is none. ``labels`` ``{node: text}`` stand in nodes instead of signs, ``notes``
    ``{node: text}`` beside them; with ``numbered``, phrases hold the numbers of their steps. ``candidates``
    ``{(left, right): text}`` are the neighbours that the next step may join, dashed, with what speaks for them; those
    that it does join are orange. Returns a :class:`Picture`.
    """
    words, merges = _from_nested(words) if merges is None else (words, merges)
    words = [plain(word) for word in texts("words", words, most=_MOST_WORDS)]
    n = len(words)
    merges = _joined_neighbours(merges, n)
    done = n - 1 if done is None else done
    if not 0 <= done < n:
        raise ValueError(f"done: expected a number of merges from 0 to {n - 1}, got {done!r}")
    values = np.full(2 * n - 1, np.nan) if values is None else numbers("values", values, (2 * n - 1,), gaps=True)
    inside = {n + step: str(step + 1) for step in range(n - 1)} if numbered else _signs(values)
    inside |= _of_nodes("labels", labels, n)
    candidates = _of_neighbours(candidates, merges[:done], n)
    beside = {node: note for node, note in _of_nodes("notes", notes, n).items() if node < n + done}
    with styled():
        drawing = _Drawing(words, merges, inside, beside)
        for step in range(done):
            drawing.merge(step, newest=step == done - 1 < n - 2)
        for node in range(n + done):
            drawing.node(node, values)
        for pair, text in candidates.items():
            drawing.candidate(pair, text, chosen=done < n - 1 and pair == tuple(merges[done]))
        return Picture(drawing.figure, alt)


def _from_nested(nested):
    """The words of nested pairs, and their merges."""
    words, merges = [], []

    def number(part):
        """The node of a part: of a word 0, 1..., of the first phrase -1, of the second -2..."""
        if not isinstance(part, tuple | list):
            words.append(part)
            return len(words) - 1
        if len(part) != 2:
            raise ValueError(f"words: expected nested pairs, got {len(part)} parts in {part!r:.60}")
        merges.append([number(part[0]), number(part[1])])
        return -len(merges)

    number(nested)
    return words, [[node if node >= 0 else len(words) - 1 - node for node in pair] for pair in merges]


def _joined_neighbours(merges, n):
    """The merges (n-1, 2) as integers, each of two neighbours that stand alone until then."""
    merges = numbers("merges", np.reshape(merges, (-1, 2)) if n == 1 else merges, (n - 1, 2)).astype(int)
    spans = {leaf: (leaf, leaf + 1) for leaf in range(n)}  # of the nodes that no step has joined yet
    for step, (left, right) in enumerate(merges):
        if left not in spans or right not in spans or spans[left][1] != spans[right][0]:
            raise ValueError(
                f"merges[{step}]: expected two neighbours that no step has joined yet, got {left} and {right}"
            )
        spans[n + step] = spans.pop(left)[0], spans.pop(right)[1]
    return merges


def _signs(values):
    known = np.flatnonzero(~np.isnan(values))
    return {int(node): "+" if values[node] > 0 else "−" if values[node] < 0 else "0" for node in known}


def _of_nodes(name, written, n):
    """The dict of texts itself, or ``ValueError`` unless its keys are nodes."""
    written = {} if written is None else {int(node): plain(str(text)) for node, text in dict(written).items()}
    unknown = [node for node in written if not 0 <= node < 2 * n - 1]
    if unknown:
        raise ValueError(f"{name}: expected nodes from 0 to {2 * n - 2}, got {unknown[0]}")
    return written


def _of_neighbours(written, merges, n):
    """The dict of texts itself, or ``ValueError`` unless its keys are neighbours that stand alone after the merges."""
    alone = list(range(n))
    for step, (left, right) in enumerate(merges):
        place = alone.index(left)
        alone[place : alone.index(right) + 1] = [n + step]
    neighbours = list(pairwise(alone))
    written = {tuple(map(int, pair)): plain(str(text)) for pair, text in dict(written or {}).items()}
    for pair in written:
        if pair not in neighbours:
            raise ValueError(f"candidates: expected neighbours that no step has joined, of {neighbours}, got {pair}")
    return written


class _Drawing:
    """A figure measured in points, in which every node has its place whether it is drawn or not."""

    def __init__(self, words, merges, inside, notes):
        self.merges, self.inside, self.notes, self.words = merges, inside, notes, words
        self.place = self._places(margin=0)
        self.place = self._places(margin=self._overhang())
        self.leaf_radius = _RADIUS if any(leaf in inside for leaf in range(len(words))) else 0
        self.turned = not fit(words, self.place[1][0] - self.place[0][0]) if len(words) > 1 else False
        below = self.leaf_radius + _GAP + (max(map(text_width, words)) + 4 if self.turned else LINE + 2)
        top = max(y for _, y in self.place) + _RADIUS + LINE
        self.figure = Figure(figsize=(WIDTH, (top + below) / 72), layout="none")
        self.axes = self.figure.add_axes((0, 0, 1, 1), xlim=(0, POINTS), ylim=(-below, top))
        self.axes.axis("off")

    def node(self, node, values):
        """Its text in a circle of the colour of its value, or a dot; its word below it and its note beside it."""
        x, y = self.place[node]
        if node < len(self.words):
            rotation = 90 if self.turned else 0
            self.axes.text(x, y - self.leaf_radius - _GAP, self.words[node], rotation=rotation, ha="center", va="top")
        if node in self.notes:
            (start, _), side = self._beside(node)
            self.axes.text(start, y, self.notes[node], ha=side, va="bottom")
        if node in self.inside:
            self.axes.text(x, y, self.inside[node], ha="center", va="center_baseline")
            colour, strength = _colour(values[node], values)
            self.axes.add_patch(Circle((x, y), _RADIUS, facecolor=colour, alpha=strength, linewidth=0))
            self.axes.add_patch(Circle((x, y), _RADIUS, fill=False, edgecolor=colour, linewidth=1.3))
        else:
            self.axes.add_patch(Circle((x, y), 1.5, facecolor=INK, linewidth=0))

    def merge(self, step, newest):
        """The two lines from a phrase down to what it is made of."""
        parent = len(self.words) + step
        for child in self.merges[step]:
            start, end = np.array(self.place[parent]), np.array(self.place[child])
            along = (end - start) / np.linalg.norm(end - start)
            line = [start + along * self._radius(parent), end - along * self._radius(child)]
            self.axes.plot(*np.transpose(line), color=INK, linewidth=2.6 if newest else 1.1, solid_capstyle="butt")

    def candidate(self, pair, text, chosen):
        """Two dashed lines from neighbours up to a point above both, and a text there."""
        ends = np.array([self.place[node] for node in pair])
        top = np.array([ends[:, 0].mean(), ends[:, 1].max() + 0.5 * self.level])
        for node, end in zip(pair, ends, strict=True):
            start = end + (top - end) / np.linalg.norm(top - end) * (self._radius(node) + 2)
            colour, width = (SERIES[1], 2) if chosen else (FAINT, 1)
            self.axes.plot(*np.transpose([start, top]), color=colour, linewidth=width, linestyle="--")
        self.axes.text(*(top + (0, 2)), text, ha="center", va="bottom")

    def _radius(self, node):
        return _RADIUS if node in self.inside else 0

    def _beside(self, node):
        """From where to where a node's note reaches, away from the line that leads up, and how it is aligned."""
        side = -1 if node in self.merges[:, 0] else 1
        start = self.place[node][0] + side * (self._radius(node) + 3)
        return (start, start + side * text_width(self.notes[node])), "right" if side < 0 else "left"

    def _overhang(self):
        """How far the notes would stand out of the figure."""
        ends = [self._beside(node)[0][1] for node in self.notes]
        return max(0, *(2 - end for end in ends), *(end + 2 - POINTS for end in ends)) if ends else 0

    def _places(self, margin):
        """The middle of each node in points: words in a row at height 0, a phrase over its two parts."""
        n = len(self.words)
        slot = (POINTS - 2 * margin) / n
        places, heights = [margin + (leaf + 0.5) * slot for leaf in range(n)], [0] * n
        for left, right in self.merges:
            places.append((places[left] + places[right]) / 2)
            heights.append(max(heights[left], heights[right]) + 1)
        self.level = np.clip(_HIGHEST / max(1, *heights), 2 * _RADIUS + 2, _LEVEL)
        return [(x, y * self.level) for x, y in zip(places, heights, strict=True)]


def _colour(value, values):
    """The colour of a node's circle, and how strong it is beside the others."""
    if np.isnan(value) or value == 0:
        return FAINT, 0.1
    return SERIES[0] if value > 0 else SERIES[1], 0.1 + 0.4 * abs(value) / np.nanmax(np.abs(values))
