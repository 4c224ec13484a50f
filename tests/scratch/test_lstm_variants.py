"""The LSTM variants: against differences, torch, the onnx package's own LSTM with peepholes, and one another."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx.backend.test.case.node.lstm import LSTMHelper

from rnncourse.scratch import LSTMCell, Unrolled
from rnncourse.scratch.gradcheck import directional_derivative
from rnncourse.scratch.lstm_variants import VARIANTS, LSTMVariantCell

from . import layer_checks
from .checks import (
    AUTOGRAD,
    assert_all_close,
    assert_close,
    assert_rejects,
    check_cell,
    inner,
    named,
    step_case,
)
from .onnx_cases import published_cases
from .torch_oracles import gradients, leaves

SIZES = [(1, 1, 1), (1, 3, 4), (5, 1, 2), (3, 4, 5)]  # B, D, H
each_variant = pytest.mark.parametrize("variant", VARIANTS)
each_size = pytest.mark.parametrize("sizes", SIZES, ids=str)


def builder(variant, cell_class=LSTMVariantCell):
    """What makes a cell of this variant from D, H, rng and dtype."""
    return partial(cell_class, variant=variant)


def layer_builder(variant, cell_class=LSTMVariantCell):
    """The same for a layer."""
    return lambda *sizes_rng_dtype: Unrolled(cell_class(*sizes_rng_dtype, variant=variant))


def torch_step(variant, p, x, h, c, *gates):
    """The paper's equations on tensors: the new state and nothing else."""
    missing = {"NIG": "i", "NFG": "f", "NOG": "o", "CIFG": "f"}.get(variant, "")
    columns = [name for name in ("i", "f", "g", "o") if name not in missing]
    net = torch.nn.functional.linear(x, p["W_x"].T, p["b"]) + torch.nn.functional.linear(h, p["W_h"].T)
    net = dict(zip(columns, net.chunk(len(columns), dim=1), strict=True))
    if variant == "FGR":
        for j, to in enumerate("ifo"):
            for k, previous in enumerate(gates):  # R_ii, R_fi, R_oi and so on, nine matrices
                H = h.shape[1]
                net[to] = net[to] + previous @ p["W_gates"][k * H : (k + 1) * H, j * H : (j + 1) * H]
    look = (lambda gate, cell: net[gate]) if variant == "NP" else lambda gate, cell: net[gate] + cell * p[f"p_{gate}"]
    i = torch.ones_like(c) if variant == "NIG" else torch.sigmoid(look("i", c))
    f = torch.ones_like(c) if variant == "NFG" else 1 - i if variant == "CIFG" else torch.sigmoid(look("f", c))
    c = torch.addcmul(f * c, i, net["g"] if variant == "NIAF" else torch.tanh(net["g"]))
    o = torch.ones_like(c) if variant == "NOG" else torch.sigmoid(look("o", c))
    h = o * (c if variant == "NOAF" else torch.tanh(c))
    return (h, c, i, f, o) if variant == "FGR" else (h, c)


def check_torch(variant, cell_class=LSTMVariantCell, sizes=(3, 4, 5)):
    """The next state and every gradient of one step against autograd."""
    cell, x, state, dstate = step_case(builder(variant, cell_class), sizes)
    tensors = leaves(cell.parameters() | {"x": x} | named("state", state))
    expected = torch_step(variant, tensors, tensors["x"], *(tensors[name] for name in named("state", state)))
    torch.autograd.backward(expected, [torch.tensor(array) for array in dstate])
    following, cache = cell.forward(x, state)
    for ours, theirs in zip(following, expected, strict=True):
        assert_close("state", ours, theirs.detach().numpy(), AUTOGRAD)
    dx, dstate_prev = cell.backward(dstate, cache)
    assert_all_close(cell.grads | {"x": dx} | named("state", dstate_prev), gradients(tensors), AUTOGRAD)


@each_size
@each_variant
def test_gradients_equal_differences(variant, sizes):
    check_cell(builder(variant), sizes)


@each_size
@each_variant
def test_equals_torch(variant, sizes):
    check_torch(variant, sizes=sizes)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(list(VARIANTS)), st.tuples(*[st.integers(1, 4)] * 3), st.integers(0, 99))
def test_gradient_along_any_direction(variant, sizes, seed):
    cell, x, state, dstate = step_case(builder(variant), sizes, seed)
    dx, dstate_prev = cell.backward(dstate, cell.forward(x, state)[1])
    found = cell.grads | {"x": dx} | named("state", dstate_prev)
    arrays = cell.parameters() | {"x": x} | named("state", state)
    rng = np.random.default_rng(seed)
    directions = {name: rng.standard_normal(array.shape) for name, array in arrays.items()}
    numerical = directional_derivative(
        lambda: inner(cell.forward(x, state)[0], dstate), list(arrays.values()), list(directions.values()), 1e-4
    )
    assert sum((found[n] * directions[n]).sum() for n in arrays) == pytest.approx(numerical, rel=1e-7, abs=1e-8)


def one_unit(variant="V"):
    """One input and one unit, x = 1, h = 0.5, c = 2, and weights that make i = 1/2, f = 3/4, g = 1/2 and o = 4/5."""
    cell = LSTMVariantCell(1, 1, np.random.default_rng(0), variant=variant)
    cell.W_x[:] = 1, 2, 3, 4
    cell.W_h[:] = 2, -2, 4, 6
    cell.p_i[:], cell.p_f[:], cell.p_o[:] = 0.5, -1, 2
    arguments = np.array([0, math.log(3), math.atanh(0.5), math.log(4)])
    cell.b[:] = arguments - (cell.W_x + 0.5 * cell.W_h)[0] - [0.5 * 2, -1 * 2, 0, 2 * 1.75]
    return cell, np.array([[1.0]]), (np.array([[0.5]]), np.array([[2.0]]))


def test_step_by_hand():
    cell, x, state = one_unit()
    (h, c), cache = cell.forward(x, state)
    assert c.item() == pytest.approx(3 / 4 * 2 + 1 / 2 * 1 / 2, rel=1e-14)
    assert h.item() == pytest.approx(4 / 5 * math.tanh(1.75), rel=1e-14)
    dx, (dh_prev, dc_prev) = cell.backward((np.array([[1.0]]), np.array([[0.25]])), cache)
    da_o = 4 / 5 * 1 / 5 * math.tanh(1.75)
    dc = 0.25 + 2 * da_o + 4 / 5 / math.cosh(1.75) ** 2
    da_i, da_f, da_g = 1 / 4 * 1 / 2 * dc, 3 / 16 * 2 * dc, 3 / 4 * 1 / 2 * dc
    expected = {"p_i": 2 * da_i, "p_f": 2 * da_f, "p_o": 1.75 * da_o}
    assert {name: cell.grads[name].item() for name in expected} == pytest.approx(expected, rel=1e-13)
    assert cell.grads["b"] == pytest.approx([da_i, da_f, da_g, da_o], rel=1e-13)
    assert cell.grads["W_h"][0] == pytest.approx([0.5 * da for da in (da_i, da_f, da_g, da_o)], rel=1e-13)
    assert dc_prev.item() == pytest.approx(3 / 4 * dc + 0.5 * da_i - da_f, rel=1e-13)
    assert dx.item() == pytest.approx(da_i + 2 * da_f + 3 * da_g + 4 * da_o, rel=1e-13)
    assert dh_prev.item() == pytest.approx(2 * da_i - 2 * da_f + 4 * da_g + 6 * da_o, rel=1e-13)


def test_full_gate_recurrence_by_hand():
    """The gates were 1, 2 and 3; the rows of W_gates are from i, f, o, its columns to i, f, o."""
    cell, x, state = one_unit("FGR")
    cell.W_gates[:] = [[2, -1, 1], [-1, 2, 1], [0, -1, -1]]
    gates = tuple(np.array([[value]]) for value in (1.0, 2.0, 3.0))
    assert (np.concatenate(gates, axis=1) @ cell.W_gates).tolist() == [[0, 0, 0]]
    (h, c, *now), _ = cell.forward(x, (*state, *gates))
    assert [gate.item() for gate in now] == pytest.approx([1 / 2, 3 / 4, 4 / 5], rel=1e-14)
    assert [c.item(), h.item()] == pytest.approx([1.75, 4 / 5 * math.tanh(1.75)], rel=1e-14)
    (_, _, i, f, _), _ = cell.forward(x, (*state, *(0 * gate for gate in gates[:2]), gates[2]))
    assert [i.item(), f.item()] == pytest.approx([1 / 2, 3 / (3 + math.e**3)], rel=1e-14)


def published():
    """The onnx package's case of an LSTM with peepholes."""
    return next(case for case in published_cases("lstm.py") if case["name"] == "test_lstm_with_peepholes")


def from_onnx(case, variant):
    """A layer with a published case's weights; onnx has the rows i o f c, two biases, and the peepholes i o f."""
    (W,), (R,), (B,), (P,) = (case[name] for name in "WRBP")
    H = R.shape[1]
    layer = Unrolled(LSTMVariantCell(W.shape[1], H, np.random.default_rng(0), W.dtype, variant))
    order = np.arange(4 * H).reshape(4, H)[[0, 2, 3, 1]].ravel()
    cell = layer.cell
    cell.W_x, cell.W_h, cell.b = W[order].T, R[order].T, (B[: 4 * H] + B[4 * H :])[order]
    if variant == "V":
        cell.p_i, cell.p_o, cell.p_f = np.split(P, 3)
    return layer


def test_equals_the_published_case_with_peepholes():
    case = published()
    assert case["P"].all()
    _, (h, _), _ = from_onnx(case, "V").forward(case["X"], (case["initial_h"][0], case["initial_c"][0]))
    assert_close("Y_h", h, case["Y_h"][0], 1e-6)


@pytest.mark.parametrize("variant", ["V", "NP"])
def test_equals_the_program_of_the_published_cases_on_weights_that_differ(variant):
    """The published case has one value in all weights, so that gates could change places unseen."""
    T, B, D, H = 4, 3, 2, 5
    rng = np.random.default_rng(1)
    shapes = {"X": (T, B, D), "W": (1, 4 * H, D), "R": (1, 4 * H, H), "B": (1, 8 * H), "P": (1, 3 * H)}
    case = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    case |= {name: rng.standard_normal((1, B, H)) for name in ("initial_h", "initial_c")}
    case["P"] *= variant == "V"
    outputs, (h, c), _ = from_onnx(case, variant).forward(case["X"], (case["initial_h"][0], case["initial_c"][0]))
    Y, Y_h, Y_c = LSTMHelper(**case).step()
    assert_close("Y", outputs, Y[:, 0], 1e-13)
    assert_close("Y_h", h, Y_h[0], 1e-13)
    assert_close("Y_c", c, Y_c[0], 1e-13)


def check_is_lstm_cell(cell_class=LSTMVariantCell, dtype=np.float64):
    """NP is an ``LSTMCell`` to the last bit: start values, the next state, every gradient."""
    cell, lstm = (make(4, 5, np.random.default_rng(3), dtype) for make in (builder("NP", cell_class), LSTMCell))
    assert_all_close(cell.parameters(), lstm.parameters(), 0)
    rng = np.random.default_rng(4)
    x, h, c, dh, dc = (rng.standard_normal((3, size)).astype(dtype) for size in (4, 5, 5, 5, 5))
    results = []
    for one in (cell, lstm):
        state, cache = one.forward(x, (h, c))
        dx, dstate = one.backward((dh, dc), cache)
        results.append(one.grads | {"x": dx} | named("state", state) | named("dstate", dstate))
    assert_all_close(*results, 0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_without_peepholes_it_is_an_lstm_cell_to_the_last_bit(dtype):
    check_is_lstm_cell(dtype=dtype)


FULL = {"V", "NIAF", "NOAF", "FGR"}
PEEPHOLES = dict.fromkeys(FULL, "ifo") | {"NIG": "fo", "NFG": "io", "NOG": "if", "CIFG": "io", "NP": ""}


@each_variant
@settings(deadline=None, max_examples=10)
@given(D=st.integers(1, 9), H=st.integers(1, 9))
def test_how_many_parameters_a_variant_has(variant, D, H):
    cell = LSTMVariantCell(D, H, np.random.default_rng(0), variant=variant)
    blocks = 4 if variant in FULL | {"NP"} else 3
    expected = blocks * H * (D + H + 1) + len(PEEPHOLES[variant]) * H + 9 * H * H * (variant == "FGR")
    assert sum(array.size for array in cell.parameters().values()) == expected
    assert {name[2:] for name in cell.names if name.startswith("p_")} == set(PEEPHOLES[variant])
    assert cell.state_sizes == (H,) * (5 if variant == "FGR" else 2)
    assert (cell.input_size, cell.output_size) == (D, H)


def test_every_variant_has_a_sentence():
    assert list(VARIANTS) == ["V", "NIG", "NFG", "NOG", "NIAF", "NOAF", "CIFG", "NP", "FGR"]
    for name, sentence in VARIANTS.items():
        assert sentence.endswith("."), name
        assert "\n" not in sentence, name


def check_held_open(variant, gate, cell_class=LSTMVariantCell):
    """A variant without a gate is the vanilla LSTM with that gate held open: every result, every shared gradient."""
    cell, x, state, dstate = step_case(builder(variant, cell_class), (3, 4, 5))
    vanilla = LSTMVariantCell(4, 5, np.random.default_rng(0))
    n = "ifgo".index(gate)
    for name in ("W_x", "W_h", "b"):
        blocks = np.split(getattr(cell, name), 3, axis=-1)
        blocks.insert(n, np.full_like(blocks[0], 800 if name == "b" else 0))  # the sigmoid of 800 is exactly 1
        setattr(vanilla, name, np.concatenate(blocks, axis=-1))
    for other in set("ifo") - {gate}:
        setattr(vanilla, f"p_{other}", getattr(cell, f"p_{other}"))
    assert_same(cell, vanilla, x, state, dstate, state, dstate, {f"p_{gate}"})
    kept = [k for k in range(4) if k != n]
    for name in ("W_x", "W_h", "b"):
        blocks = np.split(vanilla.grads[name], 4, axis=-1)
        assert not blocks[n].any()
        assert_close(name, cell.grads[name], np.concatenate([blocks[k] for k in kept], axis=-1), 1e-14)


def assert_same(cell, other, x, state, dstate, other_state, other_dstate, without=()):
    """Two cells agree on the next (h, c), dx, (dh_prev, dc_prev) and the gradients of the peepholes."""
    (following, cache), (expected, expected_cache) = cell.forward(x, state), other.forward(x, other_state)
    assert_all_close(named("state", following[:2]), named("state", expected[:2]), 1e-14)
    dx, dstate_prev = cell.backward(dstate, cache)
    expected_dx, expected_dstate = other.backward(other_dstate, expected_cache)
    assert_close("dx", dx, expected_dx, 1e-13)
    assert_all_close(named("dstate", dstate_prev[:2]), named("dstate", expected_dstate[:2]), 1e-13)
    for name in {"p_i", "p_f", "p_o"}.intersection(cell.names, other.names) - set(without):
        assert_close(name, cell.grads[name], other.grads[name], 1e-13)


@pytest.mark.parametrize(("variant", "gate"), [("NIG", "i"), ("NFG", "f"), ("NOG", "o")])
def test_a_gate_left_out_is_a_gate_held_open(variant, gate):
    check_held_open(variant, gate)


def test_a_coupled_gate_is_the_vanilla_forget_gate_with_the_input_gates_weights_negated():
    cell, x, state, dstate = step_case(builder("CIFG"), (3, 4, 5))
    vanilla = LSTMVariantCell(4, 5, np.random.default_rng(0))
    for name in ("W_x", "W_h", "b"):
        i, g, o = np.split(getattr(cell, name), 3, axis=-1)
        setattr(vanilla, name, np.concatenate([i, -i, g, o], axis=-1))
    vanilla.p_i, vanilla.p_f, vanilla.p_o = cell.p_i, -cell.p_i, cell.p_o
    assert_same(cell, vanilla, x, state, dstate, state, dstate, {"p_i"})
    assert_close("p_i", cell.grads["p_i"], vanilla.grads["p_i"] - vanilla.grads["p_f"], 1e-13)


def test_with_zero_weights_what_was_added_is_gone():
    full, x, state, dstate = step_case(builder("FGR"), (3, 4, 5))
    plain, bare = (LSTMVariantCell(4, 5, np.random.default_rng(0), variant=variant) for variant in ("V", "NP"))
    full.W_gates[:] = 0
    for gradient in dstate[2:]:
        gradient[:] = 0
    for cell in (plain, bare):
        for name in cell.names:
            setattr(cell, name, getattr(full, name))
    assert_same(full, plain, x, state, dstate, state[:2], dstate[:2])
    plain.p_i, plain.p_f, plain.p_o = np.zeros((3, 5))
    assert_same(plain, bare, x, state[:2], dstate[:2], state[:2], dstate[:2])


def test_the_vanilla_output_is_bounded_and_without_an_output_activation_it_is_not():
    x, state = np.zeros((1, 1)), (np.zeros((1, 1)), np.full((1, 1), 1e3))
    outputs = {}
    for variant in VARIANTS.keys() - {"FGR"}:
        cell = LSTMVariantCell(1, 1, np.random.default_rng(0), variant=variant)
        for name in cell.names:
            getattr(cell, name)[...] = 0
        outputs[variant] = cell.forward(x, state)[0][0].item()
    assert outputs.pop("NOAF") == pytest.approx(0.5 * 500)
    assert max(outputs.values()) <= 1


@pytest.mark.parametrize("ragged", [False, True])
@each_variant
def test_unrolled_gradients_equal_differences(variant, ragged):
    layer_checks.check_differences(layer_builder(variant), (4, 2, 2, 3), ragged)


@pytest.mark.parametrize("variant", ["V", "CIFG", "FGR"])
@pytest.mark.parametrize("arrange", [layer_checks.both_ways, partial(layer_checks.stack, connections="dense", depth=2)])
def test_layers_made_of_variants(variant, arrange):
    build = arrange(layer_builder(variant))
    layer_checks.check_differences(build, (2, 3, 2, 2), ragged=True)
    layer_checks.check_each_sequence_alone(build)


@each_variant
def test_backward_adds(variant):
    layer_checks.check_adds(layer_builder(variant))


@each_variant
def test_arguments_are_left_alone(variant):
    cell, x, state, dstate = step_case(builder(variant), (3, 4, 5))
    arrays = {"x": x} | named("state", state) | named("dstate", dstate) | cell.parameters()
    before = {name: array.copy() for name, array in arrays.items()}
    cell.backward(dstate, cell.forward(x, state)[1])
    assert_all_close(arrays, before, 0)


@each_variant
def test_float32_stays_float32_and_near_float64(variant):
    exact, x, state, dstate = step_case(builder(variant), (3, 4, 5))
    cell = LSTMVariantCell(4, 5, np.random.default_rng(1), np.float32, variant)
    results = []
    for one, dtype in ((cell, np.float32), (exact, np.float64)):
        following, cache = one.forward(x.astype(dtype), tuple(array.astype(dtype) for array in state))
        dx, dstate_prev = one.backward(tuple(array.astype(dtype) for array in dstate), cache)
        results.append(one.grads | {"x": dx} | named("state", following) | named("dstate", dstate_prev))
    assert {array.dtype for array in results[0].values()} == {np.dtype(np.float32)}
    assert_all_close(*results, 3e-6)


def test_a_seed_gives_the_same_cell_and_repr_shows_the_shapes():
    cell, same = (LSTMVariantCell(3, 2, np.random.default_rng(7), variant="CIFG") for _ in range(2))
    assert_all_close(same.parameters(), cell.parameters(), 0)
    assert all(array.all() for array in cell.parameters().values())
    assert repr(cell) == "LSTMVariantCell(W_x (3, 6), W_h (2, 6), b (6,), p_i (2,), p_o (2,))"
    assert LSTMVariantCell(3, 2, np.random.default_rng(0)).variant == "V"


CELL, X, STATE, DSTATE = step_case(builder("V"), (3, 4, 5))
CACHE = CELL.forward(X, STATE)[1]
FULL_CELL, _, FULL_STATE, _ = step_case(builder("FGR"), (3, 4, 5))
RNG = np.random.default_rng(0)
BAD_INPUT = {
    "input_size": (lambda: LSTMVariantCell(0, 2, RNG), "input_size", "integer of at least 1", "0"),
    "hidden_size": (lambda: LSTMVariantCell(2, 1.0, RNG), "hidden_size", "integer of at least 1", "1.0"),
    "variant": (lambda: LSTMVariantCell(2, 2, RNG, variant="GRU"), "variant", "'V' or 'NIG'", "'GRU'"),
    "variant number": (lambda: LSTMVariantCell(2, 2, RNG, variant=3), "variant", "'V' or 'NIG'", "3"),
    "dtype": (lambda: LSTMVariantCell(2, 2, RNG, int), "dtype", "a floating type", "int64"),
    "x width": (lambda: CELL.forward(X[:, :3], STATE), "x", "shape (B, 4)", "(3, 3)"),
    "x empty": (lambda: CELL.forward(X[:0], STATE), "x", "shape (B, 4)", "(0, 4)"),
    "x dtype": (lambda: CELL.forward(X.astype(np.float32), STATE), "x", "dtype float64", "float32"),
    "x infinite": (lambda: CELL.forward(X * np.inf, STATE), "x", "finite numbers", "NaN or infinity"),
    "h NaN": (lambda: CELL.forward(X, (STATE[0] * np.nan, STATE[1])), "state_prev[0]", "finite numbers", "NaN or inf"),
    "h alone": (lambda: CELL.forward(X, STATE[0]), "state_prev", "a tuple of 2 arrays", "ndarray"),
    "no gates": (lambda: FULL_CELL.forward(X, STATE), "state_prev", "a tuple of 5 arrays", "a tuple of 2"),
    "gates too many": (lambda: CELL.forward(X, FULL_STATE), "state_prev", "a tuple of 2 arrays", "a tuple of 5"),
    "c batch": (lambda: CELL.forward(X, (STATE[0], STATE[1][:1])), "state_prev[1]", "shape (3, 5)", "(1, 5)"),
    "dh alone": (lambda: CELL.backward(DSTATE[0], CACHE), "dstate", "a tuple of 2 arrays", "ndarray"),
    "dc shape": (lambda: CELL.backward((DSTATE[0], DSTATE[1][:2]), CACHE), "dstate[1]", "shape (3, 5)", "(2, 5)"),
    "dh dtype": (lambda: CELL.backward((DSTATE[0] > 0, DSTATE[1]), CACHE), "dstate[0]", "dtype float64", "bool"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])
