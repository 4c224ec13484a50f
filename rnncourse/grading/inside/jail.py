"""Locks the present process in: no files, no network, no processes, no signals, little memory and time."""

import ctypes
import os
import resource
import signal
import sysconfig
from pathlib import Path

from . import landlock, seccomp

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
OPEN_FILES = 32


def readable(packages):
    """The interpreter's library without its site-packages, these packages in site-packages, and shared libraries."""
    paths = sysconfig.get_paths()
    library, site = Path(paths["stdlib"]), Path(paths["platlib"])
    own = [entry for entry in library.iterdir() if entry.name not in ("site-packages", "dist-packages")]
    installed = [site / f"{package}{ending}" for package in packages for ending in ("", ".libs", ".py")]
    system = ["/usr/lib", "/lib", "/lib64", "/dev/null", "/dev/urandom"]
    return [*own, *installed, *map(Path, system)]


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
