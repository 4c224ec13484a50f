"""No file but those that may be read, no connection, no signal to others: Linux's Landlock.

Works for every user, without a container. Linux's documentation, userspace-api/landlock; the numbers of its versions
("ABI") are those of include/uapi/linux/landlock.h.
"""

import ctypes
import os
import platform
import struct
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION_FLAG, PATH_BENEATH = 1, 1
EXECUTE, READ_FILE, READ_FOLDER = 1 << 0, 1 << 2, 1 << 3
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}  # how many rights on files each version knows
NETWORK_FROM, SCOPES_FROM = 4, 6  # bind and connect; abstract sockets and signals


def version():
    """The version of Landlock that this system has, or 0."""
    if platform.system() != "Linux":
        return 0
    return max(0, ctypes.CDLL(None, use_errno=True).syscall(CREATE_RULESET, None, 0, VERSION_FLAG))


def ruleset(readable):
    """A file descriptor of rules that forbid everything but to read these files and folders."""
    libc, known = ctypes.CDLL(None, use_errno=True), version()
    rights = (1 << max(count for since, count in FILE_RIGHTS.items() if since <= known)) - 1
    sizes = 8 + 8 * (known >= NETWORK_FROM) + 8 * (known >= SCOPES_FROM)
    wishes = struct.pack("QQQ", rights, 0b11, 0b11)[:sizes]
    rules = libc.syscall(CREATE_RULESET, wishes, len(wishes), 0)
    if rules < 0:
        raise OSError(ctypes.get_errno(), "Landlock refused the rules")
    for path in filter(Path.exists, map(Path, readable)):
        _allow(libc, rules, path)
    return rules


def _allow(libc, rules, path):
    folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rights = EXECUTE | READ_FILE | (READ_FOLDER if path.is_dir() else 0)
    if libc.syscall(ADD_RULE, rules, PATH_BENEATH, struct.pack("=Qi", rights, folder), 0):
        raise OSError(ctypes.get_errno(), f"Landlock refused a rule for {path}")
    os.close(folder)


def restrict(libc, rules):
    """Put this process under the rules; there is no way back. Needs "no new privileges"."""
    if libc.syscall(RESTRICT_SELF, rules, 0):
        raise OSError(ctypes.get_errno(), "Landlock refused to restrict the process")
