"""The character RNN: right gradients, by differences and by torch; it trains, and it writes."""

import subprocess
import sys
from itertools import islice
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from rnncourse.scratch.gradcheck import numerical_gradient, relative_error

PROGRAM = Path(__file__).parents[1] / "rnncourse" / "char_rnn.py"
SIZE, HIDDEN = 5, 4
INPUTS, TARGETS = [3, 0, 0, 4, 2, 1], [0, 0, 4, 2, 1, 3]  # a repeated character, and every one of them
POEM = "the rose is red, the violet's blue, the honey's sweet, and so are you. " * 4


def load(right="", wrong="", **constants):
    """The program anew, with constants of its own and a mistake planted: what is right, and what stands there instead."""
    source = PROGRAM.read_text("utf-8")
    assert not right or source.count(right) == 1, f"the program no longer reads {right!r} once: plant the mistake anew"
    module = ModuleType("char_rnn_alone")
    exec(compile(source.replace(right, wrong) if right else source, PROGRAM.name, "exec"), module.__dict__)  # noqa: S102
    module.__dict__.update(constants)
    return module


def case(program):
    """Weights of some size, biases and a first state other than zero."""
    rng = np.random.default_rng(7)
    weights = {name: rng.normal(size=weight.shape) for name, weight in program.make_weights(SIZE, rng).items()}
    return weights, INPUTS, TARGETS, rng.normal(size=HIDDEN)


def worst_error(program):
    """The greatest relative error of a gradient, against differences of the loss."""
    weights, *piece = case(program)
    _, gradients, _ = program.loss_and_gradients(weights, *piece)
    assert gradients.keys() == weights.keys()
    by_differences = {
        name: numerical_gradient(lambda: float(program.loss_and_gradients(weights, *piece)[0]), weight)
        for name, weight in weights.items()
    }
    return max(relative_error(gradients[name], by_differences[name]) for name in weights)


def test_weights_have_the_shapes_of_the_notation():
    weights = load(HIDDEN=HIDDEN).make_weights(SIZE, np.random.default_rng(0))
    shapes = {
        "W_xh": (SIZE, HIDDEN),
        "W_hh": (HIDDEN, HIDDEN),
        "b_h": (HIDDEN,),
        "W_hy": (HIDDEN, SIZE),
        "b_y": (SIZE,),
    }
    assert {name: weight.shape for name, weight in weights.items()} == shapes


def test_reading_a_character_is_the_product_with_its_one_hot_row():
    program = load(HIDDEN=HIDDEN)
    weights, _, _, h_0 = case(program)
    for character, onehot in enumerate(np.eye(SIZE)):
        h, p = program.step(weights, character, h_0)
        expected = np.tanh(onehot @ weights["W_xh"] + h_0 @ weights["W_hh"] + weights["b_h"])
        np.testing.assert_allclose(h, expected, rtol=1e-12)
        assert p.sum() == pytest.approx(1)


def test_gradients_agree_with_differences():
    assert worst_error(load(HIDDEN=HIDDEN)) < 1e-7


def assert_agrees_with_torch(program):
    weights, inputs, targets, h_0 = case(program)
    before = {name: weight.copy() for name, weight in weights.items()}
    loss, gradients, last = program.loss_and_gradients(weights, inputs, targets, h_0)
    tensors = {name: torch.tensor(weight, requires_grad=True) for name, weight in weights.items()}
    W_xh, W_hh, b_h, W_hy, b_y = (tensors[name] for name in ("W_xh", "W_hh", "b_h", "W_hy", "b_y"))
    h, total = torch.tensor(h_0), 0
    for character, target in zip(inputs, targets, strict=True):
        x = torch.nn.functional.one_hot(torch.tensor(character), SIZE).double()
        h = torch.tanh(x @ W_xh + h @ W_hh + b_h)
        total = total + torch.nn.functional.cross_entropy(h @ W_hy + b_y, torch.tensor(target))
    total.backward()
    assert loss == pytest.approx(total.item(), rel=1e-12)
    assert relative_error(last, h.detach().numpy()) < 1e-10
    for name, gradient in gradients.items():
        assert relative_error(gradient, tensors[name].grad.numpy()) < 1e-10
        assert np.array_equal(weights[name], before[name])


def test_loss_gradients_and_state_agree_with_torch():
    assert_agrees_with_torch(load(HIDDEN=HIDDEN))


GRADIENT_BUGS = [
    ('gradients["W_xh"][inputs[t]] += da', 'gradients["W_xh"][inputs[t]] = da'),
    ('gradients["W_xh"][inputs[t]] += da', 'gradients["W_xh"][targets[t]] += da'),
    ('gradients["W_xh"][inputs[t]] += da', 'gradients["W_xh"] += da'),
    ('gradients["W_hh"] += np.outer(h[t - 1], da)', 'gradients["W_hh"] = np.outer(h[t - 1], da)'),
    ("np.outer(h[t - 1], da)", "np.outer(h[t], da)"),
    ("np.outer(h[t - 1], da)", "np.outer(da, h[t - 1])"),
    ("np.outer(h[t], do)", "np.outer(h[t - 1], do)"),
    ('gradients["b_h"] += da', 'gradients["b_h"] += dh'),
    ('gradients["b_y"] += do', 'gradients["b_y"] += p[t]'),
    ("do[targets[t]] -= 1", "do[inputs[t]] -= 1"),
    (".T + dh_later", ".T"),
    ("(1 - h[t] ** 2)", "(1 - h[t - 1] ** 2)"),
    ("(1 - h[t] ** 2)", "h[t] * (1 - h[t])"),
    ('dh_later = da @ weights["W_hh"].T', 'dh_later = da @ weights["W_hh"]'),
    ('dh_later = da @ weights["W_hh"].T', 'dh_later = dh @ weights["W_hh"].T'),
    ("step(weights, inputs[t], h[t - 1])", "step(weights, inputs[t], h_0)"),
]


@pytest.mark.parametrize(("right", "wrong"), GRADIENT_BUGS)
def test_a_planted_mistake_is_seen(right, wrong):
    assert worst_error(load(right, wrong, HIDDEN=HIDDEN)) > 1e-3


BUGS_THAT_DIFFERENCES_CANNOT_SEE = [
    ("h[len(inputs) - 1]", "h[0]"),
    ("h[len(inputs) - 1]", "h_0"),
    ("np.log(p[t][targets[t]])", "np.log2(p[t][targets[t]])"),
    ("p = np.exp(o - o.max())", "p = np.exp(o - o.max()) + 1e-3"),
]


@pytest.mark.parametrize(("right", "wrong"), BUGS_THAT_DIFFERENCES_CANNOT_SEE)
def test_torch_sees_the_others(right, wrong):
    program = load(right, wrong, HIDDEN=HIDDEN)
    with pytest.raises(AssertionError):
        assert_agrees_with_torch(program)


def test_large_scores_do_not_overflow():
    program = load(HIDDEN=HIDDEN)
    weights, inputs, targets, h_0 = case(program)
    weights["b_y"] += 1e4
    shifted, _, _ = program.loss_and_gradients(weights, inputs, targets, h_0)
    assert shifted == pytest.approx(program.loss_and_gradients(*case(program))[0])


def test_the_first_update_is_that_of_adagrad_with_clipped_gradients():
    """After one gradient g its square sum is g^2, so that every step has the length of the learning rate."""
    program = load(HIDDEN=HIDDEN, STEPS=len(INPUTS))
    weights, inputs, targets, _ = case(program)
    before = {name: weight.copy() for name, weight in weights.items()}
    _, gradients, last = program.loss_and_gradients(before, inputs, targets, np.zeros(HIDDEN))
    _, h = next(program.train(weights, [*inputs, targets[-1]]))
    assert np.array_equal(h, last)
    for name, gradient in gradients.items():
        assert np.allclose(weights[name], before[name] - program.RATE * np.sign(gradient), atol=1e-6)


def assert_second_update_is_right(program):
    """The first cannot tell: its steps have the same length for all gradients. The second's depend on the first's."""
    weights, *_ = case(program)
    text = [*INPUTS, *TARGETS, 0]
    _, first, h = program.loss_and_gradients(weights, text[:6], text[1:7], np.zeros(HIDDEN))
    assert max(np.abs(gradient).max() for gradient in first.values()) > 2 * program.CLIP
    training = program.train(weights, text)
    next(training)
    between = {name: weight.copy() for name, weight in weights.items()}
    _, second, _ = program.loss_and_gradients(between, text[6:12], text[7:13], h)
    next(training)
    for name, weight in weights.items():
        g1, g2 = (gradients[name].clip(-program.CLIP, program.CLIP) for gradients in (first, second))
        step = program.RATE * g2 / np.sqrt(g1**2 + g2**2 + 1e-16)
        assert np.allclose(weight, between[name] - step, atol=1e-6)


def test_the_second_update_has_clipped_gradients_and_a_carried_state():
    assert_second_update_is_right(load(HIDDEN=HIDDEN, STEPS=6, CLIP=0.5))


TRAINING_BUGS = [
    ("gradient.clip(-CLIP, CLIP)", "gradient"),
    ("square_sums[name] += gradient**2", "square_sums[name] = gradient**2"),
    ("square_sums[name] += gradient**2", "square_sums[name] += abs(gradient)"),
    ("            loss, gradients, h = loss", "            loss, gradients, _ = loss"),
    ("start : start + STEPS + 1", "start : start + STEPS"),
]


@pytest.mark.parametrize(("right", "wrong"), TRAINING_BUGS)
def test_a_planted_mistake_of_training_is_seen(right, wrong):
    program = load(right, wrong, HIDDEN=HIDDEN, STEPS=6, CLIP=0.5)
    with pytest.raises(AssertionError):
        assert_second_update_is_right(program)


def trained_losses(text, size, updates, **constants):
    """Nats a character of each piece."""
    program = load(**constants)
    weights = program.make_weights(size, np.random.default_rng(0))
    return [loss / program.STEPS for loss, _ in islice(program.train(weights, text), updates)]


def test_it_learns_a_text_that_repeats_and_goes_round_and_round():
    losses = trained_losses([0, 1, 0, 2] * 40, SIZE, 800, HIDDEN=20)
    assert losses[0] == pytest.approx(np.log(SIZE), abs=0.01)
    assert max(losses[-6:]) < 0.1  # of every second 0 comes 1, else 2: only a memory can tell which


def test_it_learns_more_than_how_often_each_letter_comes():
    alphabet = sorted(set(POEM))
    text = [alphabet.index(letter) for letter in POEM]
    shares = np.bincount(text) / len(text)
    bound = -(shares * np.log(shares)).sum()  # nats a letter; no guess without the letters before is better on average
    assert np.mean(trained_losses(text, len(alphabet), 500, HIDDEN=30)[-20:]) < 0.5 * bound


def test_a_sample_follows_the_probabilities_and_reads_what_it_wrote():
    program = load(HIDDEN=HIDDEN)
    weights, _, _, h_0 = case(program)
    _, p = program.step(weights, 3, h_0)
    first = [program.sample(weights, 3, h_0, 1, np.random.default_rng(seed))[0] for seed in range(2000)]
    assert np.allclose(np.bincount(first, minlength=SIZE) / 2000, p, atol=0.05)
    weights = {name: np.zeros_like(weight) for name, weight in weights.items()}
    weights["W_xh"][:2, 0] = 5, -5  # after 0 write 1, after 1 write 0
    weights["W_hy"][0, :2] = -50, 50
    weights["b_y"][2:] = -100
    assert program.sample(weights, 0, np.zeros(HIDDEN), 6, np.random.default_rng(0)) == [1, 0, 1, 0, 1, 0]


def test_the_program_prints_what_it_has_learned(capsys):
    load().main("so it goes, " * 30, updates=1000)
    before, after = capsys.readouterr().out.split("--- update 1000: ")
    assert before.startswith("\n--- update 0: 3.00 bits a character\n")  # log2 of 8 characters
    assert float(after.split()[0]) < 1  # the mean of all updates since
    assert set(before.splitlines()[2]) <= set("so it goes, ")
    assert after.count("so it goes, ") > 5


@pytest.mark.parametrize("text", [[], [0], [0, 1] * 12 + [0], [0] * 100])
def test_a_text_with_nothing_to_learn_is_refused(text):
    sentence = rf"^text: expected more than 25 characters, not all of them the same, got {len(text)}$"
    program = load()
    with pytest.raises(ValueError, match=sentence):
        next(program.train(program.make_weights(2, np.random.default_rng(0)), text))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory: "),
        (b"", "text: expected more than 25 characters, not all of them the same, got 0"),
        (b"a", "text: expected more than 25 characters, not all of them the same, got 1"),
        (b"\xff\xfe" * 50, "'utf-8' codec can't decode byte 0xff"),
    ],
)
def test_a_bad_file_gets_one_sentence(tmp_path, content, reason):
    file = tmp_path / "text.txt"
    if content is not None:
        file.write_bytes(content)
    command = [sys.executable, "-m", "rnncourse.char_rnn", str(file)]
    run = subprocess.run(command, cwd=PROGRAM.parents[1], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 1
    assert run.stdout == ""
    [sentence] = run.stderr.splitlines()
    assert sentence.startswith("FILE cannot be learned: ")
    assert reason in sentence


def test_it_fits_into_112_lines():
    assert len(PROGRAM.read_text("utf-8").splitlines()) <= 112
