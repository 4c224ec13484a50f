"""Models compared over the same seeds, with intervals and paired tests."""

import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

import numpy as np
import torch

from rnncourse.models.evaluating import evaluating
from rnncourse.training.intervals import Difference, holm, mean_and_interval, paired_difference
from rnncourse.training.loop import train
from rnncourse.training.randomness import repeatable, seed_torch
from rnncourse.training.run import Run
from rnncourse.training.tensors import device_and_dtype


def compare(
    models: Mapping[str, Callable[[], torch.nn.Module]],
    seeds: Iterable[int],
    batches: Callable,
    loss: Callable,
    *,
    steps: int,
    score: Callable,
    baseline: str | None = None,
    checkpoint: str | Path | None = None,
    progress: bool = True,
    **options,
) -> "Comparison":
    """Train every model ``{name: make_model}`` with every seed and return their scores as a :class:`Comparison`.

    With the same seed all models get the same batches, so that the runs of two models are pairs. ``score(model)``
    returns a number, and is called in eval() mode without gradients. ``baseline`` names the model that the others are
    compared with, by default the first. ``checkpoint`` is a folder with a file for each run, so that a comparison that
    was killed goes on where it was. ``batches``, ``loss``, ``steps`` and ``options`` are those of ``train``.

    At least two different seeds are needed, and every score must be finite: else ``ValueError``.
    """
    seeds = _require_seeds(seeds)
    _require_models(models, baseline)
    if not callable(score):
        raise ValueError(f"score: expected a function, got {type(score).__name__}")
    runs, scores = {name: [] for name in models}, {name: [] for name in models}
    for name, make_model in models.items():
        for seed in seeds:
            label = f"{name}, seed {seed}"
            path = None if checkpoint is None else Path(checkpoint) / f"{quote(name, safe='')}-seed{seed}.pt"
            settings = {"steps": steps, "seed": seed, "checkpoint": path, "progress": progress and label, **options}
            run = _run_of(label, make_model, batches, loss, settings)
            if any(run.model is other.model for others in runs.values() for other in others):
                raise ValueError(f"models[{name!r}]: expected a new model from every call, got the same one twice")
            runs[name].append(run)
            scores[name].append(_score_of(label, run.model, score, seed))
    return Comparison(scores, seeds=seeds, baseline=baseline, runs=runs)


class Comparison:
    """Scores ``{name: (S,)}`` of models that share their S seeds, and what may be concluded from them.

    ``scores`` are as given, ``intervals`` is ``{name: (mean, half width)}`` of the 95 % interval, ``runs`` are what
    training returned, ``{name: [Run, ...]}``, if training made the scores. Shown as a table in a notebook.
    """

    def __init__(
        self,
        scores: Mapping[str, Iterable[float]],
        *,
        seeds: Iterable[int] | None = None,
        baseline: str | None = None,
        runs: Mapping[str, list[Run]] | None = None,
    ):
        _require_models(scores, baseline)
        self.scores = {name: np.array(values, dtype=float) for name, values in scores.items()}
        count = len(next(iter(self.scores.values())))
        self.seeds = _require_seeds(range(count) if seeds is None else seeds)
        for name, values in self.scores.items():
            if values.shape != (len(self.seeds),) or not np.isfinite(values).all():
                expected = f"{len(self.seeds)} finite numbers, one for each seed"
                raise ValueError(f"scores[{name!r}]: expected {expected}, got {values.tolist()}")
        self.baseline = next(iter(self.scores)) if baseline is None else baseline
        self.runs = runs or {}
        self.intervals = {name: mean_and_interval(values) for name, values in self.scores.items()}

    def difference(self, name: str, other: str | None = None) -> Difference:
        """How much higher ``name`` scores than ``other``, the baseline unless named: mean, half width and p.

        Paired over the seeds. p is that of the t-test after Holm's correction for all comparisons with the baseline or,
        where neither of the two is the baseline, for all comparisons with ``other``.
        """
        other = self.baseline if other is None else other
        for key in (name, other):
            if key not in self.scores:
                raise ValueError(f"name: expected one of {', '.join(self.scores)}, got {key}")
        if name == other:
            raise ValueError(f"other: expected another model than {name}, got the same")
        reference = self.baseline if self.baseline in (name, other) else other
        family = [key for key in self.scores if key != reference]
        tests = [paired_difference(self.scores[key], self.scores[reference]) for key in family]
        corrected = holm([test.p for test in tests])[family.index(name if reference == other else other)]
        between = paired_difference(self.scores[name], self.scores[other])
        return Difference(between.mean, between.half_width, corrected)

    def sentence(self, name: str, other: str | None = None) -> str:
        """Whether ``name`` scores higher or lower than ``other``, by how much, and whether that is more than chance."""
        other = self.baseline if other is None else other
        found, seeds = self.difference(name, other), f"{len(self.seeds)} seeds"
        direction = f"{name} is {'higher' if found.mean > 0 else 'lower'} than {other} by"
        if found.half_width == 0:
            if found.mean == 0:
                return f"{name} and {other} have the same score with each of {seeds}"
            verdict = "more than chance" if found.is_clear else "too few to tell it from chance"
            return f"{direction} {abs(found.mean):.3g} with each of {seeds}: {verdict}"
        p = f"p {_written_p(found.p)}{self._correction()}"
        if found.is_clear:
            amount = _written(abs(found.mean), found.half_width)
            return f"{direction} {amount} (95 %, paired over {seeds}, {p}): more than chance"
        amount = _written(found.mean, found.half_width)
        return f"{name} and {other} cannot be told apart with {seeds}: they differ by {amount} (95 %, paired, {p})"

    def along(self, values: Iterable[float], score: Callable) -> dict[str, tuple]:
        """Score the same runs once for each of ``values``, such as lengths: one curve of every model.

        ``score(model, value)`` returns a number, as the score of :func:`compare` does. Returns what
        ``viz.learning_curves`` draws: ``{name: (values (N,), scores (S, N), half widths of the 95 % intervals (N,))}``.
        """
        self._require_runs()
        values, curves = list(values), {}
        for name, runs in self.runs.items():
            pairs = list(zip(self.seeds, runs, strict=True))
            scores = np.array([[_score_at(name, run, score, value, seed) for value in values] for seed, run in pairs])
            curves[name] = (np.array(values), scores, np.array([mean_and_interval(at)[1] for at in scores.T]))
        return curves

    def losses(self) -> dict[str, tuple]:
        """The losses of all runs, as ``viz.learning_curves`` draws them: ``{name: (steps (N,), losses (S, N))}``.

        Steps count from 1 to those of the longest run; where a shorter one has ended, its loss is NaN.
        """
        self._require_runs()
        curves = {}
        for name, runs in self.runs.items():
            longest = max(len(run.losses) for run in runs)
            padded = [np.append(run.losses, np.full(longest - len(run.losses), np.nan)) for run in runs]
            curves[name] = (np.arange(1, longest + 1), np.array(padded))
        return curves

    def _require_runs(self):
        if not self.runs:
            raise ValueError("runs: expected those of a training, which compare() keeps, got scores alone")

    def __repr__(self):
        lines = self._table()
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        table = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
        return "\n".join([*map(str.rstrip, table), self._legend()])

    def _repr_markdown_(self):
        heads, *rows = ([cell.replace("|", "\\|") for cell in line] for line in self._table())
        rule = ["---", *("---:" for _ in heads[1:])]
        return "\n".join(f"| {' | '.join(line)} |" for line in (heads, rule, *rows)) + f"\n\n{self._legend()}"

    def _table(self):
        others = len(self.scores) > 1
        lines = [["model", "score", *([f"minus {self.baseline}", "p"] if others else [])]]
        for name, interval in self.intervals.items():
            line = [name, _written(*interval)]
            if others and name == self.baseline:
                line += ["–", "–"]
            elif others:
                found = self.difference(name)
                line += [_written(found.mean, found.half_width), _written_p(found.p).removeprefix("= ")]
            lines.append(line)
        return lines

    def _legend(self):
        test = f"; p: paired t-test{self._correction()}" if len(self.scores) > 1 else ""
        return f"Means over {len(self.seeds)} seeds ± half of the 95 % interval{test}."

    def _correction(self):
        comparisons = len(self.scores) - 1
        return f", Holm's correction for {comparisons}" if comparisons > 1 else ""


def _run_of(label, make_model, batches, loss, settings):
    try:
        return train(make_model, batches, loss, **settings)
    except FloatingPointError as error:
        error.add_note(f"This was {label}.")
        raise


def _score_of(label, model, score, seed):
    device, _ = device_and_dtype(model)
    with repeatable(device), evaluating(model):
        seed_torch(seed, device)
        value = float(score(model))
    if not math.isfinite(value):
        raise ValueError(f"score: expected a finite number, got {value} for {label}")
    return value


def _score_at(name, run, score, value, seed):
    return _score_of(f"{name} at {value}, seed {seed}", run.model, lambda model: score(model, value), seed)


def _require_seeds(seeds):
    seeds = list(seeds) if isinstance(seeds, Iterable) else seeds
    if not isinstance(seeds, list):
        raise ValueError(f"seeds: expected at least 2 different integers, such as range(3), got {seeds!r}")
    if len(seeds) < 2 or len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds: expected at least 2 different integers, got {seeds}")
    return seeds


def _require_models(models, baseline):
    if not isinstance(models, Mapping) or not models:
        raise ValueError(f"models: expected a dictionary of at least one model by its name, got {models!r:.60}")
    if baseline is not None and baseline not in models:
        raise ValueError(f"baseline: expected one of {', '.join(models)}, got {baseline}")


def _written(mean, half_width):
    """Both with as many decimals as give the half width two digits; without a width, three digits of the mean."""
    if half_width == 0:
        return f"{mean:.3g} ± 0"
    decimals = max(0, 1 - math.floor(math.log10(half_width)))
    return f"{mean:.{decimals}f} ± {half_width:.{decimals}f}"


def _written_p(p):
    return "< 0.001" if p < 0.001 else f"= {p:.2g}"
