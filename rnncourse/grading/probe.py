"""Before any stranger's code runs: does the jail hold on this machine? Asked by a submission of our own."""

from rnncourse.grading.session import GraderError, Limits

PROBE = b"""
import os, socket

def reaches(path):
    reached = []
    for name, attempt in {
        "a file": lambda: open(path).close(),
        "a new process": lambda: os.fork() or os._exit(0),
        "the network": lambda: socket.socket(socket.AF_INET).close(),
        "signals": lambda: os.kill(os.getppid(), 0),
    }.items():
        try:
            attempt()
        except OSError:
            continue
        reached.append(name)
    return reached
"""


def require_jail(server):
    """Raise :class:`GraderError` when a submission of this fork-server reaches what it must not."""
    session = server.session(Limits())
    try:
        session.load("probe.py", PROBE, ["reaches"])
        (outcome,) = session.call("reaches", [{"path": __file__}])
    finally:
        session.close()
    if outcome.result != []:
        raise GraderError(f"the jail does not hold: a submission reached {outcome.result or outcome.message}")
