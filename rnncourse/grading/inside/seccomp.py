"""A filter on system calls, as a BPF program for this process and all that it may ever become.

An allow-list: see ``syscalls``. Linux's documentation, userspace-api/seccomp_filter.
"""

import ctypes
import errno
import struct

from .syscalls import ALLOWED, AUDIT_ARCHITECTURE, CLONE3, FCNTL_COMMANDS, machine

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
KILL_PROCESS, ALLOW, ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
LOAD, JUMP_EQUAL, JUMP_GREATER_OR_EQUAL, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, ARCHITECTURE, SECOND_ARGUMENT = 0, 4, 24  # where they lie in struct seccomp_data
X32 = 0x40000000  # numbers of a second interface of x86_64, which this filter knows nothing of


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def instructions(name):
    """The filter for an architecture, as a list of (code, jump if true, jump if false, operand)."""
    calls = dict(ALLOWED[name])
    fcntl = calls.pop("fcntl")
    commands = FCNTL_COMMANDS.values()
    return [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_EQUAL, 1, 0, AUDIT_ARCHITECTURE[name]),
        (RETURN, 0, 0, KILL_PROCESS),
        (LOAD, 0, 0, NUMBER),
        (JUMP_GREATER_OR_EQUAL, 0, 1, X32),
        (RETURN, 0, 0, KILL_PROCESS),
        *(step for number in calls.values() for step in ((JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW))),
        (JUMP_EQUAL, 0, 1, CLONE3),
        (RETURN, 0, 0, ERRNO | errno.ENOSYS),
        (JUMP_EQUAL, 1, 0, fcntl),
        (RETURN, 0, 0, ERRNO | errno.EPERM),
        (LOAD, 0, 0, SECOND_ARGUMENT),
        *(step for number in commands for step in ((JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW))),
        (RETURN, 0, 0, ERRNO | errno.EPERM),
    ]


class Filter:
    """The filter for this machine, ready to be installed."""

    def __init__(self):
        steps = instructions(machine())
        self.code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
        self.program = _Program(len(steps), ctypes.addressof(self.code))

    def restrict(self, libc):
        """Put this process under the filter; there is no way back. Needs "no new privileges"."""
        if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(self.program), 0, 0):
            raise OSError(ctypes.get_errno(), "the filter on system calls was refused")
