"""Attacks on the grader: each gets no points, harms nobody, and leaves nothing. Each is shown to be a real one."""

import threading
import time
from contextlib import closing
from dataclasses import replace

import pytest
from attacks import ALL, ATTACKS
from attacks.attack import Limits, define
from attacks.frames import SPEAK
from attacks.targets import Targets, attempted_outside, clear_marks, fools_a_naive_grader
from attacks.world import (
    HIGHEST,
    HONEST,
    PATIENT,
    Peak,
    World,
    grade,
    has_said,
    honest_points,
    jailed_processes,
    points,
    said,
)

from rnncourse.exercises import EXERCISES
from rnncourse.grading.session import why_not_secure
from rnncourse.grading.verdict import STAGES

pytestmark = pytest.mark.skipif(bool(why_not_secure()), reason=f"no jail here: {why_not_secure()}")

SLACK = 2.0  # seconds for what is not limited: forks, comparisons, a busy machine
MOST_MEMORY = 300 << 20


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with closing(World(tmp_path_factory.mktemp("world"))) as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNCOURSE_ATTACK", "a secret")
        patch.chdir(made.targets.folder)
        assert honest_points(PATIENT) == HIGHEST
        yield made


@pytest.fixture
def targets(tmp_path):
    with closing(Targets(tmp_path / "targets")) as made:
        yield made
    clear_marks()


def test_there_are_many_and_each_is_explained():
    assert len(ATTACKS) == len(ALL) >= 80
    assert all(attack.tries and attack.fails.endswith(".") for attack in ALL)
    assert sum(bool(attack.control) for attack in ALL) >= 60


@pytest.mark.filterwarnings("error")  # nor may a student write on the instructor's terminal
@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_in_vain(name, world):
    attack = ATTACKS[name]
    before, started = world.state(), time.monotonic()
    with Peak() as peak:
        record = world.grade(attack)
    assert time.monotonic() - started < attack.limits.total + SLACK
    assert jailed_processes() == []
    assert world.state() == before
    assert peak.growth < MOST_MEMORY
    assert points(record) == 0
    stages = [verdict["stage"] for verdict in record["verdicts"]]
    assert len(stages) == len(EXERCISES) and set(stages) < set(STAGES) - {"passed"}
    assert "the grader failed" not in said(record)
    assert "done:" not in said(record)
    assert has_said(record, attack.said), said(record)
    assert honest_points(PATIENT) == HIGHEST


@pytest.mark.parametrize("name", [attack.name for attack in ALL if attack.control == "probe"])
def test_attempt_succeeds_outside_the_jail(name, targets):
    outside = attempted_outside(ATTACKS[name], targets)
    assert outside.startswith("done:"), outside


@pytest.mark.parametrize("name", [attack.name for attack in ALL if attack.control not in ("", "probe")])
def test_trick_fools_a_naive_grader(name, targets):
    assert fools_a_naive_grader(ATTACKS[name], targets)


def test_a_naive_grader_tells_right_from_wrong(targets):
    trick = ATTACKS["exit_handler"]
    for control in ("allclose", "array_equal", "equality", "difference", "testing", "unittest"):
        assert fools_a_naive_grader(replace(trick, source=HONEST, control=control), targets)
        wrong = HONEST.replace("np.tanh", "np.sin")
        assert not fools_a_naive_grader(replace(trick, source=wrong, control=control), targets)


TRUTH = """
def forward(x, h_prev, W_xh, W_hh, b_h):
    cases = [case.values() for case in map(dict, waiting())]
    results = [np.tanh(x @ W_xh + h_prev @ W_hh + b_h) for x, h_prev, W_xh, W_hh, b_h in cases]
    coded = [{"array": ["d", result.shape]} for result in results]
    say(answer(coded, b"".join(result.tobytes() for result in results)))
    os._exit(0)

def waiting():
    frame = sys._getframe()
    while "order" not in frame.f_locals:
        frame = frame.f_back
    names = frame.f_locals["order"]["names"]
    return [dict(zip(names, case)) for case in frame.f_locals["cases"]]

rnn_step_forward = forward
"""


def test_forged_frames_arrive_and_only_the_truth_has_points(world):
    """The control of all attacks by frames: what they speak is understood."""
    assert points(grade("forged.py", (SPEAK + TRUTH).encode())) == EXERCISES["rnn_step_forward"].points
    lie = (SPEAK + TRUTH).replace("np.tanh", "np.sin")
    assert points(grade("forged.py", lie.encode())) == 0


def test_who_attacks_keeps_the_points_of_honest_functions(world):
    attacks = {
        "rnn_step_forward": "import os\ndef attack(*a):\n    os._exit(0)",
        "cross_entropy_backward": "def attack(*a):\n    while True: pass",
        "clip_by_norm": "def attack(*a):\n    return bytearray(10 << 30)",
        "truncated_bptt": SPEAK + "\ndef attack(*a):\n    say(b'x' * 100)",
    }
    for name, source in attacks.items():
        data = f"{HONEST}\n\n{source}\n{define('attack', [name])}".encode()
        record = grade("mallory.py", data, Limits(call=1.0, total=8.0, processor=8, memory=256 << 20))
        assert points(record) == HIGHEST - EXERCISES[name].points
        assert [v["function"] for v in record["verdicts"] if v["stage"] != "passed"] == [name]


NEIGHBOURS = [
    "busy_loop",
    "memory_bit_by_bit",
    "hard_exit_in_call",
    "only_the_first",
    "floods",
    "fork",
    "prints_for_ever",
]


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_neighbours_of_the_same_moment_are_not_harmed(name, world):
    """Threads share one fork-server, as on a cluster's worker: its answers must not be mixed up."""
    reached, records = [], []
    threads = [threading.Thread(target=lambda: reached.append(honest_points(PATIENT))) for _ in range(4)]
    threads += [threading.Thread(target=lambda: records.append(world.grade(ATTACKS[name]))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reached == [HIGHEST] * 4
    assert [points(record) for record in records] == [0, 0]
    assert jailed_processes() == []


def test_time_is_bounded_however_often_a_submission_is_begun_again(world):
    source = (
        f"import time\nslept = time.sleep(0.25)\ndef sleeps(*a, slept=slept):\n    time.sleep(60)\n{define('sleeps')}"
    )
    started = time.monotonic()
    record = grade("mallory.py", source.encode(), Limits(call=0.4, total=1.0, processor=3, memory=256 << 20))
    assert points(record) == 0
    assert time.monotonic() - started < 1.5
