"""The highway layer: against differences, torch, and what its gate is for."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch.gradcheck import directional_derivative
from rnncourse.scratch.highway import Highway

from .checks import AUTOGRAD, assert_all_close, assert_close, assert_gradients, assert_rejects
from .torch_oracles import gradients, leaves

NONLINEARITIES = ["tanh", "relu"]
LEADING = [(), (1,), (3,), (4, 2), (2, 1, 3)]
each_nonlinearity = pytest.mark.parametrize("nonlinearity", NONLINEARITIES)
each_shape = pytest.mark.parametrize("leading", LEADING, ids=str)


def case(leading, nonlinearity="tanh", D=4, dtype=np.float64, layer_class=Highway, seed=1):
    """A layer, x (..., D) and a gradient of y (..., D)."""
    rng = np.random.default_rng(seed)
    layer = layer_class(D, rng, nonlinearity, transform_bias=-0.5, dtype=dtype)
    return layer, *(rng.standard_normal((2, *leading, D)).astype(dtype))


def check_differences(layer_class=Highway, leading=(3, 2), nonlinearity="tanh"):
    layer, x, dy = case(leading, nonlinearity, layer_class=layer_class)
    dx = layer.backward(dy, layer.forward(x)[1])
    arrays = layer.parameters() | {"x": x}
    assert_gradients(lambda: float((layer.forward(x)[0] * dy).sum()), arrays, layer.grads | {"x": dx})


def check_equals_torch(layer_class=Highway, leading=(3, 2), nonlinearity="tanh"):
    layer, x, dy = case(leading, nonlinearity, layer_class=layer_class)
    tensors = leaves(layer.parameters() | {"x": x})
    W_t, b_t, W_h, b_h, tx = tensors.values()
    transformed = getattr(torch, nonlinearity)(torch.nn.functional.linear(tx, W_h.T, b_h))
    ty = torch.lerp(tx, transformed, torch.sigmoid(torch.nn.functional.linear(tx, W_t.T, b_t)))
    ty.backward(torch.tensor(dy))
    y, cache = layer.forward(x)
    assert_close("y", y, ty.detach().numpy(), AUTOGRAD)
    dx = layer.backward(dy, cache)
    assert_all_close(layer.grads | {"x": dx}, gradients(tensors), AUTOGRAD)


def check_adds(layer_class=Highway):
    """A second ``backward`` of one cache adds the same gradients again; no array that came in has changed."""
    layer, x, dy = case((3, 2), layer_class=layer_class)
    before = {"x": x.copy(), "dy": dy.copy()}
    _, cache = layer.forward(x)
    dx = layer.backward(dy, cache)
    twice = {name: 2 * gradient for name, gradient in layer.grads.items()}
    assert_close("dx", layer.backward(dy, cache), dx, 0)
    assert_all_close(layer.grads, twice, 1e-15)
    assert_all_close({"x": x, "dy": dy}, before, 0)


@each_nonlinearity
@each_shape
def test_gradients_equal_differences(leading, nonlinearity):
    check_differences(Highway, leading, nonlinearity)


@each_nonlinearity
@each_shape
def test_equals_torch(leading, nonlinearity):
    check_equals_torch(Highway, leading, nonlinearity)


def test_backward_adds():
    check_adds()


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 3), max_size=3), st.integers(1, 4), st.integers(0, 99))
def test_gradient_along_any_direction(leading, D, seed):
    layer, x, dy = case(leading, "tanh", D, seed=seed)
    found = [layer.backward(dy, layer.forward(x)[1]), *layer.grads.values()]
    arrays, rng = [x, *layer.parameters().values()], np.random.default_rng(seed)
    directions = [rng.standard_normal(array.shape) for array in arrays]
    numerical = directional_derivative(lambda: (layer.forward(x)[0] * dy).sum(), arrays, directions, 1e-4)
    assert sum((g * d).sum() for g, d in zip(found, directions, strict=True)) == pytest.approx(numerical, 1e-7, 1e-8)


@each_nonlinearity
def test_a_shut_gate_passes_everything_on_and_an_open_one_nothing(nonlinearity):
    layer, x, dy = case((3, 2), nonlinearity)
    layer.b_t[:] = -800
    y, cache = layer.forward(x)
    assert np.array_equal(y, x)
    assert np.array_equal(layer.backward(dy, cache), dy)
    layer.b_t[:] = 800
    a = x @ layer.W_h + layer.b_h
    assert_close("y", layer.forward(x)[0], np.tanh(a) if nonlinearity == "tanh" else a * (a > 0), 1e-15)


def test_the_transform_bias_starts_where_it_is_set():
    rng = np.random.default_rng(0)
    assert Highway(3, rng).b_t.tolist() == [-1, -1, -1]
    assert Highway(2, rng, transform_bias=-3).b_t.tolist() == [-3, -3]
    assert repr(Highway(2, rng)) == "Highway(W_t (2, 2), b_t (2,), W_h (2, 2), b_h (2,))"
    assert Highway(2, rng).b_h.all()


@each_nonlinearity
def test_float32_stays_float32_and_near_float64(nonlinearity):
    layer, x, dy = case((3, 2), nonlinearity, dtype=np.float32)
    exact, *arguments = case((3, 2), nonlinearity)
    (y, cache), (expected, exact_cache) = layer.forward(x), exact.forward(arguments[0])
    dx, expected_dx = layer.backward(dy, cache), exact.backward(arguments[1], exact_cache)
    assert {array.dtype for array in (y, dx, *layer.grads.values())} == {np.dtype(np.float32)}
    assert_close("y", y, expected, 1e-6)
    assert_all_close(layer.grads | {"x": dx}, exact.grads | {"x": expected_dx}, 1e-6)


LAYER, X, DY = case((3, 2))
CACHE = LAYER.forward(X)[1]
RNG = np.random.default_rng(0)
BAD_INPUT = {
    "size": (lambda: Highway(0, RNG), "size", "integer of at least 1", "0"),
    "nonlinearity": (lambda: Highway(2, RNG, "sigmoid"), "nonlinearity", "'tanh' or 'relu'", "'sigmoid'"),
    "transform_bias": (lambda: Highway(2, RNG, transform_bias=np.nan), "transform_bias", "a finite number", "nan"),
    "transform_bias text": (lambda: Highway(2, RNG, transform_bias="-1"), "transform_bias", "a finite number", "'-1'"),
    "dtype": (lambda: Highway(2, RNG, dtype=int), "dtype", "a floating type", "int64"),
    "x width": (lambda: LAYER.forward(X[..., :3]), "x", "shape (3, 2, 4)", "(3, 2, 3)"),
    "x dtype": (lambda: LAYER.forward(X.astype(np.float32)), "x", "dtype float64", "float32"),
    "x list": (lambda: LAYER.forward(X.tolist()), "x", "NumPy array of floats", "list"),
    "x empty": (lambda: LAYER.forward(X[:0]), "x", "at least one element", "shape (0, 2, 4)"),
    "dy shape": (lambda: LAYER.backward(DY[0], CACHE), "dy", "shape (3, 2, 4)", "(2, 4)"),
    "dy dtype": (lambda: LAYER.backward(DY.astype(np.float32), CACHE), "dy", "dtype float64", "float32"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])
