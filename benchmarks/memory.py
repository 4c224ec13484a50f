"""Peak memory of one pass, forward and backward with all gradients: our RNN, LSTM and GRU against torch.nn's.

Each measurement has a process of its own, and a figure is the median of several. Such a process runs a tiny pass and
one product of matrices, after which the libraries have what they need for themselves, makes weights and data, and then
runs the pass that counts, once. Its peak is the most that the process held during the pass, beyond what it held before
it; Linux tells both. On both sides the gradients of the weights are added into arrays that were there before, while
the outputs and the gradient of the input are made by the pass. float32, one thread.

`must hold` is for orientation: x, the outputs and the gradients of both, which everybody has to hold; x and the
gradient of the outputs are there before the pass. `3 passes / 1` is our peak over three passes in a row, over that of
one: our layers keep freed memory for the next pass, and about 1 says that this does not pile up.
"""

import json
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.timing import geometric_mean
from rnncourse.scratch import GRU, LSTM, RNN

LAYERS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
ROOT = Path(__file__).parents[1]
PROC = Path("/proc/self")
TINY, WARM = (2, 3, 4), 512  # T, B and H of the tiny pass, and the size of the product


def run(quick):
    """One row for each layer, B, T and H = D: the peaks of both in megabytes, and their ratio."""
    require_linux()
    shapes = [(50, 16, 128)] if quick else [(100, 32, 128), (500, 32, 256), (500, 64, 256), (100, 64, 512)]
    rows = [measure(kind, *shape, processes=1 if quick else 3) for kind in LAYERS for shape in shapes]
    return {"rows": rows, "summary": summary(rows)}


def summary(rows):
    """The geometric mean over the shapes for each layer, and what three passes take at worst."""
    kinds = dict.fromkeys(row["layer"] for row in rows)
    ratios = {kind: [row["ours / torch"] for row in rows if row["layer"] == kind] for kind in kinds}
    figures = {f"{kind}, ours / torch": geometric_mean(values) for kind, values in ratios.items()}
    return figures | {"3 passes / 1, worst": max(row["3 passes / 1"] for row in rows)}


def measure(kind, T, B, H, processes):
    """Compare the two at one shape."""

    def megabytes(side, passes=1):
        return statistics.median(peak_elsewhere(side, kind, T, B, H, passes) for _ in range(processes)) / 1e6

    ours, torch, thrice = megabytes("ours"), megabytes("torch"), megabytes("ours", passes=3)
    row = {"layer": kind, "B": B, "T": T, "H": H, "ours MB": ours, "torch MB": torch, "ours / torch": ours / torch}
    return row | {"must hold MB": 4 * T * B * H * 4 / 1e6, "3 passes / 1": thrice / ours}


def peak_elsewhere(*arguments):
    """What :func:`peak` finds in a process of its own, in bytes."""
    command = [sys.executable, "-m", "benchmarks.memory", json.dumps(arguments)]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(f"memory: the process for {arguments} failed:\n{finished.stderr}")
    return json.loads(finished.stdout)


def peak(side, kind, T, B, H, passes):
    """The most bytes that this process held during the passes, beyond what it held before them."""
    make_pass = {"ours": our_pass, "torch": torch_pass}[side]
    make_pass(kind, *TINY)()
    call = make_pass(kind, T, B, H)
    before = resident("VmRSS")
    (PROC / "clear_refs").write_text("5")  # the most so far is forgotten
    for _ in range(passes):
        call()
    return resident("VmHWM") - before


def resident(name):
    """What Linux says of this process's memory, in bytes: VmRSS is what it holds, VmHWM the most that it held."""
    line = next(line for line in (PROC / "status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


def our_pass(kind, T, B, H):
    """A function that runs one pass of our layer and returns what a user would keep."""
    rng = np.random.default_rng(0)
    layer = LAYERS[kind](H, H, rng, np.float32)
    x, doutputs = data(rng, T, B, H)
    square = np.ones((WARM, WARM), np.float32)
    square @ square

    def call():
        outputs, _, cache = layer.forward(x)
        return outputs, layer.backward(doutputs, None, cache)

    return call


def torch_pass(kind, T, B, H):
    """The same of torch's layer."""
    import torch  # here: it would take memory and time in the processes that measure ours

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    layer = getattr(torch.nn, kind)(H, H)
    x, doutputs = (torch.from_numpy(array) for array in data(rng, T, B, H))
    for parameter in layer.parameters():
        parameter.grad = torch.ones_like(parameter)
    square = torch.ones(WARM, WARM)
    square @ square

    def call():
        x.requires_grad_()
        x.grad = None
        outputs = layer(x)[0]
        outputs.backward(doutputs)
        return outputs, x.grad

    return call


def data(rng, T, B, H):
    """The input and the gradient of the outputs."""
    return (rng.standard_normal((T, B, H), dtype=np.float32) for _ in range(2))


def require_linux():
    """Raise ``RuntimeError`` where the system does not tell what a process had at most."""
    if not (PROC / "clear_refs").exists():
        raise RuntimeError(
            "memory: expected Linux, which tells in /proc/self the most memory a process held, got " + sys.platform
        )


if __name__ == "__main__":
    print(json.dumps(peak(*json.loads(sys.argv[1]))))
