"""What the benchmarks hold against one another before they measure, and what they measure with, on known cases.

All in one process, in which the package can still pin the threads.
"""

import json
import os
import subprocess
import sys

import pytest
from standalone import FOLDER

PROGRAM = """
import benchmarks, json  # first: it pins the threads
from itertools import islice
from pathlib import Path
import numpy as np
from benchmarks import characters, memory, recursive, training, word2vec

def refusal(function):
    try:
        return f"no refusal, but {function()}"
    except RuntimeError as error:
        return str(error)

found = {}

text, topics = word2vec.generate(np.random.default_rng(0), {"vocabulary": 400, "topics": 4, "sentences": 500})
own = [(topics[sentence] == np.bincount(topics[sentence], minlength=4).argmax()).mean() for sentence in text]
found["text"] = [*text.shape, int(text.max()), float(np.mean(own))]
found["purities"] = [word2vec.purity(np.eye(4)[topics] + 0.01, of) for of in (topics, np.arange(400))]

recursive.RecursiveAutoencoder.shares = lambda self, counts: np.full(counts.shape, 0.6, "f")
found["recursive"] = refusal(lambda: recursive.run(True))

task = characters.make_task(20_000, 1000, 2)
found["text split"] = [len(task.text), len(task.unseen), task.size, int(max(task.text.max(), task.unseen.max()))]
trainings = (
    characters.plain.train(task.start(0), task.text.tolist()),
    characters.train(characters.make_model(task.start(0), "float64"), task.text, 1),
)
found["losses"] = [[float(loss) for loss, _ in islice(training, 8)] for training in trainings]
even = {name: np.zeros_like(weight) for name, weight in task.start(0).items()}
found["bits of even guesses"] = [
    characters.bits(characters.make_model(even, dtype), task.unseen) for dtype in ("float64", "float32")
]
backward = characters.cross_entropy_backward
characters.cross_entropy_backward = lambda cache, dloss: backward(cache, 1.001 * dloss)
found["characters"] = refusal(lambda: characters.run(True))

error = training.mean_squared_error
training.mean_squared_error = lambda outputs, targets: 1.001 * error(outputs, targets)
found["training"] = refusal(lambda: training.run(True))

def known_pass(kind, T, B, H):
    before = np.ones(4_000_000)
    return lambda: before[:0].sum() + np.ones(T * 1_000_000)[0]

memory.our_pass = known_pass
found["known peaks"] = [memory.peak("ours", "RNN", T, 1, 1, passes) / 8e6 for T, passes in ((6, 1), (6, 3), (12, 1))]
found["failed process"] = refusal(lambda: memory.peak_elsewhere("neither", "RNN", 1, 1, 1, 1))
memory.PROC = Path("/nowhere")
found["no Linux"] = refusal(lambda: memory.run(True))

print(json.dumps(found, allow_nan=False))
"""


@pytest.fixture(scope="module")
def found():
    """What the program found, run with no thread pinned, so that the package must pin them."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=FOLDER.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_sentences_of_the_generated_text_lean_to_a_topic(found):
    sentences, length, greatest, own = found["text"]
    assert (sentences, length) == (500, 20)
    assert greatest < 400
    assert 0.4 < own < 0.6  # 0.3 from the topic, a quarter of the rest by chance, and the favourite is the greatest


def test_purity_is_1_for_pure_vectors_and_0_for_topics_of_one_word(found):
    assert found["purities"] == [1, 0]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("recursive", "loss or its gradient: ours and torch's differ by"),
        ("characters", "W_xh or its gradient: plain and ours differ by 1.0e-03, relative"),
        ("training", "loss of step 0: ours and plain differ, "),
    ],
)
def test_two_computations_that_differ_are_not_timed(found, name, sentence):
    assert sentence in found[name]


def test_plain_and_ours_train_alike_on_one_stream(found):
    plain, ours = found["losses"]
    assert len(plain) == 8
    assert ours == pytest.approx(plain, rel=1e-5)
    assert plain[-1] != pytest.approx(plain[0], rel=0.1)


def test_the_unseen_text_is_the_last_tenth(found):
    seen, unseen, size, greatest = found["text split"]
    assert (seen, unseen) == (18_000, 2000)
    assert greatest == size - 1


def test_bits_of_even_guesses_are_the_logarithm_of_the_alphabet(found):
    size = found["text split"][2]
    assert [2**bits for bits in found["bits of even guesses"]] == pytest.approx([size, size], rel=1e-5)


def test_a_peak_is_what_a_pass_takes_beyond_what_was_there(found):
    """Passes that make and drop arrays of a known size, beside an array that was there before."""
    assert found["known peaks"] == pytest.approx([6, 6, 12], rel=0.02)


def test_a_process_that_fails_is_reported_with_its_reason(found):
    assert found["failed process"].startswith("memory: the process for ('neither', 'RNN', 1, 1, 1, 1) failed:\n")
    assert "KeyError: 'neither'" in found["failed process"]


def test_memory_is_refused_where_the_system_does_not_tell_it(found):
    assert found["no Linux"].startswith("memory: expected Linux")
