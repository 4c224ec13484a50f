"""A population of LSTM variants: each member against scratch, and in company against itself alone."""

import copy

import numpy as np
import pytest
import torch
from torch.nn import functional

from rnncourse.models.lstm_variants import VARIANTS, LSTMPopulation, LSTMVariant, member_losses
from rnncourse.scratch import Unrolled, lstm_variants

torch.set_num_threads(1)
each_variant = pytest.mark.parametrize("variant", VARIANTS)
EXACT = {"rtol": 1e-10, "atol": 1e-12}


def variant_alone(variant, sizes=(3, 4, 2), seed=1, **options):
    torch.manual_seed(seed)
    return LSTMVariant(*sizes, variant, **options).double()


def population(variants=VARIANTS, sizes=(3, 4, 2), seed=1):
    torch.manual_seed(seed)
    return LSTMPopulation(*sizes, variants).double()


def inputs(T, B, D=3, seed=2):
    return torch.tensor(np.random.default_rng(seed).standard_normal((T, B, D)))


def scratch_copy(model):
    """Scratch's cell with a variant's weights, run over sequences."""
    D, H = len(model.W_x), len(model.W_h)
    cell = lstm_variants.LSTMVariantCell(D, H, np.random.default_rng(0), variant=model.variant)
    for name, array in cell.parameters().items():
        array[...] = getattr(model, name).detach().numpy()
    return Unrolled(cell)


def assert_equals_scratch(model, T, B):
    """Outputs and all gradients of a variant, against scratch's cell and a readout by hand."""
    layer, rng = scratch_copy(model), np.random.default_rng(3)
    x = inputs(T, B, len(model.W_x)).requires_grad_()
    y = model(x)
    dy = rng.standard_normal(y.shape)
    y.backward(torch.tensor(dy))
    h, _, cache = layer.forward(x.detach().numpy())
    W_hy, b_y = model.W_hy.detach().numpy(), model.b_y.detach().numpy()
    np.testing.assert_allclose(y.detach(), h @ W_hy + b_y, **EXACT)
    dx, _ = layer.backward(dy @ W_hy.T, None, cache)
    expected = {name.removeprefix("cell."): grad for name, grad in layer.grads.items()}
    expected |= {"W_hy": np.tensordot(h, dy, ([0, 1], [0, 1])), "b_y": dy.sum(axis=(0, 1))}
    found = {name: parameter.grad for name, parameter in model.named_parameters()}
    assert found.keys() == expected.keys()
    for name, grad in (found | {"x": x.grad}).items():
        np.testing.assert_allclose(grad, (expected | {"x": dx})[name], err_msg=name, **EXACT)


def test_the_variants_are_scratchs():
    assert set(VARIANTS) == set(lstm_variants.VARIANTS)


@each_variant
@pytest.mark.parametrize(
    ("T", "B", "sizes"), [(1, 1, (1, 1, 1)), (1, 3, (2, 5, 1)), (6, 1, (1, 3, 2)), (5, 4, (3, 4, 2))]
)
def test_a_variant_equals_scratch(variant, T, B, sizes):
    assert_equals_scratch(variant_alone(variant, sizes), T, B)


@each_variant
def test_parameters_are_scratchs_and_all_learn(variant):
    model = variant_alone(variant)
    cell = scratch_copy(model).cell
    shapes = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    assert shapes == {name: a.shape for name, a in cell.parameters().items()} | {"W_hy": (4, 2), "b_y": (2,)}
    model(inputs(3, 2)).square().sum().backward()
    assert all(parameter.grad.all() for parameter in model.parameters())


def test_members_answer_as_they_would_alone():
    kinds = ["FGR", "V", "CIFG", "FGR", *VARIANTS, "NIAF"]
    models, x = population(kinds), inputs(5, 3)
    outputs = models(x)
    assert outputs.shape == (len(kinds), 5, 3, 2)
    assert [member.variant for member in models.members] == kinds
    for member, output in zip(models.members, outputs, strict=True):
        torch.testing.assert_close(output, member(x), **EXACT)
    assert len({output[-1, 0, 0].item() for output in outputs}) == len(kinds)


def squared_error(outputs, targets):
    return functional.mse_loss(outputs[-1], targets)


def trained(model, clip, loss, steps=6):
    """Train a model in place by Adam with clipping and return it; batches are the same for every model."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for step in range(steps):
        x = inputs(5, 3, seed=step)
        optimizer.zero_grad()
        loss(model(x), 9 * x[0, :, :2]).backward()
        clip(model)
        optimizer.step()
    return model


def clip_alone(model, max_norm=1.0):
    return torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)


def largest_difference(one, other):
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return max((a - b).abs().max().item() for a, b in pairs)


def summed(outputs, targets):
    return member_losses(squared_error, outputs, targets).sum()


def test_members_are_trained_as_if_alone():
    models = population([*VARIANTS, "V", "FGR"])
    alone = [trained(copy.deepcopy(member), clip_alone, squared_error) for member in models.members]
    untrained = copy.deepcopy(models)
    trained(models, lambda model: model.clip_grad_norm_(1.0), summed)
    for member, expected, start in zip(models.members, alone, untrained.members, strict=True):
        assert largest_difference(member, expected) < 1e-9
        assert largest_difference(member, start) > 0.1


def test_one_norm_for_all_would_not_train_them_as_if_alone():
    models = population()
    alone = [trained(copy.deepcopy(member), clip_alone, squared_error) for member in models.members]
    trained(models, clip_alone, summed)
    assert all(largest_difference(*pair) > 1e-3 for pair in zip(models.members, alone, strict=True))


def gradients(models, x):
    models.zero_grad()
    member_losses(lambda y, _: y.square().sum(), models(x), x).sum().backward()
    return [torch.cat([p.grad.flatten() for p in member.parameters()]) for member in models.members]


def test_each_member_is_clipped_by_its_own_norm():
    models, x = population(["V", "NP", "FGR"]), inputs(4, 2)
    before = gradients(models, x)
    norms = [gradient.norm().item() for gradient in before]
    limit = sorted(norms)[1] * 1.001  # only the longest is cut
    assert max(norms) > 1.1 * limit
    joint = models.clip_grad_norm_(limit)
    assert joint.item() == pytest.approx(np.linalg.norm(norms), rel=1e-12)
    for member, gradient, norm in zip(models.members, before, norms, strict=True):
        after = torch.cat([p.grad.flatten() for p in member.parameters()])
        torch.testing.assert_close(after, gradient * min(1, limit / norm), rtol=1e-5, atol=0)


@each_variant
def test_a_member_that_breaks_leaves_the_others_alone(variant):
    models, x = population(["V", variant, "FGR", "NIAF", variant]), inputs(4, 2)
    before = gradients(models, x)
    models.members[1].W_h.data.fill_(torch.nan)
    after = gradients(models, x)
    assert after[1].isnan().any()
    for m in (0, 2, 3, 4):
        torch.testing.assert_close(after[m], before[m], rtol=0, atol=0)


def test_member_losses_are_those_of_each():
    models, x = population(["V", "NIG"]), inputs(4, 3)
    targets = torch.tensor([0, 1, -100])
    scores = member_losses(lambda y, t: functional.cross_entropy(y[-1], t), models(x), targets)
    assert scores.shape == (2,)
    for score, member in zip(scores, models.members, strict=True):
        expected = functional.cross_entropy(member(x)[-1, :2], targets[:2])
        assert score.item() == pytest.approx(expected.item(), rel=1e-12)


@each_variant
def test_sequences_do_not_touch_each_other_nor_steps_what_comes_before(variant):
    model, x = variant_alone(variant), inputs(6, 4)
    whole = model(x)
    torch.testing.assert_close(whole[:, [2, 0]], model(x[:, [2, 0]]), **EXACT)
    torch.testing.assert_close(whole[:4], model(x[:4]), **EXACT)


@each_variant
def test_a_member_lives_on_alone(variant):
    models, x = population(), inputs(3, 2)
    member = models.members[VARIANTS.index(variant)]
    loaded = variant_alone(variant, seed=9)
    loaded.load_state_dict(member.state_dict())
    assert torch.equal(loaded(x), member(x))


@each_variant
def test_the_forget_bias_goes_where_the_variant_forgets(variant):
    plain, biased = variant_alone(variant), variant_alone(variant, forget_bias=3.0)
    block, sign = {"NFG": (None, 0), "CIFG": (0, -1), "NIG": (0, 1)}.get(variant, (1, 1))
    expected = torch.zeros_like(plain.b)
    if block is not None:
        expected[block * 4 : block * 4 + 4] = sign * 3
    torch.testing.assert_close(biased.b - plain.b, expected)
    same = [name for name, parameter in plain.named_parameters() if torch.equal(parameter, biased.get_parameter(name))]
    assert len(list(plain.parameters())) - len(same) == (variant != "NFG")


BAD_CALLS = {
    "variant": (lambda: LSTMVariant(3, 4, 2, "LSTM"), "^variant: expected 'V' or 'NIG' .* or 'FGR', got 'LSTM'$"),
    "forget_bias": (
        lambda: LSTMVariant(3, 4, 2, forget_bias=np.nan),
        "^forget_bias: expected a finite number, got nan",
    ),
    "one variant": (lambda: LSTMPopulation(3, 4, 2, "V"), "^variants: expected a list of .* got 'V'$"),
    "no variants": (lambda: LSTMPopulation(3, 4, 2, []), r"^variants: expected a list of at least one name, got \[\]$"),
    "among them": (lambda: LSTMPopulation(3, 4, 2, ["V", "W"]), "^variant: expected .* got 'W'$"),
    "width": (lambda: population()(inputs(3, 2, 4)), r"^x: expected shape \(T, B, 3\), got \(3, 2, 4\)$"),
    "axes": (lambda: population()(inputs(3, 2)[0]), r"^x: expected shape \(T, B, 3\), got \(2, 3\)$"),
    "no steps": (lambda: population()(inputs(3, 2)[:0]), r"^x: expected shape \(T, B, 3\), got \(0, 2, 3\)$"),
    "integers": (lambda: population()(inputs(3, 2).long()), "^x: expected floats, got torch.int64$"),
    "infinite": (lambda: population()(inputs(3, 2) / 0), "^x: expected finite numbers, got NaN or infinity$"),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_calls_are_named(name):
    call, message = BAD_CALLS[name]
    with pytest.raises(ValueError, match=message):
        call()


def test_a_population_learns_to_remember():
    """The first of eight numbers is asked for at the end."""
    torch.manual_seed(0)
    models = LSTMPopulation(1, 16, 1, VARIANTS, forget_bias=1.0)
    optimizer, rng = torch.optim.Adam(models.parameters(), lr=0.02), np.random.default_rng(0)
    for _ in range(200):
        x = torch.tensor(rng.random((8, 32, 1)), dtype=torch.float32)
        losses = member_losses(squared_error, models(x), x[0])
        optimizer.zero_grad()
        losses.sum().backward()
        models.clip_grad_norm_(1.0)
        optimizer.step()
    chance = 1 / 12  # the variance of a number from 0 to 1
    assert losses.max().item() < 0.25 * chance
