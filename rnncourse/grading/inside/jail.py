"""Locks the present process in: no files, no network, no processes, no signals, little memory and time."""

import ctypes
import importlib.util
import os
import resource
import signal
import sysconfig
from pathlib import Path

from . import landlock, seccomp

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
OPEN_FILES = 32
SYSTEM = (Path("/usr/lib"), Path("/usr/lib64"), Path("/lib"), Path("/lib64"))
DEVICES = (Path("/dev/null"), Path("/dev/urandom"))


def readable(packages):
    """The standard library, these packages and the system's shared libraries; never a folder that holds this package.

    Packages stand in ``site-packages`` of the standard library or, on some systems, in ``/usr/lib/python*``: both are
    left out, and of what is installed there only ``packages`` is let in.
    """
    library = Path(sysconfig.get_paths()["stdlib"])
    standard = [entry for entry in library.iterdir() if entry.name not in ("site-packages", "dist-packages")]
    system = [entry for folder in SYSTEM if folder.exists() for entry in folder.iterdir()]
    shared = [entry for entry in system if not entry.name.startswith("python")]
    installed = [path for package in packages for path in _installed(package)]
    ours = Path(__file__).resolve().parents
    return [path for path in [*standard, *shared, *installed, *DEVICES] if path.resolve() not in ours]


def _installed(package):
    """The folder or file of a package, and the folder that its wheel keeps shared libraries in."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:  # a package that another one can do without
        return ()
    origin = Path(spec.origin)
    return (origin.parent, origin.parent.with_name(f"{package}.libs")) if origin.stem == "__init__" else (origin,)


class Lock:
    """All that locking in needs, made once: a fork-server's children have only to use it.

    Where ``confined`` is false, or Landlock is missing, only the limits are in force and ``rules`` is None.
    """

    def __init__(self, packages, confined):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.held = _held()
        self.rules = landlock.ruleset(readable(packages)) if confined else None
        self.filter = seccomp.Filter() if confined else None

    def enter(self, memory, seconds):
        """Lock in. ``memory`` (bytes) is what the process may take beside what it has, ``seconds`` its processor time."""
        _limit(self.held + memory, seconds)
        if self.rules is not None:
            self.libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            self.libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
            landlock.restrict(self.libc, self.rules)
            os.close(self.rules)
            self.filter.restrict(self.libc)

    def die_with_parent(self, parent):
        """Ask to be killed when the fork-server ends, however it ends."""
        if hasattr(os, "pidfd_open"):  # Linux
            self.libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it ended before we could ask
            os._exit(1)


def _limit(memory, seconds):
    limits = {"CPU": seconds, "FSIZE": 0, "CORE": 0, "NOFILE": OPEN_FILES, "AS": memory}
    for name, value in limits.items():
        number = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(number)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (value, value))


def _held():
    """Bytes of address space that this process holds already; a library's size says nothing about the student."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:  # not Linux
        return 4 << 30
