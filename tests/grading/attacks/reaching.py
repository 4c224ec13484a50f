"""Reaches beyond its process: other processes, threads, signals, the network, the settings of others."""

from dataclasses import replace
from textwrap import dedent

from .attack import probe, trick

NOT_LISTED = "The system call is not on the list of those that a jailed process may make."
DENIED = r"refused: (PermissionError|\w+ \[Errno 1\])"

_SYSCALL = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    result = libc.syscall(*(ctypes.c_long(argument) for argument in arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
"""

PROCESSES = (
    ("fork", "fork", "import os; return os.fork() or os._exit(0)"),
    ("terminal_fork", "fork with a terminal", "import pty; return pty.fork()[0] or __import__('os')._exit(0)"),
    ("spawn", "start a program", "import os; return os.posix_spawn('/bin/true', ['true'], {})"),
    ("subprocess", "start a program", "import subprocess; return subprocess.run(['true'], check=True).returncode"),
    ("exec", "become another program", "import os; return os.execv('/bin/echo', ['echo', 'done:'])"),
    ("thread", "start a thread", "import threading; return threading.Thread(target=int).start()"),
    ("executor", "start a pool", """
        from concurrent.futures import ThreadPoolExecutor
        return ThreadPoolExecutor(1).submit(int).result()
        """),
    ("shell", "start a shell", "import os; return os.system('true') and 1 / 0"),
    ("multiprocessing", "start a worker", """
        import multiprocessing
        worker = multiprocessing.get_context("fork").Process(target=int)
        worker.start()
        worker.join()
        """),
    ("pipe", "make a pipe", "import os; return os.pipe()"),
)  # fmt: skip

SIGNALS = (
    ("terminates_another", "end another process", "import os, signal; return os.kill(VICTIM, signal.SIGTERM)"),
    ("stops_another", "stop another process", "import os, signal; return os.kill(VICTIM, signal.SIGSTOP)"),
    ("asks_for_another", "see whether another process exists", "import os; return os.kill(VICTIM, 0)"),
    ("ends_a_group", "end a group", "import os, signal; return os.killpg(VICTIM, signal.SIGTERM)"),
    ("signal_by_handle", "signal by a handle", """
        import os, signal
        return signal.pidfd_send_signal(os.pidfd_open(VICTIM), signal.SIGTERM)
        """),
    ("signals_itself", "signal itself", "import signal; return signal.raise_signal(signal.SIGURG)"),
    ("sets_a_timer", "have a timer interrupt", "import signal; return signal.setitimer(signal.ITIMER_REAL, 60)"),
    ("renices_another", "slow another process down", "import os; return os.setpriority(os.PRIO_PROCESS, VICTIM, 9)"),
    ("renices_itself", "change its own priority", "import os; return os.nice(1)"),
    ("pins_another", "pin another process", "import os; return os.sched_setaffinity(VICTIM, os.sched_getaffinity(0))"),
    ("schedules_another", "give another process less time", """
        import os
        return os.sched_setscheduler(VICTIM, os.SCHED_BATCH, os.sched_param(0))
        """),
    ("limits_another", "limit another process", """
        import resource
        return resource.prlimit(VICTIM, resource.RLIMIT_CPU, (1000, 1000))
        """),
    ("limits_itself", "change its own limits", """
        import resource
        return resource.setrlimit(resource.RLIMIT_NPROC, resource.getrlimit(resource.RLIMIT_NPROC))
        """),
    ("new_session", "leave the session", "import os; return (os.fork() or os._exit(0)) and os.setsid()"),
)  # fmt: skip

NETWORK = (
    ("connects", "connect to a server", "import socket; return socket.create_connection(('127.0.0.1', PORT), 1)"),
    ("listens", "be a server", "import socket; return socket.create_server(('127.0.0.1', 0))"),
    ("datagram", "send a datagram", """
        import socket
        return socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", PORT))
        """),
    ("unix_socket", "connect to a local socket", """
        import os, socket
        folder = os.open(FOLDER, os.O_PATH)  # the path itself may be too long for a socket's address
        return socket.socket(socket.AF_UNIX).connect(f"/proc/self/fd/{folder}/socket")
        """),
    ("abstract_socket", "open an abstract socket", r"""
        import socket
        return socket.socket(socket.AF_UNIX).bind("\0" + MARK)
        """),
    ("socket_pair", "make a pair of sockets", "import socket; return socket.socketpair()"),
    ("event_loop", "start an event loop", "import asyncio; return asyncio.run(asyncio.sleep(0))"),
    ("name_lookup", "look a name up", "import socket; return socket.getaddrinfo('localhost', 80)"),
)  # fmt: skip

# System calls made past Python, by their number on x86_64 and on aarch64.
RAW = (
    ("traces_another", "attach to another process", "return call({'x86_64': 101}.get(M, 117), 16, VICTIM, 0, 0)"),
    ("reads_anothers_memory", "read another's memory", """
        here = ctypes.create_string_buffer(16)
        return call({"x86_64": 310}.get(M, 270), VICTIM, ctypes.addressof(here), 0, ctypes.addressof(here), 0, 0)
        """),
    ("outlives_its_parent", "stay when the fork-server goes", "return call({'x86_64': 157}.get(M, 167), 1, 0)"),
    ("has_privileges_back", "set a bit of the process", "return call({'x86_64': 157}.get(M, 167), 4, 1)"),
    ("personality", "change how it is executed", "return call({'x86_64': 135}.get(M, 92), 0xFFFFFFFF)"),
    ("synchronises_disks", "keep all disks busy", "return call({'x86_64': 162}.get(M, 81))"),
    ("pidfd", "get a handle of another", "return call(434, VICTIM, 0)"),
    ("clone", "make a process past Python", "return call({'x86_64': 56}.get(M, 220), 17) or os._exit(0)"),
    ("takes_pages_away", "advise the kernel on memory", "return call({'x86_64': 28}.get(M, 233), 0, 0, 4)"),
    ("watches_files", "watch files", "return call({'x86_64': 294}.get(M, 26), 0)"),
    ("waits_on_many", "wait for events", "return call({'x86_64': 291}.get(M, 20), 0)"),
    ("own_descriptor_flags", "have itself signalled", "import fcntl; return fcntl.fcntl(0, fcntl.F_SETOWN, VICTIM)"),
    ("no_blocking", "change a shared file's flags", "import fcntl; return fcntl.fcntl(0, fcntl.F_SETFL, os.O_APPEND)"),
    ("locks_a_file", "lock a file", "import fcntl; return fcntl.lockf(os.open('/dev/null', os.O_RDWR), fcntl.LOCK_EX)"),
    ("device_control", "control a device", "import fcntl; return fcntl.ioctl(os.open('/dev/null', 0), 0x5451)"),
)  # fmt: skip


def _raw(name, tries, body):
    attack = probe(name, tries, NOT_LISTED, "M = os.uname().machine\n" + dedent(body).strip(), DENIED)
    return replace(attack, source=_SYSCALL + attack.source)


REFUSED_OTHERWISE = (
    r"|refused: (RuntimeError can't start new thread|ZeroDivisionError|gaierror|ValueError|OSError out of pty devices)"
)

FOREIGN = """
import ctypes, mmap
def trick(*arguments):
    code = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
    code.write(bytes.fromhex("{code}"))
    return ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
"""

REACHING = (
    *(
        probe(name, tries, NOT_LISTED, body, DENIED + REFUSED_OTHERWISE)
        for name, tries, body in (*PROCESSES, *SIGNALS, *NETWORK)
    ),
    *(_raw(*each) for each in RAW),
    trick(
        "old_interface",
        "make the system calls of 32 bits, which have other numbers",
        "The filter knows one architecture and kills whoever speaks another.",
        FOREIGN.format(code="b814000000cd80c3"),  # mov eax, 20 (getpid); int 0x80; ret
        "ended the process",
    ),
    trick(
        "third_interface",
        "make the system calls of x32, whose numbers have a high bit",
        "The filter kills whoever uses such a number.",
        FOREIGN.format(code="b8270000400f05c3"),  # mov eax, 0x40000027 (getpid of x32); syscall; ret
        "ended the process",
    ),
)
