"""What attacks aim at: files, a process and a server of the test's own, and nobody else's."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[3]
STEM = "rnncourse-attack"
MARK = f"{STEM}-{os.getpid()}"  # in the name of every file that an attack tries to leave; tests run side by side
NAIVE = Path(__file__).with_name("naive.py")
PLACES = ("/tmp", "/dev/shm", "/", str(Path.home()))


class Targets:
    """A folder with files worth reading, a process worth killing, and a server worth talking to."""

    def __init__(self, folder):
        self.folder, self.open = Path(folder), contextlib.ExitStack()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "secret.txt").write_text("the secret of the instructor\n")
        (self.folder / "neighbour.py").write_text("# the neighbour's work\n")
        (self.folder / "empty").mkdir()
        np.save(self.folder / "secret.npy", np.arange(3))
        with zipfile.ZipFile(self.folder / "package.zip", "w") as archive:
            archive.writestr("zipped.py", "answer = 42\n")
        self.port = self._listen()
        self.victim = subprocess.Popen(["sleep", "600"], start_new_session=True)

    def _listen(self):
        server = self.open.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1000))
        local = self.open.enter_context(socket.socket(socket.AF_UNIX))
        handle = os.open(self.folder, os.O_PATH)
        local.bind(f"/proc/self/fd/{handle}/socket")  # the path itself may be too long for a socket's address
        os.close(handle)
        local.listen(1000)
        return server.getsockname()[1]

    def close(self):
        self.victim.kill()
        self.victim.wait()
        self.open.close()

    def preamble(self, victim=None):
        """The names that sources of attacks use."""
        values = {
            "FOLDER": str(self.folder),
            "REPOSITORY": str(REPOSITORY),
            "VICTIM": self.victim.pid if victim is None else victim,
            "PORT": self.port,
            "MARK": MARK,
        }
        return "".join(f"{name} = {value!r}\n" for name, value in values.items())

    def submission(self, attack):
        """The bytes of an attack aimed at these targets."""
        text = self.preamble() + attack.source if attack.file.endswith(".py") else attack.source
        return text.encode()


def marks():
    """Files that an attack has left where anybody may write."""
    found = [path for place in PLACES for pattern in (f"*{MARK}*", STEM) for path in Path(place).glob(pattern)]
    return sorted(map(str, found))


def clear_marks():
    """Remove what a control has left."""
    for path in marks():
        shutil.rmtree(path) if Path(path).is_dir() else Path(path).unlink()


def attempted_outside(attack, targets):
    """What the attack's attempt says outside the jail, where its victim is a child of its own."""
    victim = "__import__('subprocess').Popen(['sleep', '3'], stdout=-3, stderr=-3, start_new_session=True).pid"
    program = targets.preamble().replace(f"VICTIM = {targets.victim.pid}", f"VICTIM = {victim}")
    program += attack.source + "\nprint(at_load, flush=True)\n__import__('os').kill(VICTIM, 9)\n"
    return _run(targets, "-c", program).stdout


def fools_a_naive_grader(attack, targets):
    """Whether the attack has full marks from a grader that runs it in its own process."""
    path = targets.folder / attack.file
    path.write_bytes(targets.submission(attack))
    return _run(targets, str(NAIVE), str(path), attack.control).returncode == 0


def _run(targets, *arguments):
    environment = {**os.environ, "RNNCOURSE_ATTACK": "a secret", "TMPDIR": str(targets.folder)}
    command = [sys.executable, "-I", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=targets.folder, timeout=30, check=False
    )
