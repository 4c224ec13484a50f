"""The plain character RNN: right gradients, by differences and by torch; it trains, and it writes."""

import numpy as np
import pytest
import torch
from standalone import FOLDER, load

from rnncourse.scratch.gradcheck import numerical_gradient, relative_error

SIZE, HIDDEN = 5, 4
INPUTS, TARGETS = [3, 0, 0, 4, 2, 1], [0, 0, 4, 2, 1, 3]  # a repeated character, and every one of them


def case(plain, rng=7):
    """Weights of some size, biases and a first state other than zero."""
    rng, plain.HIDDEN = np.random.default_rng(rng), HIDDEN
    weights = {name: rng.normal(size=weight.shape) for name, weight in plain.make_weights(SIZE, rng).items()}
    return weights, INPUTS, TARGETS, rng.normal(size=(HIDDEN, 1))


def worst_error(plain):
    """The greatest relative error of a gradient, against differences of the loss."""
    weights, *piece = case(plain)
    _, grads, _ = plain.loss_and_gradients(weights, *piece)
    assert grads.keys() == weights.keys()
    by_differences = {
        name: numerical_gradient(lambda: float(plain.loss_and_gradients(weights, *piece)[0]), weight)
        for name, weight in weights.items()
    }
    return max(relative_error(grads[name], by_differences[name]) for name in weights)


def test_gradients_agree_with_differences():
    assert worst_error(load("plain_char_rnn")) < 1e-7


def test_loss_gradients_and_state_agree_with_torch():
    plain = load("plain_char_rnn")
    weights, inputs, targets, h0 = case(plain)
    before = {name: weight.copy() for name, weight in weights.items()}
    loss, grads, last = plain.loss_and_gradients(weights, inputs, targets, h0)
    U, W, V, b, c = tensors = [torch.tensor(weight, requires_grad=True) for weight in weights.values()]
    h, total = torch.tensor(h0), 0
    for character, target in zip(inputs, targets, strict=True):
        h = torch.tanh(U[:, [character]] + W @ h + b)
        total = total + torch.nn.functional.cross_entropy((V @ h + c).T, torch.tensor([target]))
    total.backward()
    assert loss == pytest.approx(total.item(), rel=1e-12)
    assert relative_error(last, h.detach().numpy()) < 1e-10
    for (name, grad), tensor in zip(grads.items(), tensors, strict=True):
        assert relative_error(grad, tensor.grad.numpy()) < 1e-10
        assert np.array_equal(weights[name], before[name])


GRADIENT_BUGS = [
    ('grads["U"] += da @ x[t].T', 'grads["U"] = da @ x[t].T'),
    ('grads["W"] += da @ h[t - 1].T', 'grads["W"] = da @ h[t - 1].T'),
    ('grads["W"] += da @ h[t - 1].T', 'grads["W"] += da @ h[t].T'),
    ('grads["W"] += da @ h[t - 1].T', 'grads["W"] += h[t - 1] @ da.T'),
    ('grads["V"] += do @ h[t].T', 'grads["V"] += do @ h[t - 1].T'),
    ('grads["b"] += da', 'grads["b"] += dh'),
    ('grads["c"] += do', 'grads["c"] += p[t]'),
    ("do[targets[t]] -= 1", "do[inputs[t]] -= 1"),
    (".T @ do + dh_later", ".T @ do"),
    ("(1 - h[t] ** 2)", "(1 - h[t - 1] ** 2)"),
    ("(1 - h[t] ** 2)", "h[t] * (1 - h[t])"),
    ('dh_later = weights["W"].T @ da', 'dh_later = weights["W"] @ da'),
    ('dh_later = weights["W"].T @ da', 'dh_later = weights["W"].T @ dh'),
    ("h[t], p[t] = step(weights, inputs[t], h[t - 1])", "h[t], p[t] = step(weights, inputs[t], h0)"),
]


@pytest.mark.parametrize(("right", "wrong"), GRADIENT_BUGS)
def test_a_planted_mistake_is_seen(right, wrong):
    assert worst_error(load("plain_char_rnn", right, wrong)) > 1e-3


def test_large_scores_do_not_overflow():
    plain = load("plain_char_rnn")
    weights, inputs, targets, h0 = case(plain)
    weights["c"] += 1e4
    shifted, _, _ = plain.loss_and_gradients(weights, inputs, targets, h0)
    assert shifted == pytest.approx(plain.loss_and_gradients(*case(plain))[0])


def test_the_first_update_is_that_of_adagrad_with_clipped_gradients():
    """After one gradient g its square sum is g^2, so that every step has the length of the learning rate."""
    plain = load("plain_char_rnn")
    weights, inputs, targets, _ = case(plain)
    before = {name: weight.copy() for name, weight in weights.items()}
    plain.STEPS = len(inputs)
    _, grads, last = plain.loss_and_gradients(before, inputs, targets, np.zeros((HIDDEN, 1)))
    _, h = next(plain.train(weights, [*inputs, targets[-1]]))
    assert np.array_equal(h, last)
    for name, grad in grads.items():
        assert np.allclose(weights[name], before[name] - plain.RATE * np.sign(grad), atol=1e-6)


def test_the_second_update_has_clipped_gradients_and_a_carried_state():
    """The first cannot tell: its steps have the same length for all gradients. The second's depend on the first's."""
    plain = load("plain_char_rnn")
    weights, *_ = case(plain)
    plain.STEPS, plain.CLIP, text = len(INPUTS), 0.5, [*INPUTS, *TARGETS, 0]
    _, first, h = plain.loss_and_gradients(weights, text[:6], text[1:7], np.zeros((HIDDEN, 1)))
    assert max(np.abs(grad).max() for grad in first.values()) > 2 * plain.CLIP
    training = plain.train(weights, text)
    next(training)
    between = {name: weight.copy() for name, weight in weights.items()}
    _, second, _ = plain.loss_and_gradients(between, text[6:12], text[7:13], h)
    next(training)
    for name, weight in weights.items():
        g1, g2 = (grads[name].clip(-plain.CLIP, plain.CLIP) for grads in (first, second))
        assert np.allclose(weight, between[name] - plain.RATE * g2 / np.sqrt(g1**2 + g2**2 + 1e-16), atol=1e-6)


def test_it_learns_a_text_that_repeats_and_goes_round_and_round():
    plain = load("plain_char_rnn")
    plain.HIDDEN, text = 20, [0, 1, 0, 2] * 40
    losses = [loss / plain.STEPS for _, (loss, _) in zip(range(300), plain.train(_fresh(plain), text), strict=False)]
    assert losses[0] == pytest.approx(np.log(SIZE), abs=0.01)
    assert max(losses[-6:]) < 0.1  # of every second 0 comes 1, else 2: only a memory can tell which


def _fresh(plain):
    return plain.make_weights(SIZE, np.random.default_rng(0))


def test_a_sample_follows_the_probabilities_and_reads_what_it_wrote():
    plain = load("plain_char_rnn")
    weights, _, _, h0 = case(plain)
    _, _, p = plain.step(weights, 3, h0)
    first = [plain.sample(weights, 3, h0, 1, np.random.default_rng(seed))[0] for seed in range(2000)]
    assert np.allclose(np.bincount(first, minlength=SIZE) / 2000, p[:, 0], atol=0.05)
    weights = {name: np.zeros_like(weight) for name, weight in weights.items()}
    weights["U"][0, :2] = 5, -5  # after 0 write 1, after 1 write 0
    weights["V"][:2, 0] = -50, 50
    weights["c"][2:] = -100
    assert plain.sample(weights, 0, np.zeros((HIDDEN, 1)), 6, np.random.default_rng(0)) == [1, 0, 1, 0, 1, 0]


def test_the_program_prints_what_it_has_learned(capsys):
    plain = load("plain_char_rnn")
    plain.main("so it goes, " * 30, updates=1000)
    before, after = capsys.readouterr().out.split("--- update 1000: ")
    assert before.startswith("\n--- update 0: 3.00 bits a character\n")  # log2 of 8 characters
    assert float(after.split()[0]) < 2.5
    assert set(before.splitlines()[2]) <= set("so it goes, ")


def test_it_fits_into_112_lines():
    assert len((FOLDER / "plain_char_rnn.py").read_text("utf-8").splitlines()) <= 112
