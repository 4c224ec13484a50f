"""Checkpoints: a killed run goes on with the numbers of one that was not killed, and a wrong file is refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from killed_training import finished
from torch import nn
from trainees import Reader, linear, pairs, same_weights, sums

from rnncourse.training import mean_squared_error, train

HERE = Path(__file__).parent


def test_a_run_that_is_killed_again_and_again_ends_with_the_numbers_of_one_that_is_not(tmp_path):
    command = [sys.executable, str(HERE / "killed_training.py"), str(tmp_path / "run.pt"), "6"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    killed, whole = json.loads(run.stdout), json.loads(json.dumps(finished(None)))
    assert killed.pop("killed") >= 3
    left = killed.pop("left")  # a kill in mid-write leaves what it had written, under a hidden name that nobody reads
    assert [name for name in left if not (name.startswith(".") and name.endswith(".part"))] == ["run.pt"]
    assert whole["steps"] == 150
    assert 5 < whole["best"][0] < 150
    assert killed == whole


class Killed(Exception):
    """Stands for a kill at an exact place."""


def stopping(batches, step):
    """The batches, until the process is killed before this step."""

    def stopped(number, rng):
        if number == step:
            raise Killed
        return batches(number, rng)

    return stopped


SETTINGS = [
    {},
    {"schedule": "one cycle", "optimizer": torch.optim.SGD},
    {"optimizer": torch.optim.RMSprop, "clip_norm": None},
    {"evaluate": lambda model: float(model.readout.weight.sum()), "better": "higher"},
    {"evaluate": lambda model: float(model.norm.num_batches_tracked), "patience": 3},
]


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("step", [1, 6, 13])
def test_a_break_at_any_step_changes_nothing(tmp_path, step, settings):
    settings = {"steps": 14, "every": 3, "seed": 2, **settings}
    whole = train(Reader, sums, mean_squared_error, **settings)
    path = tmp_path / "new" / "run.pt"
    is_killed = step < len(whole.losses)
    if is_killed:
        with pytest.raises(Killed):
            train(Reader, stopping(sums, step), mean_squared_error, checkpoint=path, **settings)
    resumed = train(Reader, sums, mean_squared_error, checkpoint=path, **settings)
    assert np.array_equal(resumed.losses, whole.losses)
    assert np.array_equal(resumed.gradient_norms, whole.gradient_norms)
    assert (resumed.evaluations, resumed.best) == (whole.evaluations, whole.best)
    assert resumed.stopped_early == whole.stopped_early == ("patience" in settings)
    assert same_weights(resumed.model, whole.model)


def test_a_resumed_run_trains_from_the_file_on(tmp_path):
    asked = []

    def batches(step, rng):
        asked.append(step)
        return pairs(step, rng)

    path = tmp_path / "run.pt"
    with pytest.raises(Killed):
        train(linear, stopping(batches, 7), mean_squared_error, steps=9, every=5, checkpoint=path)
    asked.clear()
    train(linear, batches, mean_squared_error, steps=9, every=5, checkpoint=path)
    assert asked == [0, 5, 6, 7, 8]  # 0 to see that it is the same run
    asked.clear()
    train(linear, batches, mean_squared_error, steps=9, every=5, checkpoint=path)
    assert asked == [0]


def test_a_file_is_whole_when_the_process_dies_while_it_writes_the_next(tmp_path, monkeypatch):
    path, written = tmp_path / "run.pt", []

    def dies_at_the_second(number):
        written.append(number)
        if len(written) == 2:
            raise Killed

    monkeypatch.setattr(os, "fsync", dies_at_the_second)
    with pytest.raises(Killed):
        train(linear, pairs, mean_squared_error, steps=6, every=2, checkpoint=path)
    monkeypatch.undo()
    assert [file.name for file in tmp_path.iterdir()] == ["run.pt"]
    asked = []
    resumed = train(linear, noted(asked), mean_squared_error, steps=6, every=2, checkpoint=path)
    assert asked == [0, 2, 3, 4, 5]  # step 0 again, to see that it is the same run
    assert same_weights(resumed.model, train(linear, pairs, mean_squared_error, steps=6, every=2).model)


def noted(asked):
    """The batches of ``pairs``; the steps that were asked for are added to the list."""
    return lambda step, rng: (asked.append(step), pairs(step, rng))[1]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"PK\x03\x04 broken",
        b"\x80\x02}q\x00.",
        json.dumps({"format": 1}).encode(),
        bytes(range(256)) * 40,
    ],
)
def test_a_file_that_is_no_checkpoint_is_refused_and_kept(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match=r"^checkpoint: expected a file that training wrote, or none yet, got .*notes.txt$"
    ):
        train(linear, pairs, mean_squared_error, steps=2, checkpoint=path)
    assert path.read_bytes() == content


def test_a_file_of_weights_and_a_folder_are_refused_too(tmp_path):
    torch.save(linear().state_dict(), tmp_path / "weights.pt")
    torch.save(linear(), tmp_path / "model.pt")
    for path in (tmp_path / "weights.pt", tmp_path / "model.pt", tmp_path):
        with pytest.raises(ValueError, match="checkpoint: expected a file that training wrote, or none yet"):
            train(linear, pairs, mean_squared_error, steps=2, checkpoint=path)


def test_a_cut_file_is_refused(tmp_path):
    path = tmp_path / "run.pt"
    train(linear, pairs, mean_squared_error, steps=2, checkpoint=path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="checkpoint: expected a file that training wrote, or none yet"):
        train(linear, pairs, mean_squared_error, steps=2, checkpoint=path)


def test_a_file_with_one_wrong_bit_never_changes_the_numbers(tmp_path):
    path = tmp_path / "run.pt"
    run = train(linear, pairs, mean_squared_error, steps=2, checkpoint=path)
    content, refused = path.read_bytes(), 0
    for place in range(7, len(content), 41):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        try:
            again = train(linear, pairs, mean_squared_error, steps=2, checkpoint=path)
        except ValueError:
            refused += 1
        else:
            assert same_weights(again.model, run.model)
            assert again.losses.tolist() == run.losses.tolist()
    assert refused > 20


CHANGES = [
    ({"seed": 1}, "whose seed is 0, got 1"),
    ({"steps": 5}, "whose steps is 4, got 5"),
    ({"learning_rate": 0.1}, "whose learning_rate is 0.01, got 0.1"),
    ({"clip_norm": None}, "whose clip_norm is 1.0, got None"),
    ({"schedule": "one cycle"}, "whose schedule is None, got one cycle"),
    ({"every": 2}, "whose every is 100, got 2"),
    ({"evaluate": lambda model: 1.0}, "whose evaluate is False, got True"),
    ({"optimizer": torch.optim.SGD}, r"whose optimizer is Adam\(lr=0.01, .*\), got SGD\(lr=0.01, "),
    (
        {"optimizer": lambda p, lr: torch.optim.Adam(p, lr=lr, eps=1e-3)},
        r"whose optimizer is Adam\(.* eps=1e-08, .*, got Adam\(.* eps=0.001, ",
    ),
    ({"make_model": lambda: nn.Linear(2, 1, bias=False)}, r"whose weight bias is \(1,\) torch.float32, got None"),
    (
        {"make_model": lambda: nn.Sequential(linear(), linear())},
        r"whose weight weight is \(1, 2\) torch.float32, got None",
    ),
    ({"make_model": lambda: nn.Sequential(linear(), nn.Tanh())}, "whose weight "),
    ({"make_model": lambda: Halved(2, 1)}, "whose first loss is "),
    ({"batches": lambda step, rng: pairs(step + 1, np.random.default_rng(step + 1))}, "whose first loss is "),
    ({"loss": lambda o, t: 2 * mean_squared_error(o, t)}, "whose first loss is "),
]


class Halved(nn.Linear):
    """Another model with the same weights."""

    def forward(self, x):
        return super().forward(x) / 2


@pytest.mark.parametrize(("change", "sentence"), CHANGES)
def test_the_file_of_another_run_is_refused(tmp_path, change, sentence):
    path = tmp_path / "run.pt"
    parts = {"make_model": linear, "batches": pairs, "loss": mean_squared_error, "steps": 4, "checkpoint": path}
    train(**parts)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=f"checkpoint: expected the run of .*run.pt, {sentence}") as refusal:
        train(**parts | change)
    assert "\n" not in str(refusal.value)
    assert str(refusal.value).endswith("; to begin anew, delete the file or name another")
    assert path.read_bytes() == before


def test_numbers_of_numpy_are_good_settings_for_a_file(tmp_path):
    """What np.arange and np.logspace give; a file may hold plain numbers only."""
    settings = {"seed": np.int64(1), "steps": np.int32(3), "learning_rate": np.float64(0.01), "every": np.int64(2)}
    path = tmp_path / "run.pt"
    one = train(linear, pairs, mean_squared_error, checkpoint=str(path), **settings)
    again = train(linear, pairs, mean_squared_error, checkpoint=path, seed=1, steps=3, every=2)
    assert np.array_equal(one.losses, again.losses)
