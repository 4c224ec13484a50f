"""The filter on system calls: its tables, its program, and that it holds in a real jail."""

import errno
import re
from pathlib import Path

import pytest
from attacks.world import PATIENT, jailed_answer

from rnncourse.grading.inside import seccomp
from rnncourse.grading.inside.syscalls import ALLOWED, AUDIT_ARCHITECTURE, CLONE3, FCNTL_COMMANDS, machine
from rnncourse.grading.session import why_not_secure

LAST = 460  # of the numbers that there are; new ones come above
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
ALIASES = {"newfstatat": "fstatat", "lseek": "lseek", "mmap": "mmap", "fcntl": "fcntl", "fstat": "fstat"}
OTHER_ARCHITECTURES = (0x40000003, 0x40000028, 0xC00000F3, 0)  # i386, ARM, RISC-V, none
# Since Linux 6.14 and 6.18, x86_64 lets the calls of user-space probes past every filter. Made by anybody but the
# kernel's own trampoline, uretprobe ends the process and uprobe fails.
UNFILTERED = (335, 336) if machine() == "x86_64" else ()

needs_jail = pytest.mark.skipif(bool(why_not_secure()), reason=f"no jail here: {why_not_secure()}")


def numbers_in_header(name):
    """The numbers of all system calls, as the kernel's header has them."""
    text = HEADERS[name].read_text()
    found = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text))
    return {call: int(number) for call, number in found.items()}


@pytest.mark.parametrize("name", ALLOWED)
def test_numbers_are_those_of_the_kernel(name):
    if not HEADERS[name].exists():
        pytest.skip(f"{HEADERS[name]} is not installed")
    kernel = numbers_in_header(name)
    ours = {kernel_name(call, kernel): number for call, number in ALLOWED[name].items()}
    assert ours == {call: kernel[call] for call in ours}
    assert kernel["clone3"] == CLONE3


def kernel_name(call, kernel):
    """The generic header writes ``fstatat`` where the C library says ``newfstatat``."""
    return call if call in kernel else ALIASES[call]


DANGEROUS = (
    "fork vfork clone execve execveat kill tkill tgkill ptrace socket socketpair connect bind sendmsg sendto recvmsg "
    "ioctl prctl seccomp setrlimit prlimit64 setpriority sched_setaffinity sched_setscheduler mkdir mkdirat unlink "
    "unlinkat rename symlink symlinkat mknod mknodat chmod fchmod chown truncate ftruncate madvise process_madvise "
    "process_vm_readv memfd_create io_uring_setup bpf mount unshare setns pidfd_open pidfd_getfd open_by_handle_at "
    "userfaultfd personality shmget msgget semget keyctl add_key timer_create setitimer alarm chdir chroot umask"
)


@pytest.mark.parametrize("name", ALLOWED)
def test_nothing_that_reaches_beyond_the_process_is_listed(name):
    assert not set(DANGEROUS.split()) & set(ALLOWED[name])
    assert len(set(ALLOWED[name].values())) == len(ALLOWED[name])


def interpreted(program, data):
    """What a program of the filter's five kinds of instruction returns for a dictionary from offset to word."""
    position, accumulator = 0, 0
    while True:
        code, if_true, if_false, operand = program[position]
        position += 1
        if code == seccomp.LOAD:
            accumulator = data[operand]
        elif code == seccomp.RETURN:
            return operand
        elif code == seccomp.JUMP_EQUAL:
            position += if_true if accumulator == operand else if_false
        elif code == seccomp.JUMP_GREATER_OR_EQUAL:
            position += if_true if accumulator >= operand else if_false
        else:
            raise AssertionError(f"an instruction of another kind: {code:#x}")


def decision(name, number, architecture=None, command=0):
    """What the filter of an architecture does with a call."""
    architecture = AUDIT_ARCHITECTURE[name] if architecture is None else architecture
    data = {seccomp.NUMBER: number, seccomp.ARCHITECTURE: architecture, seccomp.SECOND_ARGUMENT: command}
    return interpreted(seccomp.instructions(name), data)


@pytest.mark.parametrize("name", ALLOWED)
def test_program_allows_what_is_listed_and_nothing_else(name):
    fcntl = ALLOWED[name]["fcntl"]
    allowed = {number for number in range(5000) if decision(name, number) == seccomp.ALLOW}
    assert allowed == set(ALLOWED[name].values()) - {fcntl}
    others = {decision(name, number) for number in set(range(5000)) - allowed - {CLONE3}}
    assert others == {seccomp.ERRNO | errno.EPERM}
    assert decision(name, CLONE3) == seccomp.ERRNO | errno.ENOSYS


@pytest.mark.parametrize("name", ALLOWED)
def test_program_allows_few_commands_of_fcntl(name):
    fcntl = ALLOWED[name]["fcntl"]
    commands = {each for each in range(2000) if decision(name, fcntl, command=each) == seccomp.ALLOW}
    assert commands == set(FCNTL_COMMANDS.values()) == {1, 2, 3, 1030}


@pytest.mark.parametrize("name", ALLOWED)
def test_program_kills_other_interfaces(name):
    numbers = [*ALLOWED[name].values(), CLONE3, 0, LAST]
    for architecture in {*OTHER_ARCHITECTURES, *AUDIT_ARCHITECTURE.values()} - {AUDIT_ARCHITECTURE[name]}:
        assert {decision(name, number, architecture) for number in numbers} == {seccomp.KILL_PROCESS}
    assert {decision(name, seccomp.X32 | number) for number in numbers} == {seccomp.KILL_PROCESS}
    assert decision(name, 0xFFFFFFFF) == seccomp.KILL_PROCESS


@pytest.mark.parametrize("name", ALLOWED)
def test_program_has_no_jump_beyond_its_end(name):
    program = seccomp.instructions(name)
    assert len(program) < 4096 and program[-1][0] == seccomp.RETURN
    ends = [place + 1 + max(if_true, if_false) for place, (_, if_true, if_false, _) in enumerate(program)]
    assert max(ends[:-1]) < len(program)


SWEEP = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)

def errno_of(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(argument) for argument in arguments))
    return ctypes.get_errno() if result == -1 else "allowed"

def sweep(numbers):
    return [errno_of(number, -1, -1, -1, -1, -1, -1) for number in numbers]

def commands(numbers):
    return [errno_of({fcntl}, 0, number, 0) for number in numbers]
"""


@needs_jail
def test_every_call_that_is_not_listed_is_refused_in_the_jail():
    """With arguments that no call takes: should one get through after all, it does nothing."""
    numbers = sorted({*range(LAST + 1)} - set(ALLOWED[machine()].values()) - {*UNFILTERED})
    answers = jailed_answer(SWEEP.format(fcntl=ALLOWED[machine()]["fcntl"]), "sweep", {"numbers": numbers}, PATIENT)
    refused = dict.fromkeys(numbers, errno.EPERM) | {CLONE3: errno.ENOSYS}
    assert dict(zip(numbers, answers, strict=True)) == refused


@needs_jail
@pytest.mark.parametrize("number", UNFILTERED)
def test_calls_that_no_filter_sees_do_nothing_in_the_jail(number):
    source = SWEEP.format(fcntl=ALLOWED[machine()]["fcntl"])
    try:
        (answer,) = jailed_answer(source, "sweep", {"numbers": [number]}, PATIENT)
    except AssertionError as error:
        assert "it ended the process" in str(error)
    else:
        assert answer in (errno.EPERM, errno.ENXIO, errno.ENOSYS)


@needs_jail
def test_every_other_command_of_fcntl_is_refused_in_the_jail():
    numbers = [number for number in [*range(64), *range(1024, 1064)] if number not in FCNTL_COMMANDS.values()]
    source = SWEEP.format(fcntl=ALLOWED[machine()]["fcntl"])
    assert set(jailed_answer(source, "commands", {"numbers": numbers}, PATIENT)) == {errno.EPERM}
    allowed = jailed_answer(source, "commands", {"numbers": list(FCNTL_COMMANDS.values())}, PATIENT)
    assert set(allowed) == {"allowed"}
