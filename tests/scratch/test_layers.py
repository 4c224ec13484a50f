"""Linear and Embedding: against differences and torch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch import Embedding, Linear
from rnncourse.scratch.gradcheck import directional_derivative

from .checks import AUTOGRAD, assert_all_close, assert_close, assert_gradients, assert_rejects

LEADING = [(), (1,), (3,), (4, 2), (2, 1, 3)]


def linear_case(leading, D=3, K=5, dtype=np.float64):
    """A layer, an input (..., D) and a gradient of its output (..., K)."""
    rng = np.random.default_rng(1)
    layer = Linear(D, K, rng, dtype)
    return layer, *(rng.standard_normal((*leading, size)).astype(dtype) for size in (D, K))


@pytest.mark.parametrize("leading", LEADING, ids=str)
def test_linear_gradients_equal_differences(leading):
    layer, x, dy = linear_case(leading)
    dx = layer.backward(dy, layer.forward(x)[1])
    arrays = layer.parameters() | {"x": x}
    assert_gradients(lambda: float((layer.forward(x)[0] * dy).sum()), arrays, layer.grads | {"x": dx})


@pytest.mark.parametrize("leading", LEADING, ids=str)
def test_linear_equals_torch(leading):
    layer, x, dy = linear_case(leading)
    theirs = torch.nn.Linear(3, 5, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(layer.W.T))
        theirs.bias.copy_(torch.tensor(layer.b))
    tx = torch.tensor(x, requires_grad=True)
    ty = theirs(tx)
    ty.backward(torch.tensor(dy))
    y, cache = layer.forward(x)
    assert_close("y", y, ty.detach().numpy(), AUTOGRAD)
    assert_close("dx", layer.backward(dy, cache), tx.grad.numpy(), AUTOGRAD)
    assert_all_close(layer.grads, {"W": theirs.weight.grad.numpy().T, "b": theirs.bias.grad.numpy()}, AUTOGRAD)


@pytest.mark.parametrize(("D", "K"), [(1, 1), (1, 4), (4, 1)])
def test_linear_of_odd_sizes(D, K):
    layer, x, dy = linear_case((2,), D, K)
    dx = layer.backward(dy, layer.forward(x)[1])
    arrays = layer.parameters() | {"x": x}
    assert_gradients(lambda: float((layer.forward(x)[0] * dy).sum()), arrays, layer.grads | {"x": dx})


def embedding_case(dtype=np.float64):
    """A table, tokens (3, 2) of which one occurs three times and one never, and a gradient (3, 2, 4)."""
    rng = np.random.default_rng(2)
    return Embedding(6, 4, rng, dtype), np.array([[5, 1], [1, 0], [1, 3]]), rng.standard_normal((3, 2, 4)).astype(dtype)


def test_embedding_equals_torch_with_repeated_tokens():
    layer, tokens, dy = embedding_case()
    theirs = torch.nn.Embedding.from_pretrained(torch.tensor(layer.W), freeze=False)
    ty = theirs(torch.tensor(tokens))
    ty.backward(torch.tensor(dy))
    y, cache = layer.forward(tokens)
    assert np.array_equal(y, ty.detach().numpy())
    assert layer.backward(dy, cache) is None
    assert_close("W", layer.grads["W"], theirs.weight.grad.numpy(), AUTOGRAD)


def test_embedding_gradient_equals_differences():
    layer, tokens, dy = embedding_case()
    layer.backward(dy, layer.forward(tokens)[1])
    assert_gradients(lambda: float((layer.forward(tokens)[0] * dy).sum()), layer.parameters(), layer.grads)


def test_embedding_is_a_product_with_one_hot_rows():
    layer, tokens, _ = embedding_case()
    assert np.array_equal(layer.forward(tokens)[0], np.eye(6)[tokens] @ layer.W)


@pytest.mark.parametrize("tokens", [np.array(3), np.array([3]), np.array([[3]], dtype=np.uint8)], ids=repr)
def test_embedding_of_odd_shapes_and_integers(tokens):
    layer, _, _ = embedding_case()
    y, cache = layer.forward(tokens)
    assert y.shape == (*tokens.shape, 4)
    layer.backward(np.full(y.shape, 2.0), cache)
    assert layer.grads["W"].tolist() == (2.0 * (np.arange(6) == 3)[:, None] * np.ones(4)).tolist()


@pytest.mark.parametrize("case", [lambda: linear_case((4, 2), dtype=np.float32), lambda: embedding_case(np.float32)])
def test_float32_stays_float32(case):
    layer, inputs, dy = case()
    y, cache = layer.forward(inputs)
    dx = layer.backward(dy, cache)
    arrays = [y, *layer.grads.values(), *([] if dx is None else [dx])]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


@pytest.mark.parametrize("case", [lambda: linear_case((4, 2)), embedding_case], ids=["Linear", "Embedding"])
def test_backward_adds_until_zero_grads(case):
    layer, inputs, dy = case()
    _, cache = layer.forward(inputs)
    layer.backward(dy, cache)
    once = {name: gradient.copy() for name, gradient in layer.grads.items()}
    layer.backward(dy, cache)
    assert_all_close(layer.grads, {name: 2 * gradient for name, gradient in once.items()}, 1e-15)
    layer.zero_grads()
    assert all(not gradient.any() for gradient in layer.grads.values())
    layer.backward(dy, cache)
    assert_all_close(layer.grads, once, 0)


def test_backward_leaves_its_arguments():
    layer, x, dy = linear_case((4, 2))
    before = x.copy(), dy.copy()
    layer.backward(dy, layer.forward(x)[1])
    assert np.array_equal(x, before[0])
    assert np.array_equal(dy, before[1])


def test_initial_values_fill_the_documented_interval():
    layer = Linear(100, 300, np.random.default_rng(3))
    for array in layer.parameters().values():
        assert 0.095 < np.abs(array).max() <= 0.1
        assert abs(array.mean()) < 0.02


def test_repr_shows_the_shapes():
    assert repr(linear_case(())[0]) == "Linear(W (3, 5), b (5,))"


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 3), max_size=3), st.integers(1, 4), st.integers(1, 4), st.integers(0, 99))
def test_linear_gradient_along_any_direction(leading, D, K, seed):
    rng = np.random.default_rng(seed)
    layer = Linear(D, K, rng)
    x, dy = rng.standard_normal((*leading, D)), rng.standard_normal((*leading, K))
    gradients = [layer.backward(dy, layer.forward(x)[1]), *layer.grads.values()]
    arrays = [x, *layer.parameters().values()]
    directions = [rng.standard_normal(array.shape) for array in arrays]
    numerical = directional_derivative(lambda: (layer.forward(x)[0] * dy).sum(), arrays, directions)
    analytic = sum((g * d).sum() for g, d in zip(gradients, directions, strict=True))
    assert analytic == pytest.approx(numerical, rel=1e-8, abs=1e-9)


LINEAR, X, DY = linear_case((4, 2))
EMBEDDING, TOKENS, DROWS = embedding_case()
RNG = np.random.default_rng(0)
BAD_INPUT = {
    "Linear input_size": (lambda: Linear(0, 2, RNG), "input_size", "integer of at least 1", "0"),
    "Linear output_size": (lambda: Linear(2, 2.5, RNG), "output_size", "integer of at least 1", "2.5"),
    "Linear x width": (lambda: LINEAR.forward(X[..., :2]), "x", "shape (4, 2, 3)", "(4, 2, 2)"),
    "Linear x dtype": (lambda: LINEAR.forward(X.astype(np.float32)), "x", "dtype float64", "float32"),
    "Linear x list": (lambda: LINEAR.forward(X.tolist()), "x", "shape (4, 2, 3)", "list"),
    "Linear dy shape": (lambda: LINEAR.backward(DY[0], X), "dy", "shape (4, 2, 5)", "(2, 5)"),
    "Linear dy dtype": (lambda: LINEAR.backward(DY.astype(np.float32), X), "dy", "dtype float64", "float32"),
    "Embedding vocabulary_size": (lambda: Embedding(-1, 2, RNG), "vocabulary_size", "integer of at least 1", "-1"),
    "Embedding embedding_size": (lambda: Embedding(2, True, RNG), "embedding_size", "integer of at least 1", "True"),
    "Embedding tokens float": (lambda: EMBEDDING.forward(X), "tokens", "integers", "float64"),
    "Embedding tokens list": (lambda: EMBEDDING.forward([1]), "tokens", "integers", "list"),
    "Embedding tokens negative": (lambda: EMBEDDING.forward(np.array([-1])), "tokens", "ids from 0 to 5", "-1"),
    "Embedding tokens large": (lambda: EMBEDDING.forward(np.array([6])), "tokens", "ids from 0 to 5", "6"),
    "Embedding dy shape": (lambda: EMBEDDING.backward(DROWS[0], TOKENS), "dy", "shape (3, 2, 4)", "(2, 4)"),
    "Embedding dy dtype": (
        lambda: EMBEDDING.backward(DROWS.astype(np.float32), TOKENS),
        "dy",
        "dtype float64",
        "float32",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_named(case):
    assert_rejects(*BAD_INPUT[case])
