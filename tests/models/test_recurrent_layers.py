"""Input layers, PyTorch's layers over ragged batches, and the ways they start."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnncourse.models.evaluating import evaluating
from rnncourse.models.recurrent import (
    InputLayer,
    chrono_,
    forget_bias_,
    identity_,
    orthogonal_,
    recurrent_layer,
    run_layer,
)
from rnncourse.models.sequence import Classifier, gates

CELLS = ["RNN", "LSTM", "GRU"]
SHAPES = [(1, False), (3, False), (1, True), (2, True)]  # layers, bidirectional
each_cell = pytest.mark.parametrize("cell", CELLS)
each_shape = pytest.mark.parametrize(("layers", "bidirectional"), SHAPES)


def arrays_of(state):
    return (state,) if isinstance(state, torch.Tensor) else state


def layer_and_inputs(cell, shape=(6, 4, 3, 5), seed=1, **options):
    """A layer in float64, inputs (T, B, D) and a random state."""
    torch.manual_seed(seed)
    T, B, D, H = shape
    layer = recurrent_layer(cell, D, H, **options).double()
    _, state = layer(torch.zeros(1, B, D, dtype=torch.float64))
    state = tuple(torch.randn_like(array) for array in arrays_of(state))
    return layer, torch.randn(T, B, D, dtype=torch.float64), state if cell == "LSTM" else state[0]


def close(one, other):
    return torch.allclose(one, other, rtol=0, atol=1e-12)


def check_each_sequence_alone(layer, inputs, lengths, state):
    """A ragged batch gives what each sequence gives by itself, cut to its length; outputs in the padding are 0."""
    outputs, last = run_layer(layer, inputs, lengths, state)
    assert len(outputs) == len(inputs)
    for b, length in enumerate(lengths.tolist()):
        own = tuple(array[:, b : b + 1].contiguous() for array in arrays_of(state))
        expected, end = layer(inputs[:length, b : b + 1], own if isinstance(state, tuple) else own[0])
        assert close(outputs[:length, b : b + 1], expected)
        assert not outputs[length:, b].any()
        for array, expected_array in zip(arrays_of(last), arrays_of(end), strict=True):
            assert close(array[:, b : b + 1], expected_array)


@each_shape
@each_cell
def test_a_ragged_batch_is_each_sequence_alone(cell, layers, bidirectional):
    layer, inputs, state = layer_and_inputs(cell, layers=layers, bidirectional=bidirectional)
    check_each_sequence_alone(layer, inputs, torch.tensor([2, 5, 1, 4]), state)  # the last step is padding for all


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(CELLS), st.booleans(), st.tuples(*[st.integers(1, 4)] * 4), st.data())
def test_any_lengths(cell, bidirectional, shape, data):
    layer, inputs, state = layer_and_inputs(cell, shape, bidirectional=bidirectional)
    lengths = data.draw(st.lists(st.integers(1, shape[0]), min_size=shape[1], max_size=shape[1]))
    check_each_sequence_alone(layer, inputs, torch.tensor(lengths), state)


@each_cell
def test_padding_reaches_neither_results_nor_gradients(cell):
    layer, inputs, state = layer_and_inputs(cell, bidirectional=True)
    lengths = torch.tensor([2, 5, 1, 4])
    inputs.requires_grad_()
    outputs, last = run_layer(layer, inputs, lengths, state)
    (outputs.square().sum() + sum(array.square().sum() for array in arrays_of(last))).backward()
    padding = torch.arange(6)[:, None] >= lengths
    assert not inputs.grad[padding].any()
    assert inputs.grad[~padding].all()
    other = torch.where(padding[..., None], 9.0, inputs)
    assert torch.equal(run_layer(layer, other, lengths, state)[0], outputs)
    assert not close(layer(other, state)[0][~padding], outputs[~padding]), "without lengths, padding is read"


@each_cell
def test_full_lengths_are_no_lengths(cell):
    layer, inputs, state = layer_and_inputs(cell, layers=2, bidirectional=True)
    full, last = run_layer(layer, inputs, torch.full((4,), 6), state)
    expected, end = layer(inputs, state)
    assert torch.equal(full, expected)
    assert all(map(torch.equal, arrays_of(last), arrays_of(end)))


@each_cell
def test_a_carried_state_is_one_long_run(cell):
    layer, inputs, state = layer_and_inputs(cell, layers=2)
    expected, end = run_layer(layer, inputs, None, state)
    first, middle = run_layer(layer, inputs[:2], torch.full((4,), 2), state)
    second, last = run_layer(layer, inputs[2:], None, middle)
    assert close(torch.cat([first, second]), expected)
    assert all(map(close, arrays_of(last), arrays_of(end)))


@each_cell
def test_the_layer_is_torchs_own(cell):
    layer = recurrent_layer(cell, 3, 5, layers=2, bidirectional=True, dropout=0.25)
    assert type(layer) is getattr(nn, cell)
    assert (layer.input_size, layer.hidden_size, layer.num_layers, layer.bidirectional) == (3, 5, 2, True)
    assert layer.dropout == 0.25
    assert recurrent_layer("RNN", 3, 5, nonlinearity="relu").nonlinearity == "relu"


def test_words_are_rows_of_the_table_and_numbers_stay():
    words, numbers = InputLayer(4, vocabulary_size=7), InputLayer(4)
    tokens = torch.tensor([[6, 0], [1, 6], [3, 2]])
    assert torch.equal(words(tokens), words.embedding.weight[tokens])
    assert torch.equal(words(tokens.int()), words(tokens))
    x = torch.randn(3, 2, 4)
    assert numbers(x) is x
    assert not list(numbers.parameters())


# How layers start


def gate_biases(layer, gate):
    """One gate's sums of PyTorch's two biases, a row for each layer of the stack and each direction."""
    H = layer.hidden_size
    names = [name for name, _ in layer.named_parameters() if name.startswith("bias_ih")]
    sums = [getattr(layer, name) + getattr(layer, name.replace("ih", "hh")) for name in names]
    return torch.stack([total[gate * H : (gate + 1) * H] for total in sums]).detach()


def unchanged(layer, before, touched):
    """Whether all parameters but the named gates of the biases are what they were."""
    H, blocks = layer.hidden_size, 4 if isinstance(layer, nn.LSTM) else 3
    for name, parameter in layer.named_parameters():
        for gate in range(blocks):
            place = slice(gate * H, (gate + 1) * H)
            if not (name.startswith("bias") and gate in touched) and not torch.equal(
                parameter[place], before[name][place]
            ):
                return False
    return True


def copies(layer):
    return {name: parameter.detach().clone() for name, parameter in layer.named_parameters()}


@each_shape
@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_forget_bias_is_the_sum_of_both_biases(cell, layers, bidirectional):
    layer, _, _ = layer_and_inputs(cell, layers=layers, bidirectional=bidirectional)
    before = copies(layer)
    assert forget_bias_(layer, 2.5) is layer
    assert torch.equal(gate_biases(layer, 1), torch.full((layers * (1 + bidirectional), 5), 2.5, dtype=torch.float64))
    assert unchanged(layer, before, {1})
    assert not unchanged(layer, before, set())


@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_the_gate_that_keeps_is_the_one_that_starts_open(cell):
    layer = forget_bias_(recurrent_layer(cell, 2, 3), math.log(9))
    seen = gates(layer, torch.zeros(1, 4, 2))
    kept = seen.f if cell == "LSTM" else seen.z
    assert torch.allclose(kept, torch.tensor(0.9))


@each_shape
@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_chrono_spreads_the_keeping_gate_and_mirrors_it_in_the_writing_gate(cell, layers, bidirectional):
    layer, _, _ = layer_and_inputs(cell, (1, 1, 2, 50), layers=layers, bidirectional=bidirectional)
    before = copies(layer)
    assert chrono_(layer, 100) is layer
    keeping = gate_biases(layer, 1)
    assert keeping.min() >= 0
    assert keeping.max() <= math.log(99)
    assert keeping.unique().numel() == keeping.numel()  # each unit, layer and direction draws its own
    assert unchanged(layer, before, {0, 1} if cell == "LSTM" else {1})
    if cell == "LSTM":
        assert torch.equal(gate_biases(layer, 0), -keeping)


def test_chrono_draws_memories_uniformly():
    torch.manual_seed(0)
    u = gate_biases(chrono_(nn.GRU(1, 500), 100), 1).exp().double()
    places = (u.sort(dim=1).values[0] - 1) / 98
    expected = torch.arange(1, 501) / 500
    assert (places - expected).abs().max() < 1.95 / math.sqrt(500)  # Kolmogorov's bound, exceeded once in 1000


@each_shape
@each_cell
def test_every_recurrent_block_becomes_orthogonal(cell, layers, bidirectional):
    layer, _, _ = layer_and_inputs(cell, layers=layers, bidirectional=bidirectional)
    before = copies(layer)
    assert orthogonal_(layer) is layer
    for name, parameter in layer.named_parameters():
        if not name.startswith("weight_hh"):
            assert torch.equal(parameter, before[name])
            continue
        assert not torch.equal(parameter, before[name])
        for block in parameter.split(5):
            assert close(block @ block.T, torch.eye(5, dtype=torch.float64))
            assert block.abs().max() < 0.999  # neither the identity nor a permutation


@each_shape
def test_identity_changes_recurrence_and_biases_only(layers, bidirectional):
    layer, _, _ = layer_and_inputs("RNN", layers=layers, bidirectional=bidirectional, nonlinearity="relu")
    before = copies(layer)
    assert identity_(layer) is layer
    for name, parameter in layer.named_parameters():
        expected = before[name] if name.startswith("weight_ih") else 0 * parameter
        expected = torch.eye(5, dtype=torch.float64) if name.startswith("weight_hh") else expected
        assert torch.equal(parameter, expected)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_with_relu_and_nothing_coming_in_the_identity_keeps_a_state_exactly(bidirectional):
    layer = identity_(recurrent_layer("RNN", 2, 3, bidirectional=bidirectional, nonlinearity="relu"))
    state = torch.rand(1 + bidirectional, 4, 3)
    assert torch.equal(layer(torch.zeros(50, 4, 2), state)[1], state)


@pytest.mark.parametrize("start", [forget_bias_, lambda module: chrono_(module, 20), orthogonal_])
def test_a_whole_model_is_started_and_still_learns(start):
    torch.manual_seed(0)
    model = Classifier(2, 4, 3, "LSTM", layers=2)
    before = copies(model)
    assert start(model) is model
    changed = {name for name, parameter in model.named_parameters() if not torch.equal(parameter, before[name])}
    assert changed
    assert all(name.startswith("layer.") for name in changed)
    model(torch.randn(5, 3, 2))[0].sum().backward()
    assert all(parameter.is_leaf and parameter.grad.any() for parameter in model.parameters())


def test_every_recurrent_layer_in_a_model_is_started_and_others_stay():
    model = nn.Sequential(nn.LSTM(2, 3), nn.Sequential(nn.RNN(3, 4), nn.GRU(4, 5)))
    before = copies(model[1][0])
    forget_bias_(model, 2.0)
    assert (gate_biases(model[0], 1) == 2).all()
    assert (gate_biases(model[1][1], 1) == 2).all()
    assert all(torch.equal(parameter, before[name]) for name, parameter in model[1][0].named_parameters())


@pytest.mark.parametrize("start", [lambda module: chrono_(module, 20), orthogonal_])
def test_random_starts_repeat_with_the_seed(start):
    layers = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        layers.append(copies(start(nn.LSTM(2, 4))))
    same, different = (all(torch.equal(layers[0][name], layers[i][name]) for name in layers[0]) for i in (1, 2))
    assert same
    assert not different


def gradient_share(layer, T=100):
    """How much the last output depends on the first input, beside how much on the last one."""
    torch.manual_seed(3)
    inputs = torch.randn(T, 8, layer.input_size, requires_grad=True)
    layer(inputs)[0][-1].sum().backward()
    return (inputs.grad[0].norm() / inputs.grad[-1].norm()).item()


def test_memory_starts_as_long_as_the_start_says():
    shares = {}
    for name, start in {"default": nn.Identity(), "chrono": lambda layer: chrono_(layer, 100)}.items():
        torch.manual_seed(0)
        shares[name] = gradient_share(start(nn.LSTM(3, 32)))
    assert shares["default"] < 1e-12
    assert shares["chrono"] > 1e-3


def test_evaluating_leaves_a_frozen_part_frozen():
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 1))
    model[0].eval()
    with evaluating(model):
        assert not model.training
    assert [module.training for module in model.modules()] == [True, False, True]


def test_evaluating_turns_dropout_off_and_the_mode_back():
    model = nn.Sequential(nn.Linear(2, 50), nn.Dropout(0.5))
    x = torch.ones(1, 2)
    with evaluating(model):
        assert torch.equal(model(x), model[0](x))
        assert not model(x).requires_grad
    assert model.training
    assert model[1].training


@pytest.mark.parametrize("training", [True, False])
def test_evaluating_restores_the_mode_after_an_error_too(training):
    model = nn.Dropout().train(training)
    with pytest.raises(KeyError), evaluating(model):
        raise KeyError
    assert model.training is training
    with evaluating(model):
        assert not model.training
    assert model.training is training


# What is refused

x = torch.zeros(4, 2, 3)
REFUSED = {
    "cell: expected 'RNN' or 'LSTM' or 'GRU', got 'lstm'": lambda: recurrent_layer("lstm", 2, 3),
    "nonlinearity: expected 'tanh', which GRU has built in": lambda: recurrent_layer("GRU", 2, 3, nonlinearity="relu"),
    r"inputs: expected shape \(T, B, 3\), got \(4, 2\)": lambda: run_layer(nn.GRU(3, 5), x[..., 0]),
    r"inputs: expected shape \(T, B, 2\), got \(4, 2, 3\)": lambda: run_layer(nn.GRU(2, 5), x),
    r"inputs: expected shape \(T, B, 3\), got \(0, 2, 3\)": lambda: run_layer(nn.GRU(3, 5), x[:0]),
    r"inputs: expected shape \(T, B\), got \(4, 2, 3\)": lambda: InputLayer(2, 5)(x),
    "inputs: expected integers, got torch.float32": lambda: InputLayer(2, 5)(x[..., 0]),
    "inputs: expected ids from 0 to 4, got 5": lambda: InputLayer(2, 5)(torch.tensor([[0, 5]])),
    "inputs: expected ids from 0 to 4, got -100": lambda: InputLayer(2, 5)(torch.tensor([[0, -100]])),
    "inputs: expected floats, got torch.int64": lambda: InputLayer(3)(x.long()),
    "inputs: expected finite numbers, got NaN or infinity": lambda: InputLayer(3)(x / 0),
    "lengths: expected lengths from 1 to 4, got 0": lambda: run_layer(nn.GRU(3, 5), x, torch.tensor([4, 0])),
    "lengths: expected lengths from 1 to 4, got 5": lambda: run_layer(nn.GRU(3, 5), x, torch.tensor([4, 5])),
    r"lengths: expected integers of shape \(2,\), got torch.int64 \(3,\)": lambda: run_layer(
        nn.GRU(3, 5), x, torch.tensor([4, 1, 2])
    ),
    r"lengths: expected integers of shape \(2,\), got torch.float32": lambda: run_layer(nn.GRU(3, 5), x, torch.ones(2)),
    r"state: expected h \(1, 2, 5\), got \[\(1, 3, 5\)\]": lambda: run_layer(
        nn.GRU(3, 5), x, None, torch.ones(1, 3, 5)
    ),
    r"state: expected \(h, c\), each \(2, 2, 5\), got \[\(2, 2, 5\)\]": lambda: run_layer(
        nn.LSTM(3, 5, bidirectional=True), x, None, torch.ones(2, 2, 5)
    ),
    "bias: expected a finite number, got nan": lambda: forget_bias_(nn.LSTM(2, 3), math.nan),
    "longest: expected a number of steps above 2, got 2": lambda: chrono_(nn.LSTM(2, 3), 2),
    "module: expected nn.LSTM or nn.GRU, or a model with one inside, got RNN": lambda: forget_bias_(nn.RNN(2, 3)),
    "module: expected nn.RNN, or a model with one inside, got GRU": lambda: identity_(nn.GRU(2, 3)),
    "module: expected nn.RNN or nn.LSTM or nn.GRU, or a model with one inside, got Linear": lambda: orthogonal_(
        nn.Linear(2, 3)
    ),
    "module: expected layers with biases, got one made with bias=False": lambda: chrono_(nn.LSTM(2, 3, bias=False), 9),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused(message):
    with pytest.raises(ValueError, match=f"^{message}"):
        REFUSED[message]()
