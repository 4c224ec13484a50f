"""Squashing, softmax and cross-entropy: against torch, differences and the definitions."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch.functional import cross_entropy, cross_entropy_backward, log_softmax, sigmoid, softmax
from rnncourse.scratch.gradcheck import directional_derivative

from .checks import AUTOGRAD, assert_close, assert_rejects, check_cross_entropy

LOGITS = np.random.default_rng(0).standard_normal((3, 2, 5))
TARGETS = np.array([[0, 4], [2, 2], [1, 3]])
MASK = np.array([[True, True], [False, True], [True, False]])


@pytest.mark.parametrize("shape", [(1,), (4,), (1, 7), (3, 2, 5)])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (sigmoid, torch.sigmoid),
        (softmax, lambda z: torch.softmax(z, -1)),
        (log_softmax, lambda z: torch.log_softmax(z, -1)),
    ],
    ids=["sigmoid", "softmax", "log_softmax"],
)
def test_equals_torch(ours, theirs, shape):
    z = 3 * np.random.default_rng(1).standard_normal(shape)
    assert_close(ours.__name__, ours(z), theirs(torch.tensor(z)).numpy(), 1e-14)
    assert ours(z.astype(np.float32)).dtype == np.float32


def test_sigmoid_does_not_overflow():
    with np.errstate(all="raise", under="ignore"):
        assert sigmoid(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]


def test_softmax_does_not_overflow():
    with np.errstate(all="raise", under="ignore"):
        assert softmax(np.array([1e4, 1e4, -1e4])).tolist() == [0.5, 0.5, 0.0]
        assert_close("log_softmax", log_softmax(np.array([1e4, 0.0])), np.array([0.0, -1e4]), 1e-15)


def torch_cross_entropy(logits, targets, mask, reduction):
    """The loss and the gradient of the logits; masked positions carry torch's ``ignore_index``."""
    scores = torch.tensor(logits, requires_grad=True)
    classes = torch.tensor(targets if mask is None else np.where(mask, targets, -100))
    loss = torch.nn.functional.cross_entropy(
        scores.reshape(-1, scores.shape[-1]), classes.reshape(-1), ignore_index=-100, reduction=reduction
    )
    loss.backward()
    return loss.item(), scores.grad.numpy()


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("mask", [None, MASK], ids=["unmasked", "masked"])
def test_cross_entropy_equals_torch(mask, reduction):
    loss, cache = cross_entropy(LOGITS, TARGETS, mask, reduction)
    expected_loss, expected_gradient = torch_cross_entropy(LOGITS, TARGETS, mask, reduction)
    assert loss == pytest.approx(expected_loss, rel=AUTOGRAD)
    assert_close("dlogits", cross_entropy_backward(cache), expected_gradient, AUTOGRAD)


@pytest.mark.parametrize("shape", [(3,), (1, 1), (1, 4), (2, 1, 3)])
def test_cross_entropy_of_odd_shapes_equals_torch(shape):
    rng = np.random.default_rng(2)
    logits, targets = rng.standard_normal(shape), np.asarray(rng.integers(shape[-1], size=shape[:-1]))
    loss, cache = cross_entropy(logits, targets)
    expected_loss, expected_gradient = torch_cross_entropy(logits, targets, None, "mean")
    assert loss == pytest.approx(expected_loss, rel=AUTOGRAD)
    if shape[-1] > 1:
        assert_close("dlogits", cross_entropy_backward(cache), expected_gradient, AUTOGRAD)
    else:
        assert cross_entropy_backward(cache).tolist() == np.zeros(shape).tolist()


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("mask", [None, np.arange(8).reshape(4, 2) % 3 > 0], ids=["unmasked", "masked"])
def test_cross_entropy_gradient_equals_differences(mask, reduction):
    check_cross_entropy(mask=mask, reduction=reduction)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_cross_entropy_keeps_float32(reduction):
    loss, cache = cross_entropy(LOGITS.astype(np.float32), TARGETS, MASK, reduction)
    gradient = cross_entropy_backward(cache)
    expected_loss, expected_gradient = torch_cross_entropy(LOGITS, TARGETS, MASK, reduction)
    assert isinstance(loss, float)
    assert loss == pytest.approx(expected_loss, rel=1e-6)
    assert gradient.dtype == np.float32
    assert_close("dlogits", gradient, expected_gradient, 1e-6)


def test_cross_entropy_leaves_its_arguments_and_its_cache():
    logits, targets, mask = LOGITS.copy(), TARGETS.copy(), MASK.copy()
    _, cache = cross_entropy(logits, targets, mask)
    first = cross_entropy_backward(cache)
    assert np.array_equal(cross_entropy_backward(cache), first)
    for after, before in ((logits, LOGITS), (targets, TARGETS), (mask, MASK)):
        assert np.array_equal(after, before)


def test_cross_entropy_of_a_confident_mistake_is_finite():
    loss, cache = cross_entropy(np.array([[1000.0, 0.0]]), np.array([1]))
    assert loss == 1000
    assert cross_entropy_backward(cache).tolist() == [[1.0, -1.0]]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 4), max_size=3), st.integers(2, 6), st.sampled_from(["mean", "sum"]), st.integers(0, 99))
def test_cross_entropy_gradient_along_any_direction(leading, V, reduction, seed):
    rng = np.random.default_rng(seed)
    logits, direction = rng.standard_normal((2, *leading, V))
    targets = np.asarray(rng.integers(V, size=leading))
    gradient = cross_entropy_backward(cross_entropy(logits, targets, reduction=reduction)[1])
    numerical = directional_derivative(
        lambda: cross_entropy(logits, targets, reduction=reduction)[0], [logits], [direction]
    )
    assert (gradient * direction).sum() == pytest.approx(numerical, rel=1e-7, abs=1e-9)


BAD_INPUT = {
    "logits of integers": (lambda: cross_entropy(np.ones((2, 3), int), np.zeros(2, int)), "logits", "floats", "int64"),
    "logits a list": (lambda: cross_entropy([[0.5, 0.5]], np.zeros(1, int)), "logits", "NumPy array of floats", "list"),
    "logits empty": (
        lambda: cross_entropy(np.ones((0, 3)), np.zeros(0, int)),
        "logits",
        "at least one element",
        "shape (0, 3)",
    ),
    "targets of floats": (lambda: cross_entropy(LOGITS, LOGITS[..., 0]), "targets", "integers", "float64"),
    "targets too large": (lambda: cross_entropy(LOGITS, TARGETS + 1), "targets", "ids from 0 to 4", "5"),
    "targets negative": (lambda: cross_entropy(LOGITS, TARGETS - 1), "targets", "ids from 0 to 4", "-1"),
    "targets of another shape": (lambda: cross_entropy(LOGITS, TARGETS.T), "targets", "shape (3, 2)", "(2, 3)"),
    "mask of another shape": (lambda: cross_entropy(LOGITS, TARGETS, MASK[0]), "mask", "shape (3, 2)", "(2,)"),
    "mask of floats": (lambda: cross_entropy(LOGITS, TARGETS, MASK * 1.0), "mask", "dtype bool", "float64"),
    "mask a list": (lambda: cross_entropy(LOGITS, TARGETS, MASK.tolist()), "mask", "shape (3, 2)", "list"),
    "mask of nothing": (lambda: cross_entropy(LOGITS, TARGETS, MASK & False), "mask", "at least one True", "none"),
    "reduction unknown": (
        lambda: cross_entropy(LOGITS, TARGETS, reduction="none"),
        "reduction",
        "'mean' or 'sum'",
        "'none'",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_named(case):
    assert_rejects(*BAD_INPUT[case])


def test_sigmoid_keeps_its_digits_far_out_on_both_sides():
    z = np.array([-700.0, -40.0, 0.0, 40.0, 700.0])
    assert np.allclose(sigmoid(z), torch.sigmoid(torch.tensor(z)).numpy(), rtol=1e-14, atol=0)
    assert sigmoid(z)[1] == pytest.approx(np.exp(-40.0), rel=1e-12)


def test_a_masked_position_may_hold_anything():
    logits = np.array([[1.0, 2.0], [np.inf, 0.0]])
    with np.errstate(invalid="ignore"):
        loss, cache = cross_entropy(logits, np.array([0, 1]), mask=np.array([True, False]))
    assert loss == pytest.approx(np.log(1 + np.e))
    assert np.array_equal(cross_entropy_backward(cache)[1], [0, 0])
