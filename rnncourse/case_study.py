"""A case study's run: in full or on a slice, its parts kept, its claims checked, and a record of where and when.

A case study is a notebook that trains for minutes on real data. Two environment variables steer it:

- ``RNNCOURSE_SLICE=1`` runs it on a slice, in seconds: all code runs and no claim is judged.
- ``RNNCOURSE_PARTS=FOLDER`` keeps each finished part there, so that a run that was killed goes on where it was.
"""

import hashlib
import os
import pickle
import platform
import re
import sys
import time
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import rnncourse
from rnncourse import whole_file
from rnncourse.machine import cpu_model

NOT_BEHIND_THE_PARTS = ("viz", "exercises", "grading")  # what no result depends on


class CaseStudy:
    """One run of a case study.

    - ``name``: its short name, such as "traffic"; ``seeds``: the seeds it trains with.
    - ``libraries``: the packages whose versions the record names, as they are called where they are installed.
    """

    def __init__(self, name, seeds, libraries=("numpy", "torch")):
        self.name, self.seeds = name, list(seeds)
        self.versions = [f"{library} {_version(library)}" for library in libraries]
        self.full = os.environ.get("RNNCOURSE_SLICE", "") in ("", "0")
        self.seconds = {}
        self._begin = time.process_time()

    def size(self, full, on_a_slice):
        """The first in a full run, the second on a slice."""
        return full if self.full else on_a_slice

    def part(self, name, make):
        """Return ``make()``, a long computation, and note its CPU seconds.

        With ``RNNCOURSE_PARTS`` its result is kept, and taken from there if the same cells ran before with the same
        package: this cell and all before it. ``name`` is the part's line in the record.
        """
        if name in self.seconds:
            raise ValueError(f"name: expected another name for each part, got {name!r} twice")
        path = self._path(name)
        if path is not None and path.exists():
            self.seconds[name], result = pickle.loads(path.read_bytes())
            return result
        begin = time.process_time()
        result = make()
        self.seconds[name] = time.process_time() - begin
        self._begin += self.seconds[name]  # what is left of the time is spent outside the parts
        if path is not None:
            whole_file.write(path, pickle.dumps((self.seconds[name], result)))
        return result

    def claim(self, holds, sentence):
        """Check and print one claim of the text; on a slice it is printed and not judged.

        Raises ``AssertionError`` with the sentence if it does not hold.
        """
        if self.full and not holds:
            raise AssertionError(f"does not hold: {sentence}")
        print(("holds: " if self.full else "not judged on a slice: ") + sentence)

    def record(self):
        """Print where, when, with what and how long this ran."""
        outside = time.process_time() - self._begin
        total = sum(self.seconds.values()) + outside
        rows = [
            ("run", f"{'in full' if self.full else 'on a slice'}, {date.today().isoformat()}"),
            ("machine", f"{cpu_model()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"),
            ("versions", ", ".join([f"Python {platform.python_version()}", *self.versions])),
            ("package", f"rnncourse {rnncourse.__version__}"),
            ("threads", os.environ.get("OMP_NUM_THREADS", "not set")),
            ("seeds", ", ".join(map(str, self.seeds))),
            *((f"{seconds:7.1f} s", name) for name, seconds in self.seconds.items()),
            (f"{outside:7.1f} s", "everything else"),
            (f"{total:7.1f} s", "of one processor in all"),
        ]
        print("\n".join(f"{left:<9}  {right}" for left, right in rows))

    def _path(self, name):
        """The file of a part: its name and a fingerprint of the code that its result depends on."""
        folder = os.environ.get("RNNCOURSE_PARTS")
        if not folder:
            return None
        readable = re.sub(r"\W+", "-", f"{self.name} {name}").strip("-")
        return Path(folder) / f"{readable}.{_fingerprint(self.full)}.pickle"


def _version(library):
    try:
        return version(library)
    except PackageNotFoundError:
        raise ValueError(f"libraries: {library} is not installed; `pip install {library}` mends it") from None


def _fingerprint(full):
    """A short hash of the cells that have run, this one included, and of the package behind them."""
    digest = hashlib.sha256(str(full).encode())
    for cell in _cells_so_far():
        digest.update(f"{cell.strip()}\0".encode())
    package = Path(rnncourse.__file__).parent
    for path in sorted(package.rglob("*.py")):
        if path.relative_to(package).parts[0] not in NOT_BEHIND_THE_PARTS:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _cells_so_far():
    """The sources of a notebook's cells in the order they ran; none outside a notebook."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return list(shell.user_ns.get("In", [])) if shell is not None else []
