"""The Elman network over a sequence: against differences, ``torch.nn.RNN`` and its own cell unrolled."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch import RNN
from rnncourse.scratch.gradcheck import directional_derivative

from . import torch_oracles
from .checks import (
    AUTOGRAD,
    SHAPES,
    assert_all_close,
    assert_close,
    assert_rejects,
    check_adds,
    check_layer,
    check_layer_is_cell,
    sequence,
)

shapes = st.tuples(*(st.integers(1, 4) for _ in range(4)))  # T, B, D, H


def case(shape, dtype=np.float64, seed=1):
    """A layer, x, h_0, doutputs and dstate."""
    rng = np.random.default_rng(seed)
    return RNN(*shape[2:], rng, dtype), *sequence(shape, rng, dtype)


@pytest.mark.parametrize("through", ["outputs", "state", "both"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_gradients_equal_differences(shape, through):
    check_layer(RNN, shape, through)


@pytest.mark.parametrize("shape", [*SHAPES, (40, 3, 6, 9)], ids=str)
def test_equals_torch(shape):
    layer, x, h0, doutputs, dstate = case(shape)
    outputs, state, cache = layer.forward(x, h0)
    dx, dh0 = layer.backward(doutputs, dstate, cache)
    expected_outputs, expected_state, expected = torch_oracles.rnn(layer.parameters(), x, h0, doutputs, dstate)
    assert_close("outputs", outputs, expected_outputs, AUTOGRAD)
    assert_close("state", state, expected_state, AUTOGRAD)
    assert_all_close(layer.grads | {"x": dx, "h0": dh0}, expected, AUTOGRAD)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-5)], ids=["float64", "float32"])
@pytest.mark.parametrize("shape", [*SHAPES, (30, 5, 2, 8)], ids=str)
def test_equals_its_cell_unrolled(shape, dtype, tolerance):
    check_layer_is_cell(RNN, shape, dtype, tolerance)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_backward_adds(shape):
    check_adds(RNN, shape)


def test_zero_grads_starts_afresh():
    layer, x, h0, doutputs, dstate = case((3, 2, 4, 5))
    _, _, cache = layer.forward(x, h0)
    layer.backward(doutputs, dstate, cache)
    once = layer.grads
    layer.zero_grads()
    assert all(not gradient.any() for gradient in layer.grads.values())
    layer.backward(doutputs, dstate, cache)
    assert_all_close(layer.grads, once, 0)


def test_state_none_is_zeros():
    layer, x, h0, _, _ = case((3, 2, 4, 5))
    for ours, explicit in zip(layer.forward(x)[:2], layer.forward(x, np.zeros_like(h0))[:2], strict=True):
        assert np.array_equal(ours, explicit)


def test_no_gradient_at_all_gives_zeros():
    layer, x, h0, _, _ = case((3, 2, 4, 5))
    dx, dh0 = layer.backward(None, None, layer.forward(x, h0)[2])
    assert dx.tolist() == np.zeros_like(x).tolist()
    assert dh0.tolist() == np.zeros_like(h0).tolist()


def test_a_gradient_of_the_last_output_is_one_of_the_state():
    layer, x, h0, doutputs, dstate = case((3, 2, 4, 5))
    doutputs[:-1], doutputs[-1] = 0, dstate
    _, _, cache = layer.forward(x, h0)
    through_outputs, through_state = layer.backward(doutputs, None, cache), layer.backward(None, dstate, cache)
    for one, other in zip(through_outputs, through_state, strict=True):
        assert_close("gradient", one, other, 1e-15)


def test_two_pieces_with_carried_state_are_one_long_run():
    layer, x, h0, doutputs, dstate = case((7, 2, 3, 4))
    outputs, state, cache = layer.forward(x, h0)
    dx, dh0 = layer.backward(doutputs, dstate, cache)
    expected = layer.grads
    layer.zero_grads()
    first, carried, first_cache = layer.forward(x[:3], h0)
    second, last, second_cache = layer.forward(x[3:], carried)
    second_dx, dcarried = layer.backward(doutputs[3:], dstate, second_cache)
    first_dx, first_dh0 = layer.backward(doutputs[:3], dcarried, first_cache)
    assert_close("outputs", np.concatenate([first, second]), outputs, 1e-14)
    assert_close("state", last, state, 1e-14)
    assert_close("dx", np.concatenate([first_dx, second_dx]), dx, 1e-13)
    assert_close("dh0", first_dh0, dh0, 1e-13)
    assert_all_close(layer.grads, expected, 1e-13)


def test_arguments_are_left_alone():
    layer, *arguments = case((3, 2, 4, 5))
    before = [array.copy() for array in arguments]
    x, h0, doutputs, dstate = arguments
    layer.backward(doutputs, dstate, layer.forward(x, h0)[2])
    assert all(np.array_equal(after, b) for after, b in zip(arguments, before, strict=True))


def test_the_returned_state_is_not_part_of_the_cache():
    layer, x, h0, doutputs, dstate = case((3, 2, 4, 5))
    _, state, cache = layer.forward(x, h0)
    expected_dx, expected_dh0 = layer.backward(doutputs, dstate, cache)
    state[:] = 7
    dx, dh0 = layer.backward(doutputs, dstate, cache)
    assert np.array_equal(dx, expected_dx)
    assert np.array_equal(dh0, expected_dh0)


def test_two_runs_keep_two_caches():
    layer, x, h0, doutputs, dstate = case((3, 2, 4, 5))
    cache = layer.forward(x, h0)[2]
    expected, _ = layer.backward(doutputs, dstate, cache)
    layer.forward(-x, -h0)
    assert np.array_equal(layer.backward(doutputs, dstate, cache)[0], expected)


@pytest.mark.parametrize("arrange", [lambda a: a[::-1], lambda a: np.asfortranarray(a), lambda a: a.swapaxes(0, 1)])
def test_arrays_need_not_be_contiguous(arrange):
    layer, x, h0, doutputs, _ = case((3, 3, 4, 5))
    x, doutputs = arrange(x), arrange(doutputs)
    outputs, _, cache = layer.forward(x, h0)
    dx, _ = layer.backward(doutputs, None, cache)
    expected, _, cache = layer.forward(x.copy("C"), h0)
    assert_close("outputs", outputs, expected, 1e-14)
    assert_close("dx", dx, layer.backward(doutputs.copy("C"), None, cache)[0], 1e-14)


@settings(deadline=None, max_examples=30)
@given(shapes, st.booleans(), st.integers(0, 99))
def test_gradient_along_any_direction(shape, with_outputs, seed):
    layer, x, h0, doutputs, dstate = case(shape, seed=seed)
    doutputs *= with_outputs

    def loss():
        outputs, state, _ = layer.forward(x, h0)
        return (outputs * doutputs).sum() + (state * dstate).sum()

    gradients = [*layer.backward(doutputs, dstate, layer.forward(x, h0)[2]), *layer.grads.values()]
    arrays = [x, h0, *layer.parameters().values()]
    rng = np.random.default_rng(seed + 1)
    directions = [rng.standard_normal(array.shape) for array in arrays]
    analytic = sum((g * d).sum() for g, d in zip(gradients, directions, strict=True))
    numerical = directional_derivative(loss, arrays, directions, step=2e-4)
    assert analytic == pytest.approx(numerical, rel=1e-7, abs=1e-8)


@settings(deadline=None, max_examples=30)
@given(shapes, st.data())
def test_permuting_the_batch_permutes_outputs_and_leaves_weight_gradients(shape, data):
    layer, x, h0, doutputs, dstate = case(shape)
    order = list(data.draw(st.permutations(range(shape[1]))))
    outputs, state, cache = layer.forward(x, h0)
    dx, dh0 = layer.backward(doutputs, dstate, cache)
    expected = layer.grads
    layer.zero_grads()
    permuted, permuted_state, cache = layer.forward(x[:, order], h0[order])
    permuted_dx, permuted_dh0 = layer.backward(doutputs[:, order], dstate[order], cache)
    assert_close("outputs", permuted, outputs[:, order], 1e-13)
    assert_close("state", permuted_state, state[order], 1e-13)
    assert_close("dx", permuted_dx, dx[:, order], 1e-13)
    assert_close("dh0", permuted_dh0, dh0[order], 1e-13)
    assert_all_close(layer.grads, expected, 1e-13)


LAYER, X, H0, DOUTPUTS, DSTATE = case((3, 2, 4, 5))
CACHE = LAYER.forward(X, H0)[2]
BAD_INPUT = {
    "hidden_size": (lambda: RNN(2, 0, np.random.default_rng(0)), "hidden_size", "integer of at least 1", "0"),
    "x rank": (lambda: LAYER.forward(X[0]), "x", "shape (T, B, 4)", "(2, 4)"),
    "x width": (lambda: LAYER.forward(X[..., 1:]), "x", "shape (T, B, 4)", "(3, 2, 3)"),
    "x of no steps": (lambda: LAYER.forward(X[:0]), "x", "shape (T, B, 4)", "(0, 2, 4)"),
    "x dtype": (lambda: LAYER.forward(X.astype(np.float32)), "x", "dtype float64", "float32"),
    "x list": (lambda: LAYER.forward(X.tolist()), "x", "shape (T, B, 4)", "list"),
    "state shape": (lambda: LAYER.forward(X, H0[0]), "state", "shape (2, 5)", "(5,)"),
    "state of torch's rank": (lambda: LAYER.forward(X, H0[None]), "state", "shape (2, 5)", "(1, 2, 5)"),
    "state dtype": (lambda: LAYER.forward(X, H0.astype(np.float32)), "state", "dtype float64", "float32"),
    "doutputs shape": (lambda: LAYER.backward(DOUTPUTS[:2], None, CACHE), "doutputs", "(3, 2, 5)", "(2, 2, 5)"),
    "doutputs dtype": (
        lambda: LAYER.backward(DOUTPUTS.astype(np.float32), None, CACHE),
        "doutputs",
        "dtype float64",
        "float32",
    ),
    "dstate shape": (lambda: LAYER.backward(DOUTPUTS, DSTATE[0], CACHE), "dstate", "shape (2, 5)", "(5,)"),
    "dstate dtype": (lambda: LAYER.backward(None, DSTATE > 0, CACHE), "dstate", "dtype float64", "bool"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])


def test_outputs_are_read_only_because_the_cache_is_the_same_memory():
    layer = RNN(2, 3, np.random.default_rng(0))
    outputs, state, _ = layer.forward(np.ones((4, 1, 2)))
    with pytest.raises(ValueError, match="read-only"):
        outputs *= 2
    state *= 2  # a copy of its own


def test_integer_weights_are_refused():
    with pytest.raises(ValueError, match="dtype: expected a floating type"):
        RNN(2, 3, np.random.default_rng(0), dtype=int)
