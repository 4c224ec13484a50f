"""A run whose numbers are no numbers any more stops with one sentence: at which step, what was seen, what to try."""

import re

import numpy as np
import pytest
import torch
from torch import nn
from trainees import Reader, linear, pairs, same_weights, sums

from rnncourse.training import TrainingDiverged, mean_squared_error, train


def diverged(make_model=linear, batches=pairs, loss=mean_squared_error, **settings):
    """The error, whose message is one sentence that names the step."""
    with pytest.raises(TrainingDiverged) as raised:
        train(make_model, batches, loss, **{"steps": 60, **settings})
    sentence = str(raised.value)
    assert "\n" not in sentence
    assert sentence.startswith(f"step {len(raised.value.run.losses)}: ")
    return raised.value


def test_it_is_an_error_of_floating_point_numbers_and_of_arithmetic():
    assert issubclass(TrainingDiverged, FloatingPointError)
    assert issubclass(TrainingDiverged, ArithmeticError)


def test_an_explosion_without_clipping_asks_for_clipping():
    error = diverged(optimizer=torch.optim.SGD, learning_rate=1e3, clip_norm=None)
    assert str(error).endswith("; gradients are not clipped: try clip_norm=1.0")
    assert "the loss is infinite" in str(error)
    largest = float(re.search(r"after gradient norms of up to (\S+) in the", str(error))[1])
    assert largest == pytest.approx(max(error.run.gradient_norms[-10:]), rel=0.1)


def test_what_it_asks_for_helps():
    settings = {"optimizer": torch.optim.SGD, "learning_rate": 1.7}
    diverged(clip_norm=None, steps=400, **settings)
    run = train(linear, pairs, mean_squared_error, steps=400, clip_norm=1.0, **settings)
    assert np.isfinite(run.losses).all()


def test_an_explosion_with_clipping_asks_for_smaller_steps():
    error = diverged(optimizer=torch.optim.SGD, learning_rate=1e25)
    assert str(error).endswith("; try a smaller learning rate, such as learning_rate=1e+24 in place of 1e+25")


@pytest.mark.parametrize(("value", "word"), [(np.nan, "NaN"), (np.inf, "infinity"), (-np.inf, "infinity")])
@pytest.mark.parametrize("place", [0, 1])
def test_data_that_are_broken_are_blamed_themselves(place, value, word):
    def batches(step, rng):
        batch = pairs(step, rng)
        if step == 3:
            batch[place][2] = value
        return batch

    shape = [(8, 2), (8, 1)][place]
    assert str(diverged(batches=batches)) == (
        f"step 3: entry {place} of the batch, of shape {shape}, holds {word}, "
        "and no setting helps against that: mend the data"
    )


def with_bias(value):
    """A linear model whose bias is this."""

    def make_model():
        model = linear()
        nn.init.constant_(model.bias, value)
        return model

    return make_model


def test_a_model_that_starts_broken_is_looked_at_before_any_setting():
    assert str(diverged(with_bias(float("inf")))) == (
        "step 0: the loss is infinite, as the model's outputs hold NaN or infinity, before any update; "
        "look at the model's first weights and at the size of its inputs"
    )


def test_outputs_too_large_to_be_squared_at_the_beginning_are_the_models_fault_too():
    sentence = str(diverged(with_bias(1e30)))
    assert sentence.startswith(
        "step 0: the loss is infinite while the outputs are finite, the largest 1e+30, before any"
    )
    assert sentence.endswith("; look at the model's first weights and at the size of its inputs")


@pytest.mark.parametrize("loss", [lambda o, t: (o * 0).log().mean(), lambda o, t: o[:0].mean()])
def test_a_loss_that_is_broken_itself_is_blamed(loss):
    sentence = str(diverged(loss=loss))
    assert re.match(
        r"step 0: the loss is (NaN|infinite) while the outputs are finite, the largest \S+, before", sentence
    )
    assert sentence.endswith("look at the loss itself: the log of 0, a division by 0 and the mean of nothing do this")


def test_an_infinite_slope_is_found_in_the_gradient():
    sentence = str(diverged(loss=lambda o, t: (o - o.detach()).abs().sqrt().mean()))
    assert sentence.startswith(
        "step 0: the gradient norm is NaN while the loss is 0, before any update; look for an op"
    )
    assert "torch.autograd.set_detect_anomaly(True) names the place" in sentence


class Exploding(torch.autograd.Function):
    """Passes its input on, and a gradient back whose norm no float32 holds."""

    @staticmethod
    def forward(context, x):
        return x.clone()

    @staticmethod
    def backward(context, gradient):
        return gradient * 1e30


def test_an_infinite_gradient_is_an_explosion_on_the_way_back():
    sentence = str(diverged(loss=lambda o, t: mean_squared_error(Exploding.apply(o), t)))
    assert sentence.startswith("step 0: the gradient norm is infinite while the loss is")
    assert sentence.endswith("look at the model's first weights and at the size of its inputs")


@pytest.mark.parametrize("step", [1, 5])
def test_the_weights_from_before_are_kept(step):
    """Also those of batch normalisation, which the broken forward pass has changed already."""

    def batches(number, rng):
        x, y = sums(number, rng)
        return (x * np.nan if number == step else x), y

    error = diverged(Reader, batches)
    whole = train(Reader, sums, mean_squared_error, steps=step)
    assert same_weights(error.run.model, whole.model)
    assert np.array_equal(error.run.losses, whole.losses)
    assert np.array_equal(error.run.gradient_norms, whole.gradient_norms)
    assert not error.run.model.training


def test_a_broken_gradient_is_seen_before_it_reaches_the_weights():
    count = iter(range(100))

    def loss(outputs, targets):
        value = mean_squared_error(outputs, targets)
        return value + (value - value.detach()).abs().sqrt() if next(count) == 4 else value

    error = diverged(loss=loss, clip_norm=None)
    assert same_weights(error.run.model, train(linear, pairs, mean_squared_error, steps=4, clip_norm=None).model)


def test_a_run_that_diverged_can_be_told_from_its_file(tmp_path):
    """The file holds the last good state, so that the same settings diverge again at the same step."""
    settings = {"optimizer": torch.optim.SGD, "learning_rate": 1e3, "clip_norm": None, "every": 2}
    first, again = (diverged(checkpoint=tmp_path / "run.pt", **settings) for _ in range(2))
    assert str(first) == str(again)
    assert np.array_equal(first.run.losses, again.run.losses)
