"""Backpropagation through time of a cell: how time and memory grow with the length T of the sequence.

`full` unrolls all T steps and goes back through all. `pieces` carries the state from piece to piece and goes back
within each: its memory should not grow. `every step` sends each step's loss back through one window, after a full
unrolling. Slopes are those of log-log lines: 1 is linear growth, 0 is none. Times are processor seconds, peaks are
megabytes that NumPy holds beyond the data. float32, one thread.
"""

import tracemalloc
from functools import partial

import numpy as np

from benchmarks.timing import interleaved
from rnncourse.scratch import ElmanCell, bptt

B, D, H = 32, 64, 128


def run(quick):
    """One row for each length, and the slopes."""
    lengths, window = ([8, 16, 32], 4) if quick else ([64, 128, 256, 512, 1024], 32)
    rows = [measure(T, window, rounds=2 if quick else 7) for T in lengths]
    return {"sizes": {"B": B, "D": D, "H": H, "window": window}, "rows": rows, "summary": summary(rows)}


def summary(rows):
    """The slope of each time and peak over T, and what truncation costs or saves at the greatest length."""
    lengths = [row["T"] for row in rows]
    slopes = {f"slope of {key}": slope(lengths, [row[key] for row in rows]) for key in rows[0] if key != "T"}
    last, names = rows[-1], ("pieces", "every step")
    times = {f"time of {name} / full": last[f"{name}, s"] / last["full, s"] for name in names}
    return slopes | times | {"peak of pieces / full": last["pieces, MB"] / last["full, MB"]}


def slope(lengths, values):
    """The exponent p of the power law ``values = c T^p`` that fits best."""
    return float(np.polyfit(np.log(lengths), np.log(values), 1)[0])


def measure(T, window, rounds):
    """Median time and peak memory of the three at one length."""
    rng = np.random.default_rng(0)
    cell = ElmanCell(D, H, rng, np.float32)
    shapes = (T, B, D), (B, H), (T, B, H)
    data = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
    contenders = {
        "full": partial(full, cell, *data),
        "pieces": partial(pieces, cell, *data, window),
        "every step": partial(every_step, cell, *data, window),
    }
    times = interleaved(contenders, rounds)
    row = {"T": T} | {f"{name}, s": float(np.median(values)) for name, values in times.items()}
    return row | {f"{name}, MB": peak(contender) / 1e6 for name, contender in contenders.items()}


def full(cell, x, h0, doutputs):
    """Unroll everything, go back through everything."""
    cell.zero_grads()
    _, _, caches = bptt.unroll(cell, x, h0)
    bptt.backward(cell, doutputs, caches)


def pieces(cell, x, h, doutputs, window):
    """Cut into pieces of one window: the state goes on, the caches are dropped, no gradient crosses the cut."""
    cell.zero_grads()
    for first in range(0, len(x), window):
        outputs, _, caches = bptt.unroll(cell, x[first : first + window], h)
        bptt.backward(cell, doutputs[first : first + window], caches)
        h = outputs[-1]


def every_step(cell, x, h0, doutputs, window):
    """Every loss goes back through exactly one window: the dearest truncation."""
    cell.zero_grads()
    _, _, caches = bptt.unroll(cell, x, h0)
    bptt.truncated_backward(cell, doutputs, caches, window, stride=1)


def peak(function):
    """The most bytes that Python and NumPy held at once during the call, beyond what they held before it."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
