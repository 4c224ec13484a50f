"""Our RNN, LSTM and GRU, forward and backward, against torch.nn's with autograd and against the bare matrix products.

All gradients: of the weights, the biases, the input and the initial state; float32, one thread. The products are the
six that every implementation must do, by the same BLAS as ours: `ours / products` is what everything else costs.
`ours / torch` below 1 means that ours is faster. torch computes its LSTM with the library oneDNN where the processor
allows it; the rows "LSTM, oneDNN off" are against torch's own kernels, which it uses elsewhere.
"""

import itertools
import warnings

import numpy as np
import torch

from benchmarks.timing import geometric_mean, interleaved, ratio
from rnncourse.scratch import GRU, LSTM, RNN

LAYERS = {"RNN": (RNN, torch.nn.RNN), "LSTM": (LSTM, torch.nn.LSTM), "GRU": (GRU, torch.nn.GRU)}
BATCHES, STEPS, SIZES = (1, 32, 64), (32, 100, 500), (64, 128, 256, 512)
TOLERANCE = 1e-3  # relative, float32 over hundreds of steps
LARGE = 32, 128  # B and H from which the products should dominate


def run(quick):
    """One row for each layer, B, T and H = D: ratios with their quartiles, and our time."""
    torch.set_num_threads(1)
    grid = [(1, 5, 16), (4, 8, 16)] if quick else list(itertools.product(BATCHES, STEPS, SIZES))
    rows = [measure(kind, *shape, rounds=3 if quick else 5) for kind in LAYERS for shape in grid]
    with_own_kernels(
        lambda: rows.extend(measure("LSTM", *shape, 3, ", oneDNN off") for shape in grid if shape[1] <= 100)
    )
    return {"rows": rows, "summary": summary(rows)}


def summary(rows):
    """Geometric means over the grid, for each batch size, and over the large shapes; and the worst ratio."""
    figures = {}
    for kind in dict.fromkeys(row["layer"] for row in rows):
        ours = [row for row in rows if row["layer"] == kind]
        for key in ("ours / torch", "ours / products"):
            figures[f"{kind}, {key}"] = geometric_mean(row[key] for row in ours)
            for B in sorted({row["B"] for row in ours}):
                figures[f"{kind}, {key}, B = {B}"] = geometric_mean(row[key] for row in ours if row["B"] == B)
            figures[f"{kind}, {key}, worst"] = max(row[key] for row in ours)
        large = [row["ours / products"] for row in ours if row["B"] >= LARGE[0] and row["H"] >= LARGE[1]]
        if large:
            figures[f"{kind}, ours / products, B >= {LARGE[0]}, H >= {LARGE[1]}"] = geometric_mean(large)
    return figures


def measure(kind, B, T, size, rounds, remark=""):
    """Compare the three at one shape, after ours and torch were seen to agree."""
    rng = np.random.default_rng(0)
    ours_class, torch_class = LAYERS[kind]
    layer = ours_class(size, size, rng, np.float32)
    x, doutputs = (rng.standard_normal((T, B, size)).astype(np.float32) for _ in range(2))
    state = tuple(rng.standard_normal((B, size)).astype(np.float32) for _ in layer.state_sizes)
    ours, theirs = our_pass(layer, x, state, doutputs), torch_pass(torch_class, layer, x, state, doutputs)
    require_equal(ours(), theirs())
    times = interleaved({"ours": ours, "torch": theirs, "products": bare_products(layer, x, doutputs)}, rounds)
    row = {"layer": kind + remark, "B": B, "T": T, "H": size}
    for reference in ("torch", "products"):
        median, low, high = ratio(times, "ours", reference)
        row |= {f"ours / {reference}": median, "low " + reference: low, "high " + reference: high}
    return row | {"ours ms": float(1e3 * np.median(times["ours"]))}


def our_pass(layer, x, state, doutputs):
    """Forward and backward of our layer; returns all gradients, by name."""
    start = state if len(state) > 1 else state[0]

    def call():
        layer.zero_grads()
        dx, dstate = layer.backward(doutputs, None, layer.forward(x, start)[2])
        dstates = dstate if len(state) > 1 else (dstate,)
        return layer.grads | {"x": dx} | {f"state {i}": array for i, array in enumerate(dstates)}

    return call


def torch_pass(torch_class, layer, x, state, doutputs):
    """The same by torch, with the same weights, which are ours transposed."""
    theirs = torch_class(layer.input_size, layer.output_size)
    weights, first_bias, second_bias = list(theirs.parameters())[:2], theirs.bias_ih_l0, theirs.bias_hh_l0
    extra = layer.parameters().get("b_hn")  # the one bias that torch needs twice
    with torch.no_grad():
        for parameter, name in zip([*weights, first_bias], layer.names, strict=False):
            parameter.copy_(torch.tensor(layer.parameters()[name].T))
        second_bias.zero_()
        if extra is not None:
            second_bias[-len(extra) :] = torch.tensor(extra)
    inputs = [torch.tensor(x), *(torch.tensor(array[None]) for array in state)]
    gradient = torch.tensor(doutputs)

    def call():
        theirs.zero_grad()
        for tensor in inputs:
            tensor.requires_grad_()
            tensor.grad = None
        start = tuple(inputs[1:]) if len(state) > 1 else inputs[1]
        theirs(inputs[0], start)[0].backward(gradient)
        found = dict(zip(layer.names, [*(w.grad.numpy().T for w in weights), first_bias.grad.numpy()], strict=False))
        if extra is not None:
            found["b_hn"] = second_bias.grad.numpy()[-len(extra) :]
        found |= {f"state {i}": tensor.grad.numpy()[0] for i, tensor in enumerate(inputs[1:])}
        return found | {"x": inputs[0].grad.numpy()}

    return call


def with_own_kernels(function):
    """Call the function while torch does not use oneDNN."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="TF32 acceleration")  # about graphics cards
        with torch.backends.mkldnn.flags(enabled=False):
            function()


def bare_products(layer, x, doutputs):
    """The matrix products alone, into arrays that exist: two forward, four backward, two of the six step by step."""
    T, B, D = x.shape
    W_x, W_h = (layer.parameters()[name] for name in layer.names[:2])
    H, width = W_h.shape
    W_x_T, W_h_T = np.ascontiguousarray(W_x.T), np.ascontiguousarray(W_h.T)
    da = np.concatenate([doutputs] * (width // H), axis=2)
    da_rows, rows, h_rows = da.reshape(T * B, width), x.reshape(T * B, D), doutputs.reshape(T * B, H)
    projected, step, dstep = np.empty_like(da_rows), np.empty((B, width), x.dtype), np.empty((B, H), x.dtype)
    dx, dW_x, dW_h = np.empty_like(rows), np.empty_like(W_x), np.empty_like(W_h)

    def call():
        np.matmul(rows, W_x, out=projected)
        for t in range(T):
            np.matmul(doutputs[t], W_h, out=step)
        for t in reversed(range(T)):
            np.matmul(da[t], W_h_T, out=dstep)
        np.matmul(rows.T, da_rows, out=dW_x)
        np.matmul(h_rows.T, da_rows, out=dW_h)
        np.matmul(da_rows, W_x_T, out=dx)

    return call


def require_equal(ours, theirs):
    """Refuse to time two computations that do not agree."""
    if ours.keys() != theirs.keys():
        raise RuntimeError(f"gradients: expected those of {sorted(theirs)}, got {sorted(ours)}")
    for name, one in ours.items():
        error = np.linalg.norm(one - theirs[name]) / np.linalg.norm(theirs[name])
        if not error <= TOLERANCE:
            raise RuntimeError(f"gradient of {name}: ours and torch's differ by {error:.1e}, relative")
