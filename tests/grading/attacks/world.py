"""The world around the jail, and whether an attack has changed anything in it."""

import os
import re
import resource
import time
from pathlib import Path

import psutil
from solved import solved_script

from attacks.attack import QUICK
from attacks.targets import Targets, marks
from rnncourse.exercises import CHAPTERS, EXERCISES
from rnncourse.grading.classroom import student
from rnncourse.grading.classroom.student import Job
from rnncourse.grading.session import Limits

SECRET = b"a secret of the instructor's, 32"
LIMITS = [name for name in dir(resource) if name.startswith("RLIMIT_")]
PATIENT = Limits(memory=256 << 20)
HONEST = solved_script(*CHAPTERS)
HIGHEST = sum(exercise.points for exercise in EXERCISES.values())


class World:
    """Targets in a folder, a grader that is this process, and a look at both."""

    def __init__(self, folder):
        self.targets = Targets(folder)

    def close(self):
        self.targets.close()

    def grade(self, attack):
        """The record of an attack."""
        return grade(attack.file, self.targets.submission(attack), attack.limits)

    def state(self):
        """All that an attack might change."""
        victim = psutil.Process(self.targets.victim.pid)
        return {
            "files": _files(self.targets.folder),
            "marks": marks(),
            "victim": (victim.status(), victim.nice(), victim.cpu_affinity(), victim.rlimit(psutil.RLIMIT_CPU)),
            "grader": (os.getpriority(os.PRIO_PROCESS, 0), os.getcwd(), os.sched_getaffinity(0), dict(os.environ)),
            "limits": [resource.getrlimit(getattr(resource, name)) for name in LIMITS],
            "handles": psutil.Process().num_fds(),
            "children": sorted(child.pid for child in psutil.Process().children()),
        }


def grade(file, data, limits=QUICK, problem=""):
    """The record of one submission."""
    return student.grade(Job("mallory", file, "key", data, CHAPTERS, SECRET, problem, limits=limits))


def honest_points(limits=QUICK):
    """What the solution gets."""
    return points(grade("honest.py", HONEST.encode(), limits))


def jailed_answer(source, function, arguments, limits=QUICK):
    """What a function of a submission returns in the jail."""
    session = student._server(("numpy",), True, False).session(limits)
    try:
        assert session.load("submission.py", source.encode(), [function]) == ("", [], [function])
        (outcome,) = session.call(function, [arguments])
    finally:
        session.close()
    assert outcome.stage == "", outcome.message
    return outcome.result


def points(record):
    """All points of a record."""
    return sum(verdict["points"] for verdict in record["verdicts"])


def said(record):
    """All that the student is told, and all stages."""
    texts = [record["problem"], *record["notes"]]
    return "\n".join(texts + [text for v in record["verdicts"] for text in (v["stage"], v["message"])])


def has_said(record, pattern):
    """Whether the student is told what this regular expression describes."""
    return re.search(pattern, said(record), re.DOTALL) is not None


def jailed_processes(*servers, patience=2.0):
    """The jailed processes of these fork-servers, or of the grader's, that are still there after a while."""
    deadline, servers = time.monotonic() + patience, servers or student._servers.values()
    while True:
        running = [server.process.pid for server in servers if server.process.poll() is None]
        left = [child.pid for server in running for child in psutil.Process(server).children(recursive=True)]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.002)


class Peak:
    """How many bytes of memory this process has come to take; Linux only."""

    def __enter__(self):
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        self.before = psutil.Process().memory_info().rss
        return self

    def __exit__(self, *_):
        (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
        self.growth = int(line.split()[1]) * 1024 - self.before


def _files(folder):
    entries = sorted(folder.rglob("*"))
    return [(str(path), *_status(path)) for path in (folder, *entries)]


def _status(path):
    status = path.lstat()
    return status.st_mode, status.st_uid, status.st_size, status.st_mtime_ns, status.st_nlink
