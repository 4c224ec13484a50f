"""Sessions with a jailed process, used honestly; see ``test_session_answers`` for what a dishonest one may answer."""

import contextlib
import os
import select
import signal
import time

import numpy as np
import pytest
from attacks.frames import SPEAK
from attacks.world import jailed_processes

from rnncourse.grading import session
from rnncourse.grading.inside import jail
from rnncourse.grading.inside.calling import Outcome
from rnncourse.grading.session import ForkServer, GraderError, Limits, why_not_secure

needs_jail = pytest.mark.skipif(bool(why_not_secure()), reason=f"no jail here: {why_not_secure()}")

LIMITS = Limits(call=1.0, total=4.0, processor=3, memory=256 << 20)
ONE = [{"x": np.ones(2)}]
LIBRARIES = """
numpy.linalg numpy.fft numpy.random numpy.ma numpy.polynomial numpy.testing dataclasses random collections typing math
itertools functools statistics decimal fractions heapq bisect enum abc copy operator string re json time datetime
contextlib warnings textwrap collections.abc numbers array struct hashlib inspect pprint timeit calendar secrets
unittest doctest logging cmath graphlib types weakref csv io pathlib zlib base64 difflib unicodedata queue threading
"""


@pytest.fixture(scope="module")
def server():
    made = ForkServer()
    yield made
    made.close()


@contextlib.contextmanager
def loaded(server, source, *wanted, limits=LIMITS):
    """A session with this source in it, and what the loader has said."""
    made = server.session(limits)
    try:
        yield made, made.load("ada.py", source.encode(), wanted)
    finally:
        made.close()


@needs_jail
class TestInTheJail:
    def test_functions_are_found_and_called(self, server):
        source = "import numpy as np\ndef double(x):\n    return 2 * x\ndef half(x):\n    return x / 2\nthird = 3"
        with loaded(server, source, "double", "third", "half", "missing") as (made, said):
            assert said == ("", [], ["double", "half"])
            for _ in range(3):
                first, second = made.call("double", [{"x": np.arange(3.0)}, {"x": np.eye(2)}])
                np.testing.assert_array_equal(first.result, [0, 2, 4])
                np.testing.assert_array_equal(second.result, 2 * np.eye(2))
            assert made.call("half", ONE)[0].result.tolist() == [0.5, 0.5]

    def test_arguments_and_results_of_every_kind_arrive(self, server):
        given = {"a": np.eye(2, dtype="f4"), "b": [np.arange(3), (1, 2.5)], "c": None, "d": "\ud800é", "e": True}
        with loaded(server, "def same(*arguments):\n    return arguments", "same") as (made, _):
            (outcome,) = made.call("same", [given])
        assert repr(outcome.result) == repr(tuple(given.values()))

    def test_outcomes_end_with_the_first_failure(self, server):
        source = "def f(x):\n    return x if x < 2 else 1 // 0"
        with loaded(server, source, "f") as (made, _):
            outcomes = made.call("f", [{"x": x} for x in range(5)])
        assert [(outcome.result, outcome.stage) for outcome in outcomes] == [(0, ""), (1, ""), (None, "exception")]
        assert "ZeroDivisionError at `return x if x < 2 else 1 // 0`" in outcomes[-1].message

    def test_a_submission_that_cannot_be_read_says_why(self, server):
        made = server.session(LIMITS)
        problem, notes, functions = made.load("ada.ipynb", b"[1]", ["f"])
        assert "not a notebook" in problem and (notes, functions) == ([], [])
        made.close()

    def test_what_is_printed_is_ignored(self, server, capfd):
        source = """
            import os, sys, warnings
            said = print("loading"), sys.stderr.write("loading")
            def f(x, said=said):
                print("x" * 10_000, file=sys.stderr)
                os.write(1, b"x" * 10_000)
                warnings.warn("calling")
                return input() if sys.stdin.readable() and x is None else 7
        """
        with loaded(server, source, "f") as (made, said):
            assert said == ("", [], ["f"])
            assert made.call("f", ONE) == [Outcome(7)]
        assert capfd.readouterr() == ("", "")

    def test_a_call_that_takes_too_long(self, server):
        source = "import time\ndef f(x):\n    time.sleep(60)"
        with loaded(server, source, "f", limits=Limits(call=0.2)) as (made, _):
            started = time.monotonic()
            assert made.call("f", ONE) == [Outcome(None, "time", "it took longer than 0.2 seconds.")]
            assert time.monotonic() - started < 1
            assert not made.alive and made.left < made.limits.total - 0.15
            assert made.call("f", ONE)[0].stage == "exception"
        assert jailed_processes(server) == []

    def test_all_calls_together_have_a_limit(self, server):
        source = "import time\ndef f(x):\n    time.sleep(0.4)"
        with loaded(server, source, "f", limits=Limits(call=2.0, total=1.1)) as (made, _):
            stages = [made.call("f", ONE)[0] for _ in range(5)]
        assert [outcome.stage for outcome in stages[:2]] == ["", ""]
        assert Outcome(None, "time", "the time for all functions together, 1.1 seconds, was used up.") in stages
        assert stages[-1].stage == "exception"

    def test_too_much_memory_is_an_ordinary_exception(self, server):
        source = "def much(x):\n    return bytes(10 << 30)\ndef little(x):\n    return 1"
        with loaded(server, source, "much", "little") as (made, _):
            assert "MemoryError" in made.call("much", ONE)[0].message
            assert made.call("little", ONE) == [Outcome(1)]

    def test_a_crash_ends_this_session_only(self, server):
        crash = "import ctypes\ndef f(x):\n    ctypes.string_at(1)"
        with loaded(server, crash, "f") as (made, _), loaded(server, "def f(x):\n    return 1", "f") as (other, _):
            assert made.call("f", ONE) == [Outcome(None, "exception", session.BROKEN)]
            assert other.call("f", ONE) == [Outcome(1)]
        with loaded(server, "def f(x):\n    return 2", "f") as (again, _):
            assert again.call("f", ONE) == [Outcome(2)]

    def test_memory_that_is_filled_again_keeps_its_earlier_results(self, server):
        source = "import numpy as np\nspace = np.empty(2)\ndef f(x):\n    space[:] = x\n    return space"
        with loaded(server, source, "f") as (made, _):
            outcomes = made.call("f", [{"x": np.full(2, k)} for k in range(3)])
        assert [outcome.result.tolist() for outcome in outcomes] == [[0, 0], [1, 1], [2, 2]]

    def test_two_servers_give_the_same(self):
        """Neither hashes, nor draws without a seed, nor addresses may differ when grading is verified."""
        source = """
            import random
            import numpy as np
            at_load = np.random.randn(), random.random()
            class Thing: pass
            def f(x):
                raise ValueError(f"{at_load} {set('abcdefgh')} {np.random.rand()} {random.random()} {Thing()}")
            raise ValueError(Thing())
        """
        said = []
        for _ in range(2):
            made = ForkServer()
            with loaded(made, source, "f") as (one, notes):
                said.append((notes, one.call("f", ONE)))
            made.close()
        assert said[0] == said[1]
        assert "Thing object>" in said[0][1][0].message

    def test_more_threads_of_torch_are_asked_for_in_vain(self):
        pytest.importorskip("torch")
        source = """
            import torch
            torch.set_num_threads(4)
            def f(x):
                return float(torch.ones(1 << 20).exp().sum()), torch.rand(1).item()
        """
        made = ForkServer(("numpy", "torch"))
        outcomes = []
        for _ in range(2):
            with loaded(made, source, "f", limits=Limits()) as (one, _):
                outcomes += one.call("f", ONE)
        made.close()
        assert outcomes[0].stage == "", outcomes[0].message
        assert outcomes[0] == outcomes[1]

    def test_sessions_share_nothing(self, server):
        source = "import math\ndef f(x):\n    math.pi += 1\n    return math.pi"
        for _ in range(2):
            with loaded(server, source, "f") as (made, _):
                assert made.call("f", ONE)[0].result == pytest.approx(np.pi + 1)

    @pytest.mark.parametrize("library", LIBRARIES.split())
    def test_libraries_are_there(self, server, library):
        source = f"import {library}\ndef f(x):\n    import {library} as module\n    return module.__name__"
        with loaded(server, source, "f") as (made, said):
            assert said == ("", [], ["f"])
            assert made.call("f", ONE) == [Outcome(library)]

    def test_what_libraries_load_late_works(self, server):
        source = """
            def f(x):
                import statistics, decimal, fractions, dataclasses, typing, random, datetime, logging
                import numpy as np
                @dataclasses.dataclass
                class Step:
                    state: "np.ndarray"
                    gate: typing.Optional[float] = None
                logging.getLogger("x").warning("heard by nobody")
                values = [float(np.linalg.norm(Step(x).state)), statistics.mean([1, 2]), random.Random(1).random()]
                values += [float(decimal.Decimal(1) / 3), float(fractions.Fraction(1, 3))]
                values += [float(np.fft.fft(np.ones(4))[0].real), float(np.einsum("i,i->", x, x))]
                values += [float(np.linalg.svd(np.ones((3, 2)))[1][0]), float(np.random.default_rng(0).normal())]
                return values + ["%.3f" % 0.1, datetime.date(2026, 1, 1).isoformat(), "é".encode("latin-1").hex()]
        """
        with loaded(server, source, "f") as (made, _):
            (outcome,) = made.call("f", ONE)
        assert outcome.stage == "", outcome.message
        assert outcome.result[:2] == [pytest.approx(2**0.5), 1.5] and outcome.result[-3:] == [
            "0.100",
            "2026-01-01",
            "e9",
        ]

    def test_a_closed_session_holds_nothing(self, server):
        before = sorted(os.listdir("/proc/self/fd"))
        for _ in range(20):
            with loaded(server, "def f(x):\n    return 1", "f") as (made, _):
                made.call("f", ONE)
            made.close()
        assert sorted(os.listdir("/proc/self/fd")) == before
        assert jailed_processes(server) == []

    def test_closing_ends_a_process_that_is_busy(self, server):
        source = SPEAK + "\nspoken = say(loaded())\nbusy = time.sleep(60)\ndef bptt(x):\n    return spoken, busy"
        with loaded(server, source, "bptt") as (made, said):
            assert said == ("", [], ["bptt"])
            assert jailed_processes(server, patience=0.0) == [made.child]
        assert jailed_processes(server) == []

    def test_a_server_that_has_ended_is_reported(self):
        ended = ForkServer()
        ended.close()
        with pytest.raises(GraderError, match="has ended"):
            ended.session(LIMITS)

    def test_jailed_processes_end_with_their_server(self):
        server = ForkServer()
        made = server.session(Limits())
        made.load("ada.py", b"import time\ndef f(x):\n    time.sleep(60)", ["f"])
        handle = os.pidfd_open(made.child)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        ready = select.select([handle], [], [], 2.0)[0]
        os.close(handle)
        made.close()
        server.control.close()
        assert ready, "the jailed process outlived its server"


class TestWhatMayBeRead:
    def test_no_folder_that_holds_this_package(self):
        package = jail.Path(session.__file__).resolve().parents[1]
        for path in jail.readable(("numpy",)):
            path = path.resolve()
            assert path != package and path not in package.parents and package not in path.parents, path

    def test_packages_in_the_systems_library_are_left_out(self, tmp_path, monkeypatch):
        """On some systems Python's packages stand in /usr/lib/python3.12/site-packages: with them, the references."""
        for name in (
            "libc.so",
            "gcc/x",
            "python3.12/site-packages/rnncourse/__init__.py",
            "app/rnncourse/grading/inside/jail.py",
        ):
            path = tmp_path / "lib" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        monkeypatch.setattr(jail, "SYSTEM", (tmp_path / "lib", tmp_path / "missing"))
        monkeypatch.setattr(jail, "__file__", str(tmp_path / "lib/app/rnncourse/grading/inside/jail.py"))
        found = {path.name for path in jail.readable(("numpy",)) if tmp_path in path.parents}
        assert found == {"libc.so", "gcc"}

    def test_only_the_named_packages_are_there(self):
        paths = {str(path) for path in jail.readable(("numpy",))}
        assert str(jail.Path(np.__file__).parent) in paths
        assert not any(path.endswith(("site-packages", "dist-packages", "/pytest", "/hypothesis")) for path in paths)
