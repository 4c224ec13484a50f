"""Sequences cut into windows of time, and the products that are taken over a whole window at once.

Inside the layers gates are not columns but an axis: a weight (K, G H) becomes (G, K, H), so that each gate's numbers
lie together, and the gates of n steps are (n, G, B, H). ``order`` says which block of columns is the first gate, the
second and so on.
"""

import numpy as np

from rnncourse.scratch import memory

ROWS = 1024  # steps times batch of a window: enough for products at full speed, few enough to stay near in the cache
NARROW = 2**17  # numbers of a weight that is small


def windows(T, B, H):
    """Slices that cover T steps in order; the wider the weights, the longer, for each window adds to all of them."""
    size = -(-max(ROWS, 4 * H) // B)
    return [slice(start, min(start + size, T)) for start in range(0, T, size)]


def by_gate(W, order):
    """A copy of a weight (K, G H) as (G, K, H), or of a bias (G H,) as (G, 1, H), with the gates in this order."""
    blocks = W.reshape(-1, len(order), W.shape[-1] // len(order)).swapaxes(0, 1)
    return _in_order(blocks, order, memory.empty(blocks.shape, W.dtype))


def columns(W, order):
    """A copy of a weight (K, G H) with the blocks of columns in this order."""
    blocks = W.reshape(len(W), len(order), -1).swapaxes(0, 1)
    copy = memory.empty(W.shape, W.dtype)
    _in_order(blocks, order, copy.reshape(len(W), len(order), -1).swapaxes(0, 1))
    return copy


def _in_order(blocks, order, out):
    for i, block in enumerate(order):
        out[i] = blocks[block]
    return out


def gate_buffer(n, gates, B, H, dtype):
    """Memory for (n, G, B, H) in which a gate's numbers of all steps lie together.

    With one row, B = 1, those of a step lie together, so that all gates are one vector.
    """
    if B == 1:
        return memory.empty((n, gates, B, H), dtype)
    return memory.empty((gates, n, B, H), dtype).swapaxes(0, 1)


def project(x, W, b):
    """``x @ W + b`` for every step and gate: x (n, B, D), W (G, D, H), b (G, 1, H); the result is (n, G, B, H)."""
    n, B, D = x.shape
    projected = gate_buffer(n, len(W), B, W.shape[2], x.dtype)
    np.matmul(x.reshape(n * B, D), W, out=projected.swapaxes(0, 1).reshape(len(W), n * B, -1))
    return np.add(projected, b, out=projected)


def as_rows(da, order):
    """Gradients (n, G, B, H) as rows (n B, G H), one an example and step: gate i becomes the order[i]-th block."""
    n, gates, B, H = da.shape
    rows = memory.empty((n, B, gates, H), da.dtype)
    for gate, block in enumerate(order):
        rows[:, :, block] = da[:, gate]
    return rows.reshape(n * B, gates * H)


def add_product(total, inputs, rows):
    """Add ``inputs^T @ rows``, the sum over steps and batch: inputs (n, B, K), rows (n B, N), total (K, N)."""
    inputs = inputs.reshape(len(rows), -1)
    if total.size <= NARROW and len(rows) >= ROWS:  # many rows for a small weight: quicker with the longer side first
        total += np.matmul(rows.T, inputs, out=memory.empty(total.T.shape, total.dtype)).T
    else:
        total += np.matmul(inputs.T, rows, out=memory.empty(total.shape, total.dtype))


def add_sum(total, rows):
    """Add the sum of rows (n B, N) to total (N,); as a product, which is quicker than a sum."""
    total += np.ones(len(rows), rows.dtype) @ rows
