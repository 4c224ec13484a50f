"""The benchmarks run, agree on what they measure and leave valid files. Nothing here depends on the machine's speed."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"
PINS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
RATIOS = ["ours / torch", "ours / products"]


def python(*arguments, **variables):
    """Run Python at the project's root, with no thread pinned unless ``variables`` do."""
    environment = {name: value for name, value in os.environ.items() if name not in PINS} | variables
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """All benchmarks, quick: what was printed and the files, read strictly."""
    folder = tmp_path_factory.mktemp("results") / "new"
    run = python("-m", "benchmarks", "--quick", "--output", folder)
    assert run.returncode == 0, run.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["bptt.json", "recurrent.json"]
    return run.stdout, {path.stem: read(path) for path in folder.iterdir()}


def read(path):
    """JSON proper: NaN and Infinity, which Python's own reader would take, are errors."""

    def refuse(constant):
        raise ValueError(f"{path.name}: expected JSON, got {constant}")

    return json.loads(path.read_text("utf-8"), parse_constant=refuse)


def numbers(result):
    """Every measured figure of a result."""
    for row in (*result["rows"], result["summary"]):
        yield from row.values()


@pytest.mark.parametrize("name", ["recurrent", "bptt"])
def test_results_say_what_where_and_when(quick, name):
    result = quick[1][name]
    assert result["benchmark"] == name
    assert result["quick"] is True
    assert result["date"].endswith("+00:00")
    assert {"cpu", "cores", "python", "numpy", "blas of numpy", "torch"} <= result["machine"].keys()
    assert result["machine"]["threads"] == {**dict.fromkeys(PINS, "1"), "torch": 1}
    assert all(math.isfinite(number) for number in numbers(result))


def test_recurrent_compares_at_every_shape(quick):
    result = quick[1]["recurrent"]
    assert [(row["B"], row["T"], row["H"]) for row in result["rows"]] == [(1, 5, 16), (4, 8, 16)]
    for row in result["rows"]:
        for reference in ("torch", "products"):
            assert 0 < row[f"low {reference}"] <= row[f"ours / {reference}"] <= row[f"high {reference}"]


@pytest.mark.parametrize("key", RATIOS)
def test_recurrent_summary_follows_from_its_rows(quick, key):
    rows, summary = quick[1]["recurrent"]["rows"], quick[1]["recurrent"]["summary"]
    assert summary[key] == pytest.approx(math.prod(row[key] for row in rows) ** (1 / len(rows)))
    assert summary[f"{key}, B = 4"] == pytest.approx(rows[1][key])
    assert summary[f"{key}, worst"] == max(row[key] for row in rows)


def test_bptt_measures_every_length(quick):
    rows = quick[1]["bptt"]["rows"]
    assert [row["T"] for row in rows] == [8, 16, 32]
    assert all(value > 0 for row in rows for value in row.values())


def test_memory_grows_with_the_sequence_only_when_caches_are_kept(quick):
    """Bytes are counted, not timed: they repeat on any machine."""
    summary = quick[1]["bptt"]["summary"]
    assert 0.7 < summary["slope of full, MB"] < 1.1
    assert abs(summary["slope of pieces, MB"]) < 0.05


def test_the_tables_are_printed(quick):
    printed, results = quick
    for result in results.values():
        for key in (*result["rows"][0], *result["summary"]):
            assert key in printed


def test_only_the_named_benchmark_runs_and_quick_alone_writes_nothing():
    before = {path: path.read_bytes() for path in RESULTS.iterdir()}
    run = python("-m", "benchmarks", "--quick", "bptt")
    assert run.returncode == 0, run.stderr
    assert "slope of full, MB" in run.stdout
    assert "ours / torch" not in run.stdout
    assert {path: path.read_bytes() for path in RESULTS.iterdir()} == before


def test_an_unknown_name_is_refused():
    run = python("-m", "benchmarks", "recurent")
    assert run.returncode == 2
    assert "expected one of recurrent, bptt, got recurent" in run.stderr


def test_threads_that_can_no_longer_be_pinned_are_refused():
    program = "import numpy, benchmarks"
    late = python("-c", program, OMP_NUM_THREADS="1", MKL_NUM_THREADS="2")
    assert late.returncode == 1
    assert "numpy already loaded with OPENBLAS_NUM_THREADS, MKL_NUM_THREADS not 1" in late.stderr
    assert python("-c", program, **dict.fromkeys(PINS, "1")).returncode == 0


FAILURES = {
    "not JSON": ("write(folder, 'name', {'value': float('nan')})", "ValueError: Out of range float values"),
    "killed before the end": (
        "Path.replace = lambda *_: 1 / 0; write(folder, 'name', {'value': 2})",
        "ZeroDivisionError: division by zero",
    ),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_write_that_fails_leaves_the_old_file(failure, tmp_path):
    failing, error = FAILURES[failure]
    program = (
        "from pathlib import Path; from benchmarks.report import write\n"
        f"folder = Path({str(tmp_path)!r}); write(folder, 'name', {{'value': 1}})\n"
        f"{failing}"
    )
    assert error in python("-c", program).stderr
    assert [path.name for path in tmp_path.glob("*.json")] == ["name.json"]
    assert read(tmp_path / "name.json") == {"value": 1}


@pytest.mark.parametrize("name", ["recurrent", "bptt"])
def test_the_stored_results_are_of_a_full_run(quick, name):
    stored, fresh = read(RESULTS / f"{name}.json"), quick[1][name]
    assert stored["quick"] is False
    assert stored.keys() == fresh.keys()
    assert stored["rows"][0].keys() == fresh["rows"][0].keys()
    assert len(stored["rows"]) > len(fresh["rows"])
