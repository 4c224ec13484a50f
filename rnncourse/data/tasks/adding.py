"""The adding problem: two numbers of a long sequence are marked, and their sum is asked for at the end."""

from typing import NamedTuple

import numpy as np

from rnncourse.scratch.validate import require_rng, require_size


class AddingBatch(NamedTuple):
    """Numbers and marks (T, B, 2), and the sums of the two marked numbers (B, 1), both float32."""

    inputs: np.ndarray
    targets: np.ndarray


def adding(T, B, rng):
    """B sequences of T pairs ``(number, mark)``: numbers uniform from 0 to 1, marks 0 but for two ones.

    One mark stands anywhere in the first ``T // 2`` steps, the other anywhere in the rest. The problem is Hochreiter
    and Schmidhuber's (1997); numbers and marks are drawn as by Arjovsky, Shah and Bengio (2016). Returns
    :class:`AddingBatch`; T below 2 is a ``ValueError``.
    """
    _require_steps(T)
    require_size("B", B)
    require_rng(rng)
    numbers = rng.random((T, B), dtype=np.float32)
    places = np.stack([rng.integers(0, T // 2, B), rng.integers(T // 2, T, B)])
    marks = np.zeros_like(numbers)
    np.put_along_axis(marks, places, 1, axis=0)
    sums = np.take_along_axis(numbers, places, axis=0).sum(axis=0)
    return AddingBatch(np.stack([numbers, marks], axis=2), sums[:, None])


def adding_error(T, window=0):
    """The least mean squared error that is possible when only the last ``window`` of the T steps are seen, exactly.

    The best guess for a marked number outside the window is its mean, 1/2, which costs its variance, 1/12. So the error
    is 1/6 for a constant answer (``window=0``), 1/12 once the window holds the second half, and 0 when it holds all.
    """
    _require_steps(T)
    if not isinstance(window, int | np.integer) or not 0 <= window <= T:
        raise ValueError(f"window: expected an integer from 0 to {T}, got {window!r}")
    first, second = T // 2, T - T // 2
    missed = 1 - min(window, second) / second, 1 - max(window - second, 0) / first
    return sum(missed) / 12


def _require_steps(T):
    require_size("T", T)
    if T < 2:
        raise ValueError(f"T: expected at least 2 steps, one for each mark, got {T}")
