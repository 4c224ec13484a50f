"""Settings and parts that the loop refuses, how a run shows itself, and the bar."""

import numpy as np
import pytest
from torch import nn
from trainees import linear, pairs

from rnncourse.training import Run, mean_squared_error, train
from rnncourse.training.plan import Plan


def test_an_early_stop_needs_something_to_judge_by():
    with pytest.raises(ValueError, match="patience: expected evaluate= to go with it, got patience=3 alone"):
        train(linear, pairs, mean_squared_error, steps=3, patience=3)


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"steps": 0}, "steps: expected an integer of at least 1, got 0"),
        ({"steps": 2.5}, "steps: expected an integer of at least 1, got 2.5"),
        ({"seed": -1}, "seed: expected an integer of at least 0, got -1"),
        ({"every": 0}, "every: expected an integer of at least 1, got 0"),
        ({"patience": 0}, "patience: expected an integer of at least 1, got 0"),
        ({"learning_rate": 0}, "learning_rate: expected a positive number, got 0"),
        ({"learning_rate": "fast"}, "learning_rate: expected a positive number, got 'fast'"),
        ({"learning_rate": float("inf")}, "learning_rate: expected a finite number, got inf"),
        ({"clip_norm": float("inf")}, "clip_norm: expected a finite number, got inf"),
        ({"clip_norm": float("nan")}, "clip_norm: expected a positive number, got nan"),
        ({"schedule": "cosine"}, "schedule: expected None or 'one cycle', got 'cosine'"),
        ({"better": "max"}, "better: expected 'lower' or 'higher', got 'max'"),
        ({"device": "gpu"}, "device: expected 'auto' or one that this machine has, such as 'cpu', got 'gpu'"),
        ({"evaluate": lambda model: float("nan")}, "evaluate: expected a number, got nan after 2 steps"),
    ],
)
def test_settings_that_are_refused(setting, sentence):
    with pytest.raises(ValueError, match=sentence):
        train(linear, pairs, mean_squared_error, **{"steps": 2, **setting})


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"make_model": linear()}, "make_model: expected a function that makes a new model, got a model, Linear"),
        ({"make_model": lambda: 3}, "make_model: expected a function that returns an nn.Module, got int of it"),
        ({"make_model": nn.Identity}, "make_model: expected a model with parameters to train, got one without"),
        ({"batches": lambda s, r: np.ones(3)}, "batches: expected a tuple of inputs and, last, targets, got ndarray"),
        ({"batches": lambda s, r: (np.ones(3),)}, "batches: expected a tuple .*, got one of length 1"),
        ({"batches": lambda s, r: (np.array(["a"]), 1)}, "batches: expected arrays of numbers, got one of dtype <U1"),
        ({"loss": lambda o, t: (o - t) ** 2}, r"loss: expected a tensor of one number, got shape \(8, 1\)"),
        ({"loss": lambda o, t: 1.0}, "loss: expected a tensor of one number, got float"),
        ({"loss": lambda o, t: (t - 1).mean()}, "loss: expected a number that depends on the model's parameters"),
        ({"carry_state": True, "make_model": lambda: Stateless(2, 1)}, "to carry the state of tensors, got NoneType"),
    ],
)
def test_parts_that_are_refused(changed, sentence):
    parts = {"make_model": linear, "batches": pairs, "loss": mean_squared_error, **changed}
    with pytest.raises(ValueError, match=sentence):
        train(**parts, steps=2)


class Stateless(nn.Linear):
    """Takes a state and gives none."""

    def forward(self, x, state=None):
        return super().forward(x)


def test_a_run_shows_what_it_is_in_words():
    arrays = np.array([2.0, 0.51239]), np.array([1.0, 1.0])
    assert repr(Run(linear(), *arrays, [], None, False)) == "Run of 2 steps: loss 2 at first, 0.512 at last"
    run = Run(linear(), *(a[:1] for a in arrays), [(1, 0.25)], (1, 0.25), True)
    assert repr(run) == "Run of 1 step, stopped early: loss 2 at first, 2 at last; best evaluation 0.25 after 1 steps"
    assert repr(Run(linear(), *(a[:0] for a in arrays), [], None, False)) == "Run of 0 steps"


def test_a_short_run_shows_no_bar(capfd):
    train(linear, pairs, mean_squared_error, steps=3)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("progress", "disabled"), [(False, None), (True, "1")])
def test_no_bar_where_none_is_wanted(capfd, monkeypatch, progress, disabled):
    monkeypatch.setattr("rnncourse.training.progress.DELAY", 0.0)
    if disabled:
        monkeypatch.setenv("TQDM_DISABLE", disabled)
    train(linear, pairs, mean_squared_error, steps=3, progress=progress)
    assert capfd.readouterr() == ("", "")


def test_a_bar_shows_its_words_the_loss_and_the_last_evaluation(capfd, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr("rnncourse.training.progress.DELAY", 1e-9)
    clock = iter(range(10_000))
    monkeypatch.setattr("tqdm.std.time", lambda: next(clock))
    train(linear, pairs, mean_squared_error, steps=5, every=2, evaluate=lambda model: 0.25, progress="LSTM, seed 2")
    shown = capfd.readouterr().err
    assert "LSTM, seed 2: " in shown
    assert "/5 [" in shown
    assert ", evaluation 0.25]" in shown


def test_all_settings_are_part_of_the_plan():
    """A setting that neither a file nor a check knows would be lost in a resumed run."""
    known = set(Plan.__dataclass_fields__)
    theirs = {"make_model", "batches", "loss", "checkpoint", "device", "progress"}
    assert set(train.__kwdefaults__) | {"make_model", "batches", "loss", "steps"} == known | theirs


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"batches": pairs(0, np.random.default_rng(0))}, "batches: expected a function, got tuple"),
        ({"loss": "squared error"}, "loss: expected a function, got str"),
    ],
)
def test_data_and_losses_are_functions(settings, message):
    with pytest.raises(ValueError, match=message):
        train(**{"make_model": linear, "batches": pairs, "loss": mean_squared_error, "steps": 1} | settings)
