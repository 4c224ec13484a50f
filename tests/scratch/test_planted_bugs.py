"""The checks, checked: each classic mistake, planted alone in our source, fails the check that should see it."""

import pytest

from rnncourse.scratch import ElmanCell, bptt, functional, optim

from . import checks
from .planting import subclass_with_bug, with_bug

CELL_BUGS = {
    "no 1 - h^2": ("backward", "(1 - h**2) * dh", "dh"),
    "slope of h_prev": ("backward", "(1 - h**2)", "(1 - h_prev**2)"),
    "h for h_prev in dW_hh": ("backward", "h_prev.T @ da", "h.T @ da"),
    "W_hh not transposed": ("backward", "da @ self.W_hh.T", "da @ self.W_hh"),
    "the slope left out of dx": ("backward", "da @ self.W_xh.T", "dh @ self.W_xh.T"),
    "bias averaged over the batch": ("backward", "da.sum(axis=0)", "da.mean(axis=0)"),
}


@pytest.mark.parametrize("bug", CELL_BUGS)
def test_a_buggy_cell_is_caught(bug):
    with pytest.raises(AssertionError, match="relative error"):
        checks.check_cell(subclass_with_bug(ElmanCell, *CELL_BUGS[bug]))


OVERWRITES = [f'self.grads["{name}"]' for name in ElmanCell.names]


@pytest.mark.parametrize("gradient", OVERWRITES)
def test_a_cell_that_overwrites_its_gradient_at_each_step_is_caught(gradient, monkeypatch):
    monkeypatch.setattr(ElmanCell, "backward", with_bug(ElmanCell.backward, f"{gradient} +=", f"{gradient} ="))
    checks.check_cell()  # one step does not show it
    with pytest.raises(AssertionError, match="relative error"):
        checks.check_unrolled()


UNROLLED_BUGS = {
    "nothing sent back in time": ("_with_output(dstate, doutputs[t])", "_with_output(0 * dstate, doutputs[t])"),
    "only the last output": ("doutputs[t])", "doutputs[t] * (t == len(caches) - 1))"),
    "dstate ignored": ("if dstate is None", "if True"),
    "steps in the wrong order": ("reversed(range(len(caches)))", "range(len(caches))"),
    "gradient of h_0 dropped": ("np.stack(dx), dstate", "np.stack(dx), 0 * dstate"),
}


@pytest.mark.parametrize("bug", UNROLLED_BUGS)
def test_a_buggy_backpropagation_through_time_is_caught(bug):
    with pytest.raises(AssertionError, match="relative error"):
        checks.check_unrolled(with_bug(bptt.backward, *UNROLLED_BUGS[bug]))


TRUNCATED_BUGS = {
    "window one too long": ("stride - window)", "stride - window - 1)"),
    "window one too short": ("stride - window)", "stride - window + 1)"),
    "window counted from the first loss": ("first + stride - window", "first - window"),
    "losses of earlier pieces counted again": ("doutputs[t] if t >= first else 0", "doutputs[t]"),
    "gradient of x overwritten": ("dx[t] += dx_t", "dx[t] = dx_t"),
    "never cut": ("max(0, first + stride - window)", "0"),
    "a short last stretch looks further back": ("first + stride - window", "end - window"),
    "every second loss lost": ("end = min(first + stride, T)", "end = min(first + 1, T)"),
}


@pytest.mark.parametrize("bug", TRUNCATED_BUGS)
def test_a_buggy_truncation_is_caught(bug):
    with pytest.raises(AssertionError, match="relative error"):
        checks.check_truncated(with_bug(bptt.truncated_backward, *TRUNCATED_BUGS[bug]))


CROSS_ENTROPY_BUGS = {
    "the target's 1 not subtracted": ("at_target - 1", "at_target"),
    "sign": ("at_target - 1", "at_target + 1"),
    "the mean's weight forgotten": ("(dloss * weights)[..., None]", "dloss"),
    "dloss forgotten": ("(dloss * weights)", "weights"),
    "logarithms for probabilities": ("np.exp(log_probabilities)", "log_probabilities.copy()"),
}


@pytest.mark.parametrize("bug", CROSS_ENTROPY_BUGS)
def test_a_buggy_gradient_of_the_cross_entropy_is_caught(bug):
    with pytest.raises(AssertionError, match="relative error"):
        checks.check_cross_entropy(backward=with_bug(functional.cross_entropy_backward, *CROSS_ENTROPY_BUGS[bug]))


BY_MODULE = """for group in groups:
            length = np.sqrt(sum(np.square(g).sum() for g in group.values()))
            for g in group.values():
                g *= threshold / length"""
CLIP_BUGS = {
    "each array by its own norm": ("g *= threshold / norm", "g *= threshold / np.linalg.norm(g)"),
    "each module by its own norm": (
        "for g in arrays:\n            g *= threshold / norm",
        BY_MODULE,
    ),
    "no square root": ("np.sqrt(sum(", "(sum("),
    "entries clipped": ("g *= threshold / norm", "np.clip(g, -threshold, threshold, out=g)"),
    "scaled up too": ("if norm >= threshold:", "if True:"),
    "never scaled": ("if norm >= threshold:", "if False:"),
    "a copy scaled": ("g *= threshold / norm", "g = g * threshold / norm"),
    "the norm after clipping returned": ("return norm", "return min(norm, threshold)"),
}


@pytest.mark.parametrize("bug", CLIP_BUGS)
def test_a_buggy_clipping_is_caught(bug):
    with pytest.raises(AssertionError):
        checks.check_clip(with_bug(optim.clip_grad_norm, *CLIP_BUGS[bug]))


def test_a_plant_that_fits_nowhere_is_an_error():
    with pytest.raises(AssertionError, match="no longer reads 'h_t'"):
        with_bug(bptt.backward, "h_t", "h")
