"""Backpropagation through time for a cell: unrolled step by step, in full or truncated.

These functions show the algorithm and work for any cell; :mod:`rnncourse.scratch.recurrent` is the fast way.
Sources: Werbos 1990, *Backpropagation through time: what it does and how to do it*; Williams and Peng 1990, *An
efficient gradient-based algorithm for on-line training of recurrent network trajectories* (the truncated form).
"""

import numpy as np

from rnncourse.scratch.state import pack, require_state, unpack
from rnncourse.scratch.validate import require_array, require_size


def unroll(cell, x, state):
    """Apply one cell at every step of x (T, B, D), from a state: h_0 (B, H), or a tuple such as (h_0, c_0).

    Returns ``(outputs, state, caches)``: the outputs of the steps, (T, B, H), the last state, which is where the next
    piece of a long sequence goes on, and one cache per step. The output of a step is its state, or the first array of
    its state.
    """
    require_array("x", x, ("T", "B", "D"))
    outputs, caches = [], []
    for x_t in x:
        state, cache = cell.forward(x_t, state)
        outputs.append(unpack(state)[0])
        caches.append(cache)
    return np.stack(outputs), state, caches


def backward(cell, doutputs, caches, dstate=None):
    """Full backpropagation through time. Adds into ``cell.grads``.

    ``dh_t = dL/dh_t directly + what step t+1 sends back``, from t = T down to 1. ``doutputs`` (T, B, H) are the direct
    gradients, ``dstate`` that of the last state. Returns ``(dx, dstate)``: the gradients of x (T, B, D) and of the
    initial state.
    """
    _require_steps(cell, doutputs, caches)
    if dstate is None:
        dstate = _zero_state(cell, doutputs)
    require_state("dstate", dstate, [array.shape for array in unpack(_zero_state(cell, doutputs))], doutputs.dtype)
    dx = [None] * len(caches)
    for t in reversed(range(len(caches))):
        dx[t], dstate = cell.backward(_with_output(dstate, doutputs[t]), caches[t])
    return np.stack(dx), dstate


def truncated_backward(cell, doutputs, caches, window, stride=1):
    """Truncated backpropagation through time, BPTT(window; stride) of Williams and Peng 1990. Adds into ``cell.grads``.

    At every ``stride`` steps the losses of these last ``stride`` steps are sent back through at most ``window`` steps.
    ``stride=1`` lets every loss see exactly ``window`` steps; ``stride=window`` cuts the sequence into pieces, which
    costs no more than the full gradient. A last, shorter stretch reaches back to the edge that a whole one would have
    had. With ``window >= T + stride - 1``, or ``stride = window >= T``, this is the full gradient. Returns dx (T, B, D).
    """
    _require_steps(cell, doutputs, caches)
    require_size("window", window)
    require_size("stride", stride)
    if stride > window:
        raise ValueError(f"stride: expected at most the window {window}, got {stride}: losses in between would be lost")
    T = len(caches)
    dx = [0] * T
    for first in range(0, T, stride):
        end = min(first + stride, T)
        dstate = _zero_state(cell, doutputs)
        for t in reversed(range(max(0, first + stride - window), end)):
            direct = doutputs[t] if t >= first else 0
            dx_t, dstate = cell.backward(_with_output(dstate, direct), caches[t])
            dx[t] += dx_t
    return np.stack(dx)


def gradient_sizes(cell, doutput, caches):
    """How large the gradient of one step's output is, seen from the states before it: (T, T), by step and lag.

    Entry ``[t, k]`` is ``||dL_t / ds_{t-k}||``, s the whole state (both h and c of an LSTM) and ``dL_t / dh_t =
    doutput`` (B, H) at every step; where k > t there is no state, and it is NaN. ``viz.gradient_heatmap`` draws it.
    ``cell.grads`` is left as it was. This takes T^2 / 2 steps back.
    """
    require_array("doutput", doutput, ("B", cell.output_size), cell.dtype)
    _require_caches(caches)
    T, before = len(caches), {name: grad.copy() for name, grad in cell.grads.items()}
    sizes = np.full((T, T), np.nan)
    for t in range(T):
        dstate = _with_output(_zero_state(cell, doutput[None]), doutput)
        for k in range(t + 1):
            sizes[t, k] = np.sqrt(sum(np.square(array).sum() for array in unpack(dstate)))
            _, dstate = cell.backward(dstate, caches[t - k])
    for name, grad in before.items():
        cell.grads[name][...] = grad
    return sizes


def _zero_state(cell, doutputs):
    """A gradient of 0 for every array of the state."""
    return pack(np.zeros((doutputs.shape[1], size), doutputs.dtype) for size in cell.state_sizes)


def _with_output(dstate, doutput):
    """The gradient of a step's state when its output, which is the state's first array, receives ``doutput`` too."""
    dh, *others = unpack(dstate)
    return pack([doutput + dh, *others])


def _require_steps(cell, doutputs, caches):
    _require_caches(caches)
    require_array("doutputs", doutputs, (len(caches), "B", cell.output_size), cell.dtype)


def _require_caches(caches):
    if not caches:
        raise ValueError("caches: expected one per step, got none")
