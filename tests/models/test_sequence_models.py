"""Taggers, classifiers and language models, and what happens inside their gates."""

import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from rnncourse.data import IGNORED, Vocabulary, language_batch
from rnncourse.models.recurrent import recurrent_layer
from rnncourse.models.sequence import Classifier, LanguageModel, Tagger, draw, gates
from rnncourse.scratch import GRUCell, LSTMCell

torch.set_num_threads(1)
CELLS = ["RNN", "LSTM", "GRU"]
V = 7
each_cell = pytest.mark.parametrize("cell", CELLS)
each_model = pytest.mark.parametrize("model_class", [Tagger, Classifier])
each_direction = pytest.mark.parametrize("bidirectional", [False, True])


def close(one, other, tolerance=1e-12):
    return one.shape == other.shape and torch.allclose(one, other, rtol=0, atol=tolerance)


def arrays_of(state):
    return (state,) if isinstance(state, torch.Tensor) else state


def over_words(model_class, cell="LSTM", **options):
    """A model over words in float64, words (6, 4), lengths."""
    torch.manual_seed(1)
    model = model_class(3, 5, 2, cell, vocabulary_size=V, **options).double()
    return model, torch.randint(V, (6, 4)), torch.tensor([2, 6, 1, 4])


def fit(model, batch, loss, steps, learning_rate=1e-2):
    """Train on ``batch(step)``, a tuple of inputs and last the targets."""
    optimizer = torch.optim.Adam(model.parameters(), learning_rate)
    for step in range(steps):
        *inputs, targets = batch(step)
        optimizer.zero_grad()
        outputs, _ = model(*inputs)
        loss(outputs, targets).backward()
        optimizer.step()
    return model.eval()


def cross_entropy(logits, targets):
    return functional.cross_entropy(logits.flatten(0, -2), targets.flatten(), ignore_index=IGNORED)


# Taggers and classifiers


@each_direction
@each_cell
def test_a_tagger_is_torchs_layer_with_a_readout_at_each_step(cell, bidirectional):
    model, tokens, _ = over_words(Tagger, cell, layers=2, bidirectional=bidirectional)
    hidden, end = model.layer(model.inputs.embedding.weight[tokens])
    outputs, state = model(tokens)
    assert close(outputs, hidden @ model.readout.weight.T + model.readout.bias)
    assert all(map(torch.equal, arrays_of(state), arrays_of(end)))
    assert torch.equal(model.hidden_states(tokens)[0], hidden)


@each_direction
@each_cell
def test_a_classifier_reads_both_ends_of_the_last_layer(cell, bidirectional):
    model, tokens, lengths = over_words(Classifier, cell, layers=2, bidirectional=bidirectional)
    outputs, _ = model(tokens, lengths)
    hidden, _ = model.hidden_states(tokens, lengths)
    for b, length in enumerate(lengths):
        ends = torch.cat([hidden[length - 1, b, :5], hidden[0, b, 5:]])
        assert close(outputs[b], model.readout.weight @ ends + model.readout.bias)


@each_model
@each_direction
@each_cell
def test_no_result_depends_on_padding_or_on_neighbours(model_class, bidirectional, cell):
    model, tokens, lengths = over_words(model_class, cell, bidirectional=bidirectional)
    outputs, _ = model(tokens, lengths)
    more = torch.where(torch.arange(6)[:, None] < lengths, tokens, (tokens + 1) % V)
    more = torch.cat([more, torch.randint(V, (3, 4))])
    padded, _ = model(more, lengths)
    for b, length in enumerate(lengths):
        alone, _ = model(tokens[:length, b : b + 1])
        real = (slice(None, length), b) if model_class is Tagger else b
        assert close(padded[real], outputs[real])
        assert close(alone[:, 0] if model_class is Tagger else alone[0], outputs[real])


@each_model
def test_numbers_are_read_as_words_are_from_their_embeddings(model_class):
    model, tokens, lengths = over_words(model_class)
    numeric = model_class(3, 5, 2).double()
    numeric.load_state_dict({k: v for k, v in model.state_dict().items() if "embedding" not in k})
    assert torch.equal(numeric(model.inputs(tokens), lengths)[0], model(tokens, lengths)[0])


@each_cell
def test_a_stream_with_carried_state_is_one_long_run(cell):
    model, tokens, _ = over_words(Tagger, cell, layers=2)
    expected, end = model(tokens)
    state, streamed = None, []
    for x_t in tokens:
        outputs, state = model(x_t[None], state=state)
        streamed.append(outputs)
    assert close(torch.cat(streamed), expected)
    assert all(map(close, arrays_of(state), arrays_of(end)))


@each_model
@each_direction
@each_cell
def test_gradients_reach_every_parameter(model_class, bidirectional, cell):
    model, _, _ = over_words(model_class, cell, layers=2, bidirectional=bidirectional, dropout=0.1)
    tokens = torch.arange(V)[:, None].expand(V, 2)
    model(tokens, torch.tensor([V, V - 1]))[0].square().sum().backward()
    for name, parameter in model.named_parameters():
        rows = parameter.grad.abs().flatten(1).sum(1) if parameter.ndim == 2 else parameter.grad
        assert rows.all(), name


@each_model
@each_cell
def test_one_step_and_one_sequence(model_class, cell):
    model, tokens, _ = over_words(model_class, cell, bidirectional=True)
    outputs, _ = model(tokens[:1, :1], torch.tensor([1]))
    assert outputs.shape == ((1, 1, 2) if model_class is Tagger else (1, 2))


def test_a_model_repeats_with_the_seed():
    weights = [over_words(Tagger, dropout=0.5)[0].state_dict() for _ in range(2)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


@each_model
def test_dropout_is_on_what_the_layer_reads_and_on_what_is_read_from_it(model_class):
    """With all dropped, the layer reads zeros, and of the readout the bias alone is left."""
    model, tokens, lengths = over_words(model_class, dropout=1.0)
    assert torch.equal(model.hidden_states(tokens)[0], model.layer(torch.zeros(6, 4, 3).double())[0])
    outputs, _ = model(tokens, lengths)
    assert torch.equal(outputs, model.readout.bias.expand_as(outputs))


@each_model
def test_dropout_is_between_layers_and_only_in_training(model_class):
    model, tokens, _ = over_words(model_class, dropout=0.5, layers=2)
    assert model.layer.dropout == 0.5
    assert not torch.equal(model(tokens)[0], model(tokens)[0])
    model.eval()
    assert torch.equal(model(tokens)[0], model(tokens)[0])
    assert over_words(model_class, dropout=0.5)[0].layer.dropout == 0  # PyTorch warns: one layer has no between


def test_only_both_directions_know_the_next_word():
    torch.manual_seed(0)

    def batch(step):
        tokens = torch.randint(4, (9, 32))
        return tokens[:-1], torch.cat([tokens[1:-1], torch.full((1, 32), IGNORED)])

    accuracy = {}
    for bidirectional in (False, True):
        model = Tagger(8, 16, 4, "RNN", vocabulary_size=4, bidirectional=bidirectional)
        fit(model, batch, cross_entropy, 120, 2e-2)
        tokens, targets = batch(0)
        accuracy[bidirectional] = (model(tokens)[0].argmax(2) == targets)[:-1].float().mean().item()
    assert accuracy[False] < 0.45  # chance is 1/4
    assert accuracy[True] > 0.95


def test_forecasts_follow_a_stream_after_training_on_windows():
    """Two waves of periods that no window of 8 steps shows whole; on the stream the state is carried."""
    torch.manual_seed(0)
    t = torch.arange(600.0)
    series = torch.sin(2 * math.pi * t / 24) + 0.5 * torch.sin(2 * math.pi * t / 7)
    places = torch.arange(9)[:, None]

    def batch(step):
        windows = series[torch.randint(0, 400, (32,)) + places][..., None]
        return windows[:-1], windows[1:]

    model = fit(Tagger(1, 16, 1, "GRU"), batch, functional.mse_loss, 200, 2e-2)
    state, errors, naive = None, [], []
    for now in range(400, 599):
        forecast, state = model(series[now].view(1, 1, 1), state=state)
        errors.append((forecast.item() - series[now + 1].item()) ** 2)
        naive.append((series[now].item() - series[now + 1].item()) ** 2)
    assert np.mean(errors[8:]) < 0.2 * np.mean(naive[8:])


# Language models


def language_model(cell="LSTM", V=5, **options):
    torch.manual_seed(1)
    return LanguageModel(V, 3, 4, cell, **options).double()


@each_cell
def test_a_language_model_gives_the_probability_of_every_sentence(cell):
    model = language_model(cell)
    sentences = torch.tensor(list(itertools.product(range(5), repeat=3))).T
    start = torch.full((1, 125), 1)
    log_p = model.log_probability(torch.cat([start, sentences[:-1]]), sentences)
    assert log_p.exp().sum().item() == pytest.approx(1, abs=1e-12)
    assert not log_p.requires_grad
    by_hand = 0.0
    for words, word in (([1], 3), ([1, 3], 0), ([1, 3, 0], 2)):
        by_hand += model(torch.tensor(words)[:, None])[0][-1, 0].softmax(0)[word].log().item()
    assert log_p[3 * 25 + 0 * 5 + 2].item() == pytest.approx(by_hand, abs=1e-12)


def test_ignored_targets_add_nothing():
    model = language_model()
    tokens, targets = torch.randint(5, (2, 6, 3))
    short = model.log_probability(tokens[:4], targets[:4])
    targets[4:] = IGNORED
    assert close(model.log_probability(tokens, targets), short)


@each_cell
def test_a_probability_goes_on_from_a_state(cell):
    model = language_model(cell, layers=2)
    tokens, targets = torch.randint(5, (2, 6, 3))
    first = model.log_probability(tokens[:2], targets[:2])
    second = model.log_probability(tokens[2:], targets[2:], model(tokens[:2])[1])
    assert close(first + second, model.log_probability(tokens, targets))


def test_probabilities_and_samples_are_without_dropout_and_training_goes_on_with_it():
    model = language_model(dropout=0.5, layers=2)
    tokens, targets = torch.randint(5, (2, 6, 3))
    assert torch.equal(model.log_probability(tokens, targets), model.log_probability(tokens, targets))
    assert torch.equal(model.sample(tokens, 9, 0), model.sample(tokens, 9, 0))
    assert model.training
    assert not torch.equal(model(tokens)[0], model(tokens)[0])


@each_cell
def test_samples_follow_the_law_of_the_model(cell):
    """Pairs of words after a start of two, against the exact law: a wrong state, start or feedback would show."""
    model, count = language_model(cell, V=3), 40_000
    for weight in model.parameters():
        weight.data *= 3  # a law that is far from uniform
    start = torch.tensor([[2], [0]])
    pairs = model.sample(start.expand(2, count), 2, generator=torch.Generator().manual_seed(0))
    assert pairs.shape == (2, count)
    for pair in itertools.product(range(3), repeat=2):
        inputs = torch.tensor([2, 0, pair[0]])[:, None]
        p = model.log_probability(inputs, torch.tensor([IGNORED, *pair])[:, None]).exp().item()
        share = (pairs == torch.tensor(pair)[:, None]).all(dim=0).double().mean().item()
        assert abs(share - p) < 5 * math.sqrt(p * (1 - p) / count)


def test_temperature_raises_the_law_to_a_power_and_0_takes_the_best():
    logits = torch.tensor([[0.0, 1.0, 2.0]]).log()
    logits = torch.cat([logits.clamp(min=-50)] * 20_000)
    generator = torch.Generator().manual_seed(0)
    for temperature, odds in ((1.0, 2.0), (0.5, 4.0), (2.0, math.sqrt(2))):
        drawn = draw(logits, temperature, generator)
        p = odds / (1 + odds)
        assert abs((drawn == 2).double().mean().item() - p) < 5 * math.sqrt(p * (1 - p) / 20_000)
        assert not (drawn == 0).any()
    assert (draw(logits, 0) == 2).all()


def test_a_greedy_sample_is_the_best_word_each_time():
    model = language_model()
    text = torch.tensor([[1, 4], [2, 0]])
    drawn = model.sample(text, 5, temperature=0)
    for words in drawn:
        assert torch.equal(words, model(text)[0][-1].argmax(1))
        text = torch.cat([text, words[None]])


def test_samples_repeat_with_the_generator():
    model, start = language_model(), torch.ones(1, 8, dtype=torch.long)
    same, again, other = (model.sample(start, 9, generator=torch.Generator().manual_seed(s)) for s in (1, 1, 2))
    assert torch.equal(same, again)
    assert not torch.equal(same, other)


def test_gradients_reach_every_parameter_of_a_language_model():
    model = language_model(layers=2)
    model(torch.arange(5)[:, None])[0].square().sum().backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


@each_cell
def test_a_trained_language_model_prefers_the_right_order_and_the_right_word(cell):
    corpus = [
        "the cat is small",
        "the dog is small",
        "the cat is old",
        "the house is small",
        "the house is old",
        "the dog is walking home after school",
        "the cat is walking home after school",
        "walking home after school",
        "the school is small",
    ]
    sentences = [line.split() for line in corpus]
    vocabulary = Vocabulary.of(sentences)

    def batch_of(lines):
        return [torch.as_tensor(array) for array in language_batch([line.split() for line in lines], vocabulary)]

    torch.manual_seed(0)
    model = LanguageModel(len(vocabulary), 8, 16, cell)
    everything = batch_of(corpus)
    fit(model, lambda step: everything, cross_entropy, 60)
    pairs = ["the cat is small", "small the cat is"], ["walking home after school", "walking house after school"]
    for lines in pairs:
        right, wrong = model.log_probability(*batch_of(lines)).tolist()
        assert right > wrong + 2


# Gates


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("with_state", [True, False])
@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (6, 4, 3, 5)], ids=str)
def test_gates_give_the_layers_own_outputs(cell, with_state, bias, shape):
    torch.manual_seed(2)
    T, B, D, H = shape
    layer = getattr(nn, cell)(D, H, bias=bias).double()
    inputs, h, c = torch.randn(T, B, D).double(), torch.randn(1, B, H).double(), torch.randn(1, B, H).double()
    state = ((h, c) if cell == "LSTM" else h) if with_state else None
    outputs, _ = layer(inputs, state)
    seen = gates(layer, inputs, state)
    assert close(seen.h, outputs)
    for t in range(T if cell == "LSTM" else 0):
        assert close(seen.c[t], layer(inputs[: t + 1], state)[1][1][0])
    assert all(array.shape == (T, B, H) and not array.requires_grad for array in seen)


def scratch_cell(layer):
    """The NumPy cell with the weights of a PyTorch layer."""
    cell_class = LSTMCell if isinstance(layer, nn.LSTM) else GRUCell
    cell = cell_class(layer.input_size, layer.hidden_size, np.random.default_rng(0))
    weights = {name: parameter.detach().numpy() for name, parameter in layer.named_parameters()}
    cell.W_x, cell.W_h = weights["weight_ih_l0"].T, weights["weight_hh_l0"].T
    cell.b = weights["bias_ih_l0"] + weights["bias_hh_l0"]
    if isinstance(layer, nn.GRU):
        H = layer.hidden_size
        cell.b = weights["bias_ih_l0"] + np.concatenate([weights["bias_hh_l0"][: 2 * H], np.zeros(H)])
        cell.b_hn = weights["bias_hh_l0"][2 * H :]
    return cell


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_each_gate_is_the_one_of_the_cell_written_by_hand(name):
    torch.manual_seed(2)
    layer = recurrent_layer(name, 3, 5).double()
    inputs, zeros = torch.randn(6, 4, 3).double(), np.zeros((4, 5))
    seen, cell, state = gates(layer, inputs), scratch_cell(layer), (zeros, zeros) if name == "LSTM" else zeros
    for t, x in enumerate(inputs.numpy()):
        state, cache = cell.forward(x, state)
        expected = dict(zip("ifgo", cache[3:7], strict=True) if name == "LSTM" else zip("rzn", cache[2:5], strict=True))
        for gate, values in expected.items():
            assert np.abs(getattr(seen, gate)[t].numpy() - values).max() < 1e-12, gate


# What is refused

tokens = torch.zeros(4, 2, dtype=torch.long)
REFUSED = {
    "cell: expected 'RNN' or 'LSTM' or 'GRU', got 'gru'": lambda: Tagger(2, 3, 1, "gru"),
    "inputs: expected ids from 0 to 6, got 7": lambda: over_words(Tagger)[0](tokens + 7),
    r"inputs: expected shape \(T, B, 2\), got \(4, 2\)": lambda: Tagger(2, 3, 1)(tokens),
    "inputs: expected a torch tensor, got ndarray": lambda: over_words(Tagger)[0](tokens.numpy()),
    "inputs: expected a torch tensor, got list": lambda: Tagger(2, 3, 1)([[[1.0, 2.0]]]),
    "lengths: expected a torch tensor, got list": lambda: over_words(Classifier)[0](tokens, [4, 1]),
    "lengths: expected lengths from 1 to 4, got 9": lambda: over_words(Classifier)[0](tokens, torch.tensor([9, 1])),
    r"targets: expected shape \(4, 2\), got \(3, 2\)": lambda: language_model().log_probability(tokens, tokens[1:]),
    "steps: expected an integer of at least 1, got 0": lambda: language_model().sample(tokens, 0),
    "temperature: expected a number of at least 0, got -1": lambda: language_model().sample(tokens, 1, -1),
    "temperature: expected a number of at least 0, got nan": lambda: language_model().sample(tokens, 1, math.nan),
    r"layer: expected an nn.LSTM or nn.GRU of one layer and one direction, got RNN": lambda: gates(
        nn.RNN(2, 3), torch.zeros(4, 2, 2)
    ),
    r"layer: expected an nn.LSTM or nn.GRU of one layer and one direction, got GRU": lambda: gates(
        nn.GRU(2, 3, 2), torch.zeros(4, 2, 2)
    ),
    r"inputs: expected shape \(T, B, 2\), got \(4, 2, 3\)": lambda: gates(nn.GRU(2, 3), torch.zeros(4, 2, 3)),
    r"state: expected \(h, c\), each \(1, 2, 3\), got \[\(1, 2, 3\)\]": lambda: gates(
        nn.LSTM(2, 3), torch.zeros(4, 2, 2), torch.zeros(1, 2, 3)
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused(message):
    with pytest.raises(ValueError, match=f"^{message}"):
        REFUSED[message]()
