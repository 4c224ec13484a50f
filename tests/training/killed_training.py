"""A training that is killed again and again: ``python killed_training.py FILE KILLS`` prints what it came to, as JSON.

Each attempt is a process of its own, forked from one that has torch loaded. It is killed at a random moment after it
has written the file anew, so that each gets on; the last one is left to finish.
"""

import hashlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch
from trainees import Writer, linear, pairs, tokens, weights

from rnncourse.training import cross_entropy, mean_squared_error, train

STEPS = 150


def finished(path):
    """The run, with all that has to be carried over a break: a schedule, dropout, a state, evaluations."""
    run = train(
        Writer,
        tokens,
        cross_entropy,
        steps=STEPS,
        seed=1,
        schedule="one cycle",
        carry_state=True,
        evaluate=lambda model: torch.rand(()) + np.sin(1000 * weights(model).sum()),  # best somewhere
        every=5,
        checkpoint=path,
        progress=False,
    )
    numbers = {name: getattr(run, name).tobytes() for name in ("losses", "gradient_norms")}
    numbers["weights"] = weights(run.model).tobytes()
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in numbers.items()}
    return digests | {"evaluations": run.evaluations, "best": run.best, "steps": len(run.losses)}


def attempt(path, delay):
    """Whether a process that trains was killed before its end."""
    before = stamp(path)
    child = os.fork()
    if child == 0:
        finished(path)
        os._exit(0)
    while stamp(path) == before and os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        time.sleep(0.001)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def stamp(path):
    """What changes when the file is written; None without one."""
    return path.stat().st_mtime_ns if path.exists() else None


def main(name, kills):
    """Kill so often, then finish."""
    chance, path = random.Random(0), Path(name)
    train(linear, pairs, mean_squared_error, steps=1, progress=False)  # torch loads the rest of itself, once
    killed = sum(attempt(path, chance.uniform(0, 0.04)) for _ in range(int(kills)))
    found = finished(path)
    print(json.dumps(found | {"killed": killed, "left": sorted(p.name for p in path.parent.iterdir())}))


if __name__ == "__main__":
    main(*sys.argv[1:])
