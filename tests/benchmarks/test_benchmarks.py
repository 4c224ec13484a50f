"""The benchmarks run, agree on what they measure and leave valid files. Nothing here depends on the machine's speed."""

import json
import math
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"
PINS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
NAMES = ["recurrent", "bptt", "characters", "word2vec", "recursive", "training", "memory", "grading", "pages"]
LAYERS = ["RNN", "LSTM", "GRU", "LSTM, oneDNN off"]
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
    found = Results({path.stem: read(path) for path in folder.iterdir()})
    if run.stderr.startswith("pages: ") and os.environ.get("CI") != "true":
        found.why_no_pages = run.stderr.strip()
    else:
        assert run.returncode == 0, run.stderr
    assert sorted(found) == sorted(set(NAMES) - ({"pages"} if found.why_no_pages else set()))
    return run.stdout, found


class Results(dict):
    """Results by the name of the benchmark; pages cannot be measured without a built book and a browser."""

    why_no_pages = None

    def __missing__(self, name):
        pytest.skip(self.why_no_pages)


def read(path):
    """JSON proper: NaN and Infinity, which Python's own reader would take, are errors."""

    def refuse(constant):
        raise ValueError(f"{path.name}: expected JSON, got {constant}")

    return json.loads(path.read_text("utf-8"), parse_constant=refuse)


def numbers(result):
    """Every measured figure of a result; what a row is about may be a word."""
    for row in (*result["rows"], result["summary"]):
        yield from (value for key, value in row.items() if key not in ("layer", "dtype", "submission", "page", "kind"))


def geometric_mean(values):
    values = list(values)
    return pytest.approx(math.prod(values) ** (1 / len(values)))


@pytest.mark.parametrize("name", NAMES)
def test_results_say_what_where_and_when(quick, name):
    result = quick[1][name]
    assert result["benchmark"] == name
    assert result["quick"] is True
    assert result["date"].endswith("+00:00")
    assert {"cpu", "cores", "python", "numpy", "blas of numpy", "torch"} <= result["machine"].keys()
    assert result["machine"]["threads"] == {**dict.fromkeys(PINS, "1"), "torch": 1}
    assert all(math.isfinite(number) for number in numbers(result))


@pytest.mark.parametrize("name", NAMES)
def test_all_rows_of_a_result_have_the_same_keys(quick, name):
    assert len({tuple(row) for row in quick[1][name]["rows"]}) == 1


def test_recurrent_compares_every_layer_at_every_shape(quick):
    rows = quick[1]["recurrent"]["rows"]
    shapes = [(1, 5, 16), (4, 8, 16)]
    assert [(row["layer"], row["B"], row["T"], row["H"]) for row in rows] == [(k, *s) for k in LAYERS for s in shapes]
    for row in rows:
        for reference in ("torch", "products"):
            assert 0 < row[f"low {reference}"] <= row[f"ours / {reference}"] <= row[f"high {reference}"]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("key", RATIOS)
def test_recurrent_summary_follows_from_its_rows(quick, key, layer):
    summary = quick[1]["recurrent"]["summary"]
    small, large = (row[key] for row in quick[1]["recurrent"]["rows"] if row["layer"] == layer)
    assert summary[f"{layer}, {key}"] == geometric_mean([small, large])
    assert summary[f"{layer}, {key}, B = 4"] == pytest.approx(large)
    assert summary[f"{layer}, {key}, worst"] == max(small, large)


def test_bptt_measures_every_length(quick):
    rows = quick[1]["bptt"]["rows"]
    assert [row["T"] for row in rows] == [8, 16, 32]
    assert all(value > 0 for row in rows for value in row.values())


def test_memory_grows_with_the_sequence_only_when_caches_are_kept(quick):
    """Bytes are counted, not timed: they repeat on any machine."""
    summary = quick[1]["bptt"]["summary"]
    assert 0.7 < summary["slope of full, MB"] < 1.1
    assert abs(summary["slope of pieces, MB"]) < 0.05


def test_characters_compares_streams_and_precisions(quick):
    result = quick[1]["characters"]
    rows, summary = result["rows"], result["summary"]
    assert [(row["B"], row["dtype"]) for row in rows] == [(32, "float64"), (64, "float64"), (64, "float32")]
    assert all(0 < row["low"] <= row["plain / ours"] <= row["high"] for row in rows)
    assert summary["plain / ours, float64"] == geometric_mean(row["plain / ours"] for row in rows[:2])
    assert summary["plain / ours, float32"] == pytest.approx(rows[2]["plain / ours"])
    for key in ("ours bits", "ours bits, same time"):
        assert summary[f"{key} - plain bits, worst"] == max(row[key] - row["plain bits"] for row in rows)


def test_characters_says_what_was_read(quick):
    sizes = quick[1]["characters"]["sizes"]
    assert (sizes["T"], sizes["H"], sizes["text"], sizes["unseen"], sizes["seeds"]) == (25, 100, 18_000, 2000, 2)


def test_word2vec_has_a_row_for_each_seed(quick):
    result = quick[1]["word2vec"]
    assert [row["seed"] for row in result["rows"]] == [0, 1]
    for row in result["rows"]:
        assert 0 < row["low"] <= row["gensim / ours"] <= row["high"]
        assert all(0 <= row[f"{name} purity"] <= 1 and row[f"{name} pairs/s"] > 0 for name in ("ours", "gensim"))
    sizes = result["sizes"]
    assert [sizes[key] for key in ("vocabulary", "sentence", "window", "negatives", "epochs")] == [60, 20, 5, 5, 3]


def test_word2vec_summary_follows_from_its_rows(quick):
    rows, summary = quick[1]["word2vec"]["rows"], quick[1]["word2vec"]["summary"]
    assert list(summary) == ["gensim / ours", "ours pairs/s", "gensim pairs/s", "ours purity", "gensim purity"]
    for key, value in summary.items():
        middle = statistics.mean if "purity" in key else statistics.median
        assert value == pytest.approx(middle(row[key] for row in rows))


def test_recursive_compares_given_and_greedy_trees_with_torch(quick):
    [row] = quick[1]["recursive"]["rows"]
    for name in ("given", "greedy"):
        assert 0 < row[f"low {name}"] <= row[f"torch / {name}"] <= row[f"high {name}"]
        assert row[f"{name}, sentences/s"] > 0
        summary = quick[1]["recursive"]["summary"]
        assert summary[f"torch / {name}, B = {row['B']}"] == row[f"torch / {name}"]
        assert summary[f"torch / {name}, mean"] == pytest.approx(row[f"torch / {name}"])


def test_training_summary_follows_from_its_rows(quick):
    [row], summary = quick[1]["training"]["rows"], quick[1]["training"]["summary"]
    assert (row["B"], row["T"], row["H"]) == (2, 5, 4)
    assert 0 < row["low"] <= row["ours / plain"] <= row["high"]
    assert summary["ours / plain"] == summary["ours / plain, worst"] == pytest.approx(row["ours / plain"])
    assert summary["more a step, ms"] == pytest.approx(row["ours, ms a step"] - row["plain, ms a step"])


def test_memory_summary_follows_from_its_rows(quick):
    rows, summary = quick[1]["memory"]["rows"], quick[1]["memory"]["summary"]
    assert [row["layer"] for row in rows] == LAYERS[:3]
    for row in rows:
        assert row["ours / torch"] == pytest.approx(row["ours MB"] / row["torch MB"])
        assert row["ours MB"] > row["must hold MB"] / 2  # the outputs and dx are made by the pass
        assert summary[f"{row['layer']}, ours / torch"] == pytest.approx(row["ours / torch"])
    assert summary["3 passes / 1, worst"] == max(row["3 passes / 1"] for row in rows) < 2


def test_grading_summary_follows_from_its_rows(quick):
    [row], summary = quick[1]["grading"]["rows"], quick[1]["grading"]["summary"]
    assert 0 < row["low"] <= row["ms"] <= row["high"]
    assert summary["NumPy, a core-second"] == row["a core-second"] == pytest.approx(1000 / row["ms"])
    assert summary["solution, ms"] == summary["NumPy, mean ms"] == summary["NumPy, slowest ms"] == row["ms"]
    assert summary["kernel / ours"] > 1
    assert summary["check, ms"] > 0
    assert summary["gradebooks that differ"] == 0  # counted, not timed


def test_pages_summary_follows_from_its_rows(quick):
    rows, summary = quick[1]["pages"]["rows"], quick[1]["pages"]["summary"]
    assert [row["kind"] for row in rows] == ["text", "experiments"]
    for row in rows:
        assert row["kB"] == pytest.approx(
            sum(row[f"{kind}, kB"] for kind in ("html", "css", "js", "fonts", "images", "other"))
        )
        assert summary[f"page of {row['kind']}, heaviest, kB"] == row["kB"] > row["html, kB"] > 1
    assert summary["layout shift, greatest"] == max(row["layout shift"] for row in rows)
    assert summary["first words, slowest, s"] == max(row["first words, s"] for row in rows)
    assert summary["requests to others"] == 0  # counted, not timed


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
    assert f"expected one of {', '.join(NAMES)}, got recurent" in run.stderr


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


@pytest.mark.parametrize("name", NAMES)
def test_the_stored_results_are_of_a_full_run(quick, name):
    stored, fresh = read(RESULTS / f"{name}.json"), quick[1][name]
    assert stored["quick"] is False
    assert stored.keys() == fresh.keys()
    assert stored["rows"][0].keys() == fresh["rows"][0].keys()
    assert stored.get("sizes", {}).keys() == fresh.get("sizes", {}).keys()
    assert name == "characters" or len(stored["rows"]) > len(fresh["rows"])  # its quick run reads less, in as many ways
