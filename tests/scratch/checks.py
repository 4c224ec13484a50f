"""What these tests hold an implementation to.

Each check takes the implementation as an argument, so that the tests hand it ours and ``test_planted_bugs`` hands it
wrong ones, which the same check must catch.
"""

import numpy as np
import pytest

from rnncourse.scratch import ElmanCell, bptt, functional, optim
from rnncourse.scratch.gradcheck import numerical_gradient, relative_error
from rnncourse.scratch.state import pack, unpack

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


def step_case(build, sizes, seed=1):
    """A cell, x (B, D), a state and the gradient of the next state."""
    B, D, H = sizes
    rng = np.random.default_rng(seed)
    cell = build(D, H, rng)
    x, state, dstate = (
        rng.standard_normal((B, D)),
        *(pack(rng.standard_normal((B, size)) for size in cell.state_sizes) for _ in range(2)),
    )
    return cell, x, state, dstate


def named(prefix, state):
    """The arrays of a state by name."""
    return {f"{prefix} {i}": array for i, array in enumerate(unpack(state))}


def inner(state, dstate):
    """The sum of a state's arrays times their gradients."""
    return sum(float((one * other).sum()) for one, other in zip(unpack(state), unpack(dstate), strict=True))


def check_cell(build=ElmanCell, sizes=(3, 4, 5)):
    """All gradients of one step against differences."""
    cell, x, state, dstate = step_case(build, sizes)
    dx, dstate_prev = cell.backward(dstate, cell.forward(x, state)[1])

    def loss():
        return inner(cell.forward(x, state)[0], dstate)

    arrays = cell.parameters() | {"x": x} | named("state", state)
    assert_gradients(loss, arrays, cell.grads | {"x": dx} | named("state", dstate_prev))


def check_unrolled(backward=bptt.backward, shape=SHAPES[-1], build=ElmanCell):
    """Full backpropagation through time against differences, for any cell."""
    T, B, D, H = shape
    cell, _, state, dstate = step_case(build, (B, D, H), seed=5)
    for name, array in cell.parameters().items():
        if name in ("W_hh", "W_h"):
            array *= 2
    rng = np.random.default_rng(6)
    x, doutputs = rng.standard_normal((T, B, D)), rng.standard_normal((T, B, H))
    dx, dstart = backward(cell, doutputs, bptt.unroll(cell, x, state)[2], dstate)

    def loss():
        outputs, last, _ = bptt.unroll(cell, x, state)
        return float((outputs * doutputs).sum()) + inner(last, dstate)

    arrays = cell.parameters() | {"x": x} | named("state", state)
    assert_gradients(loss, arrays, cell.grads | {"x": dx} | named("state", dstart))


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
