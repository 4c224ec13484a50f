"""Stacked layers: against torch's own stack, against scratch's skip and dense connections, over padding and pieces."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from rnncourse.models.stacked import StackedRecurrent, StackedTagger
from rnncourse.scratch import Stacked
from rnncourse.scratch.convert import from_torch

torch.set_num_threads(1)
CELLS = ["RNN", "LSTM", "GRU"]
CONNECTIONS = ["plain", "skip", "dense"]
each_cell = pytest.mark.parametrize("cell", CELLS)
each_connection = pytest.mark.parametrize("connections", CONNECTIONS)
EXACT = {"rtol": 1e-10, "atol": 1e-12}
LENGTHS = torch.tensor([2, 5, 1])


def stack(cell, connections, layers=3, sizes=(2, 4)):
    torch.manual_seed(1)
    return StackedRecurrent(*sizes, cell, layers=layers, connections=connections).double()


def inputs(T=5, B=3, D=2, seed=2):
    return torch.tensor(np.random.default_rng(seed).standard_normal((T, B, D)))


def state_of(cell, layers=3, B=3, H=4):
    h, c = torch.tensor(np.random.default_rng(3).standard_normal((2, layers, B, H)))
    return (h, c) if cell == "LSTM" else h


def tensors(state):
    return [state] if isinstance(state, torch.Tensor) else list(state)


def torch_copy(model):
    """PyTorch's own stack with the same weights."""
    first = model.layers[0]
    copy = type(first)(first.input_size, first.hidden_size, len(model.layers)).double()
    weights = {
        name.replace("l0", f"l{n}"): value
        for n, layer in enumerate(model.layers)
        for name, value in layer.state_dict().items()
    }
    copy.load_state_dict(weights)
    return copy


@each_cell
@pytest.mark.parametrize("with_state", [True, False])
def test_without_connections_it_is_torchs_stack(cell, with_state):
    model = stack(cell, "plain")
    copy, x = torch_copy(model), inputs()
    state = state_of(cell) if with_state else None
    results = [(outputs, *tensors(last)) for outputs, last in (model(x, state=state), copy(x, state))]
    for found, expected in zip(*results, strict=True):
        torch.testing.assert_close(found, expected, **EXACT)
    for outputs in results:
        sum(array.square().sum() for array in outputs).backward()
    for n, layer in enumerate(model.layers):
        for name, parameter in layer.named_parameters():
            expected = copy.get_parameter(name.replace("l0", f"l{n}")).grad
            torch.testing.assert_close(parameter.grad, expected, **EXACT)


@each_cell
@each_connection
@pytest.mark.parametrize(("T", "B", "D", "layers"), [(1, 1, 1, 1), (4, 1, 3, 2), (5, 3, 2, 4)])
def test_every_connection_equals_scratch(cell, connections, T, B, D, layers):
    model = stack(cell, connections, layers, (D, 4))
    x, state = inputs(T, B, D), state_of(cell, layers, B)
    copy = Stacked([from_torch(layer) for layer in model.layers], connections)
    arrays = tuple(array.numpy() for array in tensors(state))
    outputs, last, cache = copy.forward(x.numpy(), arrays if cell == "LSTM" else arrays[0])
    x.requires_grad_()
    found, found_last = model(x, state=state)
    np.testing.assert_allclose(found.detach(), outputs, **EXACT)
    for array, expected in zip(tensors(found_last), last if cell == "LSTM" else [last], strict=True):
        np.testing.assert_allclose(array.detach(), expected, **EXACT)
    found.square().sum().backward()
    np.testing.assert_allclose(x.grad, copy.backward(2 * outputs, None, cache)[0], **EXACT)


@each_cell
@each_connection
def test_padding_counts_for_nothing(cell, connections):
    model, x = stack(cell, connections), inputs()
    outputs, last = model(x, LENGTHS)
    other = x.clone()
    for b, length in enumerate(LENGTHS.tolist()):
        other[length:, b] = 99
        alone, alone_last = model(x[:length, b : b + 1])
        torch.testing.assert_close(outputs[:length, b : b + 1], alone, **EXACT)
        for array, expected in zip(tensors(last), tensors(alone_last), strict=True):
            torch.testing.assert_close(array[:, b : b + 1], expected, **EXACT)
    real = torch.arange(5)[:, None] < LENGTHS
    changed, changed_last = model(other, LENGTHS)
    assert torch.equal(changed[real], outputs[real])
    assert all(map(torch.equal, tensors(changed_last), tensors(last)))


@each_cell
@each_connection
def test_the_state_carries_a_run_over_a_break(cell, connections):
    model, x = stack(cell, connections), inputs(T=6)
    whole, end = model(x)
    first, state = model(x[:2])
    second, last = model(x[2:], state=state)
    torch.testing.assert_close(torch.cat([first, second]), whole, **EXACT)
    for array, expected in zip(tensors(last), tensors(end), strict=True):
        torch.testing.assert_close(array, expected, **EXACT)


def test_skips_let_inputs_of_the_second_layer_through_and_dense_layers_read_everything():
    skip, dense, x = stack("RNN", "skip"), stack("RNN", "dense"), inputs()
    for parameter in (*skip.layers[1:].parameters(), *dense.layers[1:].parameters()):
        parameter.data.zero_()
    assert torch.equal(skip(x)[0], skip.layers[0](x)[0])
    assert not dense(x)[0].any()
    assert [layer.input_size for layer in dense.layers] == [2, 6, 10]
    assert [layer.input_size for layer in skip.layers] == [2, 4, 4]


@each_cell
@each_connection
def test_gradients_reach_every_parameter_of_a_tagger(cell, connections):
    torch.manual_seed(0)
    model = StackedTagger(3, 4, 2, cell, layers=8, connections=connections, vocabulary_size=5).double()
    outputs, _ = model(torch.tensor([[0, 1], [2, 3], [4, 0]]))
    assert outputs.shape == (3, 2, 2)
    outputs.square().sum().backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


def test_a_tagger_is_a_stack_and_a_readout():
    torch.manual_seed(0)
    model, x = StackedTagger(2, 4, 3, "GRU", layers=2, connections="skip").double(), inputs()
    hidden, end = model.layer(x, LENGTHS)
    outputs, last = model(x, LENGTHS)
    assert torch.equal(outputs, hidden @ model.readout.weight.T + model.readout.bias)
    assert torch.equal(last, end)
    resumed = model(x, state=state_of("GRU", 2))[0]
    assert torch.equal(resumed, model.readout(model.layer(x, state=state_of("GRU", 2))[0]))


BAD_CALLS = {
    "cell": (lambda: StackedRecurrent(2, 4, "lstm", layers=2), "^cell: expected .* got 'lstm'$"),
    "connections": (
        lambda: StackedRecurrent(2, 4, layers=2, connections="residual"),
        "^connections: expected 'plain' or 'skip' or 'dense', got 'residual'$",
    ),
    "layers": (lambda: StackedRecurrent(2, 4, layers=0), "^layers: expected an integer of at least 1, got 0$"),
    "layers in parts": (lambda: StackedRecurrent(2, 4, layers=2.0), "^layers: expected an integer .* got 2.0$"),
    "width": (lambda: stack("RNN", "plain")(inputs(D=3)), r"^inputs: expected shape \(T, B, 2\), got \(5, 3, 3\)$"),
    "lengths": (lambda: stack("RNN", "plain")(inputs(), LENGTHS + 1), "^lengths: expected lengths from 1 to 5, got 6$"),
    "state": (
        lambda: stack("RNN", "plain")(inputs(), state=state_of("RNN", 2)),
        r"^state: expected \(3, B, H\), a row for each layer, got \[\(2, 3, 4\)\]$",
    ),
    "state of an LSTM": (
        lambda: stack("LSTM", "plain")(inputs(), state=(state_of("RNN"), state_of("RNN", 4))),
        r"^state: expected \(3, B, H\), a row for each layer, got \[\(3, 3, 4\), \(4, 3, 4\)\]$",
    ),
    "h alone": (lambda: stack("LSTM", "plain")(inputs(), state=state_of("RNN")), r"^state: expected \(h, c\), each "),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_calls_are_named(name):
    call, message = BAD_CALLS[name]
    with pytest.raises(ValueError, match=message):
        call()


def loss_of_echo(connections):
    """Cross-entropy of 8 LSTM layers, trained for 80 steps to say the symbol before; chance is log 4 = 1.386."""
    torch.manual_seed(0)
    model, rng = StackedTagger(4, 16, 4, layers=8, connections=connections, vocabulary_size=4), np.random.default_rng(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(80):
        symbols = torch.tensor(rng.integers(0, 4, (8, 32)))
        loss = functional.cross_entropy(model(symbols)[0][1:].flatten(0, 1), symbols[:-1].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def test_eight_layers_learn_with_connections_and_not_without():
    assert loss_of_echo("skip") < 0.3
    assert loss_of_echo("dense") < 0.4
    assert loss_of_echo("plain") > 1.2
