"""The loop does what a plain loop does, with seeds, evaluations and early stopping, and nothing else."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn
from trainees import Reader, Writer, linear, pairs, same_weights, sums

from rnncourse.data import TextBatches
from rnncourse.training import cross_entropy, mean_squared_error, predict, train


def plain_losses(steps, seed, learning_rate=1e-2, clip_norm=1.0, optimizer=torch.optim.Adam):
    """The loop as anybody would write it for a model without dropout; losses, gradient norms and the model."""
    torch.manual_seed(seed)
    model = Reader(dropout=0.0)
    updates, losses, norms = optimizer(model.parameters(), lr=learning_rate), [], []
    for step in range(steps):
        x, y = (torch.tensor(a, dtype=torch.float32) for a in sums(step, np.random.default_rng([seed, step])))
        loss = ((model(x)[0] - y) ** 2).mean()
        model.zero_grad()
        loss.backward()
        squares = sum((p.grad.double() ** 2).sum() for p in model.parameters())
        norm = float(squares**0.5)
        if clip_norm is not None and norm > clip_norm:
            for p in model.parameters():
                p.grad *= clip_norm / norm
        updates.step()
        losses.append(loss.item())
        norms.append(norm)
    return losses, norms, model


@pytest.mark.parametrize("clip_norm", [None, 0.5])
@pytest.mark.parametrize("optimizer", [torch.optim.Adam, torch.optim.SGD])
def test_the_losses_are_those_of_a_plain_loop(clip_norm, optimizer):
    settings = {"learning_rate": 0.05, "clip_norm": clip_norm, "optimizer": optimizer}
    losses, norms, model = plain_losses(12, 3, **settings)
    run = train(lambda: Reader(dropout=0.0), sums, mean_squared_error, steps=12, seed=3, **settings)
    assert run.losses == pytest.approx(losses, rel=1e-4)
    assert run.gradient_norms == pytest.approx(norms, rel=1e-3)
    assert max(norms) > 0.5
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(run.model.parameters(), model.parameters(), strict=True))


def test_the_same_seed_gives_the_same_numbers_and_another_seed_gives_others():
    one, same, other = (train(Reader, sums, mean_squared_error, steps=8, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(one.losses, same.losses)
    assert same_weights(one.model, same.model)
    assert not np.array_equal(one.losses, other.losses)


def test_the_readers_generator_and_threads_are_left_alone():
    torch.manual_seed(11)
    torch.set_num_threads(2)
    try:
        threads = []
        train(linear, pairs, lambda o, t: threads.append(torch.get_num_threads()) or mean_squared_error(o, t), steps=2)
        assert threads == [1, 1]
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)
    drawn = torch.rand(3)
    torch.manual_seed(11)
    assert torch.equal(drawn, torch.rand(3))


def test_threads_and_generator_come_back_after_an_error():
    torch.manual_seed(11)
    before = torch.get_rng_state()
    with pytest.raises(ZeroDivisionError):
        train(linear, lambda step, rng: 1 / 0, mean_squared_error, steps=2)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_numbers_do_not_hang_on_what_was_drawn_before():
    torch.rand(7)
    np.random.seed(3)
    one = train(Reader, sums, mean_squared_error, steps=3)
    torch.rand(5)
    assert np.array_equal(one.losses, train(Reader, sums, mean_squared_error, steps=3).losses)


def test_every_batch_gets_the_generator_of_its_seed_and_step():
    drawn, torch_drawn = [], []

    def batches(step, rng):
        drawn.append((step, rng.random()))
        torch_drawn.append(torch.rand(()).item())
        return pairs(step, rng)

    train(linear, batches, mean_squared_error, steps=70, seed=4)
    assert drawn == [(step, np.random.default_rng([4, step]).random()) for step in range(70)]
    assert len(set(torch_drawn)) == 70


def test_a_model_starts_as_it_does_after_torchs_own_seed():
    starts = []

    def make_model():
        model = linear()
        starts.append(model.weight.detach().clone())
        return model

    train(make_model, pairs, mean_squared_error, steps=1, seed=9)
    torch.manual_seed(9)
    assert torch.equal(starts[0], linear().weight)


def test_the_model_trains_in_train_mode_and_comes_back_in_eval_mode():
    modes = []
    run = train(
        Reader,
        sums,
        mean_squared_error,
        steps=4,
        every=2,
        evaluate=lambda model: modes.append((model.training, torch.is_grad_enabled())) or 1.0,
    )
    assert modes == [(False, False)] * 2
    assert not run.model.training
    assert run.model.norm.num_batches_tracked == 2  # at the first of two equal evaluations


def test_dropout_is_active_in_training():
    with_dropout, without = (
        train(lambda d=d: Reader(dropout=d), sums, mean_squared_error, steps=1) for d in (0.5, 0.0)
    )
    assert with_dropout.losses[0] != without.losses[0]


def test_what_a_batch_may_hold():
    """Floats become the model's, integers int64, masks stay, tuples are gone through, and nothing is shared."""
    arrays = np.ones((3, 2))[::-1], np.ones(2, np.float16), np.ones(2, np.int32), np.array([True, False])
    inside = np.ones(1, np.uint8), [np.ones(1)]
    data = (*arrays, inside, "word", torch.ones(1, dtype=torch.float64), np.ones((3, 1)))
    data[0].flags.writeable = False
    seen = []

    class Model(nn.Linear):
        def forward(self, x, *rest):
            seen[:] = [x, *rest]
            x *= 2
            return super().forward(x)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(lambda: Model(2, 1), lambda step, rng: data, mean_squared_error, steps=1)
    x, halves, integers, mask, (bytes_, [floats]), word, tensor = seen
    kinds = [t.dtype for t in (x, halves, integers, mask, bytes_, floats, tensor)]
    assert kinds == [torch.float32] * 2 + [torch.int64, torch.bool, torch.int64, torch.float32, torch.float64]
    assert word == "word"
    assert (data[0] == 1).all()


def test_a_float64_model_gets_float64():
    run = train(lambda: linear().double(), pairs, mean_squared_error, steps=2)
    assert next(run.model.parameters()).dtype == torch.float64


def test_it_learns():
    run = train(linear, pairs, mean_squared_error, steps=300, learning_rate=0.1, schedule="one cycle")
    assert run.losses[-1] < 1e-6 < run.losses[0]
    assert run.model.weight[0].tolist() == pytest.approx([1, -2], abs=1e-3)


@pytest.mark.parametrize("steps", [*range(1, 8), 100])
def test_one_cycle_rises_over_a_tenth_and_falls_to_almost_nothing(steps):
    rates = []

    class Watched(torch.optim.SGD):
        def step(self):
            rates.append(self.param_groups[0]["lr"])
            return super().step()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(
            linear, pairs, mean_squared_error, steps=steps, optimizer=Watched, learning_rate=0.5, schedule="one cycle"
        )
    assert len(rates) == steps
    assert max(rates) <= 0.5 + 1e-12
    if steps == 100:
        assert np.argmax(rates) == 9
        assert max(rates) == pytest.approx(0.5)
        assert rates[-1] < 1e-4 < rates[0]
        assert (np.diff(rates[:10]) > 0).all()
        assert (np.diff(rates[9:]) < 0).all()


def test_without_a_schedule_the_rate_stays():
    rates = []

    class Watched(torch.optim.SGD):
        def step(self):
            rates.append(self.param_groups[0]["lr"])
            return super().step()

    train(linear, pairs, mean_squared_error, steps=5, optimizer=Watched, learning_rate=0.5)
    assert rates == [0.5] * 5


def test_the_state_is_carried_and_detached():
    text = TextBatches(np.arange(60) % 5, batch_size=2, steps=3)
    given, made = [], []

    class Watched(Writer):
        def forward(self, tokens, state=None):
            given.append(state)
            outputs, state = super().forward(tokens, state)
            made.append(state)
            return outputs, state

    train(Watched, text, cross_entropy, steps=3, carry_state=True)
    assert given[0] is None
    for before, after in zip(made, given[1:], strict=False):
        assert all(torch.equal(b, a) and not a.requires_grad for b, a in zip(before, after, strict=True))
    given.clear()
    train(Watched, text, cross_entropy, steps=2)
    assert given == [None, None]


def test_a_step_with_a_carried_state_is_that_of_the_whole_text_in_pieces():
    """Without dropout and without updates, the losses of the pieces are the loss of one long pass."""
    text = np.random.default_rng(0).integers(5, size=40)
    run = train(
        lambda: Writer(dropout=0.0),
        TextBatches(text, batch_size=1, steps=10),
        cross_entropy,
        steps=4,
        carry_state=True,
        learning_rate=1e-12,
    )
    targets = np.roll(text, -1)[:, None]
    scores = predict(run.model, (text[:, None], targets))
    assert run.losses.mean() == pytest.approx(float(cross_entropy(scores, targets)), rel=1e-5)


def scripted(values):
    """An evaluation that returns one value after the other."""
    values = iter(values)
    return lambda model: next(values)


@pytest.mark.parametrize(
    ("better", "values", "best"), [("lower", [3, 1, 2, 1], (4, 1)), ("higher", [1, 3, 2, 3], (4, 3))]
)
def test_the_weights_of_the_best_evaluation_come_back(better, values, best):
    weights, script = [], scripted(values)

    def evaluate(model):
        weights.append(model.weight.clone())
        return script(model)

    run = train(linear, pairs, mean_squared_error, steps=7, every=2, evaluate=evaluate, better=better)
    assert run.evaluations == list(zip((2, 4, 6, 7), map(float, values), strict=True))
    assert run.best == best
    assert torch.equal(run.model.weight, weights[1])
    assert not torch.equal(run.model.weight, weights[3])
    assert len(run.losses) == 7
    assert not run.stopped_early


def test_the_last_weights_come_back_without_an_evaluation():
    run = train(linear, pairs, mean_squared_error, steps=3)
    longer = train(linear, pairs, mean_squared_error, steps=4)
    assert run.evaluations == []
    assert run.best is None
    assert not torch.equal(run.model.weight, longer.model.weight)


def test_patience_counts_evaluations_without_a_better_one():
    values = [5, 4, 4, 6, 3, 7, 8, 9, 1]
    run = train(linear, pairs, mean_squared_error, steps=90, every=10, evaluate=scripted(values), patience=3)
    assert [value for _, value in run.evaluations] == values[:8]
    assert run.stopped_early
    assert len(run.losses) == 80
    assert run.best == (50, 3)


def test_an_evaluation_leaves_the_training_as_it_was():
    with_one = train(Reader, sums, mean_squared_error, steps=6, every=1, evaluate=lambda model: -float(torch.rand(())))
    without = train(Reader, sums, mean_squared_error, steps=6)
    assert np.array_equal(with_one.losses, without.losses)
    assert len({value for _, value in with_one.evaluations}) == 1  # what is drawn is the same at each of them
