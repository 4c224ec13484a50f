"""Conversion from and to PyTorch of what is not a recurrent layer: cells, the linear map and the embedding table."""

import numpy as np
import pytest
import torch

from rnncourse.scratch import ElmanCell, GRUCell, LSTMCell, convert
from rnncourse.scratch.state import pack, unpack

from .checks import AUTOGRAD, assert_all_close, assert_close


def check_cell(cell, module):
    """One step of a cell and of PyTorch's: the next state, and the gradients of inputs and state."""
    rng = np.random.default_rng(4)
    x, *state = (rng.standard_normal((3, size)) for size in (cell.input_size, *cell.state_sizes))
    dstate = pack(rng.standard_normal((3, size)) for size in cell.state_sizes)
    tensors = [torch.tensor(array, requires_grad=True) for array in (x, *state)]
    expected = unpack(module(tensors[0], tuple(tensors[1:]) if len(state) > 1 else tensors[1]))
    torch.autograd.backward(expected, [torch.tensor(array) for array in unpack(dstate)])
    following, cache = cell.forward(x, pack(state))
    dx, dprevious = cell.backward(dstate, cache)
    found = [*unpack(following), dx, *unpack(dprevious)]
    wanted = [*(tensor.detach().numpy() for tensor in expected), *(tensor.grad.numpy() for tensor in tensors)]
    for i, pair in enumerate(zip(found, wanted, strict=True)):
        assert_close(f"array {i}", *pair, AUTOGRAD)


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize(
    ("name", "own", "options"),
    [
        ("RNNCell", ElmanCell, {}),
        ("RNNCell", ElmanCell, {"nonlinearity": "relu"}),
        ("LSTMCell", LSTMCell, {}),
        ("GRUCell", GRUCell, {}),
    ],
    ids=lambda value: str(value) if isinstance(value, str | dict) else "",
)
def test_cells(name, own, options, bias):
    module = getattr(torch.nn, name)(3, 4, bias=bias, **options, dtype=torch.float64)
    cell = convert.from_torch(module)
    assert type(cell) is own
    back = convert.to_torch(cell)
    assert type(back) is type(module)
    check_cell(cell, module)
    check_cell(cell, back)


def assert_equals_torch(layer, module, x):
    """The same outputs from the module, and from the one that the layer becomes."""
    for theirs in (module, convert.to_torch(layer)):
        assert_close("outputs", layer.forward(x)[0], theirs(torch.tensor(x)).detach().numpy(), 1e-14)


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
def test_linear(bias):
    module = torch.nn.Linear(3, 5, bias=bias, dtype=torch.float64)
    layer = convert.from_torch(module)
    x = np.random.default_rng(0).standard_normal((4, 2, 3))
    assert_equals_torch(layer, module, x)


def test_embedding():
    module = torch.nn.Embedding(6, 3)
    layer = convert.from_torch(module)
    tokens = np.array([[1, 5, 1], [0, 2, 4]])
    assert_equals_torch(layer, module, tokens)


MODULES = {
    "GRU": lambda: torch.nn.GRU(3, 4, 2, bidirectional=True),
    "LSTMCell": lambda: torch.nn.LSTMCell(3, 4),
    "Linear": lambda: torch.nn.Linear(3, 4),
    "Embedding": lambda: torch.nn.Embedding(3, 4),
}


@pytest.mark.parametrize("name", MODULES)
def test_nothing_is_shared(name):
    module = MODULES[name]()
    layer = convert.from_torch(module)
    back = convert.to_torch(layer)
    expected = {name: array.copy() for name, array in layer.parameters().items()}
    with torch.no_grad():
        for parameter in (*module.parameters(), *back.parameters()):
            parameter.fill_(7)
    assert_all_close(layer.parameters(), expected, 0)
    assert all(array.flags.c_contiguous and array.flags.writeable for array in layer.parameters().values())
    assert {array.dtype for array in layer.parameters().values()} == {np.dtype(np.float32)}
