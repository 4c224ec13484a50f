"""What the book's page of benchmarks shows of ``results/*.json``: tables, heatmaps, and which targets are reached."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnncourse import viz

RESULTS = Path(__file__).parent / "results"
LARGE = "B >= 32, H >= 128"
NUMBER = re.compile(r"-?[\d.,]+|–").fullmatch


@dataclass(frozen=True)
class Target:
    """A figure of a benchmark's summary and the bound that it should keep."""

    benchmark: str
    key: str
    relation: str  # ≤ or ≥
    bound: float

    def row(self, results):
        """Figure, target, what was measured and whether that reaches it; a quick run does not have every figure."""
        measured = results[self.benchmark]["summary"].get(self.key, "not measured")
        is_reached = isinstance(measured, float) and self.is_reached_by(measured)
        target = f"{self.relation} {self.bound}"
        return f"{self.benchmark}: {self.key}", target, measured, "yes" if is_reached else "**no**"

    def is_reached_by(self, measured):
        return measured <= self.bound if self.relation == "≤" else measured >= self.bound


TARGETS = [
    Target("recurrent", "RNN, ours / torch", "≤", 0.5),
    Target("recurrent", "GRU, ours / torch", "≤", 0.55),
    Target("recurrent", "LSTM, ours / torch", "≤", 1.1),
    Target("recurrent", "LSTM, oneDNN off, ours / torch", "≤", 0.75),
    Target("recurrent", f"RNN, ours / products, {LARGE}", "≤", 1.15),
    Target("recurrent", f"GRU, ours / products, {LARGE}", "≤", 1.4),
    Target("recurrent", f"LSTM, ours / products, {LARGE}", "≤", 1.3),
    Target("characters", "plain / ours, float64", "≥", 10),
    Target("word2vec", "gensim / ours", "≥", 1.2),
    Target("recursive", "torch / given, mean", "≥", 20),
    Target("training", "ours / plain", "≤", 1.05),
    Target("grading", "solution, ms", "≤", 20),
    Target("grading", "solution with torch, ms", "≤", 40),
    Target("grading", "NumPy, mean ms", "≤", 20),
    Target("grading", "NumPy, a core-second", "≥", 50),
    Target("grading", "check, ms", "≤", 100),
    Target("grading", "gradebooks that differ", "≤", 0),
    Target("pages", "page of text, heaviest, kB", "≤", 500),
    Target("pages", "page of experiments, heaviest, kB", "≤", 1500),
    Target("pages", "requests to others", "≤", 0),
    Target("pages", "figures that move", "≤", 0),
    Target("pages", "layout shift, greatest", "≤", 0.1),
    Target("pages", "first words, median s", "≤", 1.8),
]


class Table:
    """Column heads and rows of numbers or words, shown by a notebook as a table when it is a cell's last value."""

    def __init__(self, heads, rows):
        self.heads, self.rows = list(heads), [[written(value) for value in row] for row in rows]

    def __repr__(self):
        rule = ["---:" if all(map(NUMBER, column)) else "---" for column in zip(*self.rows, strict=True)]
        return "\n".join(f"| {' | '.join(line)} |" for line in (self.heads, rule, *self.rows))

    _repr_markdown_ = __repr__


def read(folder=RESULTS):
    """Every stored result by the name of its benchmark."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(Path(folder).glob("*.json"))}


def written(value):
    """A measured number to three digits and without powers of ten; anything else as it is."""
    if not isinstance(value, float):
        return str(value)
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:g}"


def targets(results):
    """Every target, what was measured, and whether it is reached."""
    return Table(["Figure", "Target", "Measured", "Reached"], [target.row(results) for target in TARGETS])


def machine(results):
    """Where the results come from; where they differ in that, all the answers."""
    answers = {}
    for result in results.values():
        for key, answer in result["machine"].items():
            distinct = dict.fromkeys(map(str, answer.values())) if isinstance(answer, dict) else [str(answer)]
            answers.setdefault(key, {}).update(dict.fromkeys(distinct))
    return Table(["Machine", "Used here"], [(key, "; ".join(distinct)) for key, distinct in answers.items()])


def runs(results):
    """When each was measured, and whether that was a full run."""
    rows = [(name, result["date"][:10], "quick" if result["quick"] else "full") for name, result in results.items()]
    return Table(["Benchmark", "Measured on", "Run"], rows)


def columns(rows, heads):
    """A table of rows that are dictionaries, with heads ``{head: key}``."""
    return Table(heads, [[row[key] for key in heads.values()] for row in rows])


def by_layer(result, heads):
    """A table of a summary whose keys are ``"LAYER, KEY"``: one row a layer, heads ``{head: key}``."""
    layers = dict.fromkeys(row["layer"] for row in result["rows"])
    summary = result["summary"]
    return Table(["Layer", *heads], [[k, *(summary.get(f"{k}, {key}", "–") for key in heads.values())] for k in layers])


def heaviest(rows, count=5):
    """The heaviest rows of each kind, which a benchmark of weights has by ``kind`` and ``kB``."""
    kinds = dict.fromkeys(row["kind"] for row in rows)
    by_weight = sorted(rows, key=lambda row: -row["kB"])
    return [row for kind in kinds for row in [row for row in by_weight if row["kind"] == kind][:count]]


def gru_against_lstm(result):
    """The time of a GRU over that of an LSTM of the same shape, with our layers and with torch's, by the size H."""
    times = {}
    for row in result["rows"]:
        for who, ms in {"ours": row["ours ms"], "torch": row["ours ms"] / row["ours / torch"]}.items():
            times[row["layer"], who, row["H"], row["B"], row["T"]] = ms
    ratios = {}
    for (layer, *shape), ms in times.items():
        if layer == "GRU":
            ratios.setdefault(tuple(shape[:2]), []).append(ms / times["LSTM", *shape])
    return Table(
        ["Layers", "H", "GRU / LSTM", "least", "greatest"],
        [[who, H, float(np.exp(np.log(r).mean())), min(r), max(r)] for (who, H), r in sorted(ratios.items())],
    )


def heatmap(rows, key, down, across, title, limits=(None, None)):
    """A ratio over all measured shapes: ``down`` are the keys that name a row together, ``across`` names a column."""
    y_names = list(dict.fromkeys(_name(row, down) for row in rows))
    x_names = list(dict.fromkeys(row[across] for row in rows))
    values = np.full((len(y_names), len(x_names)), np.nan)
    for row in rows:
        values[y_names.index(_name(row, down)), x_names.index(row[across])] = row[key]
    least, greatest = (pick(rows, key=lambda row: row[key]) for pick in (min, max))
    shapes = f"{len(rows)} shape{'s' if len(rows) > 1 else ''}"
    where = (
        f"from {written(least[key])} to {written(greatest[key])}, the greatest at {_name(greatest, (*down, across))}"
    )
    alt = f"{title}: {key} at {shapes}, {where}."
    labels = {"x_label": across, "y_label": "", "value_label": key}
    return viz.heatmap(values, **labels, alt=alt, x_names=x_names, y_names=y_names, limits=limits)


def layer_player(result, key):
    """A heatmap over all shapes for each layer, under a slider; a colour means the same in all of them."""
    limits = [pick(row[key] for row in result["rows"]) for pick in (min, max)]

    def draw(layer):
        rows = [row for row in result["rows"] if row["layer"] == layer]
        return heatmap(rows, key, ("B", "T"), "H", layer, limits)

    return viz.Player(draw, "layer", dict.fromkeys(row["layer"] for row in result["rows"]))


def _name(row, keys):
    return ", ".join(f"{key} = {row[key]}" for key in keys)
