"""What networks without recurrence see, exactly, and what they therefore cannot learn."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from rnncourse.data import Vocabulary, classification_batch
from rnncourse.models.baselines import BagOfWords, ConvolutionTagger, WindowModel
from rnncourse.models.sequence import Classifier, Tagger

torch.set_num_threads(1)
V = 7


def close(one, other):
    return one.shape == other.shape and torch.allclose(one, other, rtol=0, atol=1e-12)


def taggers(**options):
    """A window of 3, a convolution of 3, and two convolutions of 2: all see 3 inputs."""
    torch.manual_seed(1)
    return {
        "window": WindowModel(4, 5, 2, 3, **options).double(),
        "convolution": ConvolutionTagger(4, 5, 2, 3, **options).double(),
        "stacked": ConvolutionTagger(4, 5, 2, 2, layers=2, **options).double(),
    }


each_tagger = pytest.mark.parametrize("name", taggers())


def fit(model, batch, steps, learning_rate=1e-2):
    """Train on ``batch(step)``, a tuple of inputs and last the targets."""
    optimizer = torch.optim.Adam(model.parameters(), learning_rate)
    for step in range(steps):
        *inputs, targets = batch(step)
        optimizer.zero_grad()
        functional.cross_entropy(logits_of(model, inputs).flatten(0, -2), targets.flatten()).backward()
        optimizer.step()
    return model


def logits_of(model, inputs):
    """Recurrent models return their state, too."""
    outputs = model(*inputs)
    return outputs[0] if isinstance(outputs, tuple) else outputs


# Bags


def test_the_bag_of_a_sentence():
    vocabulary = Vocabulary(["we", "like", "TensorLayer", "do"], special=False)
    tokens = torch.tensor(vocabulary.encode(["we", "like", "TensorLayer", "do", "we"]))[:, None]
    assert BagOfWords(4, 3, 2).counts(tokens).tolist() == [[2, 1, 1, 1]]


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.integers(1, 4), st.data())
def test_counts_are_those_of_the_real_words(T, B, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    tokens, lengths = rng.integers(V, size=(T, B)), rng.integers(1, T + 1, B)
    counts = BagOfWords(V, 3, 2).counts(torch.tensor(tokens), torch.tensor(lengths))
    expected = [np.bincount(tokens[:length, b], minlength=V) for b, length in enumerate(lengths)]
    assert np.array_equal(counts.numpy(), expected)
    everything = BagOfWords(V, 3, 2).counts(torch.tensor(tokens))
    assert np.array_equal(everything.numpy(), [np.bincount(column, minlength=V) for column in tokens.T])


@settings(deadline=None, max_examples=30)
@given(st.permutations(range(6)), st.integers(0, 99))
def test_a_bag_is_blind_to_order(order, seed):
    torch.manual_seed(seed)
    model, tokens = BagOfWords(V, 5, 3), torch.randint(V, (6, 4))
    assert torch.equal(model(tokens[list(order)]), model(tokens))


def test_a_bag_sees_which_words_there_are_and_how_often():
    torch.manual_seed(1)
    model = BagOfWords(V, 5, 3)
    for other in ([[1], [2], [2]], [[1], [1], [3]], [[1], [2], [1]]):
        assert not torch.allclose(model(torch.tensor(other)), model(torch.tensor([[1], [2], [3]])))


def test_a_bag_of_any_length_is_the_same_network():
    torch.manual_seed(1)
    model, tokens = BagOfWords(V, 5, 3).double(), torch.randint(V, (6, 4))
    h = torch.tanh(functional.one_hot(tokens, V).double().sum(0) @ model.hidden.weight.T + model.hidden.bias)
    assert close(model(tokens), h @ model.readout.weight.T + model.readout.bias)
    lengths = torch.tensor([2, 6, 1, 4])
    for b, length in enumerate(lengths):
        assert close(model(tokens, lengths)[b], model(tokens[:length, b : b + 1])[0])


def test_gradients_reach_every_parameter_of_a_bag():
    model = BagOfWords(V, 5, 3)
    model(torch.arange(V)[:, None])[0].square().sum().backward()
    assert all(parameter.grad.any() for parameter in model.parameters())
    assert model.hidden.weight.grad.abs().sum(0).all()


# Windows and convolutions


def expected_outputs(model, x):
    """PyTorch's convolutions over inputs with zeros before them; a window is one, its places in the kernel."""
    x = x.permute(1, 2, 0)
    if isinstance(model, WindowModel):
        kernel = model.hidden.weight.view(5, model.window, 4).transpose(1, 2)
        layers = [(kernel, model.hidden.bias)]
    else:
        layers = [(convolution.weight, convolution.bias) for convolution in model.convolutions]
    for weight, bias in layers:
        k = weight.shape[2]
        x = torch.tanh(functional.conv1d(x, weight, bias, padding=k - 1)[..., : x.shape[2]])
    return x.permute(2, 0, 1) @ model.readout.weight.T + model.readout.bias


@each_tagger
@pytest.mark.parametrize("T", [1, 2, 7])
@pytest.mark.parametrize("B", [1, 3])
def test_outputs_are_causal_convolutions(name, T, B):
    model = taggers()[name]
    x = torch.randn(T, B, 4, dtype=torch.float64)
    assert close(model(x), expected_outputs(model, x))


def seen_by(model, T=9, t=6):
    """The inputs that output t depends on, by its gradient."""
    x = torch.randn(T, 2, model.inputs.input_size, dtype=torch.float64, requires_grad=True)
    model(x)[t].sum().backward()
    seen = x.grad.abs()
    assert seen.gt(0).any(2).all(1).eq(seen.gt(0).any(2).any(1)).all()
    return seen.flatten(1).gt(0).any(1).nonzero()[:, 0].tolist()


@pytest.mark.parametrize(("kernel", "layers"), [(1, 1), (1, 3), (2, 1), (2, 3), (3, 2), (4, 1)])
def test_the_receptive_field_is_exact(kernel, layers):
    torch.manual_seed(1)
    model = ConvolutionTagger(3, 4, 2, kernel, layers=layers).double()
    assert seen_by(model) == list(range(7 - model.receptive_field, 7))
    assert model.receptive_field == 1 + layers * (kernel - 1)


@pytest.mark.parametrize("window", [1, 2, 5])
def test_a_window_sees_its_last_inputs_and_no_others(window):
    torch.manual_seed(1)
    assert seen_by(WindowModel(3, 4, 2, window).double()) == list(range(7 - window, 7))


@each_tagger
def test_results_depend_neither_on_padding_nor_on_neighbours(name):
    model = taggers(vocabulary_size=V)[name]
    tokens, lengths = torch.randint(V, (6, 3)), torch.tensor([2, 6, 1])
    outputs = model(tokens, lengths)
    assert torch.equal(model(tokens), outputs)
    other = torch.where(torch.arange(6)[:, None] < lengths, tokens, (tokens + 1) % V)
    for b, length in enumerate(lengths):
        assert close(model(other, lengths)[:length, b], outputs[:length, b])
        assert close(model(tokens[:length, b : b + 1])[:, 0], outputs[:length, b])


@each_tagger
def test_gradients_reach_every_parameter(name):
    model = taggers(vocabulary_size=V)[name]
    model(torch.arange(V)[:, None].expand(V, 2)).square().sum().backward()
    for full_name, parameter in model.named_parameters():
        assert parameter.grad.abs().flatten(1).sum(1).all() if parameter.ndim > 1 else parameter.grad.all(), full_name


@each_tagger
def test_numbers_are_read_as_words_are_from_their_embeddings(name):
    model, numeric, tokens = taggers(vocabulary_size=V)[name], taggers()[name], torch.randint(V, (6, 3))
    numeric.load_state_dict({k: v for k, v in model.state_dict().items() if "embedding" not in k})
    assert torch.equal(numeric(model.inputs(tokens)), model(tokens))


def test_a_window_has_weights_for_each_place_and_a_recurrent_network_shares_them():
    def size(model):
        return sum(parameter.numel() for parameter in model.parameters())

    windows = [size(WindowModel(4, 5, 2, k)) for k in (1, 2, 3)]
    assert windows[2] - windows[1] == windows[1] - windows[0] == 4 * 5


# What they cannot learn


def echo(lag, T=10, B=64, symbols=4):
    """At each step, say the symbol of ``lag`` steps before; the first ``lag`` steps do not count."""

    def batch(step):
        tokens = torch.randint(symbols, (T, B))
        return tokens, torch.cat([torch.full((lag, B), -100), tokens[:-lag]])

    return batch


@pytest.mark.parametrize(("seen", "solves"), [(2, False), (3, True)])
def test_what_lies_outside_the_window_or_the_receptive_field_is_not_known(seen, solves):
    models = {
        "window": lambda: WindowModel(8, 24, 4, seen, vocabulary_size=4),
        "convolution": lambda: ConvolutionTagger(8, 24, 4, 2, layers=seen - 1, vocabulary_size=4),
    }
    for name, make in models.items():
        accuracy = echo_accuracy(make, 100)
        assert accuracy > 0.99 if solves else accuracy < 0.35, name  # chance is 1/4


def test_a_recurrent_network_remembers_what_two_inputs_do_not_hold():
    assert echo_accuracy(lambda: Tagger(8, 24, 4, "RNN", vocabulary_size=4), 200) > 0.99


def echo_accuracy(make, steps):
    torch.manual_seed(0)
    model, batch = make(), echo(lag=2)
    fit(model, batch, steps)
    tokens, targets = batch(0)
    return (logits_of(model, [tokens]).argmax(2) == targets)[2:].float().mean().item()


PRAISE, BLAME = ("good", "great", "tasty", "lovely"), ("bad", "awful", "bland", "stale")


def test_of_two_sentences_with_the_same_words_a_bag_gets_one_and_a_recurrent_network_both():
    pairs = [(good, bad) for good, bad in itertools.product(PRAISE, BLAME)]
    sentences = [f"the food was not {bad} {good} in fact".split() for good, bad in pairs]
    sentences += [f"the food was not {good} {bad} in fact".split() for good, bad in pairs]
    labels = [1] * len(pairs) + [0] * len(pairs)
    vocabulary = Vocabulary.of(sentences)
    batch = [torch.as_tensor(array) for array in classification_batch(sentences, labels, vocabulary)]
    makers = {
        "bag": lambda: BagOfWords(len(vocabulary), 16, 2),
        "recurrent": lambda: Classifier(8, 16, 2, "RNN", vocabulary_size=len(vocabulary)),
    }
    accuracy = {}
    for name, make in makers.items():
        torch.manual_seed(0)
        model = fit(make(), lambda step: batch, 100)
        accuracy[name] = (logits_of(model, batch[:-1]).argmax(1) == batch[-1]).double().mean().item()
    assert accuracy == {"bag": 0.5, "recurrent": 1.0}


# What is refused

tokens = torch.zeros(4, 2, dtype=torch.long)
REFUSED = {
    "tokens: expected ids from 0 to 6, got 7": lambda: BagOfWords(V, 3, 2)(tokens + 7),
    r"tokens: expected shape \(T, B\), got \(4,\)": lambda: BagOfWords(V, 3, 2)(tokens[:, 0]),
    "lengths: expected lengths from 1 to 4, got 0": lambda: BagOfWords(V, 3, 2)(tokens, torch.tensor([0, 4])),
    "window: expected an integer of at least 1, got 0": lambda: WindowModel(2, 3, 1, 0),
    "kernel: expected an integer of at least 1, got 1.5": lambda: ConvolutionTagger(2, 3, 1, 1.5),
    "layers: expected an integer of at least 1, got 0": lambda: ConvolutionTagger(2, 3, 1, 2, layers=0),
    r"inputs: expected shape \(T, B, 2\), got \(4, 2\)": lambda: WindowModel(2, 3, 1, 2)(tokens.float()),
    "inputs: expected integers, got torch.float32": lambda: ConvolutionTagger(2, 3, 1, 2, vocabulary_size=4)(
        tokens.float()
    ),
    "lengths: expected lengths from 1 to 4, got 5": lambda: WindowModel(2, 3, 1, 2, vocabulary_size=4)(
        tokens, torch.tensor([5, 1])
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused(message):
    with pytest.raises(ValueError, match=f"^{message}"):
        REFUSED[message]()
