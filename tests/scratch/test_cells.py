"""One step of the Elman network: against differences, torch and its equation."""

import math

import numpy as np
import pytest
import torch

from rnncourse.scratch import ElmanCell

from . import torch_oracles
from .checks import AUTOGRAD, assert_all_close, assert_close, assert_rejects, check_cell

SIZES = [(1, 1, 1), (1, 3, 4), (5, 1, 2), (3, 4, 5)]  # B, D, H


def case(B, D, H, dtype=np.float64):
    """A cell, x (B, D), h_prev (B, H) and dh (B, H)."""
    rng = np.random.default_rng(1)
    cell = ElmanCell(D, H, rng, dtype)
    return cell, *(rng.standard_normal((B, size)).astype(dtype) for size in (D, H, H))


def test_step_by_hand():
    cell = ElmanCell(1, 1, np.random.default_rng(0))
    cell.W_xh[:], cell.W_hh[:], cell.b_h[:] = 2, -3, 0.5
    h, cache = cell.forward(np.array([[0.25]]), np.array([[0.5]]))
    assert h.item() == pytest.approx(math.tanh(2 * 0.25 - 3 * 0.5 + 0.5), rel=1e-15)
    dx, dh_prev = cell.backward(np.array([[1.0]]), cache)
    slope = 1 / math.cosh(-0.5) ** 2
    assert dx.item() == pytest.approx(2 * slope, rel=1e-14)
    assert dh_prev.item() == pytest.approx(-3 * slope, rel=1e-14)
    assert cell.grads["W_xh"].item() == pytest.approx(0.25 * slope, rel=1e-14)
    assert cell.grads["W_hh"].item() == pytest.approx(0.5 * slope, rel=1e-14)
    assert cell.grads["b_h"].item() == pytest.approx(slope, rel=1e-14)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_gradients_equal_differences(sizes):
    check_cell(ElmanCell, sizes)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_equals_torch(sizes):
    cell, x, h_prev, dh = case(*sizes)
    tensors = torch_oracles.leaves(cell.parameters() | {"x": x, "h_prev": h_prev})
    th = torch_oracles.elman_step(tensors, tensors["x"], tensors["h_prev"])
    th.backward(torch.tensor(dh))
    h, cache = cell.forward(x, h_prev)
    dx, dh_prev = cell.backward(dh, cache)
    assert_close("h", h, th.detach().numpy(), AUTOGRAD)
    assert_all_close(cell.grads | {"x": dx, "h_prev": dh_prev}, torch_oracles.gradients(tensors), AUTOGRAD)


def test_backward_adds_until_zero_grads():
    cell, x, h_prev, dh = case(3, 4, 5)
    _, cache = cell.forward(x, h_prev)
    cell.backward(dh, cache)
    once = {name: gradient.copy() for name, gradient in cell.grads.items()}
    cell.backward(dh, cache)
    assert_all_close(cell.grads, {name: 2 * gradient for name, gradient in once.items()}, 1e-15)
    cell.zero_grads()
    assert all(not gradient.any() for gradient in cell.grads.values())
    assert {name: g.shape for name, g in cell.grads.items()} == {n: p.shape for n, p in cell.parameters().items()}


def test_arguments_are_left_alone():
    cell, *arguments = case(3, 4, 5)
    before = [array.copy() for array in arguments]
    x, h_prev, dh = arguments
    cell.backward(dh, cell.forward(x, h_prev)[1])
    assert all(np.array_equal(after, b) for after, b in zip(arguments, before, strict=True))


def test_float32_stays_float32_and_near_float64():
    cell, x, h_prev, dh = case(3, 4, 5, np.float32)
    exact, *_ = case(3, 4, 5)
    h, cache = cell.forward(x, h_prev)
    dx, dh_prev = cell.backward(dh, cache)
    assert {array.dtype for array in (h, dx, dh_prev, *cell.grads.values())} == {np.dtype(np.float32)}
    arguments = [array.astype(np.float64) for array in (x, h_prev, dh)]
    expected, cache = exact.forward(*arguments[:2])
    expected_dx, expected_dh_prev = exact.backward(arguments[2], cache)
    assert_close("h", h, expected, 1e-6)
    assert_all_close(
        cell.grads | {"x": dx, "h_prev": dh_prev}, exact.grads | {"x": expected_dx, "h_prev": expected_dh_prev}, 1e-6
    )


def test_a_seed_gives_the_same_cell_and_biases_are_not_zero():
    cell, same = (ElmanCell(3, 4, np.random.default_rng(7)) for _ in range(2))
    assert_all_close(same.parameters(), cell.parameters(), 0)
    assert all(array.all() for array in cell.parameters().values())
    assert repr(cell) == "ElmanCell(W_xh (3, 4), W_hh (4, 4), b_h (4,))"


CELL, X, H_PREV, DH = case(3, 4, 5)
CACHE = CELL.forward(X, H_PREV)[1]
RNG = np.random.default_rng(0)
BAD_INPUT = {
    "input_size": (lambda: ElmanCell(0, 2, RNG), "input_size", "integer of at least 1", "0"),
    "hidden_size": (lambda: ElmanCell(2, "5", RNG), "hidden_size", "integer of at least 1", "'5'"),
    "x width": (lambda: CELL.forward(X[:, :3], H_PREV), "x", "shape (B, 4)", "(3, 3)"),
    "x rank": (lambda: CELL.forward(X[0], H_PREV), "x", "shape (B, 4)", "(4,)"),
    "x empty": (lambda: CELL.forward(X[:0], H_PREV[:0]), "x", "shape (B, 4)", "(0, 4)"),
    "x dtype": (lambda: CELL.forward(X.astype(np.float32), H_PREV), "x", "dtype float64", "float32"),
    "x list": (lambda: CELL.forward(X.tolist(), H_PREV), "x", "shape (B, 4)", "list"),
    "h_prev batch": (lambda: CELL.forward(X, H_PREV[:1]), "h_prev", "shape (3, 5)", "(1, 5)"),
    "h_prev rank": (lambda: CELL.forward(X, H_PREV[0]), "h_prev", "shape (3, 5)", "(5,)"),
    "h_prev dtype": (lambda: CELL.forward(X, H_PREV > 0), "h_prev", "dtype float64", "bool"),
    "h_prev missing": (lambda: CELL.forward(X, None), "h_prev", "shape (3, 5)", "NoneType"),
    "dh shape": (lambda: CELL.backward(DH[:1], CACHE), "dh", "shape (3, 5)", "(1, 5)"),
    "dh dtype": (lambda: CELL.backward(DH.astype(np.float32), CACHE), "dh", "dtype float64", "float32"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])
