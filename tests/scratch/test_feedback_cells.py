"""Jordan's cell and the one with both recurrences: against differences, torch, and the networks they amount to."""

from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch import ElmanCell, Linear, Unrolled
from rnncourse.scratch.feedback_cells import ElmanJordanCell, JordanCell
from rnncourse.scratch.gradcheck import directional_derivative
from rnncourse.scratch.state import pack, unpack

from . import layer_checks
from .checks import (
    AUTOGRAD,
    assert_all_close,
    assert_close,
    assert_gradients,
    assert_rejects,
    check_cell,
    named,
    step_case,
)
from .torch_oracles import gradients, leaves

CLASSES = [JordanCell, ElmanJordanCell]
SHAPES = [(2, 1, 1, 1, 1), (1, 2, 3, 4, 2), (5, 3, 2, 4, 3), (4, 2, 1, 2, 5)]  # T, B, D, H, K
each_class = pytest.mark.parametrize("cell_class", CLASSES)
each_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def builder(cell_class, K=3):
    """What makes a cell from D, H, rng and dtype."""
    return lambda D, H, *rng_dtype: cell_class(D, H, K, *rng_dtype)


def layer_builder(cell_class, K=3):
    """The same for a layer."""
    return lambda D, H, *rng_dtype: Unrolled(cell_class(D, H, K, *rng_dtype))


class Case:
    """A cell and everything that goes into teacher forcing, forward and back."""

    def __init__(self, cell_class, shape=SHAPES[2], dtype=np.float64, seed=1):
        T, B, D, H, K = shape
        rng = np.random.default_rng(seed)
        self.cell = cell_class(D, H, K, rng, dtype)
        self.x, self.targets, self.doutputs = (rng.standard_normal((T, B, n)).astype(dtype) for n in (D, K, K))
        self.state = pack(rng.standard_normal((B, size)).astype(dtype) for size in self.cell.state_sizes)

    def arrays(self):
        return self.cell.parameters() | {"x": self.x, "targets": self.targets} | named("state", self.state)

    def forward(self):
        return self.cell.teacher_forced(self.x, self.targets, self.state)

    def backward(self, cache):
        """All gradients by name, those of the parameters from zero."""
        self.cell.zero_grads()
        dx, dtargets, dstate = self.cell.teacher_forced_backward(self.doutputs, cache)
        return self.cell.grads | {"x": dx, "targets": dtargets} | named("state", dstate)

    def loss(self):
        return float((self.forward()[0] * self.doutputs).sum())


def torch_step(p, x, y, h):
    """Both cells' equation; without W_hh the hidden state is not read."""
    a = torch.cat([x, y], 1) @ torch.cat([p["W_xh"], p["W_yh"]]) + p["b_h"]
    h = torch.tanh(a if "W_hh" not in p else torch.addmm(a, h, p["W_hh"]))
    return torch.nn.functional.linear(h, p["W_hy"].T, p["b_y"]), h


def check_torch(cell_class, shape=SHAPES[2]):
    """A free run, each step on its own last output: outputs and every gradient against autograd."""
    case = Case(cell_class, shape)
    layer = Unrolled(case.cell)
    tensors = leaves({name: array for name, array in case.arrays().items() if name != "targets"})
    y, h = tensors["state 0"], tensors.get("state 1")
    expected = []
    for x_t in tensors["x"]:
        y, h = torch_step(tensors, x_t, y, h)
        expected.append(y)
    torch.stack(expected).backward(torch.tensor(case.doutputs))
    outputs, _, cache = layer.forward(case.x, case.state)
    assert_close("outputs", outputs, torch.stack(expected).detach().numpy(), AUTOGRAD)
    dx, dstate = layer.backward(case.doutputs, None, cache)
    assert_all_close(case.cell.grads | {"x": dx} | named("state", dstate), gradients(tensors), AUTOGRAD)


def check_forced_differences(cell_class, shape=SHAPES[2]):
    """Teacher forcing: all gradients against differences, those of what is fed back included."""
    case = Case(cell_class, shape)
    assert_gradients(case.loss, case.arrays(), case.backward(case.forward()[2]))


def check_forced_is_the_loop(cell_class, shape=SHAPES[2]):
    """All steps at once are the cell's own steps one by one, with each y replaced by its target."""
    case = Case(cell_class, shape)
    outputs, last, cache = case.forward()
    found, T = case.backward(cache), len(case.x)
    case.cell.zero_grads()
    state, steps = case.state, []
    for x_t, target in zip(case.x, case.targets, strict=True):
        following, step = case.cell.forward(x_t, state)
        y, *others = unpack(following)
        state = pack([target, *others])
        steps.append((y, step))
    assert_close("outputs", outputs, np.stack([y for y, _ in steps]), 1e-13)
    assert_all_close(named("last", last), named("last", state), 1e-13)
    dothers = [np.zeros_like(array) for array in unpack(state)[1:]]
    dx, dtargets = np.zeros_like(case.x), np.zeros_like(case.targets)
    for t in reversed(range(T)):
        dx[t], dstate = case.cell.backward(pack([case.doutputs[t], *dothers]), steps[t][1])
        dfed, *dothers = unpack(dstate)
        if t:
            dtargets[t - 1] = dfed
    expected = case.cell.grads | {"x": dx, "targets": dtargets} | named("state", dstate)
    assert_all_close(found, expected, 1e-12)


def check_forced_torch(shape=SHAPES[2]):
    """Both recurrences under teacher forcing: ``torch.nn.RNN`` over [x_t, y_{t-1}], and a linear layer on it."""
    case = Case(ElmanJordanCell, shape)
    tensors = leaves(case.arrays())
    fed = torch.cat([tensors["state 0"][None], tensors["targets"][:-1]])
    ones = torch.ones(*shape[:2], 1, dtype=torch.float64)
    to_hidden = torch.cat([tensors["W_xh"], tensors["W_yh"], tensors["b_h"][None]])
    layer = torch.nn.RNN(len(to_hidden), shape[3], bias=False, dtype=torch.float64)
    weights = {"weight_ih_l0": to_hidden.T, "weight_hh_l0": tensors["W_hh"].T}
    inputs = torch.cat([tensors["x"], fed, ones], 2), tensors["state 1"][None]
    hidden, _ = torch.func.functional_call(layer, weights, inputs)
    expected = torch.nn.functional.linear(hidden, tensors["W_hy"].T, tensors["b_y"])
    expected.backward(torch.tensor(case.doutputs))
    outputs, _, cache = case.forward()
    assert_close("outputs", outputs, expected.detach().numpy(), AUTOGRAD)
    assert_all_close(case.backward(cache), gradients(tensors), AUTOGRAD)


def check_adds(cell_class):
    """A second backward of one cache adds the same gradients again; no array that came in has changed."""
    case = Case(cell_class)
    before = {name: array.copy() for name, array in (case.arrays() | {"doutputs": case.doutputs}).items()}
    cache = case.forward()[2]
    once = {name: gradient.copy() for name, gradient in case.backward(cache).items()}
    dx, dtargets, dstate = case.cell.teacher_forced_backward(case.doutputs, cache)
    assert_all_close(case.cell.grads, {name: 2 * once[name] for name in case.cell.names}, 1e-15)
    returned = {"x": dx, "targets": dtargets} | named("state", dstate)
    assert_all_close(returned, {name: once[name] for name in returned}, 0)
    assert_all_close(case.arrays() | {"doutputs": case.doutputs}, before, 0)


@pytest.mark.parametrize("K", [1, 3])
@pytest.mark.parametrize("sizes", [(1, 1, 1), (1, 3, 4), (5, 1, 2), (3, 4, 5)], ids=str)
@each_class
def test_gradients_equal_differences(cell_class, sizes, K):
    check_cell(builder(cell_class, K), sizes)


@each_shape
@each_class
def test_a_free_run_equals_torch(cell_class, shape):
    check_torch(cell_class, shape)


@each_class
@pytest.mark.parametrize("ragged", [False, True])
def test_unrolled_gradients_equal_differences(cell_class, ragged):
    layer_checks.check_differences(layer_builder(cell_class), (5, 3, 2, 4), ragged)
    layer_checks.check_adds(layer_builder(cell_class))


@each_class
def test_a_ragged_batch_is_each_sequence_alone(cell_class):
    layer_checks.check_each_sequence_alone(layer_builder(cell_class))


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape[0] > 1], ids=str)
@each_class
def test_teacher_forced_gradients_equal_differences(cell_class, shape):
    check_forced_differences(cell_class, shape)


@each_shape
@each_class
def test_teacher_forcing_all_at_once_is_the_loop(cell_class, shape):
    check_forced_is_the_loop(cell_class, shape)


@each_shape
def test_teacher_forcing_both_recurrences_is_torchs_elman_network_over_inputs_and_outputs(shape):
    check_forced_torch(shape)


@each_class
def test_backward_adds(cell_class):
    check_adds(cell_class)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(CLASSES), st.tuples(*[st.integers(1, 4)] * 5), st.integers(0, 99))
def test_gradient_along_any_direction(cell_class, shape, seed):
    case = Case(cell_class, shape, seed=seed)
    found, arrays, rng = case.backward(case.forward()[2]), case.arrays(), np.random.default_rng(seed)
    directions = {name: rng.standard_normal(array.shape) for name, array in arrays.items()}
    numerical = directional_derivative(case.loss, list(arrays.values()), list(directions.values()), 1e-4)
    assert sum((found[n] * directions[n]).sum() for n in arrays) == pytest.approx(numerical, rel=1e-7, abs=1e-8)


@each_class
def test_two_steps_by_hand(cell_class):
    """One unit with a readout of 2, which tanh(atanh(1/2)) = 1/2 makes 1 + b_y."""
    cell = cell_class(1, 1, 1, np.random.default_rng(0))
    cell.W_xh[:], cell.W_yh[:], cell.b_h[:], cell.W_hy[:], cell.b_y[:] = 3, -1, 0.25, 2, 0.5
    state = np.array([[0.75]])
    if cell_class is ElmanJordanCell:
        cell.W_hh[:], state = 4, (state, np.array([[-0.5]]))
    hidden = 4 * -0.5 if cell_class is ElmanJordanCell else 0
    x_1 = (np.arctanh(0.5) - 0.25 + 0.75 - hidden) / 3
    y, after, _ = Unrolled(cell).forward(np.array([x_1, 1.0]).reshape(2, 1, 1), state)
    hidden = 4 * 0.5 if cell_class is ElmanJordanCell else 0
    second = np.tanh(3 - 1.5 + 0.25 + hidden)
    assert y.ravel().tolist() == pytest.approx([1.5, 2 * second + 0.5], rel=1e-14)
    assert [a.item() for a in unpack(after)] == pytest.approx(
        [2 * second + 0.5, second][: len(unpack(after))], rel=1e-14
    )


def test_two_pasts_with_the_same_output_have_the_same_future_for_jordans_cell_alone():
    """The first unit is hidden from the output, and the first input reaches no other unit."""
    futures = {}
    for cell_class in CLASSES:
        case = Case(cell_class, (6, 2, 3, 4, 2))
        case.cell.W_hy[0] = 0
        case.cell.W_xh[0, 1:] = 0
        one, other = case.x.copy(), case.x.copy()
        other[0, :, 0] += 1
        (y, *_), (y_other, *_) = (Unrolled(case.cell).forward(x, case.state) for x in (one, other))
        assert np.array_equal(y[0], y_other[0])
        futures[cell_class] = y[1:], y_other[1:]
    assert np.array_equal(*futures[JordanCell])
    same, different = futures[ElmanJordanCell]
    assert (abs(same - different).max(axis=(1, 2)) > 1e-6).all()


@each_class
def test_a_target_reaches_the_steps_after_it_and_for_jordans_cell_the_next_one_only(cell_class):
    case = Case(cell_class, (6, 2, 3, 4, 2))
    before = case.forward()[0]
    case.targets[2] += 1
    changed = (case.forward()[0] != before).any(axis=(1, 2)).tolist()
    assert changed == [False] * 3 + [True] + [cell_class is ElmanJordanCell] * 2


@each_class
def test_fed_with_its_own_outputs_a_network_does_what_it_does_alone(cell_class):
    case = Case(cell_class)
    outputs, last, _ = Unrolled(case.cell).forward(case.x, case.state)
    forced, state, _ = case.cell.teacher_forced(case.x, outputs, case.state)
    assert_close("outputs", forced, outputs, 1e-13)
    assert_all_close(named("state", state), named("state", last), 1e-13)


@each_class
def test_a_run_goes_on_from_the_state_of_another(cell_class):
    case = Case(cell_class)
    outputs, last, _ = case.forward()
    first, state, _ = case.cell.teacher_forced(case.x[:2], case.targets[:2], case.state)
    second, end, _ = case.cell.teacher_forced(case.x[2:], case.targets[2:], state)
    assert_close("outputs", np.concatenate([first, second]), outputs, 1e-13)
    assert_all_close(named("state", end), named("state", last), 1e-13)
    warm, _, _ = Unrolled(case.cell).forward(case.x[2:], state)
    assert_close("the first output on its own", warm[0], outputs[2], 1e-13)
    assert not np.allclose(warm[1], outputs[3])


@each_class
def test_state_none_is_zeros(cell_class):
    case = Case(cell_class)
    zeros = pack(np.zeros_like(array) for array in unpack(case.state))
    outputs, state, _ = case.cell.teacher_forced(case.x, case.targets)
    expected, expected_state, _ = case.cell.teacher_forced(case.x, case.targets, zeros)
    assert np.array_equal(outputs, expected)
    assert_all_close(named("state", state), named("state", expected_state), 0)


@each_class
def test_the_returned_state_is_not_the_targets(cell_class):
    case = Case(cell_class)
    before = case.targets.copy()
    unpack(case.forward()[1])[0][:] = 7
    assert np.array_equal(case.targets, before)


def test_without_its_hidden_recurrence_the_larger_cell_is_jordans():
    both, jordan = (Case(cell_class) for cell_class in (ElmanJordanCell, JordanCell))
    both.cell.W_hh[:] = 0
    for name in JordanCell.names:
        setattr(jordan.cell, name, getattr(both.cell, name))
    jordan.x, jordan.targets, jordan.state = both.x, both.targets, both.state[0]
    free, expected = (Unrolled(case.cell).forward(case.x, case.state)[0] for case in (both, jordan))
    assert_close("outputs", free, expected, 1e-13)
    assert_close("forced", both.forward()[0], jordan.forward()[0], 1e-13)


def test_without_its_feedback_the_larger_cell_is_elmans_with_a_readout():
    case = Case(ElmanJordanCell)
    elman, readout = ElmanCell(2, 4, np.random.default_rng(0)), Linear(4, 3, np.random.default_rng(0))
    case.cell.W_yh[:] = 0
    elman.W_xh, elman.W_hh, elman.b_h = case.cell.W_xh, case.cell.W_hh, case.cell.b_h
    readout.W, readout.b = case.cell.W_hy, case.cell.b_y
    expected = readout.forward(Unrolled(elman).forward(case.x, case.state[1])[0])[0]
    assert_close("outputs", Unrolled(case.cell).forward(case.x, case.state)[0], expected, 1e-13)
    assert_close("forced", case.forward()[0], expected, 1e-13)


@each_class
def test_on_its_own_scores_it_is_an_elman_network_whose_recurrence_goes_through_the_output(cell_class):
    """y is linear in h, so W_hy and W_yh are one matrix, of rank K at most: what makes Jordan's cell weaker."""
    case = Case(cell_class, (6, 3, 2, 5, 2))
    cell, h_0 = case.cell, np.random.default_rng(9).standard_normal((3, 5))
    elman = ElmanCell(2, 5, np.random.default_rng(0))
    through_output = cell.W_hy @ cell.W_yh
    assert np.linalg.matrix_rank(through_output) == 2
    elman.W_xh, elman.b_h = cell.W_xh, cell.b_h + cell.b_y @ cell.W_yh
    elman.W_hh = through_output + (cell.W_hh if cell_class is ElmanJordanCell else 0)
    y_0 = h_0 @ cell.W_hy + cell.b_y
    expected = Unrolled(elman).forward(case.x, h_0)[0] @ cell.W_hy + cell.b_y
    state = (y_0, h_0) if cell_class is ElmanJordanCell else y_0
    assert_close("outputs", Unrolled(cell).forward(case.x, state)[0], expected, 1e-12)


@each_class
def test_float32_stays_float32_and_near_float64(cell_class):
    exact, case = (Case(cell_class, dtype=dtype) for dtype in (np.float64, np.float32))
    results = []
    for one in (case, exact):
        outputs, state, cache = one.forward()
        free = Unrolled(one.cell).forward(one.x, one.state)[0]
        results.append(one.backward(cache) | {"outputs": outputs, "free": free} | named("last", state))
    assert {array.dtype for array in results[0].values()} == {np.dtype(np.float32)}
    assert_all_close(*results, 3e-6)


def test_a_seed_gives_the_same_cell_and_repr_shows_the_shapes():
    for cell_class in CLASSES:
        cell, same = (cell_class(3, 4, 2, np.random.default_rng(7)) for _ in range(2))
        assert_all_close(same.parameters(), cell.parameters(), 0)
        assert all(array.all() for array in cell.parameters().values())
        assert (cell.input_size, cell.output_size) == (3, 2)
    assert repr(cell) == ("ElmanJordanCell(W_xh (3, 4), W_yh (2, 4), W_hh (4, 4), b_h (4,), W_hy (4, 2), b_y (2,))")


JORDAN, BOTH = Case(JordanCell), Case(ElmanJordanCell)
CELL, X, STATE, DSTATE = step_case(builder(ElmanJordanCell), (3, 2, 4))
CACHE = CELL.forward(X, STATE)[1]
FORCED = JORDAN.forward()[2]
RNG = np.random.default_rng(0)
forced = partial(JORDAN.cell.teacher_forced, JORDAN.x)
BAD_INPUT = {
    "input_size": (lambda: JordanCell(0, 2, 2, RNG), "input_size", "integer of at least 1", "0"),
    "hidden_size": (lambda: JordanCell(2, -1, 2, RNG), "hidden_size", "integer of at least 1", "-1"),
    "output_size": (lambda: ElmanJordanCell(2, 2, RNG, RNG), "output_size", "integer of at least 1", "Generator"),
    "dtype": (lambda: JordanCell(2, 2, 2, RNG, int), "dtype", "a floating type", "int64"),
    "x width": (lambda: CELL.forward(X[:, :1], STATE), "x", "shape (B, 2)", "(3, 1)"),
    "y alone": (lambda: CELL.forward(X, STATE[0]), "state_prev", "a tuple of 2 arrays", "ndarray"),
    "h before y": (lambda: CELL.forward(X, STATE[::-1]), "state_prev[0]", "shape (3, 3)", "(3, 4)"),
    "y_prev width": (lambda: JORDAN.cell.forward(X, STATE[1]), "y_prev", "shape (3, 3)", "(3, 4)"),
    "y_prev a class": (lambda: JORDAN.cell.forward(X, np.zeros(3, int)), "y_prev", "shape (3, 3)", "(3,)"),
    "y_prev integers": (lambda: JORDAN.cell.forward(X, np.eye(3, dtype=int)), "y_prev", "dtype float64", "int64"),
    "dy shape": (lambda: JORDAN.cell.backward(X, JORDAN.cell.forward(X, STATE[0])[1]), "dy", "(3, 3)", "(3, 2)"),
    "dh": (lambda: CELL.backward((DSTATE[0], DSTATE[1][:2]), CACHE), "dstate[1]", "shape (3, 4)", "(2, 4)"),
    "x of one step": (lambda: BOTH.cell.teacher_forced(X, BOTH.targets), "x", "shape (T, B, 2)", "(3, 2)"),
    "targets ids": (lambda: forced(np.zeros((5, 3), int)), "targets", "shape (5, 3, 3)", "(5, 3)"),
    "targets short": (lambda: forced(JORDAN.targets[1:]), "targets", "shape (5, 3, 3)", "(4, 3, 3)"),
    "targets dtype": (lambda: forced(JORDAN.targets > 0), "targets", "dtype float64", "bool"),
    "targets NaN": (lambda: forced(JORDAN.targets * np.nan), "targets", "finite numbers", "NaN or infinity"),
    "x infinite": (lambda: JORDAN.cell.teacher_forced(JORDAN.x * np.inf, None), "x", "finite numbers", "NaN or inf"),
    "y infinite": (lambda: JORDAN.cell.forward(X, STATE[0] * np.inf), "y_prev", "finite numbers", "NaN or infinity"),
    "state": (lambda: forced(JORDAN.targets, JORDAN.targets), "state", "shape (3, 3)", "(5, 3, 3)"),
    "state of the other": (lambda: forced(JORDAN.targets, BOTH.state), "state", "one array", "a tuple of 2"),
    "doutputs": (lambda: JORDAN.cell.teacher_forced_backward(JORDAN.x, FORCED), "doutputs", "(5, 3, 3)", "(5, 3, 2)"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])
