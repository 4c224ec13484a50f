"""Squashing, softmax and the losses: against torch, differences and the definitions."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch import functional
from rnncourse.scratch.functional import cross_entropy, cross_entropy_backward, log_softmax, sigmoid, softmax
from rnncourse.scratch.gradcheck import directional_derivative

from .checks import AUTOGRAD, assert_close, assert_gradients, assert_rejects, check_cross_entropy

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


LOSSES = {  # and torch's
    "mean_squared_error": torch.nn.functional.mse_loss,
    "binary_cross_entropy": torch.nn.functional.binary_cross_entropy_with_logits,
}
each_loss = pytest.mark.parametrize("name", LOSSES)
each_reduction = pytest.mark.parametrize("reduction", ["mean", "sum"])


def loss_of(name):
    """The loss and its backward."""
    return getattr(functional, name), getattr(functional, f"{name}_backward")


def values(shape=(3, 2, 4), dtype=np.float64):
    """Outputs of a network, and targets between 0 and 1, with both ends among them where there is room."""
    rng = np.random.default_rng(3)
    targets = rng.random(shape)
    targets.flat[1:3] = 0, 1
    return 2 * rng.standard_normal(shape).astype(dtype), targets.astype(dtype)


def check_loss(name, mask=MASK, reduction="mean", shape=(3, 2, 4)):
    """Loss and gradient, of a loss multiplied by 3, against torch's on the counted values and against differences."""
    forward, backward = loss_of(name)
    outputs, targets = values(shape)
    loss, cache = forward(outputs, targets, mask, reduction)
    gradient = backward(cache, 3.0)
    counted = ... if mask is None else torch.tensor(mask)
    tensor = torch.tensor(outputs, requires_grad=True)
    expected = LOSSES[name](tensor[counted], torch.tensor(targets)[counted], reduction=reduction)
    (3 * expected).backward()
    assert_close("loss", loss, expected.item(), AUTOGRAD)
    assert_close("gradient", gradient, tensor.grad.numpy(), AUTOGRAD)
    assert_gradients(lambda: 3 * forward(outputs, targets, mask, reduction)[0], {"o": outputs}, {"o": gradient})


@each_loss
@each_reduction
@pytest.mark.parametrize("mask", [None, MASK], ids=["unmasked", "masked"])
def test_losses_equal_torch_and_differences(name, mask, reduction):
    check_loss(name, mask=mask, reduction=reduction)


@each_loss
@each_reduction
@pytest.mark.parametrize("shape", [(1,), (5,), (1, 1), (4, 1), (2, 1, 3)], ids=str)
def test_losses_of_odd_shapes(name, shape, reduction):
    check_loss(name, mask=None, reduction=reduction, shape=shape)


@each_loss
def test_the_mean_is_over_all_counted_values(name):
    (forward, _), (outputs, targets) = loss_of(name), values()
    each = [forward(o[None], y[None])[0] for o, y in zip(outputs[MASK], targets[MASK], strict=True)]
    assert forward(outputs, targets, MASK)[0] == pytest.approx(np.mean(each), rel=1e-14)
    assert forward(outputs, targets, MASK, "sum")[0] == pytest.approx(4 * np.sum(each), rel=1e-14)


def test_a_mean_squared_error_by_hand():
    loss, cache = functional.mean_squared_error(np.array([[1.0, 2.0], [3.0, 9.0]]), np.array([[0.0, 4.0], [3.0, 9.0]]))
    assert loss == (1 + 4) / 4
    assert functional.mean_squared_error_backward(cache).tolist() == [[0.5, -1.0], [0.0, 0.0]]


@pytest.mark.parametrize("garbage", [np.nan, np.inf, -np.inf, 1e300])
@each_loss
def test_masked_values_may_hold_anything(name, garbage):
    (forward, backward), (outputs, targets) = loss_of(name), values()
    loss, cache = forward(outputs, targets, MASK)
    gradient = backward(cache)
    outputs[~MASK], targets[~MASK] = garbage, garbage
    with np.errstate(all="raise"):
        same, cache = forward(outputs, targets, MASK)
    assert same == loss
    assert np.array_equal(backward(cache), gradient)
    assert not gradient[~MASK].any()


def test_binary_cross_entropy_far_out_neither_overflows_nor_loses_its_digits():
    bce, bce_backward = loss_of("binary_cross_entropy")
    with np.errstate(all="raise", under="ignore"):
        loss, cache = bce(np.array([1e4, -1e4, 1e4, -1e4]), np.array([1.0, 0.0, 0.0, 1.0]), None, "sum")
        assert loss == 2e4
        assert bce_backward(cache).tolist() == [0, 0, 1, -1]
    assert bce(np.array([40.0]), np.array([1.0]))[0] == pytest.approx(np.exp(-40.0), rel=1e-12)


def test_binary_cross_entropy_is_that_of_a_softmax_over_two_classes():
    bce, bce_backward = loss_of("binary_cross_entropy")
    o, yes = values((3, 2, 1))[0], np.array([[0, 1], [1, 1], [0, 0]])
    loss, cache = bce(o, yes[..., None].astype(float), MASK)
    expected, two_cache = cross_entropy(np.concatenate([np.zeros_like(o), o], axis=-1), yes, MASK)
    assert loss == pytest.approx(expected, rel=1e-14)
    assert_close("dlogits", bce_backward(cache), cross_entropy_backward(two_cache)[..., 1:], 1e-14)


@each_loss
@each_reduction
def test_losses_keep_float32_their_arguments_and_their_cache(name, reduction):
    (forward, backward), arguments = loss_of(name), (*values(dtype=np.float32), MASK.copy())
    before = [array.copy() for array in arguments]
    loss, cache = forward(*arguments, reduction)
    gradient = backward(cache)
    assert (type(loss), gradient.dtype) == (float, np.float32)
    assert np.array_equal(backward(cache), gradient)
    assert all(np.array_equal(array, b) for array, b in zip(arguments, before, strict=True))
    exact, cache = forward(*values(), MASK, reduction)
    assert loss == pytest.approx(exact, rel=1e-6)
    assert_close("gradient", gradient, backward(cache), 1e-6)


OUT, Y = values()
mse, bce = functional.mean_squared_error, functional.binary_cross_entropy
BAD_VALUES = {
    "predictions list": (lambda: mse(OUT.tolist(), Y), "predictions", "NumPy array of floats", "list"),
    "predictions empty": (lambda: mse(OUT[:0], Y[:0]), "predictions", "at least one element", "shape (0, 2, 4)"),
    "logits of integers": (lambda: bce(np.ones((2, 3), int), Y), "logits", "floats", "int64"),
    "logits a number": (lambda: bce(np.array(0.5), np.array(0.5)), "logits", "at least one axis", "shape ()"),
    "targets of another shape": (lambda: mse(OUT, Y[..., :1]), "targets", "shape (3, 2, 4)", "(3, 2, 1)"),
    "targets of another dtype": (lambda: bce(OUT, (Y > 0.5)), "targets", "dtype float64", "bool"),
    "targets above 1": (lambda: bce(OUT, Y + 1), "targets", "numbers from 0 to 1", "1."),
    "targets NaN": (lambda: bce(OUT, Y * np.nan), "targets", "numbers from 0 to 1", "nan"),
    "mask of each value": (lambda: mse(OUT, Y, Y > 0), "mask", "shape (3, 2)", "(3, 2, 4)"),
    "mask of nothing": (lambda: bce(OUT, Y, MASK & False), "mask", "at least one True", "none"),
    "reduction unknown": (lambda: mse(OUT, Y, reduction="max"), "reduction", "'mean' or 'sum'", "'max'"),
}


@pytest.mark.parametrize("case", BAD_VALUES)
def test_bad_values_are_named(case):
    assert_rejects(*BAD_VALUES[case])
