"""Optimisers against torch.optim, and the clipping of gradients against its algorithm and torch."""

import numpy as np
import pytest
import torch

from rnncourse.scratch import ElmanCell, Linear
from rnncourse.scratch.optim import SGD, Adagrad, Adam, AdamW, Optimizer, RMSProp, clip_grad_norm, clip_grad_value

from .checks import assert_close, assert_rejects, check_clip

OPTIMIZERS = {
    "SGD": (lambda m: SGD(m, 0.1), lambda p: torch.optim.SGD(p, 0.1)),
    "SGD with momentum": (lambda m: SGD(m, 0.1, momentum=0.9), lambda p: torch.optim.SGD(p, 0.1, momentum=0.9)),
    "Adagrad": (lambda m: Adagrad(m), lambda p: torch.optim.Adagrad(p)),
    "Adagrad, larger epsilon": (
        lambda m: Adagrad(m, 0.2, epsilon=1e-2),
        lambda p: torch.optim.Adagrad(p, 0.2, eps=1e-2),
    ),
    "RMSProp": (lambda m: RMSProp(m, 0.02), lambda p: torch.optim.RMSprop(p, 0.02)),
    "RMSProp, decay 0.9": (
        lambda m: RMSProp(m, 0.02, decay=0.9, epsilon=1e-3),
        lambda p: torch.optim.RMSprop(p, 0.02, alpha=0.9, eps=1e-3),
    ),
    "Adam": (lambda m: Adam(m), lambda p: torch.optim.Adam(p)),
    "Adam, other betas": (
        lambda m: Adam(m, 0.05, beta1=0.6, beta2=0.95, epsilon=1e-3),
        lambda p: torch.optim.Adam(p, 0.05, betas=(0.6, 0.95), eps=1e-3),
    ),
    "AdamW": (lambda m: AdamW(m), lambda p: torch.optim.AdamW(p)),
    "AdamW, strong decay": (
        lambda m: AdamW(m, 0.05, beta1=0.6, beta2=0.95, epsilon=1e-3, weight_decay=0.5),
        lambda p: torch.optim.AdamW(p, 0.05, betas=(0.6, 0.95), eps=1e-3, weight_decay=0.5),
    ),
}


def modules(dtype=np.float64):
    """Two modules: five arrays of four shapes."""
    rng = np.random.default_rng(1)
    return [ElmanCell(3, 4, rng, dtype), Linear(4, 1, rng, dtype)]


def arrays_of(group):
    """Every parameter with its gradient."""
    return [(array, module.grads[name]) for module in group for name, array in module.parameters().items()]


def check_equals_torch(ours, theirs, dtype=np.float64, tolerance=1e-13):
    """The same parameters after each of 20 steps; the learning rate is halved, by assignment, after ten."""
    group, rng = modules(dtype), np.random.default_rng(2)
    parameters = [torch.tensor(array, requires_grad=True) for array, _ in arrays_of(group)]
    ours, theirs = ours(group), theirs(parameters)
    for step in range(20):
        if step == 10:
            ours.learning_rate /= 2
            theirs.param_groups[0]["lr"] /= 2
        for (array, grad), tensor in zip(arrays_of(group), parameters, strict=True):
            grad[...] = rng.standard_normal(array.shape) * (step + 1)
            tensor.grad = torch.tensor(grad)
        ours.step()
        theirs.step()
        for (array, _), tensor in zip(arrays_of(group), parameters, strict=True):
            assert array.dtype == dtype
            assert_close(f"step {step}", array, tensor.detach().numpy(), tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-13), (np.float32, 1e-5)], ids=["float64", "float32"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_equals_torch(name, dtype, tolerance):
    check_equals_torch(*OPTIMIZERS[name], dtype, tolerance)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_updates_in_place_and_leaves_gradients(name):
    group, rng = modules(), np.random.default_rng(3)
    before = [array for array, _ in arrays_of(group)]
    for _, grad in arrays_of(group):
        grad[...] = rng.standard_normal(grad.shape)
    gradients = [grad.copy() for _, grad in arrays_of(group)]
    OPTIMIZERS[name][0](group).step()
    for (array, grad), same, gradient in zip(arrays_of(group), before, gradients, strict=True):
        assert array is same
        assert np.array_equal(grad, gradient)


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if not name.startswith("AdamW")])
def test_gradients_of_zero_leave_fresh_parameters_alone(name):
    group = modules()
    before = [array.copy() for array, _ in arrays_of(group)]
    OPTIMIZERS[name][0](group).step()
    assert all(np.array_equal(array, b) for (array, _), b in zip(arrays_of(group), before, strict=True))


def test_decoupled_decay_shrinks_parameters_without_a_gradient():
    group = modules()
    before = [array.copy() for array, _ in arrays_of(group)]
    AdamW(group, learning_rate=0.5, weight_decay=0.1).step()
    for (array, _), original in zip(arrays_of(group), before, strict=True):
        assert_close("parameter", array, 0.95 * original, 1e-15)


def test_gradients_are_read_after_zero_grads():
    group = modules()
    optimizer = SGD(group, 0.5)
    for module in group:
        module.zero_grads()  # makes new arrays
    group[1].grads["b"][:] = 3
    expected = group[1].b - 0.5 * 3
    optimizer.step()
    assert_close("b", group[1].b, expected, 1e-15)


def test_the_base_class_has_no_rule():
    with pytest.raises(NotImplementedError):
        Optimizer(modules(), 0.1).step()


@pytest.mark.parametrize("threshold", [0.5, 2.0, 84.9])
def test_clips_all_arrays_by_one_factor(threshold):
    check_clip(threshold=threshold)


@pytest.mark.parametrize("threshold", [85.001, 1e9, np.inf])
def test_below_the_threshold_nothing_is_touched(threshold):
    grads = {"W": np.array([[3.0, 4.0], [0.0, 12.0]]), "b": np.array([84.0])}
    before = {name: g.copy() for name, g in grads.items()}
    assert clip_grad_norm(grads, threshold) == 85
    assert all(np.array_equal(grads[name], g) for name, g in before.items())


def test_no_gradient_has_norm_zero():
    grads = {"W": np.zeros((2, 3))}
    assert clip_grad_norm(grads, 1e-300) == 0
    assert not grads["W"].any()


@pytest.mark.parametrize("threshold", [0.1, 1.0, 1e6])
def test_clipping_equals_torch(threshold):
    group, rng = modules(), np.random.default_rng(4)
    for _, grad in arrays_of(group):
        grad[...] = rng.standard_normal(grad.shape)
    tensors = [torch.tensor(array) for array, _ in arrays_of(group)]
    for tensor, (_, grad) in zip(tensors, arrays_of(group), strict=True):
        tensor.grad = torch.tensor(grad)
    expected = torch.nn.utils.clip_grad_norm_(tensors, threshold).item()
    assert clip_grad_norm([module.grads for module in group], threshold) == pytest.approx(expected, rel=1e-14)
    for (_, grad), tensor in zip(arrays_of(group), tensors, strict=True):
        assert_close("clipped", grad, tensor.grad.numpy(), 1e-6)  # torch divides by the norm + 1e-6


def check_clip_value(clip=clip_grad_value):
    """Every array of every module as torch cuts it, in place and without a value returned."""
    group, rng = modules(), np.random.default_rng(5)
    tensors = [torch.tensor(array) for array, _ in arrays_of(group)]
    for tensor, (_, grad) in zip(tensors, arrays_of(group), strict=True):
        grad[...] = rng.standard_normal(grad.shape)
        tensor.grad = torch.tensor(grad)
    torch.nn.utils.clip_grad_value_(tensors, 0.5)
    assert clip([module.grads for module in group], 0.5) is None
    for (_, grad), tensor in zip(arrays_of(group), tensors, strict=True):
        assert_close("clipped", grad, tensor.grad.numpy(), 0)


def test_clipping_by_value_equals_torch():
    check_clip_value()


def test_one_module_is_clipped_by_value():
    module = modules(np.float32)[1]
    module.grads["W"][:] = [[3], [-3], [1], [0.5]]
    clip_grad_value(module.grads, np.float64(2))
    assert module.grads["W"].tolist() == [[2], [-2], [1], [0.5]]
    assert module.grads["W"].dtype == np.float32


def test_one_module_needs_no_list_and_is_clipped_in_place():
    module = modules()[1]
    module.grads["W"][:] = 5
    assert clip_grad_norm(module.grads, 1) == pytest.approx(10)
    assert module.grads["W"].tolist() == [[0.5]] * 4


def test_large_float32_gradients_do_not_overflow():
    grads = {"W": np.full((3, 3), 1e30, np.float32), "b": np.full(7, -1e30, np.float32)}
    assert clip_grad_norm(grads, 4.0) == pytest.approx(4e30, rel=1e-6)
    assert_close("W", grads["W"], np.ones((3, 3)), 1e-6)
    assert_close("b", grads["b"], -np.ones(7), 1e-6)
    assert {g.dtype for g in grads.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("clip", [clip_grad_norm, clip_grad_value])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_broken_gradients_are_named_and_left(bad, clip):
    grads = [{"W_xh": np.ones(2), "W_hh": np.array([1.0, bad])}, {"b": np.full(3, bad)}]
    with pytest.raises(FloatingPointError) as caught:
        clip(grads, 0.5)
    assert "W_hh" in str(caught.value)
    assert "b" in str(caught.value).rpartition(" in ")[2].split(", ")
    assert "W_xh" not in str(caught.value)
    assert grads[0]["W_xh"].tolist() == [1, 1]


GRADS = {"W": np.ones(2)}
BAD_INPUT = {
    "threshold 0": (lambda: clip_grad_norm(GRADS, 0), "threshold", "positive number", "0"),
    "threshold below 0": (lambda: clip_grad_norm(GRADS, -1.0), "threshold", "positive number", "-1.0"),
    "threshold of values": (lambda: clip_grad_value(GRADS, 0.0), "threshold", "positive number", "0.0"),
    "threshold NaN": (lambda: clip_grad_norm(GRADS, float("nan")), "threshold", "positive number", "nan"),
    **{
        f"learning_rate of {rule.__name__}": (
            lambda rule=rule: rule([], learning_rate=0.0),
            "learning_rate",
            "positive number",
            "0.0",
        )
        for rule in (SGD, Adagrad, RMSProp, Adam, AdamW)
    },
    "learning_rate below 0": (lambda: SGD([], -0.1), "learning_rate", "positive number", "-0.1"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])


@pytest.mark.parametrize("grads", [Linear(2, 3, np.random.default_rng(0)), [np.ones(2)], "W", None])
def test_clipping_anything_but_gradients_is_refused(grads):
    for clip in (clip_grad_norm, clip_grad_value):
        with pytest.raises(ValueError, match="grads: expected a module's grads or a list of them"):
            clip(grads, 1.0)


def test_the_largest_floats_are_clipped_too():
    grads = {"W": np.array([3e200, -4e200])}
    assert clip_grad_norm(grads, 10.0) == pytest.approx(5e200)
    assert grads["W"] == pytest.approx([6.0, -8.0])


def test_no_gradients_have_no_length():
    assert clip_grad_norm([], 1.0) == 0
    assert clip_grad_norm({"W": np.zeros(3)}, 1.0) == 0


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda module: SGD(module, 0.1), "modules"),
        (lambda module: SGD([module], 0.1, momentum=1.0), "momentum"),
        (lambda module: RMSProp([module], decay=2), "decay"),
        (lambda module: RMSProp([module], epsilon=0), "epsilon"),
        (lambda module: Adam([module], beta1=1), "beta1"),
        (lambda module: Adam([module], beta2=-0.1), "beta2"),
        (lambda module: Adam([module], learning_rate="fast"), "learning_rate"),
        (lambda module: Adagrad([module], epsilon=-1e-3), "epsilon"),
        (lambda module: AdamW([module], weight_decay=-0.1), "weight_decay"),
        (lambda module: AdamW([module], weight_decay=np.nan), "weight_decay"),
    ],
)
def test_settings_that_cannot_work_are_named(make, name):
    with pytest.raises(ValueError, match=f"{name}: expected"):
        make(Linear(2, 3, np.random.default_rng(0)))
