"""The benchmark of word2vec runs and measures what it says. Nothing here depends on the machine's speed."""

import json
import math
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PINS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PROGRAM = """
import benchmarks, json
from benchmarks import word2vec
result = word2vec.run(True)
sizes = {"vocabulary": 400, "topics": 4, "sentences": 500}
import numpy as np
text, topics = word2vec.generate(np.random.default_rng(0), sizes)
own = [(topics[sentence] == np.bincount(topics[sentence], minlength=4).argmax()).mean() for sentence in text]
extremes = [word2vec.purity(np.eye(4)[topics] + 0.01, of) for of in (topics, np.arange(400))]
print(json.dumps([result, list(text.shape), int(text.max()), float(np.mean(own)), extremes], allow_nan=False))
"""
ROW = ["seed", "gensim / ours", "low", "high", "ours pairs/s", "gensim pairs/s", "ours purity", "gensim purity"]


@pytest.fixture(scope="module")
def output():
    """What the program prints, run with no thread pinned, so that the package must pin them."""
    environment = {name: value for name, value in os.environ.items() if name not in PINS}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_rows_and_summary_are_finite(output):
    result = output[0]
    assert [list(row) for row in result["rows"]] == [ROW, ROW]
    assert [row["seed"] for row in result["rows"]] == [0, 1]
    for row in (*result["rows"], result["summary"]):
        assert all(math.isfinite(value) for value in row.values())
    for row in result["rows"]:
        assert 0 < row["low"] <= row["gensim / ours"] <= row["high"]
        assert all(0 <= row[f"{name} purity"] <= 1 and row[f"{name} pairs/s"] > 0 for name in ("ours", "gensim"))


def test_the_summary_follows_from_the_rows(output):
    rows, summary = output[0]["rows"], output[0]["summary"]
    assert list(summary) == ["gensim / ours", "ours pairs/s", "gensim pairs/s", "ours purity", "gensim purity"]
    for key, value in summary.items():
        middle = statistics.mean if "purity" in key else statistics.median
        assert value == pytest.approx(middle(row[key] for row in rows))


def test_the_sizes_say_what_was_compared(output):
    sizes = output[0]["sizes"]
    assert (sizes["vocabulary"], sizes["sentence"], sizes["window"], sizes["negatives"], sizes["epochs"]) == (
        60,
        20,
        5,
        5,
        3,
    )


def test_sentences_lean_to_a_topic(output):
    _, shape, greatest, own, _ = output
    assert shape == [500, 20]
    assert greatest < 400
    assert 0.4 < own < 0.6  # 0.3 from the topic, a quarter of the rest by chance, and the favourite is the greatest


def test_purity_is_1_for_pure_vectors_and_0_for_topics_of_one_word(output):
    assert output[4] == [1, 0]
