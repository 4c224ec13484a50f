"""Conversion from and to PyTorch: the same outputs, last states and gradients, for every kind of module."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnncourse.scratch import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    Stacked,
    convert,
)
from rnncourse.scratch.state import join, pack, split, unpack

from .checks import AUTOGRAD, assert_all_close, assert_close

KINDS = {
    "RNN tanh": (torch.nn.RNN, {"nonlinearity": "tanh"}),
    "RNN relu": (torch.nn.RNN, {"nonlinearity": "relu"}),
    "LSTM": (torch.nn.LSTM, {}),
    "GRU": (torch.nn.GRU, {}),
}
SHAPES = [(4, 3, 2, 5), (1, 3, 4, 2), (5, 1, 3, 3), (1, 1, 1, 1)]  # T, B, D, H


def module_of(kind, sizes, dtype=torch.float64, **options):
    """A module of PyTorch's with its own random start values, whose biases are not 0."""
    torch.manual_seed(1)
    module, own = KINDS[kind]
    return module(*sizes, **own, **options, dtype=dtype)


def own_layer(kind, sizes, layers=1, directions=1, seed=2):
    """A layer of ours with random weights."""
    rng = np.random.default_rng(seed)
    classes = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
    name, _, nonlinearity = kind.partition(" ")
    options = {"nonlinearity": nonlinearity} if nonlinearity else {}
    rows, (width, H) = [], sizes
    for _ in range(layers):
        row = [classes[name](width, H, rng, **options) for _ in range(directions)]
        rows.append(Bidirectional(*row) if directions == 2 else row[0])
        width = H * directions
    return Stacked(rows) if layers > 1 else rows[0]


def ours_from_torch(layer, batch, tensors):
    """A state as torch lays it out, (layers * directions, B, H), as our layer takes it."""
    state = pack(tensor.detach().numpy() for tensor in tensors)
    return split(state, [layer.state_shapes(batch)])[0]


def run_torch(module, x, tensors, lengths, doutputs, dtensors):
    """Outputs and last state as arrays; all gradients are left in the tensors."""
    state = tensors if isinstance(module, torch.nn.LSTM) else tensors[0]
    sequence = x if lengths is None else pack_padded_sequence(x, lengths, enforce_sorted=False)
    outputs, last = module(sequence, state)
    if lengths is not None:
        outputs = pad_packed_sequence(outputs, total_length=len(x))[0]
    last = unpack(last)
    torch.autograd.backward([outputs, *last], [torch.tensor(doutputs), *dtensors])
    return outputs.detach().numpy(), [array.detach().numpy() for array in last]


def gradients_by_torchs_names(layer, module):
    """Our gradients of a layer under the names of the module's parameters.

    Each of torch's two biases has the gradient of ours, except that the second of n has that of ``b_hn``.
    """
    rows = layer.layers if isinstance(layer, Stacked) else [layer]
    named = {}
    for depth, row in enumerate(rows):
        for simple, suffix in zip(
            row.layers if isinstance(row, Bidirectional) else [row], ["", "_reverse"], strict=False
        ):
            W_x, W_h, b, *b_hn = simple.grads.values()
            second = np.concatenate([b[: -len(b_hn[0])], b_hn[0]]) if b_hn else b
            values = {"weight_ih": W_x.T, "weight_hh": W_h.T, "bias_ih": b, "bias_hh": second}
            named |= {f"{name}_l{depth}{suffix}": value for name, value in values.items()}
    return {name: named[name] for name, _ in module.named_parameters()}


def check_equals_torch(layer, module, shape, ragged=False, tolerance=AUTOGRAD):
    """One run in both: outputs, last states, and the gradients of parameters, inputs and initial states."""
    T, B, D, _ = shape
    rng = np.random.default_rng(3)
    dtype = next(module.parameters()).detach().numpy().dtype
    lengths = np.append(rng.integers(1, T + 1, B - 1), T) if ragged else None
    x = rng.standard_normal((T, B, D)).astype(dtype)
    doutputs = rng.standard_normal((T, B, layer.output_size)).astype(dtype)
    depth = module.num_layers * (1 + module.bidirectional)
    start, dlast = (
        [torch.tensor(rng.standard_normal((depth, B, size)).astype(dtype)) for size in layer.state_sizes]
        for _ in range(2)
    )
    tensors = [tensor.clone().requires_grad_() for tensor in (torch.tensor(x), *start)]
    expected, expected_last = run_torch(module, tensors[0], tuple(tensors[1:]), lengths, doutputs, dlast)
    outputs, last, cache = layer.forward(x, ours_from_torch(layer, B, start), lengths)
    layer.zero_grads()
    dx, dstart = layer.backward(doutputs, ours_from_torch(layer, B, dlast), cache)
    assert_close("outputs", outputs, expected, tolerance)
    found = [dx, *unpack(join([last])), *unpack(join([dstart]))]
    wanted = [tensors[0].grad.numpy(), *expected_last, *(tensor.grad.numpy() for tensor in tensors[1:])]
    for i, pair in enumerate(zip(found, wanted, strict=True)):
        assert_close(f"dx, last states and gradients of the first, {i}", *pair, tolerance)
    theirs = {name: parameter.grad.numpy() for name, parameter in module.named_parameters()}
    assert_all_close(gradients_by_torchs_names(layer, module), theirs, tolerance)


every_kind = pytest.mark.parametrize("kind", KINDS)
every_depth = pytest.mark.parametrize("layers", [1, 2, 3])
both_directions = pytest.mark.parametrize("directions", [1, 2])


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@both_directions
@every_depth
@every_kind
def test_a_module_equals_its_layer(kind, layers, directions, bias):
    shape = SHAPES[0]
    module = module_of(kind, shape[2:], num_layers=layers, bidirectional=directions == 2, bias=bias)
    check_equals_torch(convert.from_torch(module), module, shape)
    module.zero_grad()
    check_equals_torch(convert.from_torch(module), module, shape, ragged=True)


@both_directions
@every_depth
@every_kind
def test_a_layer_equals_its_module(kind, layers, directions):
    layer = own_layer(kind, SHAPES[0][2:], layers, directions)
    check_equals_torch(layer, convert.to_torch(layer), SHAPES[0])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@every_kind
def test_axes_of_size_one(kind, shape):
    module = module_of(kind, shape[2:], num_layers=2, bidirectional=True)
    check_equals_torch(convert.from_torch(module), module, shape, ragged=True)


sizes = st.tuples(*[st.integers(1, 4)] * 4)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(list(KINDS)), sizes, st.integers(1, 3), st.booleans(), st.booleans(), st.booleans())
def test_any_module_equals_its_layer_and_back(kind, shape, layers, bidirectional, bias, ragged):
    module = module_of(kind, shape[2:], num_layers=layers, bidirectional=bidirectional, bias=bias)
    layer = convert.from_torch(module)
    check_equals_torch(layer, module, shape, ragged)
    back = convert.to_torch(layer)
    check_equals_torch(layer, back, shape, ragged)
    assert_same_layer(convert.from_torch(back), layer)


def assert_same_layer(layer, expected):
    """Bit for bit the same parameters, options and arrangement."""
    assert_all_close(layer.parameters(), expected.parameters(), 0)
    described = [skeleton(one) for one in (layer, expected)]
    assert described[0] == described[1]


def skeleton(layer):
    """A layer without its numbers."""
    if hasattr(layer, "layers"):
        return type(layer), [skeleton(part) for part in layer.layers]
    return type(layer), layer.dtype, getattr(layer, "nonlinearity", None), getattr(layer, "reset_after", None)


@both_directions
@every_depth
@every_kind
def test_to_torch_and_back_is_the_same_layer(kind, layers, directions):
    layer = own_layer(kind, (3, 4), layers, directions)
    assert_same_layer(convert.from_torch(convert.to_torch(layer)), layer)


def test_what_each_arrangement_becomes():
    plain = [convert.from_torch(module_of(kind, (2, 3))) for kind in KINDS]
    assert [type(layer) for layer in plain] == [RNN, RNN, LSTM, GRU]
    assert [plain[0].nonlinearity, plain[1].nonlinearity, plain[3].reset_after] == ["tanh", "relu", True]
    both = convert.from_torch(module_of("LSTM", (2, 3), bidirectional=True))
    assert skeleton(both)[0] is Bidirectional
    deep = convert.from_torch(module_of("GRU", (2, 3), num_layers=3, bidirectional=True))
    assert [type(deep), deep.connections, deep.depth] == [Stacked, "plain", 6]


def test_the_second_bias_is_zero_but_for_the_reset_content():
    module = convert.to_torch(own_layer("GRU", (2, 3)))
    assert not module.bias_hh_l0[:6].any()
    assert module.bias_hh_l0[6:].all()
    assert not convert.to_torch(own_layer("LSTM", (2, 3))).bias_hh_l0.any()


@every_kind
def test_float32_stays_float32(kind):
    module = module_of(kind, SHAPES[0][2:], torch.float32, num_layers=2)
    layer = convert.from_torch(module)
    assert layer.dtype == np.float32
    check_equals_torch(layer, module, SHAPES[0], tolerance=1e-5)
    assert convert.to_torch(layer).weight_hh_l1.dtype == torch.float32


def test_torchs_random_numbers_are_left_alone():
    before = torch.get_rng_state()
    convert.from_torch(convert.to_torch(own_layer("LSTM", (3, 4), 2, 2)))
    assert torch.equal(before, torch.get_rng_state())


def test_dropout_is_nothing_in_evaluation_mode():
    module = module_of("LSTM", (2, 5), num_layers=2, dropout=0.5).eval()
    check_equals_torch(convert.from_torch(module), module, SHAPES[0])


def test_without_torch_the_error_says_so(monkeypatch):
    layer = own_layer("RNN tanh", (2, 3))
    monkeypatch.setitem(sys.modules, "torch", None)
    for call in (convert.from_torch, convert.to_torch):
        with pytest.raises(ImportError, match="^torch: expected PyTorch, which this conversion needs, got none"):
            call(layer)


def test_only_a_conversion_loads_torch():
    program = (
        "import sys, numpy, rnncourse.scratch; assert 'rnncourse.scratch.convert' not in sys.modules;"
        "from rnncourse.scratch import LSTM, convert; layer = LSTM(2, 3, numpy.random.default_rng(0));"
        "convert.from_onnx(*convert.to_onnx(layer)); convert.from_keras('LSTM', convert.to_keras(layer));"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {"torch", "onnx", "keras", "tensorflow"}.isdisjoint(run.stdout.split())
    assert "rnncourse.scratch.convert" in run.stdout.split()
