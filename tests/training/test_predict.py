"""What a model says without training: predict, and where things are computed."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from trainees import Reader, Writer, linear, pairs, sums

from rnncourse import data, models
from rnncourse.training import generate, mean_squared_error, predict, train
from rnncourse.training.randomness import repeatable, seed_torch
from rnncourse.training.tensors import as_tensors, choose_device


def test_predictions_are_the_models_in_eval_mode():
    model, batch = Reader(dropout=0.5), sums(0, np.random.default_rng(0))
    statistics = model.norm.running_mean.clone()
    outputs = predict(model, batch)
    assert model.training
    assert torch.equal(model.norm.running_mean, statistics)
    model.eval()
    expected, state = model(torch.tensor(batch[0], dtype=torch.float32))
    assert isinstance(outputs, np.ndarray)
    assert np.array_equal(outputs, expected.detach().numpy())
    again, extra = predict(model, batch, with_extra=True)
    assert not model.training
    assert np.array_equal(again, outputs)
    assert all(np.array_equal(a, b.detach().numpy()) for a, b in zip(extra, state, strict=True))


def test_a_model_that_gives_outputs_only_has_no_extra():
    batch = pairs(0, np.random.default_rng(0))
    assert predict(linear(), batch).shape == (8, 1)
    outputs, extra = predict(linear(), batch, with_extra=True)
    assert outputs.shape == (8, 1)
    assert extra is None


def test_a_model_may_give_more_than_one_thing_besides():
    class Triple(nn.Linear):
        def forward(self, x):
            return super().forward(x), x[0], [x[1], None]

    batch = pairs(0, np.random.default_rng(0))
    _, (first, (second, nothing)) = predict(Triple(2, 1), batch, with_extra=True)
    assert np.array_equal(first, batch[0][0].astype(np.float32))
    assert np.array_equal(second, batch[0][1].astype(np.float32))
    assert nothing is None
    assert train(lambda: Triple(2, 1), pairs, mean_squared_error, steps=1).losses.shape == (1,)


@pytest.mark.parametrize("attention", [None, "additive"])
def test_sentences_are_those_of_greedy_in_words(attention):
    torch.manual_seed(0)
    source, target = data.Vocabulary("abc"), data.Vocabulary(["one", "two", "three"])
    batch = data.translation_batch(["ab", "c", "bca"], [["one"], ["two"], ["two", "one"]], source, target)
    model = models.EncoderDecoder(len(source), len(target), 3, 4, attention=attention)
    tokens, expected = model.greedy(torch.tensor(batch.sources), torch.tensor(batch.lengths), 6)
    sentences, weights = generate(model, batch, target, max_steps=6, with_extra=True)
    assert sentences == [target.decode(column) for column in tokens.T]
    assert len({tuple(sentence) for sentence in sentences}) > 1
    assert (weights is None) if attention is None else np.array_equal(weights, expected.numpy())
    without_targets = batch._replace(inputs=None, targets=None)
    assert generate(model, without_targets, target, max_steps=6) == sentences


def test_a_captioner_writes_too_and_a_model_that_cannot_is_named():
    torch.manual_seed(0)
    batch = data.spelling_batch(data.digit_vectors(5, np.random.default_rng(0)))
    words = generate(models.VectorCaptioner(100, len(data.DIGIT_LETTERS), 3, 4), batch, data.DIGIT_LETTERS, max_steps=3)
    assert len(words) == 5
    assert all(len(word) <= 3 and set(word) <= set(data.DIGIT_LETTERS.words) for word in words)
    with pytest.raises(ValueError, match=r"model: expected one that writes sentences, with a greedy\(\), got Linear"):
        generate(linear(), batch, data.DIGIT_LETTERS)


def test_a_model_without_parameters_predicts_too():
    assert predict(nn.Identity(), (np.ones((2, 3)), None)).dtype == np.float32


def test_tokens_stay_integers_and_a_float64_model_keeps_its_precision():
    assert predict(Writer(), (np.zeros((3, 2), np.int32), None)).shape == (3, 2, 5)
    assert predict(linear().double(), pairs(0, np.random.default_rng(0))).dtype == np.float64


def test_the_mode_comes_back_after_an_error():
    model = linear()
    with pytest.raises(RuntimeError):
        predict(model, (np.ones((2, 5)), None))
    assert model.training
    assert torch.is_grad_enabled()


def test_without_an_accelerator_auto_is_the_cpu(monkeypatch):
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
    assert choose_device("auto") == torch.device("cpu")


def test_with_an_accelerator_auto_is_that(monkeypatch):
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("mps"))
    assert choose_device("auto") == torch.device("mps")
    assert choose_device("cpu") == choose_device(torch.device("cpu")) == torch.device("cpu")


def test_the_loop_asks_for_the_device_and_goes_there(monkeypatch):
    """The device "meta" computes shapes only, which is enough to see where model and batch are."""
    seen = []
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("meta"))
    module = SimpleNamespace(manual_seed=lambda seed: None, get_rng_state=lambda: 0, set_rng_state=lambda state: None)
    monkeypatch.setattr(torch, "get_device_module", lambda device=None: module)

    class Stop(Exception):
        pass

    def loss(outputs, targets):
        seen.extend([outputs.device.type, targets.device.type])
        raise Stop

    with pytest.raises(Stop):
        train(linear, pairs, loss, steps=1)
    with pytest.raises(Stop):
        train(linear, pairs, loss, steps=1, device="cpu")
    assert seen == ["meta", "meta", "cpu", "cpu"]


def test_an_accelerators_generator_is_seeded_and_brought_back(monkeypatch):
    calls = []
    module = SimpleNamespace(
        manual_seed=lambda seed: calls.append(f"seed {seed}"),
        get_rng_state=lambda: "the state of before",
        set_rng_state=lambda state: calls.append(f"back to {state}"),
    )
    monkeypatch.setattr(torch, "get_device_module", lambda device=None: module)
    with repeatable(torch.device("mps")):
        seed_torch(3, torch.device("mps"))
    assert calls == ["seed 3", "back to the state of before"]


def test_arrays_go_to_the_device():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x, (y,) = as_tensors((np.ones(2), [torch.ones(3)]), torch.device("meta"), torch.float32)
    assert (x.device.type, x.dtype, y.device.type) == ("meta", torch.float32, "meta")
