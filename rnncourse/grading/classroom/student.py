"""Grades one submission: what a worker does, whether it is this process, another one, or a machine of a cluster."""

import atexit
import hashlib
import importlib.util
import threading
from dataclasses import dataclass, field

from rnncourse.exercises import EXERCISES
from rnncourse.grading.classroom.secret import seed
from rnncourse.grading.evaluate import evaluate, missing, not_found
from rnncourse.grading.probe import require_jail
from rnncourse.grading.session import ForkServer, GraderError, Limits

DEFAULT_LIMITS = Limits()
RESTARTS = 12  # of one submission, after calls that ended its process


@dataclass(frozen=True)
class Job:
    """A submission's bytes and how to grade it; ``problem`` says why there are no bytes."""

    student: str
    file: str
    key: str
    data: bytes
    chapters: tuple[str, ...]
    secret: bytes = field(repr=False)
    problem: str = ""
    confined: bool = True
    bubblewrap: bool = False
    limits: Limits = DEFAULT_LIMITS


def grade(job):
    """The record of one student. Whatever goes wrong costs this student only and stands in the record."""
    problem, notes, verdicts = job.problem, [], []
    if not problem:
        try:
            with Jailed(job) as jailed:
                problem, notes = jailed.problem, jailed.notes
                verdicts = (
                    [] if problem else [_verdict(job, jailed, exercise) for exercise in exercises_of(job.chapters)]
                )
        except GraderError as error:
            problem = f"the grader could not work: {error}"
        except Exception as error:  # noqa: BLE001 a fault of ours must not take the class with it
            problem = f"the grader failed on this submission: {type(error).__name__}: {error}"
    if problem:
        verdicts = [missing(exercise, f"not graded: {problem}") for exercise in exercises_of(job.chapters)]
    return {
        "student": job.student,
        "file": job.file,
        "key": job.key,
        "problem": problem,
        "notes": notes,
        "verdicts": [verdict.record() for verdict in verdicts],
    }


def exercises_of(chapters):
    """The exercises of these chapters, in the order of the course."""
    return [exercise for exercise in EXERCISES.values() if exercise.chapter in chapters]


def _verdict(job, jailed, exercise):
    if exercise.name not in jailed.functions:
        return not_found(exercise, job.file)
    hidden = seed(job.secret, exercise, hashlib.sha256(job.data).digest())
    return evaluate(exercise, lambda cases: jailed.call(exercise.name, cases), hidden)


class Jailed:
    """A submission that is loaded again when a call has ended its process, so that the other functions still count."""

    def __init__(self, job):
        self.job, self.restarts = job, 0
        self.wanted = [exercise.name for exercise in exercises_of(job.chapters)]
        self._open(job.limits.total)

    def _open(self, left):
        """Load the submission in a new process, which has ``left`` seconds."""
        job = self.job
        packages = ("numpy", "torch") if b"torch" in job.data and _has_torch() else ("numpy",)
        self.session = _server(packages, job.confined, job.bubblewrap).session(job.limits)
        self.session.left = left
        try:
            self.problem, self.notes, self.functions = self.session.load(job.file, job.data, self.wanted)
        except BaseException:
            self.session.close()
            raise

    def call(self, function, cases):
        """Call a function of the submission; returns an Outcome for each case up to the first that fails."""
        if not self.session.alive and self.restarts < RESTARTS and self.session.left > 0:
            self.restarts += 1
            self.session.close()
            self._open(self.session.left)
        return self.session.call(function, cases)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.session.close()


_servers, _starting = {}, threading.Lock()


def _server(*settings):
    """The fork-server with these settings, one for each in a process."""
    with _starting:
        if settings not in _servers or _servers[settings].process.poll() is not None:
            server = ForkServer(*settings)
            atexit.register(server.close)
            if server.confined:
                require_jail(server)
            _servers[settings] = server
        return _servers[settings]


def _has_torch():
    return importlib.util.find_spec("torch") is not None
