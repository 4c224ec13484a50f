"""The benchmark of the recursive autoencoder runs, agrees with torch and gives finite figures; speed is not judged."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import benchmarks, json, numpy  # in this order: benchmarks pins the threads
from benchmarks import recursive
print(json.dumps(recursive.run(True), allow_nan=False))
recursive.RecursiveAutoencoder.shares = lambda self, counts: numpy.full(counts.shape, 0.6, "f")
recursive.run(True)
"""


@pytest.fixture(scope="module")
def finished():
    """A quick run, and one of an autoencoder that is not torch's; threads are pinned where benchmarks is imported."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def result(finished):
    """What the first run returned."""
    assert finished.stdout, finished.stderr
    return json.loads(finished.stdout)


def test_every_figure_is_a_finite_number(result):
    assert result.keys() == {"rows", "summary"}
    for row in (*result["rows"], result["summary"]):
        assert all(math.isfinite(value) and value > 0 for value in row.values())


def test_both_ways_are_compared_with_torch(result):
    [row] = result["rows"]
    for name in ("given", "greedy"):
        assert row[f"low {name}"] <= row[f"torch / {name}"] <= row[f"high {name}"]
        assert row[f"{name}, sentences/s"] > 0
        assert result["summary"][f"torch / {name}, B = {row['B']}"] == row[f"torch / {name}"]
        assert result["summary"][f"torch / {name}, mean"] == pytest.approx(row[f"torch / {name}"])


def test_two_computations_that_differ_are_not_timed(finished):
    assert finished.returncode == 1
    assert "RuntimeError: loss or its gradient: ours and torch's differ by" in finished.stderr
