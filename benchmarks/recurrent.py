"""Our RNN layer, forward and backward, against torch.nn.RNN with autograd and against the bare matrix products.

All gradients: of the weights, the bias, the input and the initial state; float32, one thread. The products are the six
that every implementation must do, by the same BLAS as ours: `ours / products` is what everything else costs. `ours /
torch` below 1 means that ours is faster.
"""

import itertools

import numpy as np
import torch

from benchmarks.timing import geometric_mean, interleaved, ratio
from rnncourse.scratch import RNN

BATCHES, STEPS, SIZES = (1, 32, 64), (32, 100, 500), (64, 128, 256, 512)
TOLERANCE = 1e-3  # relative, float32 over hundreds of steps


def run(quick):
    """One row for each B, T and H = D: two ratios with their quartiles, and our time."""
    torch.set_num_threads(1)
    grid = [(1, 5, 16), (4, 8, 16)] if quick else itertools.product(BATCHES, STEPS, SIZES)
    rows = [measure(B, T, size, rounds=3 if quick else 9) for B, T, size in grid]
    return {"rows": rows, "summary": summary(rows)}


def summary(rows):
    """Geometric means of the ratios over the grid, and for each batch size."""
    figures = {}
    for reference in ("torch", "products"):
        key = f"ours / {reference}"
        figures[key] = geometric_mean(row[key] for row in rows)
        for B in sorted({row["B"] for row in rows}):
            figures[f"{key}, B = {B}"] = geometric_mean(row[key] for row in rows if row["B"] == B)
        figures[f"{key}, worst"] = max(row[key] for row in rows)
    return figures


def measure(B, T, size, rounds):
    """Compare the three at one shape, after ours and torch were seen to agree."""
    rng = np.random.default_rng(0)
    layer = RNN(size, size, rng, np.float32)
    shapes = (T, B, size), (B, size), (T, B, size)
    x, h0, doutputs = (rng.standard_normal(shape).astype(np.float32) for shape in shapes)
    ours, theirs = our_pass(layer, x, h0, doutputs), torch_pass(layer, x, h0, doutputs)
    require_equal(ours(), theirs())
    times = interleaved({"ours": ours, "torch": theirs, "products": bare_products(layer, x, h0, doutputs)}, rounds)
    row = {"B": B, "T": T, "H": size}
    for reference in ("torch", "products"):
        median, low, high = ratio(times, "ours", reference)
        row |= {f"ours / {reference}": median, "low " + reference: low, "high " + reference: high}
    return row | {"ours ms": float(1e3 * np.median(times["ours"]))}


def our_pass(layer, x, h0, doutputs):
    """Forward and backward of our layer; returns all gradients."""

    def call():
        layer.zero_grads()
        _, _, cache = layer.forward(x, h0)
        dx, dh0 = layer.backward(doutputs, None, cache)
        return [layer.grads["W_xh"], layer.grads["W_hh"], layer.grads["b_h"], dx, dh0]

    return call


def torch_pass(layer, x, h0, doutputs):
    """The same by torch, with the same weights."""
    theirs = torch.nn.RNN(*layer.W_xh.shape)
    values = layer.W_xh.T, layer.W_hh.T, layer.b_h, np.zeros_like(layer.b_h)
    parameters = theirs.weight_ih_l0, theirs.weight_hh_l0, theirs.bias_ih_l0, theirs.bias_hh_l0
    with torch.no_grad():
        for parameter, value in zip(parameters, values, strict=True):
            parameter.copy_(torch.tensor(value))
    tx, th0 = torch.tensor(x, requires_grad=True), torch.tensor(h0[None], requires_grad=True)
    gradient = torch.tensor(doutputs)

    def call():
        for tensor in (*parameters, tx, th0):
            tensor.grad = None
        outputs, _ = theirs(tx, th0)
        outputs.backward(gradient)
        W_xh, W_hh, b_h = (parameter.grad.numpy() for parameter in parameters[:3])
        return [W_xh.T, W_hh.T, b_h, tx.grad.numpy(), th0.grad.numpy()[0]]

    return call


def bare_products(layer, x, h0, doutputs):
    """The matrix products alone, into arrays that exist: two forward, four backward, two of the six step by step."""
    T, B, D = x.shape
    W_xh, W_hh, H = layer.W_xh, layer.W_hh, layer.W_hh.shape[0]
    h = np.concatenate([h0[None], layer.forward(x, h0)[0]])
    W_xh_T, W_hh_T = np.ascontiguousarray(W_xh.T), np.ascontiguousarray(W_hh.T)
    rows, h_prev, da = x.reshape(T * B, D), h[:-1].reshape(T * B, H), doutputs.reshape(T * B, H)
    projected, step, dx = np.empty_like(da), np.empty_like(h0), np.empty_like(rows)
    dW_xh, dW_hh = np.empty_like(W_xh), np.empty_like(W_hh)

    def call():
        np.matmul(rows, W_xh, out=projected)
        for t in range(T):
            np.matmul(h[t], W_hh, out=step)
        for t in reversed(range(T)):
            np.matmul(doutputs[t], W_hh_T, out=step)
        np.matmul(rows.T, da, out=dW_xh)
        np.matmul(h_prev.T, da, out=dW_hh)
        np.matmul(da, W_xh_T, out=dx)

    return call


def require_equal(ours, theirs):
    """Refuse to time two computations that do not agree."""
    for name, one, other in zip(("W_xh", "W_hh", "b_h", "x", "h0"), ours, theirs, strict=True):
        error = np.linalg.norm(one - other) / np.linalg.norm(other)
        if not error <= TOLERANCE:
            raise RuntimeError(f"gradient of {name}: ours and torch's differ by {error:.1e}, relative")
