"""A recurrent network that is deep within a step: against torch's own where nothing is added, and step by step."""

import itertools

import numpy as np
import pytest
import torch
from torch.nn import functional

from rnncourse.models.deep_transition import DeepTransitionRNN

torch.set_num_threads(1)
EXACT = {"rtol": 1e-10, "atol": 1e-12}
KINDS = [
    {"input_layers": i, "transition_layers": t, "output_layers": o, "shortcut": shortcut}
    for i, t, o, shortcut in itertools.product((0, 2), (0, 1, 3), (0, 2), (False, True))
    if t or not shortcut
]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(str(int(v)) for v in kind.values()))


def network(sizes=(2, 4, 3), seed=1, **kind):
    torch.manual_seed(seed)
    return DeepTransitionRNN(*sizes, **kind).double()


def inputs(T=5, B=3, D=2, seed=2):
    return torch.tensor(np.random.default_rng(seed).standard_normal((T, B, D)))


def h_0(B=3, H=4):
    return torch.tensor(np.random.default_rng(4).standard_normal((B, H)))


def test_with_nothing_added_it_is_torchs_rnn():
    model, x = network(), inputs()
    rnn = torch.nn.RNN(2, 4).double()
    weights = model.from_input.weight, model.from_state.weight, model.from_input.bias, torch.zeros(4)
    rnn.load_state_dict(dict(zip(rnn.state_dict(), weights, strict=True)))
    states, last = rnn(x, h_0()[None])
    outputs, h = model(x, h_0())
    torch.testing.assert_close(outputs, model.readout(states), **EXACT)
    torch.testing.assert_close(h, last[0], **EXACT)
    torch.testing.assert_close(model(x)[0], model.readout(rnn(x)[0]), **EXACT)


def by_the_equations(model, x, h, input_layers, transition_layers, output_layers, shortcut):
    """All outputs in NumPy, from the names of the parameters."""
    p = {name: array.numpy() for name, array in model.state_dict().items()}

    def affine(name, rows):
        return rows @ p[f"{name}.weight"].T + p[f"{name}.bias"]

    outputs = []
    for x_t in x.numpy():
        u = x_t
        for n in range(input_layers):
            u = np.tanh(affine(f"before.{n}.0", u))
        a = affine("from_input", u) + h @ p["from_state.weight"].T
        for n in range(transition_layers):
            a = affine(f"transition.{n}", np.tanh(a))
        h = np.tanh(a + h @ p["shortcut.weight"].T) if shortcut else np.tanh(a)
        v = h
        for n in range(output_layers):
            v = np.tanh(affine(f"after.{n}.0", v))
        outputs.append(affine("readout", v))
    return np.stack(outputs), h


@each_kind
@pytest.mark.parametrize(("T", "B", "sizes"), [(1, 1, (1, 1, 1)), (5, 3, (2, 4, 3))])
def test_every_kind_follows_its_equations(kind, T, B, sizes):
    model, x, h = network(sizes, **kind), inputs(T, B, sizes[0]), h_0(B, sizes[1])
    outputs, last = model(x, h)
    expected, expected_last = by_the_equations(model, x, h.numpy(), **kind)
    np.testing.assert_allclose(outputs.detach(), expected, **EXACT)
    np.testing.assert_allclose(last.detach(), expected_last, **EXACT)


@each_kind
def test_gradients_reach_every_parameter(kind):
    torch.manual_seed(0)
    model = DeepTransitionRNN(3, 4, 2, vocabulary_size=5, **kind).double()
    model(torch.tensor([[0, 1], [2, 3], [4, 0]]))[0].square().sum().backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


@each_kind
def test_sequences_do_not_touch_each_other_and_the_state_carries_on(kind):
    model, x = network(**kind), inputs(T=6)
    whole, end = model(x)
    torch.testing.assert_close(whole[:, 1:2], model(x[:, 1:2])[0], **EXACT)
    first, state = model(x[:2])
    second, last = model(x[2:], state)
    torch.testing.assert_close(torch.cat([first, second]), whole, **EXACT)
    torch.testing.assert_close(last, end, **EXACT)


def test_the_path_is_as_long_as_the_transition_unless_there_is_a_shortcut():
    lengths = {
        tuple(kind.values()): DeepTransitionRNN(2, 4, 3, **kind).path_length for kind in KINDS if kind["input_layers"]
    }
    assert all(length == (1 if shortcut else 1 + t) for (_, t, _, shortcut), length in lengths.items())
    assert set(lengths.values()) == {1, 2, 4}


def test_the_shortcut_carries_the_gradient_from_step_to_step():
    """With the transition's layers cut, the state before is felt through the shortcut alone."""
    for shortcut in (False, True):
        model, h = network(transition_layers=3, shortcut=shortcut), h_0().requires_grad_()
        model.transition[1].weight.data.zero_()
        model(inputs(), h)[1].sum().backward()
        assert bool(h.grad.any()) == shortcut


BAD_CALLS = {
    "input_layers": (lambda: network(input_layers=-1), "^input_layers: expected an integer of at least 0, got -1$"),
    "transition_layers": (lambda: network(transition_layers=-2), "^transition_layers: expected .* got -2$"),
    "output_layers": (lambda: network(output_layers=-1), "^output_layers: expected .* got -1$"),
    "shortcut": (lambda: network(shortcut=True), "^shortcut: expected False where .* got True$"),
    "width": (lambda: network()(inputs(D=3)), r"^inputs: expected shape \(T, B, 2\), got \(5, 3, 3\)$"),
    "state": (lambda: network()(inputs(), h_0(1)), r"^state: expected shape \(3, 4\), got \(1, 4\)$"),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_calls_are_named(name):
    call, message = BAD_CALLS[name]
    with pytest.raises(ValueError, match=message):
        call()


def loss_of_echo(**kind):
    """Cross-entropy after 100 steps of saying the symbol that stood 3 steps before; chance is log 4 = 1.386."""
    torch.manual_seed(0)
    model, rng = DeepTransitionRNN(4, 16, 4, vocabulary_size=4, **kind), np.random.default_rng(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(100):
        symbols = torch.tensor(rng.integers(0, 4, (8, 32)))
        loss = functional.cross_entropy(model(symbols)[0][3:].flatten(0, 1), symbols[:-3].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def test_a_long_path_hinders_learning_and_a_shortcut_helps():
    assert loss_of_echo(transition_layers=4) > 1.2
    assert loss_of_echo(transition_layers=4, shortcut=True) < 0.9
    assert loss_of_echo(output_layers=1) < 0.5
