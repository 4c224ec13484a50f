"""The product with the recurrent weight, which cannot wait for a whole window: there is one for every step.

It is small, and BLAS would spend a quarter of its time copying the weight into the order that it likes. So the weight
is cut once, before the loop, into panels of a few columns: OpenBLAS multiplies such small matrices as they lie. With
one row, B = 1, there is nothing to cut: all gates together are one product of a vector and a matrix.
"""

import numpy as np

from rnncourse.scratch import memory
from rnncourse.scratch.recurrent.blocks import by_gate, columns

PANEL = 8192  # numbers of a panel: 32 kB of float32 fit the first-level cache
SMALL = 600_000  # multiplications that OpenBLAS still does without copying


class RecurrentProduct:
    """``h @ W`` at every step, for a weight W (H, G H) whose gates are taken in this order.

    The gates in the slice ``halved`` are halved, as the sigmoid by way of tanh needs it.
    """

    def __init__(self, W, order, batch, halved=slice(0)):
        weights = columns(W, order) if batch == 1 else by_gate(W, order)
        gates = weights.reshape(len(W), len(order), -1).swapaxes(0, 1) if batch == 1 else weights
        gates[halved] *= 0.5
        self.weights = weights if batch == 1 else _panels(weights, batch)
        self.multiply = _multiply(batch)

    def out(self, gates):
        """Gates (n, G, B, H) as the product writes them: ``multiply(h, weights, out=out(gates)[t])``."""
        n, _, B, _ = gates.shape
        return gates.reshape(n, 1, 1, -1)[:, 0] if B == 1 else _seen_by_panel(gates, self.weights)


class TransposedProduct:
    """``da @ W^T`` at every step, as ``groups`` parts that are still to be added."""

    def __init__(self, W, order, batch):
        self.groups = 1 if batch == 1 else len(order)
        self.weights = columns(W, order).T if batch == 1 else _panels(by_gate(W, order).swapaxes(1, 2), batch)
        self.multiply = _multiply(batch)

    def left(self, da):
        """Gradients (n, G, B, H) as the left argument: ``multiply(left(da)[t], weights, out=out(parts))``."""
        n, gates, B, H = da.shape
        return da.reshape(n, 1, gates * H) if B == 1 else da[:, :, None]

    def out(self, parts):
        """Parts (groups, B, H) as the product writes them."""
        return parts[0] if len(parts[0]) == 1 else _seen_by_panel(parts, self.weights)


def _multiply(batch):
    """The function to multiply with: for a vector, ``dot`` is quicker to begin."""
    return np.dot if batch == 1 else np.matmul


def _panels(weights, batch):
    """Weights (G, K, N) as (G, panels, K, width), contiguous."""
    G, K, N = weights.shape
    width = max(32, PANEL // K)
    if N % width or batch * K * width > SMALL:
        width = N
    panels = memory.empty((G, N // width, K, width), weights.dtype)
    panels[...] = weights.reshape(G, K, N // width, width).swapaxes(1, 2)
    return panels


def _seen_by_panel(gates, weights):
    """A view of (..., G, B, N) as (..., G, panels, B, width)."""
    panels, width = weights.shape[1], weights.shape[3]
    return gates.reshape(*gates.shape[:-1], panels, width).swapaxes(-2, -3)
