"""What these tests hold an implementation to.

Each check takes the implementation as an argument, so that the tests hand it ours and ``test_planted_bugs`` hands it
wrong ones, which the same check must catch.
"""

import numpy as np
import pytest

from rnncourse.scratch import RNN, ElmanCell, bptt, functional, optim
from rnncourse.scratch.gradcheck import numerical_gradient, relative_error

from . import torch_oracles

SHAPES = [(1, 1, 1, 1), (1, 3, 2, 5), (4, 1, 3, 2), (6, 2, 5, 3)]  # T, B, D, H
DIFFERENCES = 1e-8  # relative error allowed against five-point differences
AUTOGRAD = 1e-10  # relative error allowed against torch in float64


def assert_close(name, actual, expected, tolerance):
    """Equal shape, and equal values but for a relative error of the whole array."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape, f"{name}: shape {actual.shape}, expected {expected.shape}"
    error = relative_error(actual, expected)
    assert error <= tolerance, f"{name}: relative error {error:.1e}, at most {tolerance:.0e} allowed"


def assert_all_close(actual, expected, tolerance):
    """``assert_close`` for two dictionaries with the same names."""
    assert actual.keys() == expected.keys()
    for name in expected:
        assert_close(name, actual[name], expected[name], tolerance)


def assert_gradients(loss, arrays, gradients, tolerance=DIFFERENCES):
    """Every gradient equals the five-point differences of ``loss()``, and none is zero by a bad choice of case."""
    expected = {name: numerical_gradient(loss, array) for name, array in arrays.items()}
    assert all(gradient.any() for gradient in expected.values()), "the case does not exercise every gradient"
    assert_all_close(gradients, expected, tolerance)


def assert_rejects(call, argument, expected, got):
    """``call`` raises a ValueError that names the argument, what was expected and what came."""
    with pytest.raises(ValueError, match="expected") as caught:
        call()
    message = str(caught.value)
    assert message.startswith(f"{argument}: expected "), message
    wanted, _, came = message.partition(", got ")
    assert expected in wanted, message
    assert came.startswith(got), message


def sequence(shape, rng, dtype=np.float64):
    """x (T, B, D), h_0 (B, H), gradients of the outputs (T, B, H) and of the last state (B, H)."""
    T, B, D, H = shape
    return tuple(rng.standard_normal(size).astype(dtype) for size in ((T, B, D), (B, H), (T, B, H), (B, H)))


def check_cell(cell_class=ElmanCell, B=3, D=4, H=5):
    """All gradients of one step against differences."""
    rng = np.random.default_rng(1)
    cell = cell_class(D, H, rng)
    x, h_prev, dh = (rng.standard_normal(shape) for shape in ((B, D), (B, H), (B, H)))
    _, cache = cell.forward(x, h_prev)
    dx, dh_prev = cell.backward(dh, cache)

    def loss():
        return float((cell.forward(x, h_prev)[0] * dh).sum())

    arrays = cell.parameters() | {"x": x, "h_prev": h_prev}
    assert_gradients(loss, arrays, cell.grads | {"x": dx, "h_prev": dh_prev})


def check_layer(layer_class=RNN, shape=SHAPES[-1], through="both"):
    """All gradients of a sequence, through the outputs, the last state or both, against differences."""
    rng = np.random.default_rng(2)
    layer = layer_class(*shape[2:], rng)
    layer.W_hh *= 2  # or the gradient of h_0 would vanish below what differences can see
    x, h0, doutputs, dstate = sequence(shape, rng)
    doutputs = None if through == "state" else doutputs
    dstate = None if through == "outputs" else dstate

    def loss():
        outputs, state, _ = layer.forward(x, h0)
        from_outputs = 0 if doutputs is None else (outputs * doutputs).sum()
        return float(from_outputs + (0 if dstate is None else (state * dstate).sum()))

    dx, dh0 = layer.backward(doutputs, dstate, layer.forward(x, h0)[2])
    assert_gradients(loss, layer.parameters() | {"x": x, "h0": h0}, layer.grads | {"x": dx, "h0": dh0})


def check_adds(layer_class=RNN, shape=SHAPES[-1]):
    """A second ``backward`` adds the same gradients again, and returns the same gradients of the inputs."""
    rng = np.random.default_rng(3)
    layer = layer_class(*shape[2:], rng)
    x, h0, doutputs, dstate = sequence(shape, rng)
    cache = layer.forward(x, h0)[2]
    first = layer.backward(doutputs, dstate, cache)
    once = {name: gradient.copy() for name, gradient in layer.grads.items()}
    second = layer.backward(doutputs, dstate, cache)
    assert_all_close(layer.grads, {name: 2 * gradient for name, gradient in once.items()}, 1e-15)
    for name, again, before in zip(("dx", "dh0"), second, first, strict=True):
        assert_close(name, again, before, 0)


def check_layer_is_cell(layer_class=RNN, shape=SHAPES[-1], dtype=np.float64, tolerance=1e-12):
    """The layer gives the results of its cell unrolled: outputs, state and every gradient."""
    rng = np.random.default_rng(4)
    layer, cell = layer_class(*shape[2:], rng, dtype), ElmanCell(*shape[2:], rng, dtype)
    for name, array in layer.parameters().items():
        setattr(cell, name, array.copy())
    x, h0, doutputs, dstate = sequence(shape, rng, dtype)
    outputs, state, cache = layer.forward(x, h0)
    states, _, caches = bptt.unroll(cell, x, h0)
    assert_close("outputs", outputs, states, tolerance)
    assert_close("state", state, states[-1], tolerance)
    dx, dh0 = layer.backward(doutputs, dstate, cache)
    expected_dx, expected_dh0 = bptt.backward(cell, doutputs, caches, dstate)
    assert_all_close(layer.grads, cell.grads, tolerance)
    assert_close("dx", dx, expected_dx, tolerance)
    assert_close("dh0", dh0, expected_dh0, tolerance)
    assert {array.dtype for array in (outputs, state, dx, dh0, *layer.grads.values())} == {np.dtype(dtype)}


def check_unrolled(backward=bptt.backward, shape=SHAPES[-1]):
    """Full backpropagation through time against differences."""
    rng = np.random.default_rng(5)
    cell = ElmanCell(*shape[2:], rng)
    cell.W_hh *= 2
    x, h0, doutputs, dstate = sequence(shape, rng)
    dx, dh0 = backward(cell, doutputs, bptt.unroll(cell, x, h0)[2], dstate)

    def loss():
        outputs = bptt.unroll(cell, x, h0)[0]
        return float((outputs * doutputs).sum() + (outputs[-1] * dstate).sum())

    assert_gradients(loss, cell.parameters() | {"x": x, "h0": h0}, cell.grads | {"x": dx, "h0": dh0})


def check_truncated(truncated_backward=bptt.truncated_backward, shape=(7, 2, 3, 4), window=3, stride=2):
    """Truncated backpropagation through time against autograd on the windows, each from a detached state."""
    rng = np.random.default_rng(6)
    cell = ElmanCell(*shape[2:], rng)
    x, h0, doutputs, _ = sequence(shape, rng)
    dx = truncated_backward(cell, doutputs, bptt.unroll(cell, x, h0)[2], window, stride)
    expected = torch_oracles.truncated(cell.parameters(), x, h0, doutputs, window, stride)
    assert_all_close(cell.grads | {"x": dx}, expected, AUTOGRAD)


def check_cross_entropy(forward=functional.cross_entropy, backward=functional.cross_entropy_backward, **options):
    """Gradient of the loss with respect to the logits against differences, for a loss multiplied by 3."""
    rng = np.random.default_rng(7)
    logits, targets = rng.standard_normal((4, 2, 5)), rng.integers(5, size=(4, 2))
    dlogits = backward(forward(logits, targets, **options)[1], 3.0)
    assert_gradients(lambda: 3 * forward(logits, targets, **options)[0], {"logits": logits}, {"logits": dlogits})


def check_clip(clip=optim.clip_grad_norm, threshold=2.0):
    """Returns the joint norm and shrinks all arrays by one factor; a larger threshold then changes nothing."""
    grads = [{"W": np.array([[3.0, 0.0], [0.0, -4.0]]), "b": np.array([0.0, 12.0])}, {"W": np.array([84.0])}]
    before = [{name: g.copy() for name, g in group.items()} for group in grads]
    assert clip(grads, threshold) == pytest.approx(85, rel=1e-15)
    for group, originals in zip(grads, before, strict=True):
        assert_all_close(group, {name: g * threshold / 85 for name, g in originals.items()}, 1e-15)
    clipped = [{name: g.copy() for name, g in group.items()} for group in grads]
    assert clip(grads, 10 * threshold) == pytest.approx(threshold, rel=1e-15)
    for group, same in zip(grads, clipped, strict=True):
        assert_all_close(group, same, 0)
