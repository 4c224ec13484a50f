"""The fork-server: has the libraries loaded, knows no answers, and makes a jailed process for each submission.

Its standard input is a socket to the grader. For every message there, which brings one end of another socket, it forks
a process that locks itself in and then takes orders over that socket: load a submission, call a function.
"""

import contextlib
import gc
import json
import os
import signal
import socket

from . import jail, wire
from .calling import calls, failed
from .loading import load
from .packages import only_these, seed, warm_up, with_needs
from .reading import Unreadable

LONGEST_SUBMISSION = 128 << 20


def main(arguments):
    """Serve until the grader hangs up. ``arguments``: one JSON text, ``{"packages", "confined"}``."""
    settings = json.loads(arguments[0])
    control = socket.socket(fileno=os.dup(0))
    packages = settings["packages"]
    only_these(packages)
    warm_up(packages)
    lock = jail.Lock(with_needs(packages), settings["confined"])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children: the system clears them away
    gc.collect()
    gc.freeze()
    with contextlib.suppress(ConnectionError):  # the grader was killed
        control.send(b"ready")
        _take_requests(control, lock, packages)


def _take_requests(control, lock, packages):
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1 << 12, 1)
        if not message:
            return
        _fork(control, descriptors[0], lock, json.loads(message), packages)


def _fork(control, theirs, lock, limits, packages):
    parent, child = os.getpid(), os.fork()
    if child == 0:
        try:
            lock.die_with_parent(parent)
            _keep_only(theirs, lock.rules)
            lock.enter(**limits)
            seed(packages)
            serve(theirs)
        finally:
            os._exit(1)
    os.close(theirs)
    handle = os.pidfd_open(child) if hasattr(os, "pidfd_open") else None
    socket.send_fds(control, [str(child).encode()], [] if handle is None else [handle])
    if handle is not None:
        os.close(handle)


def _keep_only(*descriptors):
    """Close every other file, and let the standard ones lead nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    start = 3
    for kept in sorted(number for number in descriptors if number is not None):
        os.closerange(start, kept)
        start = kept + 1
    os.closerange(start, 4096)


def serve(descriptor):
    """Take orders until the other side hangs up."""

    def read(count):
        pieces = bytearray()
        while len(pieces) < count:
            piece = os.read(descriptor, min(1 << 20, count - len(pieces)))
            if not piece:
                os._exit(0)
            pieces += piece
        return bytes(pieces)

    def answer(header, value=None):
        data = memoryview(wire.frame(header, value))
        while data:
            data = data[os.write(descriptor, data) :]

    answer({"locked in": True})
    order, _, body = wire.receive(read, LONGEST_SUBMISSION)
    try:
        loaded = load(order["name"], body, order["wanted"])
    except Unreadable as error:
        answer({"problem": str(error), "notes": [], "functions": {}})
        return
    functions = {name: callable(loaded.namespace.get(name)) for name in order["wanted"]}
    answer({"problem": "", "notes": loaded.notes, "functions": functions})
    while True:
        order, cases, _ = wire.receive(read)
        arguments = (dict(zip(order["names"], case, strict=True)) for case in cases)
        outcomes = _called(loaded.namespace, order["function"], arguments)
        failure = {"stage": outcomes[-1].stage, "message": outcomes[-1].message}
        answer({"number": order["number"], **failure}, [outcome.result for outcome in outcomes])


def _called(namespace, name, cases):
    """The outcomes of the cases; nothing of a student's may end this process's loop."""
    try:
        return calls(namespace[name], name, cases)
    except BaseException as error:  # noqa: BLE001 an interrupt that the student raises
        return [failed("exception", f"it stopped with {type(error).__name__}.")]
