"""The LSTM grown gate by gate: complete it is torch's, and every stage follows its equations in NumPy."""

import numpy as np
import pytest
import torch

from rnncourse.models.gated_unit import GatedUnit
from rnncourse.models.sequence import gates as gates_of

torch.set_num_threads(1)
EXACT = {"rtol": 1e-10, "atol": 1e-12}
STAGES = ("", "i", "if", "ifo")
FUNCTIONS = [("sigmoid", "tanh"), ("relu", "tanh"), ("sigmoid", "sigmoid"), ("relu", "sigmoid")]
each_stage = pytest.mark.parametrize("stage", STAGES, ids=["none", *STAGES[1:]])


def unit(stage="ifo", sizes=(2, 4, 3), seed=1, **options):
    torch.manual_seed(seed)
    return GatedUnit(*sizes, gates=stage, **options).double()


def numbers(*shape, seed=2):
    return torch.tensor(np.random.default_rng(seed).standard_normal(shape))


def state(B=3, H=4):
    return numbers(B, H, seed=3), numbers(B, H, seed=4)


def torchs_lstm(model, D=2, H=4):
    """nn.LSTM with the weights of a complete unit."""
    lstm = torch.nn.LSTM(D, H).double()
    weights = model.W_x.T, model.W_h.T, model.b, torch.zeros(4 * H)
    lstm.load_state_dict(dict(zip(lstm.state_dict(), weights, strict=True)))
    return lstm


def test_complete_it_is_torchs_lstm_with_a_linear_readout():
    model, x, (h_0, c_0) = unit(), numbers(5, 3, 2), state()
    lstm = torchs_lstm(model)
    hidden, (h, c) = lstm(x, (h_0[None], c_0[None]))
    outputs, last = model(x, state=(h_0, c_0))
    torch.testing.assert_close(outputs, hidden @ model.W_hy + model.b_y, **EXACT)
    torch.testing.assert_close(last, (h[0], c[0]), **EXACT)
    torch.testing.assert_close(model(x)[0], lstm(x)[0] @ model.W_hy + model.b_y, **EXACT)
    for ours, theirs in zip(model.trace(x), gates_of(lstm, x), strict=True):
        torch.testing.assert_close(ours, theirs, **EXACT)


def test_gradients_are_those_of_torchs_lstm():
    model, x = unit(), numbers(5, 3, 2)
    lstm = torchs_lstm(model)
    model(x)[0].square().sum().backward()
    (lstm(x)[0] @ model.W_hy.detach() + model.b_y.detach()).square().sum().backward()
    torch.testing.assert_close(lstm.weight_hh_l0.grad, model.W_h.grad.T, **EXACT)


def by_the_equations(model, stage, gate_function, content_function, x, h, c):
    """All outputs, and the last state, in NumPy: one sequence and one step at a time."""
    p = {name: array.numpy() for name, array in model.state_dict().items()}
    functions = {"sigmoid": lambda a: 1 / (1 + np.exp(-a)), "tanh": np.tanh, "relu": lambda a: np.maximum(a, 0)}
    outputs = np.zeros((*x.shape[:2], len(p["b_y"])))
    h, c = h.copy(), c.copy()
    for t, b in np.ndindex(x.shape[:2]):
        blocks = [block for block in "ifgo" if block in stage or block == "g"]
        a = dict(zip(blocks, np.split(x[t, b] @ p["W_x"] + h[b] @ p["W_h"] + p["b"], len(blocks)), strict=True))
        g = functions[content_function](a.pop("g"))
        gates = {name: functions[gate_function](a_gate) for name, a_gate in a.items()}
        c[b] = gates.get("f", 1) * c[b] + gates.get("i", 1) * g
        h[b] = gates.get("o", 1) * np.tanh(c[b])
        outputs[t, b] = h[b] @ p["W_hy"] + p["b_y"]
    return outputs, (h, c)


@each_stage
@pytest.mark.parametrize("functions", FUNCTIONS, ids=str)
@pytest.mark.parametrize(("T", "B", "sizes"), [(1, 1, (1, 1, 1)), (5, 3, (2, 4, 3)), (4, 2, (3, 2, 1))])
def test_every_stage_follows_its_equations(stage, functions, T, B, sizes):
    model = unit(stage, sizes, gate_function=functions[0], content_function=functions[1])
    x, start = numbers(T, B, sizes[0]), state(B, sizes[1])
    outputs, last = model(x, state=start)
    expected, end = by_the_equations(model, stage, *functions, x.numpy(), *(array.numpy() for array in start))
    np.testing.assert_allclose(outputs.detach(), expected, **EXACT)
    for ours, theirs in zip(last, end, strict=True):
        np.testing.assert_allclose(ours.detach(), theirs, **EXACT)


@each_stage
def test_a_trace_holds_the_gates_and_ones_where_there_is_none(stage):
    model, x = unit(stage), numbers(5, 3, 2)
    trace, H = model.trace(x), 4
    a = x[0] @ model.W_x + model.b
    places = {"i": 0, "f": 1, "o": 3}
    for name, n in places.items():
        gate = torch.sigmoid(a[:, n * H : (n + 1) * H]) if name in stage else torch.ones(3, H).double()
        torch.testing.assert_close(getattr(trace, name)[0], gate.detach(), **EXACT)
    torch.testing.assert_close(model(x)[0], trace.h @ model.W_hy + model.b_y, **EXACT)
    assert all(array.shape == (5, 3, H) and not array.requires_grad for array in trace)


@each_stage
def test_gradients_reach_every_parameter_and_words_are_read(stage):
    model = unit(stage, vocabulary_size=5)
    model(torch.tensor([[0, 1], [2, 3], [4, 0]]))[0].square().sum().backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


@each_stage
def test_sequences_do_not_touch_each_other_and_the_state_carries_on(stage):
    model, x = unit(stage), numbers(6, 3, 2)
    whole, end = model(x)
    torch.testing.assert_close(whole[:, 1:2], model(x[:, 1:2])[0], **EXACT)
    first, middle = model(x[:2])
    second, last = model(x[2:], state=middle)
    torch.testing.assert_close(torch.cat([first, second]), whole, **EXACT)
    torch.testing.assert_close(last, end, **EXACT)


@each_stage
def test_the_state_of_a_short_sequence_is_that_of_its_own_last_step(stage):
    model, x = unit(stage), numbers(6, 3, 2)
    outputs, (h, c) = model(x, torch.tensor([2, 6, 1]))
    for b, length in enumerate((2, 6, 1)):
        alone, (h_alone, c_alone) = model(x[:length, b : b + 1])
        torch.testing.assert_close(outputs[:length, b : b + 1], alone, **EXACT)
        torch.testing.assert_close((h[b : b + 1], c[b : b + 1]), (h_alone, c_alone), **EXACT)


def test_the_forget_bias_is_added_to_that_of_the_forget_gate_alone():
    for stage in STAGES:
        difference = unit(stage, forget_bias=2.5).b - unit(stage).b
        expected = torch.zeros(len(stage) + 1, 4).double()
        if "f" in stage:
            expected[1] = 2.5
        torch.testing.assert_close(difference.detach(), expected.flatten(), rtol=0, atol=1e-6)


def test_without_gates_the_gradient_of_c_is_carried_unchanged():
    """The linear self-recurrence: with no road through h, dc_T / dc_0 is 1 for every T."""
    model = unit("")
    model.W_h.data.zero_()
    h_0, c_0 = state()
    c_0.requires_grad_()
    model(numbers(100, 3, 2), state=(h_0, c_0))[1][1].sum().backward()
    assert torch.equal(c_0.grad, torch.ones_like(c_0))


BAD_CALLS = {
    "gates": (lambda: unit("io"), "^gates: expected .* got 'io'$"),
    "gate_function": (lambda: unit(gate_function="tanh"), "^gate_function: expected .* got 'tanh'$"),
    "content_function": (lambda: unit(content_function="relu"), "^content_function: expected .* got 'relu'$"),
    "forget_bias": (lambda: unit(forget_bias=float("nan")), "^forget_bias: .* got nan$"),
    "width": (lambda: unit()(numbers(5, 3, 3)), r"^inputs: expected shape \(T, B, 2\), got \(5, 3, 3\)$"),
    "lengths": (lambda: unit()(numbers(5, 3, 2), torch.tensor([1, 2, 6])), "^lengths: .* from 1 to 5, got 6$"),
    "state": (lambda: unit()(numbers(5, 3, 2), state=state(1)), r"^state: expected \(h, c\), each \(3, 4\), got .*$"),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_calls_are_named(name):
    call, message = BAD_CALLS[name]
    with pytest.raises(ValueError, match=message):
        call()
