"""What a student has reached, in one small file in their data folder, or in memory where there is none."""

import contextlib
import functools
import itertools
import json
import os
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import platformdirs

from rnncourse import whole_file

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

VERSION = 1
SETTING = "RNNCOURSE_PROGRESS"
_PATIENCE = 2.0  # seconds to wait for another notebook, which holds the lock for milliseconds


@dataclass(frozen=True)
class Reached:
    """What a student has reached in one exercise; ``attempts`` counts what was more than the stub handed out."""

    points: int = 0
    hints: int = 0
    attempts: int = 0


def current_state():
    """The state of this student: what the environment variable RNNCOURSE_PROGRESS says, or a file in the data folder.

    The variable names a file, or is the word ``memory``. Without it, memory is used on Colab, whose disk is lost anyway.
    """
    return _state_at(_place())


@functools.cache
def _state_at(path):
    return State(path)


def _place():
    """The file, or None for memory."""
    setting = os.environ.get(SETTING)
    if setting:
        return None if setting == "memory" else Path(setting).absolute()
    if "google.colab" in sys.modules:
        return None
    folder = platformdirs.user_data_path("rnncourse", appauthor=False)
    return folder / "progress.json" if folder.is_absolute() else None  # relative where there is no home


class State:
    """What was reached in each exercise. Every change reads the file again, so that two notebooks lose nothing.

    A file that cannot be used is never an error: it is put aside, or memory takes its place, with one printed sentence.
    """

    def __init__(self, path=None):
        self.path = path
        self._exercises = {}

    def reached(self, name):
        """What was reached in the exercise of this name; nothing, if it was never tried."""
        if self.path is not None:
            with self._memory_instead("read"), _locked(self.path):
                self._exercises = _read(self.path)
        return self._exercises.get(name, Reached())

    def add_attempt(self, name, points):
        """Count an attempt, and keep its points if they are the best so far."""
        self._change(name, lambda old: replace(old, attempts=old.attempts + 1, points=max(old.points, points)))

    def add_hint(self, name):
        """Count a hint that was shown."""
        self._change(name, lambda old: replace(old, hints=old.hints + 1))

    def _change(self, name, change):
        if self.path is not None:
            with self._memory_instead("written"):
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with _locked(self.path):
                    self._exercises = _read(self.path)
                    changed = change(self._exercises.get(name, Reached()))
                    _write(self.path, {**self._exercises, name: changed})
                return
        self._exercises[name] = change(self._exercises.get(name, Reached()))

    @contextlib.contextmanager
    def _memory_instead(self, what):
        """Go on in memory, with what was known last, when the file cannot be used."""
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            print(f"Your progress cannot be {what} in {self.path} ({reason}); it is kept until this session ends.")
            self.path = None


def _read(path):
    """What was reached, by the name of the exercise; a file that is no such thing is put aside."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    try:
        return _exercises_of(json.loads(content))
    except (ValueError, RecursionError):
        broken = _free_name(path)
        path.rename(broken)
        print(f"{path} cannot be understood, so it is now {broken.name} and your progress begins anew.")
        return {}


def _exercises_of(data):
    """The entries of a file of this version, or ValueError."""
    try:
        if data["version"] != VERSION:
            raise ValueError("another version")
        exercises = {name: Reached(**entry) for name, entry in data["exercises"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("another structure") from error
    counts = [count for reached in exercises.values() for count in asdict(reached).values()]
    if not all(type(count) is int and count >= 0 for count in counts):
        raise ValueError("not counts")
    return exercises


def _free_name(path):
    """``progress.json.broken``, with a number where that was needed before."""
    names = (path.with_name(f"{path.name}.broken{number}") for number in itertools.chain([""], itertools.count(2)))
    return next(name for name in names if not name.exists())


def _write(path, exercises):
    entries = {name: asdict(reached) for name, reached in exercises.items()}
    text = json.dumps({"version": VERSION, "exercises": entries}, indent=1, sort_keys=True)
    whole_file.write(path, text + "\n")


@contextlib.contextmanager
def _locked(path):
    """Keep other notebooks out while the file is read and written; where that is impossible, go on without."""
    try:
        lock = path.with_name(f".{path.name}.lock").open("a")
    except OSError:
        lock = contextlib.nullcontext()
    with lock as file:
        if file is not None:
            _wait_for(file)
        yield


def _wait_for(file):
    """Lock an open file; closing it gives it free. Not for ever: a notebook may have been stopped in mid-write."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            _lock_now(file)
        except (BlockingIOError, PermissionError):  # on POSIX and on Windows: somebody else has it
            time.sleep(0.005)
        except OSError:  # a file system without locks
            return
        else:
            return


def _lock_now(file):
    if fcntl:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
