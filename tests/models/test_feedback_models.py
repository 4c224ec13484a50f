"""Networks that read their last output: against the cells written by hand, and against what no other can say."""

import itertools
import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from rnncourse.models.feedback import ConditionalRNN, JordanRNN, previous
from rnncourse.models.sequence import Tagger
from rnncourse.scratch import Unrolled
from rnncourse.scratch.feedback_cells import ElmanJordanCell, JordanCell

torch.set_num_threads(1)
SHAPES = [(1, 1, 1, 1, 1), (1, 2, 3, 4, 2), (5, 3, 2, 4, 3), (4, 2, 1, 2, 5)]  # T, B, D, H, K
each_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def close(one, other, tolerance=1e-12):
    return one.shape == other.shape and torch.allclose(one, other, rtol=0, atol=tolerance)


def jordan_case(shape):
    """A network, the cell by hand with copies of its weights, x, targets and a state."""
    T, B, D, H, K = shape
    torch.manual_seed(1)
    model = JordanRNN(D, H, K).double()
    cell = JordanCell(D, H, K, np.random.default_rng(0))
    assert {name for name, _ in model.named_parameters()} == set(cell.names)
    for name, parameter in model.named_parameters():
        setattr(cell, name, parameter.detach().numpy().copy())
    return model, cell, *(torch.randn(size, dtype=torch.float64) for size in ((T, B, D), (T, B, K), (B, K)))


def assert_equal_gradients(model, cell, outputs, doutputs):
    outputs.backward(doutputs)
    for name, parameter in model.named_parameters():
        assert close(parameter.grad, torch.tensor(cell.grads[name])), name
        assert parameter.grad.any(), name


# Jordan


@each_shape
def test_a_free_run_is_the_cell_by_hand(shape):
    model, cell, x, _, state = jordan_case(shape)
    outputs, last = model(x, state=state)
    expected, end, cache = Unrolled(cell).forward(x.numpy(), state.numpy())
    assert close(outputs, torch.tensor(expected))
    assert close(last, torch.tensor(end))
    doutputs = torch.randn_like(outputs)
    Unrolled(cell).backward(doutputs.numpy(), None, cache)
    assert_equal_gradients(model, cell, outputs, doutputs)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape[0] > 1], ids=str)
def test_teacher_forcing_is_the_cell_by_hand(shape):
    model, cell, x, targets, _ = jordan_case(shape)
    outputs, last = model(x, previous(targets))
    expected, _, cache = cell.teacher_forced(x.numpy(), targets.numpy())
    assert close(outputs, torch.tensor(expected))
    assert close(last, outputs[-1])
    doutputs = torch.randn_like(outputs)
    cell.teacher_forced_backward(doutputs.numpy(), cache)
    assert_equal_gradients(model, cell, outputs, doutputs)


@each_shape
def test_running_free_and_teacher_forced_are_one_function_of_what_is_fed_back(shape):
    model, _, x, _, _ = jordan_case(shape)
    free, last = model(x)
    forced, _ = model(x, previous(free))
    assert close(forced, free)
    assert torch.equal(last, free[-1])


def test_a_free_run_goes_on_from_the_last_output():
    model, _, x, _, state = jordan_case(SHAPES[2])
    whole, end = model(x, state=state)
    first, middle = model(x[:2], state=state)
    second, last = model(x[2:], state=middle)
    assert close(torch.cat([first, second]), whole)
    assert close(last, end)


def test_under_teacher_forcing_no_step_depends_on_another():
    model, _, x, targets, _ = jordan_case((6, 2, 3, 4, 2))
    x.requires_grad_()
    for y_previous, reaches in ((previous(targets), [3]), (None, [0, 1, 2, 3])):
        x.grad = None
        model(x, y_previous)[0][3].sum().backward()
        assert x.grad.flatten(1).any(1).nonzero()[:, 0].tolist() == reaches


def test_previous_is_one_step_later():
    y = torch.arange(6).view(3, 2)
    assert previous(y, 9).tolist() == [[9, 9], [0, 1], [2, 3]]
    assert previous(y.numpy(), 9).tolist() == [[9, 9], [0, 1], [2, 3]]
    floats = previous(np.ones((1, 2, 3), dtype=np.float32))
    assert torch.equal(floats, torch.zeros(1, 2, 3))


def test_a_network_repeats_with_the_seed():
    one, other = (jordan_case(SHAPES[2])[0].state_dict() for _ in range(2))
    assert all(torch.equal(one[name], other[name]) for name in one)


def fit(model, run, batch, steps, learning_rate=1e-2):
    """Train on ``run(model, *batch())``, the loss; return the mean loss on ten more batches."""
    optimizer = torch.optim.Adam(model.parameters(), learning_rate)
    for _ in range(steps):
        optimizer.zero_grad()
        run(model, *batch()).backward()
        optimizer.step()
    with torch.no_grad():
        return np.mean([run(model, *batch()).item() for _ in range(10)])


def coins(T, B=64):
    """Inputs of -1 and 1."""
    return torch.randint(2, (T, B, 1)) * 2.0 - 1


def forced_loss(model, x, y):
    return functional.mse_loss(model(x, previous(y))[0], y)


def elman_loss(model, x, y):
    return functional.mse_loss(model(x)[0], y)


def last_input():
    """Say the input of one step before."""
    x = coins(9)
    return x, previous(x)


def test_jordan_cannot_say_the_last_input_and_elman_can():
    """Its y_{t-1} is x_{t-2}, and x_t says nothing of x_{t-1}: no answer is better than 0, whose error is 1."""
    torch.manual_seed(0)
    count = 8 / 9  # the first target is 0 and costs nothing
    jordan = fit(JordanRNN(1, 16, 1), forced_loss, last_input, 200)
    elman = fit(Tagger(1, 16, 1, "RNN"), elman_loss, last_input, 200)
    assert 0.95 * count < jordan < 1.1 * count
    assert elman < 0.02


def test_jordan_learns_in_parallel_what_its_outputs_tell_and_then_runs_alone_at_any_length():
    """The product of all inputs so far, from the product before."""
    torch.manual_seed(0)

    def parity(T=9):
        x = coins(T)
        return x, x.cumprod(0)

    model = JordanRNN(1, 16, 1)
    loss = fit(model, lambda model, x, y: functional.mse_loss(model(x, previous(y, 1))[0], y), parity, 200)
    assert loss < 0.01
    x, y = parity(100)
    free, _ = model(x, state=torch.ones(64, 1))
    assert torch.equal(free.sign(), y)


# Conditional


def conditional_case(shape=(5, 3, 2, 4, 3), **options):
    T, B, D, H, K = shape
    torch.manual_seed(1)
    model = ConditionalRNN(D, H, K, **options).double()
    return model, torch.randn(T, B, D, dtype=torch.float64), torch.randint(K, (T, B))


@each_shape
def test_scores_and_gradients_are_those_of_the_cell_by_hand(shape):
    D, H, K = shape[2:]
    model, x, y = conditional_case(shape)
    cell = ElmanJordanCell(D, H, K, np.random.default_rng(0))
    weights = {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}
    cell.W_xh, cell.W_yh = np.split(weights["layer.weight_ih_l0"].T, [D])
    cell.W_hh, cell.b_h = weights["layer.weight_hh_l0"].T, weights["layer.bias_ih_l0"] + weights["layer.bias_hh_l0"]
    cell.W_hy, cell.b_y = weights["readout.weight"].T, weights["readout.bias"]
    one_hot = functional.one_hot(y, K).double()
    logits, last = model(x, previous(y, model.start))
    expected, (_, h), cache = cell.teacher_forced(x.numpy(), one_hot.numpy())
    assert close(logits, torch.tensor(expected))
    assert close(last[0], torch.tensor(h))
    doutputs = torch.randn_like(logits)
    logits.backward(doutputs)
    cell.teacher_forced_backward(doutputs.numpy(), cache)
    found = np.concatenate([cell.grads["W_xh"], cell.grads["W_yh"]]).T
    assert close(model.layer.weight_ih_l0.grad, torch.tensor(found))
    assert close(model.layer.weight_hh_l0.grad, torch.tensor(cell.grads["W_hh"].T))


def test_gradients_reach_every_parameter():
    model, _, y = conditional_case((9, 6, 2, 4, 3), vocabulary_size=4)
    model(torch.randint(4, (9, 6)), previous(y, model.start))[0].square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad.all(), name


def test_all_outputs_together_have_probability_1():
    model, x, _ = conditional_case((3, 1, 2, 4, 3))
    every = torch.tensor(list(itertools.product(range(3), repeat=3))).T
    log_p = model.log_probability(x.expand(3, 27, 2), every)
    assert log_p.exp().sum().item() == pytest.approx(1, abs=1e-12)
    logits, _ = model(x, torch.tensor([[3], [2], [0]]))
    by_hand = sum(logits[t, 0].log_softmax(0)[y].item() for t, y in enumerate((2, 0, 1)))
    assert log_p[2 * 9 + 0 * 3 + 1].item() == pytest.approx(by_hand, abs=1e-12)


def test_a_score_depends_on_outputs_and_inputs_before_it_and_never_on_its_own():
    model, x, y = conditional_case((6, 2, 2, 4, 3))
    before, _ = model(x, previous(y, model.start))
    for changed_x, changed_y, first in ((False, True, 3), (True, False, 2)):
        x_other, y_other = x.clone(), y.clone()
        x_other[2] += changed_x
        y_other[2] = (y_other[2] + changed_y) % 3
        differs = (model(x_other, previous(y_other, model.start))[0] != before).flatten(1).any(1)
        assert differs.tolist() == [t >= first for t in range(6)]


def test_a_run_goes_on_from_a_state():
    model, x, y = conditional_case()
    whole, end = model(x, previous(y, model.start))
    first, state = model(x[:2], previous(y[:2], model.start))
    second, last = model(x[2:], y[1:-1], state)
    assert close(torch.cat([first, second]), whole)
    assert close(last, end)


def test_what_is_generated_follows_the_law_of_the_model():
    model, x, _ = conditional_case((3, 1, 2, 4, 2))
    for parameter in model.parameters():
        parameter.data *= 3
    count = 40_000
    drawn = model.sample(x.expand(3, count, 2), generator=torch.Generator().manual_seed(0))
    assert drawn.shape == (3, count)
    for y in itertools.product(range(2), repeat=3):
        p = model.log_probability(x, torch.tensor(y)[:, None]).exp().item()
        share = (drawn == torch.tensor(y)[:, None]).all(dim=0).double().mean().item()
        assert abs(share - p) < 5 * math.sqrt(p * (1 - p) / count)


def test_at_temperature_0_each_output_is_the_best_given_those_before():
    model, x, _ = conditional_case()
    y = model.sample(x, temperature=0)
    assert torch.equal(model(x, previous(y, model.start))[0].argmax(2), y)
    assert torch.equal(model.sample(x[:1, :1], temperature=0), y[:1, :1])


def test_numbers_are_read_as_words_are_from_their_embeddings():
    model, _, y = conditional_case(vocabulary_size=4)
    numeric, words = ConditionalRNN(2, 4, 3).double(), torch.randint(4, (5, 3))
    numeric.load_state_dict({k: v for k, v in model.state_dict().items() if "embedding" not in k})
    assert torch.equal(numeric.log_probability(model.inputs(words), y), model.log_probability(words, y))
    assert torch.equal(numeric.sample(model.inputs(words), 0), model.sample(words, 0))


def test_conditional_outputs_beat_independent_ones_where_they_depend_on_one_another():
    """The first y is a coin, which every x of -1 after it turns: 1 bit is to be paid, not one for each y."""
    torch.manual_seed(0)

    def batch(T=6):
        x, first = coins(T), torch.randint(2, (1, 64, 1)) * 2.0 - 1
        y = first * torch.cat([torch.ones(1, 64, 1), x[1:]]).cumprod(0)
        return x, (y[..., 0] > 0).long()

    def conditional(model, x, y):
        return functional.cross_entropy(model(x, previous(y, model.start))[0].flatten(0, 1), y.flatten())

    def independent(model, x, y):
        return functional.cross_entropy(model(x)[0].flatten(0, 1), y.flatten())

    models = ConditionalRNN(1, 16, 2), Tagger(1, 16, 2, "RNN")
    paid = [6 * fit(model, run, batch, 250) for model, run in zip(models, (conditional, independent), strict=True)]
    assert 0.95 * math.log(2) < paid[0] < 1.1 * math.log(2)
    assert paid[1] > 0.98 * 6 * math.log(2)
    x, _ = batch()
    y = models[0].sample(x, generator=torch.Generator().manual_seed(0))
    turned = (y[1:] != y[:-1]) == (x[1:, :, 0] < 0)
    assert turned.double().mean() > 0.98
    assert 0.2 < y[0].double().mean() < 0.8


# What is refused

x = torch.zeros(4, 2, 3)
tokens = torch.zeros(4, 2, dtype=torch.long)
jordan, conditional_model = JordanRNN(3, 4, 2), ConditionalRNN(3, 4, 2)
REFUSED = {
    r"x: expected shape \(T, B, 3\), got \(4, 2, 2\)": lambda: jordan(x[..., 1:]),
    "x: expected finite numbers, got NaN or infinity": lambda: jordan(x / 0),
    r"y_previous: expected shape \(4, 2, 2\), got \(4, 2, 3\)": lambda: jordan(x, x),
    r"state: expected shape \(2, 2\), got \(1, 2\)": lambda: jordan(x, state=torch.zeros(1, 2)),
    "state: expected None beside y_previous": lambda: jordan(x, x[..., 1:], x[0, :, 1:]),
    "y_previous: expected ids from 0 to 2, got 3": lambda: conditional_model(x, tokens + 3),
    r"y_previous: expected shape \(4, 2\), got \(3, 2\)": lambda: conditional_model(x, tokens[1:]),
    "y: expected ids from 0 to 1, got 2": lambda: conditional_model.log_probability(x, tokens + 2),
    r"inputs: expected shape \(T, B, 3\), got \(4, 2\)": lambda: conditional_model.sample(x[..., 0]),
    "temperature: expected a number of at least 0, got -1": lambda: conditional_model.sample(x, -1),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused(message):
    with pytest.raises(ValueError, match=f"^{message}"):
        REFUSED[message]()
