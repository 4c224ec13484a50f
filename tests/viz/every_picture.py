"""One small picture of every kind, and crowded ones, for the checks that all of them must pass."""

from contextlib import contextmanager
from functools import cache

import numpy as np
from matplotlib.backends.backend_svg import RendererSVG
from pytest import MonkeyPatch

from rnncourse import viz
from rnncourse.scratch.recursive import right_to_left

STEPS = np.arange(1, 9)
EDGES = [(("x", 1), ("h", 1), "$W_{xh}$"), (("h", 0), ("h", 1), "$W_{hh}$"), (("h", 1), ("o", 1), "$W_{hy}$")]
WORDS = "whenever the old fishermen of the village came home they told all children strange stories about very large"
WORDS = [*WORDS.split(), "and", "$5", "terribly", "dangerous", "animals", "of", "the", "sea"]
SMALL_TREE = (("not", "good"), "film")


def waves(*shape):
    """Numbers between 0 and 1 that are all different."""
    return (np.sin(np.arange(np.prod(shape))) / 2 + 0.5).reshape(shape)


def alignment(T, S, **options):
    weights = waves(T, S)
    return viz.alignment(weights / weights.sum(axis=1, keepdims=True), WORDS[:S], WORDS[::-1][:T], **options)


def cliff(alt="cliff", start=0.9):
    x, y = np.linspace(-1, 1, 30), np.linspace(0, 2, 20)
    losses = np.where(x > 0.2, 9.0, 0.2) + x**2 + y[:, None] ** 2
    paths = {"clipped": [[0.5, 1.5], [0.3, 1.2], [-0.2, 0.8]], "not clipped": [[0.5, 1.5], [start, -3], [-0.5, 0.4]]}
    return viz.loss_cliff(losses, x, y, paths, x_label="weight", y_label="bias", alt=alt)


def word_map(spread):
    words = list(dict.fromkeys(WORDS))
    groups = {name: words[3 * i : 3 * i + 3] for i, name in enumerate(["one", "two", "three", "four", "a long name"])}
    arrows = [(words[i], words[i + 1]) for i in range(4)]
    points = spread * waves(len(words), 2)
    return viz.word_map(points, words, groups=groups, arrows=arrows, limits=(0, 1), alt="a")


def searched(rows, steps):
    """The nodes of a search that keeps the better half of each step's words, and ends with one of them."""
    nodes, parent = [(None, "<start>", 0.0, "kept")], 0
    for step in range(steps):
        fates = ["kept"] * (rows // 2) + ["dropped"] * (rows - rows // 2)
        fates[0] = "ended" if step == steps - 1 else "kept"
        nodes += [(parent, ["stan", "remol", "<eos>"][i % 3], -step - 1.25 * i, fate) for i, fate in enumerate(fates)]
        parent = len(nodes) - rows
    return nodes


PICTURES = {
    "lines": lambda alt="lines": viz.lines(
        {"a": (STEPS, 1 / STEPS), "b": (STEPS, 2 / STEPS, 1 / STEPS, 3 / STEPS)},
        x_label="x",
        y_label="y",
        alt=alt,
        scales=("log", "log"),
        levels={"bound": 0.5},
        band="range",
    ),
    "bars": lambda alt="bars": viz.bars([3, 2, 1], x_label="x", y_label="y", alt=alt, highlight=[1]),
    "heatmap": lambda alt="heatmap": viz.heatmap(
        np.eye(4), x_label="x", y_label="y", value_label="v", alt=alt, x_names="abcd", y_names="efgh"
    ),
    "seeds": lambda alt="seeds": viz.seeds(
        {"one": [0.1, 0.4], "two": [0.2, 0.3]},
        {"one": (0.25, 0.2), "two": (0.25, 0.1)},
        y_label="accuracy",
        alt=alt,
        levels={"chance": 0.5},
    ),
    "graph": lambda alt="graph": viz.unrolled_graph(
        EDGES, alt=alt, notes={("h", 1): "0.5"}, highlight=[("h", 1)], backward=[(("h", 1), ("o", 1))]
    ),
    "gradients": lambda alt="gradients": viz.gradient_heatmap(
        {"RNN": 0.5 ** np.arange(8) * np.ones((8, 1)), "LSTM": 0.9 ** np.arange(8) * np.ones((8, 1))}, alt=alt
    ),
    "gates": lambda alt="gates": viz.gate_traces(
        WORDS[:4],
        {"forget gate": waves(4), "input gates": waves(4, 3), "cell": waves(4) - 0.5},
        limits={"cell": (-1, 1)},
        highlight=[2],
        alt=alt,
    ),
    "alignment": lambda alt="alignment": alignment(3, 4, true=[(0, 1), (2, 2)], alt=alt),
    "image": lambda alt="image": viz.attention_over_image(
        waves(8, 16), waves(2, 2, 4), ["disc", "cross"], boxes=[(1, 2, 5, 6), None], alt=alt
    ),
    "search_tree": lambda alt="search": viz.search_tree(searched(3, 2), best=4, alt=alt),
    "tree": lambda alt="tree": viz.tree(SMALL_TREE, values=[np.nan, 0.9, 0, -0.4, -0.5], notes={4: "−0.50"}, alt=alt),
    "learning": lambda alt="learning": viz.learning_curves(
        {"RNN": (STEPS, 1 / STEPS + waves(3, 8)), "LSTM": (STEPS, 2 / STEPS + waves(3, 8))}, y_label="loss", alt=alt
    ),
    "eigenvalues": lambda alt="eigenvalues": viz.eigenvalue_plane(
        {"before": [0.5, 0.3 + 0.4j, 0.3 - 0.4j], "after": [1.2, -0.5]}, alt=alt
    ),
    "cliff": cliff,
    "word map": lambda alt="word map": viz.word_map(
        [[0, 0], [1, 0.2], [0.2, 1], [1.2, 1.2], [-1, 0.3]],
        ["man", "woman", "king", "queen", "$5"],
        groups={"people": ["man", "woman"], "royals": ["king", "queen"]},
        arrows=[("man", "woman"), ("king", "queen")],
        alt=alt,
    ),
}

CROWDED = {
    "levels": lambda: viz.lines(
        {f"a curve with a long name {i}": (STEPS, STEPS / i) for i in range(1, 7)},
        x_label="x",
        y_label="y",
        alt="a",
        levels={"letters": 4.0, "pairs": 3.8},
    ),
    "far levels": lambda: viz.lines(
        {"a": (STEPS, 1 / STEPS)}, x_label="x", y_label="y", alt="a", levels={"high": 40.0, "low": -30.0}, limits=(0, 1)
    ),
    "a far level on a log scale": lambda: viz.lines(
        {"a": (STEPS, 1 / STEPS)}, x_label="x", y_label="y", alt="a", levels={"1e4": 1e4}, scales=("linear", "log")
    ),
    "a far level of seeds": lambda: viz.seeds(
        {"RNN": [0.1, 0.2], "LSTM": [0.3, 0.2]},
        {"RNN": (0.15, 0.1), "LSTM": (0.25, 0.1)},
        y_label="y",
        alt="a",
        levels={"far": 9.0},
    ),
    "letters": lambda: viz.bars(
        range(1, 27), names=[chr(97 + i) for i in range(26)], x_label="x", y_label="y", alt="a"
    ),
    "words": lambda: viz.bars(range(1, 26), names=WORDS[:25], x_label="x", y_label="y", alt="a"),
    "many bars": lambda: viz.bars(range(1, 101), x_label="x", y_label="y", alt="a"),
    "numbers": lambda: viz.heatmap(waves(9, 8) - 0.5, x_label="x", y_label="y", value_label="v", alt="a"),
    "many cells": lambda: viz.heatmap(
        waves(60, 70), x_label="x", y_label="y", value_label="v", alt="a", x_names=range(70), y_names=range(60)
    ),
    "seven steps": lambda: viz.unrolled_graph(
        [
            edge
            for t in range(1, 8)
            for edge in (
                (("x", t), ("h", t), "$W_{xh}$"),
                (("h", t - 1), ("h", t), "$W_{hh}$"),
                (("h", t), ("o", t), "$W_{hy}$"),
            )
        ],
        notes={("h", t): "0.25" for t in range(1, 8)},
        alt="a",
    ),
    "long word at the end": lambda: viz.unrolled_graph(
        [(("x", t), ("h", t), "fishermen" if t == 8 else "") for t in range(1, 9)], rows=("h", "x"), alt="a"
    ),
    "many decades": lambda: viz.gradient_heatmap(
        {"RNN": 0.3 ** np.arange(40) * np.ones((40, 1)), "LSTM": 0.9 ** np.arange(40) * np.ones((40, 1))}, alt="a"
    ),
    "25 tokens": lambda: viz.gate_traces(
        WORDS[:25], {"forget gate": waves(25), "units": waves(25, 30)}, highlight=[3, 24], alt="a"
    ),
    "20 x 25": lambda: alignment(20, 25, alt="a"),
    "five words": lambda: viz.attention_over_image(waves(30, 30, 3), waves(5, 6, 6), WORDS[:5], alt="a"),
    "17 leaves": lambda: viz.tree(
        WORDS[:17],
        [[15 - s, 16 + s] for s in range(16)],
        values=waves(33) - 0.5,
        notes={32: "+0.33", 17: "0.5", 20: "0.2"},
        alt="a",
    ),
    "12 words of a tree and what may be joined": lambda: viz.tree(
        [f"word{i}" for i in range(12)],
        right_to_left(12),
        done=0,
        candidates={(i, i + 1): f"{i / 7:.2f}" for i in range(11)},
        alt="a",
    ),
    "a search of 7 steps": lambda: viz.search_tree(searched(12, 7), best=73, alt="a"),
    "long words": lambda: viz.tree(
        ("incomprehensibilities", ("misunderstandings", "incomprehensibilities")), notes={2: "a note"}, alt="a"
    ),
    "23 words": lambda: word_map(1),
    "words at one point": lambda: word_map(0),
}


ALL = PICTURES | CROWDED


@cache
def drawn(name):
    """The SVG of one of all pictures, and its texts with their boxes; drawn once for all checks that only read it."""
    with recorded_texts() as found:
        svg = ALL[name]().svg
    return svg, found


def svg_of(name):
    return drawn(name)[0]


@contextmanager
def recorded_texts():
    """The texts that figures draw inside, each with the box it takes in points: a list of (text, box)."""
    found, original = [], RendererSVG.draw_text

    def record(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        if s.strip():
            found.append((s, _letters(mtext.get_window_extent(self))))
        return original(self, gc, x, y, s, prop, angle, ismath, mtext)

    with MonkeyPatch.context() as patch:
        patch.setattr(RendererSVG, "draw_text", record)
        yield found


def _letters(box):
    """A line is higher than its letters: what they take is its middle three quarters."""
    shares = (1, 0.75) if box.width >= box.height else (0.75, 1)
    return box.shrunk(*shares).anchored("C", box)
