"""Backpropagation through time for a cell: unrolled step by step, in full or truncated.

These functions show the algorithm and work for any cell; :mod:`rnncourse.scratch.recurrent` is the fast way.
Sources: Werbos 1990, *Backpropagation through time: what it does and how to do it*; Williams and Peng 1990, *An
efficient gradient-based algorithm for on-line training of recurrent network trajectories* (the truncated form).
"""

import numpy as np

from rnncourse.scratch.validate import require_array, require_size


def unroll(cell, x, h0):
    """Apply one cell at every step of x (T, B, D), from the state h0 (B, H).

    Returns ``(outputs, caches)``: the states h_1..h_T as (T, B, H), and one cache per step.
    """
    require_array("x", x, ("T", "B", "D"))
    require_array("h0", h0, (x.shape[1], "H"), x.dtype)
    outputs, caches, h = [], [], h0
    for x_t in x:
        h, cache = cell.forward(x_t, h)
        outputs.append(h)
        caches.append(cache)
    return np.stack(outputs), caches


def backward(cell, doutputs, caches, dstate=None):
    """Full backpropagation through time. Adds into ``cell.grads``.

    ``dh_t = dL/dh_t directly + what step t+1 sends back``, from t = T down to 1. ``doutputs`` (T, B, H) are the direct
    gradients, ``dstate`` (B, H) that of the last state. Returns ``(dx, dh0)``, (T, B, D) and (B, H).
    """
    _require_steps(doutputs, caches)
    if dstate is not None:
        require_array("dstate", dstate, doutputs[0].shape, doutputs.dtype)
    dh = np.zeros_like(doutputs[0]) if dstate is None else dstate
    dx = [None] * len(caches)
    for t in reversed(range(len(caches))):
        dx[t], dh = cell.backward(doutputs[t] + dh, caches[t])
    return np.stack(dx), dh


def truncated_backward(cell, doutputs, caches, window, stride=1):
    """Truncated backpropagation through time, BPTT(window; stride) of Williams and Peng 1990. Adds into ``cell.grads``.

    At every ``stride`` steps the losses of these last ``stride`` steps are sent back through at most ``window`` steps.
    ``stride=1`` lets every loss see exactly ``window`` steps; ``stride=window`` cuts the sequence into pieces, which
    costs no more than the full gradient. A last, shorter stretch reaches back to the edge that a whole one would have
    had. With ``window >= T + stride - 1``, or ``stride = window >= T``, this is the full gradient. Returns dx (T, B, D).
    """
    _require_steps(doutputs, caches)
    require_size("window", window)
    require_size("stride", stride)
    if stride > window:
        raise ValueError(f"stride: expected at most the window {window}, got {stride}: losses in between would be lost")
    T = len(caches)
    dx = [0] * T
    for first in range(0, T, stride):
        end = min(first + stride, T)
        dh = np.zeros_like(doutputs[0])
        for t in reversed(range(max(0, first + stride - window), end)):
            direct = doutputs[t] if t >= first else 0
            dx_t, dh = cell.backward(direct + dh, caches[t])
            dx[t] += dx_t
    return np.stack(dx)


def _require_steps(doutputs, caches):
    if not caches:
        raise ValueError("caches: expected one per step, got none")
    require_array("doutputs", doutputs, (len(caches), "B", "H"))
