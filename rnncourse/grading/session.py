"""Submissions in their jails, seen from outside: start the fork-server, open a session, load, call, close.

Whatever comes out of a jail is a stranger's word. It is only ever compared with what the grader computed itself.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from rnncourse.grading.inside import landlock, syscalls, wire
from rnncourse.grading.inside.calling import LONGEST_MESSAGE, Outcome, failed

INSIDE = Path(__file__).parent / "inside"
START = """\
import sys
from importlib.util import module_from_spec, spec_from_file_location
folder = sys.argv[1]
spec = spec_from_file_location("inside", folder + "/__init__.py", submodule_search_locations=[folder])
sys.modules["inside"] = module_from_spec(spec)
import inside.server
inside.server.main(sys.argv[2:])
"""
ENVIRONMENT = {  # all there is; with -I instead of -s -P, Python would not look at its hash seed
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
}
BUBBLEWRAP = ("bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev")
BROKEN = "it ended the process: an exit, a crash, or too much memory or time."
FROM_CHILD = {"not attempted", "package", "exception", "inputs"}  # the stages that a jailed process may report


class GraderError(Exception):
    """Something is wrong with the grader or its machine, not with a submission."""


@dataclass(frozen=True)
class Limits:
    """What one submission may take: seconds for a call, in all, and of processor time; bytes of memory."""

    call: float = 6.0
    total: float = 30.0
    processor: int = 20
    memory: int = 768 << 20


def why_not_secure():
    """One sentence when this machine cannot lock a submission in, or an empty string."""
    if not hasattr(os, "fork"):
        return "this system has no fork; use Linux, or the Linux subsystem of Windows"
    if landlock.version() == 0:
        return "this system has no Landlock (Linux 5.13 or newer has it)"
    if syscalls.machine() is None:
        return f"there is no table of system calls for the processor {os.uname().machine}"
    return ""


class ForkServer:
    """A process with the libraries loaded that makes a jailed process for each submission."""

    def __init__(self, packages=("numpy",), confined=True, bubblewrap=False):
        self.confined, self.lock = confined, threading.Lock()
        ours, its = socket.socketpair()
        wrap = BUBBLEWRAP if bubblewrap else ()
        settings = json.dumps({"packages": packages, "confined": confined})
        command = [*wrap, sys.executable, "-s", "-P", "-B", "-c", START, str(INSIDE), settings]
        with its:
            self.process = subprocess.Popen(
                command, stdin=its, stdout=subprocess.DEVNULL, env=ENVIRONMENT, cwd="/", start_new_session=True
            )
        self.control = ours
        if ours.recv(16) != b"ready":
            raise GraderError("the fork-server did not start; what it said stands above")

    def session(self, limits):
        """A new jailed process."""
        return Session(self, limits)

    def close(self):
        """End the server, and with it every jailed process."""
        self.control.close()
        self.process.kill()
        self.process.wait()


class Session:
    """One submission in its jail."""

    def __init__(self, server, limits):
        self.limits, self.number, self.alive = limits, 0, True
        self.left = limits.total
        self.channel, theirs = socket.socketpair()
        request = json.dumps({"memory": limits.memory, "seconds": limits.processor}).encode()
        try:
            with theirs, server.lock:  # a cluster's worker has several threads
                socket.send_fds(server.control, [request], [theirs.fileno()])
                child, handles, _, _ = socket.recv_fds(server.control, 32, 1)
        except OSError as error:
            raise GraderError(f"the fork-server has ended ({error})") from None
        if not child:
            raise GraderError("the fork-server has ended")
        self.child, self.handle = int(child), handles[0] if handles else None
        try:
            self._answer(time.monotonic() + 60.0, {"locked in"})
        except (OSError, wire.WireError):
            self.close()
            raise GraderError("a process could not be locked in") from None

    def load(self, name, data, wanted):
        """Load a submission. Returns ``(problem, notes, functions)``.

        ``problem`` says why it cannot be read as a notebook or script, or is empty; ``notes`` what in it did not work;
        ``functions`` lists the wanted names that can be called.
        """
        order = wire.frame({"name": name, "wanted": list(wanted)}, body=data)
        answer = self._exchange(order, {"problem", "notes", "functions"})
        if isinstance(answer, Outcome):
            return "", [f"{name}: while it was loaded, {answer.message}"], []
        header, _ = answer
        notes = [note[:LONGEST_MESSAGE] for note in header["notes"][:20]]
        functions = [name for name in wanted if header["functions"].get(name) is True]
        is_about_the_file = header["problem"].startswith(name)  # anything else would read as if the grader said it
        return header["problem"][:LONGEST_MESSAGE] if is_about_the_file else "", notes, functions

    def call(self, function, cases):
        """Call a function with each of these arguments, dictionaries; an :class:`Outcome` for each up to a failure."""
        if not self.alive:
            return [failed("exception", "it could not be called: the process had ended.")]
        self.number += 1
        order = {"number": self.number, "function": function, "names": list(cases[0])}
        order = wire.frame(order, [tuple(arguments.values()) for arguments in cases])
        answer = self._exchange(order, {"stage", "message"})
        if isinstance(answer, Outcome):
            return [answer]
        header, results = answer
        if not _is_complete(header["stage"], results, len(cases)):
            self.kill()
            return [failed("exception", BROKEN)]
        outcomes = [Outcome(result) for result in results]
        if header["stage"]:
            outcomes[-1] = failed(header["stage"], header["message"])
        return outcomes

    def _exchange(self, order, keys):
        """Header and value of the answer to an order; an :class:`Outcome` says why there is none."""
        seconds, started = min(self.limits.call, self.left), time.monotonic()
        try:
            self.channel.settimeout(_until(started + seconds))
            self.channel.sendall(order)
            answer = self._answer(started + seconds, keys)
        except TimeoutError:
            answer = failed("time", self._too_long())
        except (OSError, wire.WireError):
            answer = failed("exception", BROKEN)
        self.left -= time.monotonic() - started
        if isinstance(answer, Outcome):
            self.kill()
        return answer

    def _too_long(self):
        if self.left < self.limits.call:
            return f"the time for all functions together, {self.limits.total:g} seconds, was used up."
        return f"it took longer than {self.limits.call:g} seconds."

    def _answer(self, deadline, keys):
        """Header and value of the next frame; raises WireError or OSError when there is none that is proper."""

        def read(count):
            data = bytearray(count)
            view = memoryview(data)
            while view:
                self.channel.settimeout(_until(deadline))
                received = self.channel.recv_into(view)
                if not received:
                    raise ConnectionError
                view = view[received:]
            return data

        header, value, _ = wire.receive(read)
        if not keys <= header.keys() or header.get("number", 0) != self.number or not _kinds_are_right(header):
            raise wire.WireError("not an answer to the order")
        return header, value

    def kill(self):
        """End the process now."""
        if self.alive:
            self.alive = False
            with contextlib.suppress(ProcessLookupError):
                if self.handle is not None:
                    signal.pidfd_send_signal(self.handle, signal.SIGKILL)
                else:
                    os.kill(self.child, signal.SIGKILL)

    def close(self):
        """End the process and give back what it held."""
        self.kill()
        self.channel.close()
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None


def _until(deadline):
    """Seconds until then. Asked before every piece of an answer: one that trickles in must not take for ever."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _kinds_are_right(header):
    kinds = {"problem": str, "notes": list, "functions": dict, "stage": str, "message": str}
    are_right = all(isinstance(header[key], kind) for key, kind in kinds.items() if key in header)
    return are_right and all(isinstance(note, str) for note in header.get("notes", ()))


def _is_complete(stage, results, count):
    """Whether these are the results of so many calls: of all, or of those up to the one that failed at this stage."""
    if not isinstance(results, list) or stage not in {"", *FROM_CHILD}:
        return False
    return 1 <= len(results) <= count if stage else len(results) == count
