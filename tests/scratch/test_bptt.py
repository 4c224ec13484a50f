"""Backpropagation through time for a cell: full, truncated, and in pieces with a carried state."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch import RNN, ElmanCell, bptt
from rnncourse.scratch.state import pack, unpack

from . import torch_oracles
from .checks import (
    AUTOGRAD,
    SHAPES,
    assert_all_close,
    assert_close,
    assert_rejects,
    check_truncated,
    check_unrolled,
    named,
    sequence,
    step_case,
)
from .layer_checks import SIMPLE

CELLS = {name: build_cell for name, (_, build_cell) in SIMPLE.items()}


def case(shape, dtype=np.float64):
    """A cell, x, h_0, doutputs and dstate."""
    rng = np.random.default_rng(1)
    return ElmanCell(*shape[2:], rng, dtype), *sequence(shape, rng, dtype)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_unroll_applies_the_cell_at_every_step(shape):
    cell, x, h, _, _ = case(shape)
    outputs, _, caches = bptt.unroll(cell, x, h)
    assert len(caches) == len(outputs) == shape[0]
    for x_t, output in zip(x, outputs, strict=True):
        h = np.tanh(x_t @ cell.W_xh + h @ cell.W_hh + cell.b_h)
        assert_close("output", output, h, 1e-15)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("build", CELLS.values(), ids=list(CELLS))
def test_full_gradients_equal_differences(build, shape):
    check_unrolled(shape=shape, build=build)


@pytest.mark.parametrize("shape", [*SHAPES, (30, 2, 3, 8)], ids=str)
def test_full_gradients_equal_torch(shape):
    cell, x, h0, doutputs, dstate = case(shape)
    outputs, last, caches = bptt.unroll(cell, x, h0)
    dx, dh0 = bptt.backward(cell, doutputs, caches, dstate)
    layer = RNN(*shape[2:], np.random.default_rng(0))
    layer.W_xh, layer.W_hh, layer.b_h = cell.W_xh, cell.W_hh, cell.b_h
    expected_outputs, (expected_last,), expected = torch_oracles.recurrent(layer, x, (h0,), doutputs, (dstate,))
    assert_close("outputs", outputs, expected_outputs, AUTOGRAD)
    assert_close("state", last, expected_last, AUTOGRAD)
    assert_all_close(cell.grads | {"x": dx, "state 0": dh0}, expected, AUTOGRAD)


@pytest.mark.parametrize(("window", "stride"), [(1, 1), (3, 1), (3, 2), (3, 3), (4, 3), (7, 7)])
@pytest.mark.parametrize("build", CELLS.values(), ids=list(CELLS))
def test_a_truncated_gradient_is_the_sum_of_full_ones_over_its_windows(build, window, stride):
    """Each stretch of losses sees a short sequence of its own, which begins at a state that is taken as given."""
    T, (cell, _, state, _) = 7, step_case(build, (2, 3, 4))
    rng = np.random.default_rng(2)
    x, doutputs = rng.standard_normal((T, 2, 3)), rng.standard_normal((T, 2, 4))
    states = [state]
    for x_t in x:
        states.append(cell.forward(x_t, states[-1])[0])
    expected_dx = np.zeros_like(x)
    for first in range(0, T, stride):
        start, end = max(0, first + stride - window), min(first + stride, T)
        direct = doutputs[start:end].copy()
        direct[: first - start] = 0
        caches = bptt.unroll(cell, x[start:end], states[start])[2]
        expected_dx[start:end] += bptt.backward(cell, direct, caches)[0]
    expected = cell.grads
    cell.zero_grads()
    dx = bptt.truncated_backward(cell, doutputs, bptt.unroll(cell, x, state)[2], window, stride)
    assert_all_close(cell.grads | {"x": dx}, expected | {"x": expected_dx}, 1e-13)


@pytest.mark.parametrize("build", CELLS.values(), ids=list(CELLS))
def test_the_last_state_carries_a_long_sequence_on(build):
    cell, _, state, _ = step_case(build, (2, 3, 4))
    x = np.random.default_rng(2).standard_normal((7, 2, 3))
    outputs, last, _ = bptt.unroll(cell, x, state)
    first, carried, _ = bptt.unroll(cell, x[:3], state)
    second, end, _ = bptt.unroll(cell, x[3:], carried)
    assert_close("outputs", np.concatenate([first, second]), outputs, 0)
    assert_all_close(named("state", end), named("state", last), 0)


def test_no_dstate_is_a_dstate_of_zeros():
    cell, x, h0, doutputs, dstate = case((4, 2, 3, 5))
    caches = bptt.unroll(cell, x, h0)[2]
    without, zeros = bptt.backward(cell, doutputs, caches), bptt.backward(cell, doutputs, caches, 0 * dstate)
    for one, other in zip(without, zeros, strict=True):
        assert np.array_equal(one, other)


def test_full_backward_adds_and_leaves_its_arguments():
    cell, x, h0, doutputs, dstate = case((4, 2, 3, 5))
    before = doutputs.copy(), dstate.copy()
    caches = bptt.unroll(cell, x, h0)[2]
    bptt.backward(cell, doutputs, caches, dstate)
    once = {name: gradient.copy() for name, gradient in cell.grads.items()}
    bptt.backward(cell, doutputs, caches, dstate)
    assert_all_close(cell.grads, {name: 2 * gradient for name, gradient in once.items()}, 1e-15)
    assert np.array_equal(doutputs, before[0])
    assert np.array_equal(dstate, before[1])


@pytest.mark.parametrize(
    ("window", "stride"), [(5, 1), (5, 5), (6, 1), (6, 2), (6, 6), (7, 3), (99, 1), (99, 4), (99, 99)]
)
def test_truncated_with_a_window_over_everything_is_full(window, stride):
    cell, x, h0, doutputs, _ = case((5, 2, 3, 4))
    caches = bptt.unroll(cell, x, h0)[2]
    expected_dx, _ = bptt.backward(cell, doutputs, caches)
    expected = cell.grads
    cell.zero_grads()
    assert_close("dx", bptt.truncated_backward(cell, doutputs, caches, window, stride), expected_dx, 1e-13)
    assert_all_close(cell.grads, expected, 1e-13)


@pytest.mark.parametrize("window", [1, 2, 3, 4, 6, 7, 9])
def test_stride_of_a_window_cuts_into_pieces_with_the_state_carried(window):
    cell, x, h, doutputs, _ = case((7, 2, 3, 4))
    dx = bptt.truncated_backward(cell, doutputs, bptt.unroll(cell, x, h)[2], window, stride=window)
    truncated = cell.grads
    cell.zero_grads()
    pieces = []
    for first in range(0, 7, window):
        outputs, _, caches = bptt.unroll(cell, x[first : first + window], h)
        pieces.append(bptt.backward(cell, doutputs[first : first + window], caches)[0])
        h = outputs[-1]
    assert_close("dx", dx, np.concatenate(pieces), 1e-13)
    assert_all_close(truncated, cell.grads, 1e-13)


PLANS = [(w, s) for w in (1, 2, 3, 5, 7, 9) for s in (1, 2, 3, 4, 7) if s <= w]


@pytest.mark.parametrize(("window", "stride"), PLANS)
def test_truncated_equals_autograd_on_detached_windows(window, stride):
    check_truncated(window=window, stride=stride)


@settings(deadline=None, max_examples=25)
@given(st.tuples(*(st.integers(1, top) for top in (6, 3, 3, 3))), st.integers(1, 7), st.data())
def test_truncated_of_any_shape_equals_autograd_on_detached_windows(shape, window, data):
    check_truncated(shape=shape, window=window, stride=data.draw(st.integers(1, window)))


def test_a_cut_loses_what_lies_beyond_the_window():
    cell, x, h0, doutputs, _ = case((6, 2, 3, 4))
    caches = bptt.unroll(cell, x, h0)[2]
    doutputs[:-1] = 0
    dx = bptt.truncated_backward(cell, doutputs, caches, window=2)
    assert [bool(dx_t.any()) for dx_t in dx] == [False] * 4 + [True] * 2


def test_two_pieces_with_carried_state_are_one_long_run():
    cell, x, h0, doutputs, dstate = case((7, 2, 3, 4))
    outputs, _, caches = bptt.unroll(cell, x, h0)
    dx, dh0 = bptt.backward(cell, doutputs, caches, dstate)
    expected = cell.grads
    cell.zero_grads()
    first, _, first_caches = bptt.unroll(cell, x[:3], h0)
    second, _, second_caches = bptt.unroll(cell, x[3:], first[-1])
    second_dx, dcarried = bptt.backward(cell, doutputs[3:], second_caches, dstate)
    first_dx, first_dh0 = bptt.backward(cell, doutputs[:3], first_caches, dcarried)
    assert_close("outputs", np.concatenate([first, second]), outputs, 0)
    assert_close("dx", np.concatenate([first_dx, second_dx]), dx, 1e-14)
    assert_close("dh0", first_dh0, dh0, 1e-14)
    assert_all_close(cell.grads, expected, 1e-14)


def test_float32_stays_float32():
    cell, x, h0, doutputs, dstate = case((4, 2, 3, 5), np.float32)
    outputs, _, caches = bptt.unroll(cell, x, h0)
    dx, dh0 = bptt.backward(cell, doutputs, caches, dstate)
    truncated_dx = bptt.truncated_backward(cell, doutputs, caches, 2)
    arrays = [outputs, dx, dh0, truncated_dx, *cell.grads.values()]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


CELL, X, H0, DOUTPUTS, DSTATE = case((4, 2, 3, 5))
CACHES = bptt.unroll(CELL, X, H0)[2]


def truncate(window, stride=1, doutputs=DOUTPUTS):
    return bptt.truncated_backward(CELL, doutputs, CACHES, window, stride)


BAD_INPUT = {
    "x rank": (lambda: bptt.unroll(CELL, X[0], H0), "x", "shape (T, B, D)", "(2, 3)"),
    "x of no steps": (lambda: bptt.unroll(CELL, X[:0], H0), "x", "shape (T, B, D)", "(0, 2, 3)"),
    "x width": (lambda: bptt.unroll(CELL, X[..., :2], H0), "x", "shape (B, 3)", "(2, 2)"),
    "state of another batch": (lambda: bptt.unroll(CELL, X, H0[:1]), "h_prev", "shape (2, 5)", "(1, 5)"),
    "state of another width": (lambda: bptt.unroll(CELL, X, H0[:, :4]), "h_prev", "shape (2, 5)", "(2, 4)"),
    "no caches": (lambda: bptt.backward(CELL, DOUTPUTS, []), "caches", "one per step", "none"),
    "doutputs of fewer steps": (
        lambda: bptt.backward(CELL, DOUTPUTS[:3], CACHES),
        "doutputs",
        "shape (4, B, 5)",
        "(3, 2, 5)",
    ),
    "doutputs missing": (lambda: bptt.backward(CELL, None, CACHES), "doutputs", "shape (4, B, 5)", "NoneType"),
    "doutputs width": (
        lambda: bptt.backward(CELL, DOUTPUTS[..., :4], CACHES),
        "doutputs",
        "shape (4, B, 5)",
        "(4, 2, 4)",
    ),
    "doutputs of fewer steps, truncated": (
        lambda: truncate(2, doutputs=DOUTPUTS[:3]),
        "doutputs",
        "shape (4, B, 5)",
        "(3, 2, 5)",
    ),
    "window": (lambda: truncate(0), "window", "integer of at least 1", "0"),
    "window not whole": (lambda: truncate(2.0), "window", "integer of at least 1", "2.0"),
    "stride": (lambda: truncate(2, 0), "stride", "integer of at least 1", "0"),
    "stride over window": (lambda: truncate(2, 3), "stride", "at most the window 2", "3"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])


# `+` would broadcast or convert these.
BAD_DSTATE = {
    "without its batch": (DSTATE[0], "shape (2, 5)", "(5,)"),
    "of batch 1": (DSTATE[:1], "shape (2, 5)", "(1, 5)"),
    "a number": (1.0, "shape (2, 5)", "float"),
    "of another dtype": (DSTATE.astype(np.float32), "dtype float64", "float32"),
}


@pytest.mark.parametrize("name", BAD_DSTATE)
def test_bad_dstate_is_named(name):
    dstate, expected, got = BAD_DSTATE[name]
    assert_rejects(lambda: bptt.backward(CELL, DOUTPUTS, CACHES, dstate), "dstate", expected, got)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("build", CELLS.values(), ids=list(CELLS))
def test_gradient_sizes_are_those_of_a_sequence_that_begins_at_each_state(build, shape):
    T, B, *sizes = shape
    rng = np.random.default_rng(3)
    cell = build(*sizes, rng)
    x = rng.standard_normal((T, B, cell.input_size))
    state = pack(rng.standard_normal((B, size)) for size in cell.state_sizes)
    doutput = rng.standard_normal((B, cell.output_size))
    _, _, caches = bptt.unroll(cell, x, state)
    grads = {name: grad.copy() for name, grad in cell.grads.items()}
    found = bptt.gradient_sizes(cell, doutput, caches)
    assert all(np.array_equal(cell.grads[name], grad) for name, grad in grads.items())
    for t in range(T):
        assert np.isnan(found[t, t + 1 :]).all()
        assert found[t, 0] == pytest.approx(np.linalg.norm(doutput))
        for k in range(1, t + 1):
            last_only = np.zeros((k, B, cell.output_size))
            last_only[-1] = doutput
            _, dstate = bptt.backward(cell, last_only, caches[t - k + 1 : t + 1])
            assert found[t, k] == pytest.approx(np.sqrt(sum((array**2).sum() for array in unpack(dstate))))


def test_gradient_sizes_need_a_gradient_of_an_output():
    cell, x, h, _, _ = case((3, 2, 3, 4))
    _, _, caches = bptt.unroll(cell, x, h)
    assert_rejects(lambda: bptt.gradient_sizes(cell, np.ones((2, 5)), caches), "doutput", "shape (B, 4)", "(2, 5)")
    assert_rejects(lambda: bptt.gradient_sizes(cell, np.ones((1, 4)), caches), "dh", "shape (2, 4)", "(1, 4)")
    assert_rejects(lambda: bptt.gradient_sizes(cell, np.ones((2, 4)), []), "caches", "one per step", "none")
