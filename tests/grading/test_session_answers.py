"""Every answer that a jailed process can give to the grader, given by a thread that plays the process."""

import contextlib
import json
import os
import socket
import struct
import subprocess
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.grading import session
from rnncourse.grading.inside import wire
from rnncourse.grading.inside.calling import Outcome
from rnncourse.grading.session import GraderError, Limits, Session

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="handles of processes are Linux's")


QUICK = Limits(call=0.3, total=1.0)


@pytest.fixture(scope="module")
def nobody():
    """A handle of a process that is no more, so that killing it harms nobody."""
    process = subprocess.Popen(["sleep", "60"])
    handle = os.pidfd_open(process.pid)
    process.kill()
    process.wait()
    yield process.pid, handle
    os.close(handle)


def frame(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<II", len(text), len(body)) + text + body


@contextlib.contextmanager
def scripted(nobody, answer, limits=QUICK):
    """A session whose jailed process is a thread: for each order it sends ``answer(order)``, or hangs up at None."""
    control, server_end = socket.socketpair()

    def serve():
        _, (channel,), _, _ = socket.recv_fds(server_end, 4096, 1)
        socket.send_fds(server_end, [str(nobody[0]).encode()], [nobody[1]])
        with socket.socket(fileno=channel) as connection, contextlib.suppress(OSError, EOFError):
            connection.sendall(wire.frame({"locked in": True}))
            while True:
                order = wire.receive(lambda count: _exactly(connection, count))[0]
                data = answer(order)
                if data is None:
                    return
                connection.sendall(data)

    thread = threading.Thread(target=serve)
    thread.start()
    server = type("Server", (), {"control": control, "lock": threading.Lock()})
    try:
        with contextlib.closing(Session(server, limits)) as made:
            yield made
    finally:
        thread.join(5)
        for each in (control, server_end):
            each.close()
        assert not thread.is_alive()


def _exactly(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


CASES = [{"x": 1}, {"x": 2}]
LIST = {"list": [{"plain": 1}, {"plain": 2}]}
BROKEN = [Outcome(None, "exception", session.BROKEN)]


def call_answer(**changes):
    """An answer to the first call; a key that is set to ``...`` is left out."""
    header = {"number": 1, "stage": "", "message": "", "value": LIST, **changes}
    return frame({key: value for key, value in header.items() if value is not ...})


WRONG = {
    "fewer results": {"value": {"list": [{"plain": 1}]}},
    "more results": {"value": {"list": [{"plain": 1}] * 3}},
    "no results": {"value": {"list": []}},
    "no results though it failed": {"value": {"list": []}, "stage": "exception"},
    "more results though it failed": {"value": {"list": [{"plain": 1}] * 3}, "stage": "exception"},
    "a tuple of results": {"value": {"tuple": LIST["list"]}},
    "no list": {"value": {"plain": None}},
    "stage passed": {"stage": "passed"},
    "stage of the grader": {"stage": "values"},
    "stage as list": {"stage": []},
    "stage as dictionary": {"stage": {}},
    "stage as number": {"stage": 0},
    "no stage": {"stage": ...},
    "no message": {"message": ...},
    "message as list": {"stage": "exception", "message": []},
    "no number": {"number": ...},
    "another number": {"number": 2},
    "number as text": {"number": "1"},
    "no value": {"value": ...},
    "value as list": {"value": [1]},
}


class TestScripted:
    @pytest.mark.parametrize("name", WRONG)
    def test_wrong_answers_end_the_session(self, nobody, name):
        with scripted(nobody, lambda order: call_answer(**WRONG[name])) as made:
            assert made.call("f", CASES) == BROKEN
            assert not made.alive

    def test_right_answers_are_taken(self, nobody):
        with scripted(nobody, lambda order: call_answer()) as made:
            assert made.call("f", CASES) == [Outcome(1), Outcome(2)]

    @pytest.mark.parametrize("stage", sorted(session.FROM_CHILD))
    def test_failures_are_taken(self, nobody, stage):
        with scripted(nobody, lambda order: call_answer(stage=stage, message="m" * 5000)) as made:
            first, second = made.call("f", CASES)
        assert first == Outcome(1)
        assert (second.stage, second.result, len(second.message)) == (stage, None, 304)

    def test_hanging_up_is_an_end(self, nobody):
        with scripted(nobody, lambda order: None) as made:
            assert made.call("f", CASES) == BROKEN

    def test_silence_is_too_long(self, nobody):
        with scripted(nobody, lambda order: b"") as made:
            assert made.call("f", CASES)[0].stage == "time"
            assert made.left == pytest.approx(0.7, abs=0.1)

    def test_half_an_answer_is_too_long(self, nobody):
        with scripted(nobody, lambda order: call_answer()[:-1]) as made:
            assert made.call("f", CASES)[0].stage == "time"

    def test_answers_that_trickle_in_do_not_move_the_deadline(self, nobody):
        class Trickle:
            """A socket that has one byte in every millisecond, for three seconds."""

            data = struct.pack("<II", 1 << 20, 0) + bytes(3000)
            settimeout = sendall = close = lambda self, *a: None

            def recv_into(self, view):
                time.sleep(0.001)
                piece, self.data = self.data[:1], self.data[1:]
                view[: len(piece)] = piece
                return len(piece)

        with scripted(nobody, lambda order: b"") as made:
            made.channel.close()
            made.channel = Trickle()
            started = time.monotonic()
            assert made.call("f", CASES)[0].stage == "time"
            assert time.monotonic() - started < 1.0

    def test_answers_before_the_question_are_of_no_use(self, nobody):
        early = call_answer() + call_answer(number=2) + call_answer(number=2)
        with scripted(nobody, lambda order: early) as made:
            assert made.call("f", CASES) == [Outcome(1), Outcome(2)]  # as good as any answer to the first question
            assert made.call("f", CASES) == [Outcome(1), Outcome(2)]
            assert made.call("f", CASES) == BROKEN

    @pytest.mark.parametrize(
        "changes",
        [
            {"problem": 1},
            {"problem": None},
            {"notes": "text"},
            {"notes": [1]},
            {"notes": [["x"]]},
            {"notes": {"a": 1}},
            {"functions": ["f"]},
            {"functions": None},
            {"number": 7},
        ],
    )
    def test_wrong_answers_to_loading(self, nobody, changes):
        header = {"problem": "", "notes": [], "functions": {"f": True}, "value": {"plain": None}, **changes}
        with scripted(nobody, lambda order: frame(header)) as made:
            problem, notes, functions = made.load("ada.py", b"", ["f"])
        assert (problem, functions) == ("", [])
        assert notes == [f"ada.py: while it was loaded, {session.BROKEN}"]

    def test_what_loading_says_is_cut(self, nobody):
        header = {
            "problem": "ada.py: " + "p" * 9999,
            "notes": ["n" * 9999] * 99,
            "functions": {"f": 1, "g": True, "h": True},
        }
        with scripted(nobody, lambda order: frame({**header, "value": {"plain": None}})) as made:
            problem, notes, functions = made.load("ada.py", b"", ["f", "g"])
        assert len(problem) == 300 and len(notes) == 20 and {len(note) for note in notes} == {300}
        assert functions == ["g"]

    def test_a_problem_that_is_not_the_files_is_not_believed(self, nobody):
        header = {"problem": "the grader could not work", "notes": [], "functions": {"f": True}}
        with scripted(nobody, lambda order: frame({**header, "value": {"plain": None}})) as made:
            assert made.load("ada.py", b"", ["f"]) == ("", [], ["f"])

    @settings(deadline=None, max_examples=60)
    @given(
        st.binary(max_size=60) | st.lists(st.integers(0, 255), max_size=9).map(lambda b: call_answer()[:8] + bytes(b))
    )
    def test_any_bytes_end_well(self, nobody, data):
        with scripted(nobody, lambda order: data, Limits(call=0.02, total=0.05)) as made:
            (outcome,) = made.call("f", CASES)
        assert outcome.stage in ("time", "exception") and outcome.result is None

    @settings(deadline=None, max_examples=100)
    @given(
        st.dictionaries(
            st.sampled_from(["number", "stage", "message", "value", "problem", "notes", "functions"]),
            st.sampled_from([1, 0, None, True, "", "passed", "exception", [], {}, ["x"], LIST, {"f": True}, 1e308]),
        )
    )
    def test_any_header_ends_well(self, nobody, changes):
        with scripted(nobody, lambda order: call_answer(**changes), Limits(call=1.0, total=1.0)) as made:
            outcomes = made.call("f", CASES)
        assert outcomes == BROKEN or len(outcomes) == len(CASES)
        assert all(outcome.stage in {"", *session.FROM_CHILD} for outcome in outcomes)


def test_a_process_that_is_not_locked_in_is_reported(nobody):
    """The first thing that comes has to be the jail's word that it is closed."""
    original = wire.frame
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire, "frame", lambda header, *a, **k: original({"hello": True}))
        with pytest.raises(GraderError, match="could not be locked in"), scripted(nobody, lambda order: None):
            pass
