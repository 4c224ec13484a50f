"""Times that can be compared on a machine that is not quiet.

What is counted is the processor's time for this process, of all its threads. With one thread that is what a clock on
the wall would show, less the moments when another process had the processor.
"""

import math
import time
from collections.abc import Callable

import numpy as np


def interleaved(contenders: dict[str, Callable[[], object]], rounds: int, seconds: float = 0.02):
    """Time all contenders in turn, round after round, so that a slow moment hits them alike.

    Each round runs a contender as often as fills ``seconds``. Returns for each name an array (rounds,) of processor
    seconds a call. The first call of each, which loads and allocates, is not counted.
    """
    repeats = {}
    for name, contender in contenders.items():
        contender()
        repeats[name] = max(1, math.ceil(seconds / _seconds_a_call(contender, 1)))
    times = {name: [] for name in contenders}
    for number in range(rounds):
        order = list(contenders)
        for name in order if number % 2 else reversed(order):
            times[name].append(_seconds_a_call(contenders[name], repeats[name]))
    return {name: np.array(values) for name, values in times.items()}


def ratio(times, name, reference):
    """How many times the reference's time this contender takes: median of the rounds' ratios, and their quartiles."""
    low, median, high = np.percentile(times[name] / times[reference], [25, 50, 75])
    return float(median), float(low), float(high)


def geometric_mean(values):
    """The mean for ratios: of 2 and 1/2 it is 1."""
    return float(np.exp(np.mean(np.log(list(values)))))


def _seconds_a_call(function, repeats):
    start = time.process_time()
    for _ in range(repeats):
        function()
    return (time.process_time() - start) / repeats
