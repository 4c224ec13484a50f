"""Plain and highway networks: against scratch's highway layer, by what shut gates must do, and by what they learn."""

import numpy as np
import pytest
import torch

from rnncourse.models.deep import HighwayLayer, HighwayNetwork, PlainNetwork
from rnncourse.scratch.highway import Highway

torch.set_num_threads(1)
NETWORKS = [PlainNetwork, HighwayNetwork]
each_network = pytest.mark.parametrize("network_class", NETWORKS)
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def network(network_class, sizes=(3, 4, 2), depth=3):
    torch.manual_seed(1)
    return network_class(*sizes, depth).double()


def vectors(B, D, seed=2):
    return torch.tensor(np.random.default_rng(seed).standard_normal((B, D)))


def scratch_copy(layer):
    """Scratch's layer with the weights of one of ours."""
    copy = Highway(len(layer.gate.bias), np.random.default_rng(0))
    for name, linear in (("t", layer.gate), ("h", layer.transform)):
        getattr(copy, f"W_{name}")[...] = linear.weight.detach().numpy().T
        getattr(copy, f"b_{name}")[...] = linear.bias.detach().numpy()
    return copy


def affine(linear, x):
    return x @ linear.weight.detach().numpy().T + linear.bias.detach().numpy()


@pytest.mark.parametrize("leading", [(1,), (5,), (2, 3)], ids=str)
def test_a_highway_layer_equals_scratch(leading):
    torch.manual_seed(0)
    layer = HighwayLayer(4, -0.5).double()
    rng = np.random.default_rng(3)
    x, dy = rng.standard_normal((2, *leading, 4))
    tx = torch.tensor(x, requires_grad=True)
    ty = layer(tx)
    ty.backward(torch.tensor(dy))
    copy = scratch_copy(layer)
    y, cache = copy.forward(x)
    np.testing.assert_allclose(ty.detach(), y, **EXACT)
    np.testing.assert_allclose(tx.grad, copy.backward(dy, cache), **EXACT)
    for name, linear in (("t", layer.gate), ("h", layer.transform)):
        np.testing.assert_allclose(linear.weight.grad.T, copy.grads[f"W_{name}"], **EXACT)
        np.testing.assert_allclose(linear.bias.grad, copy.grads[f"b_{name}"], **EXACT)


@pytest.mark.parametrize("depth", [1, 20])
def test_a_highway_network_is_its_layers_one_after_the_other(depth):
    model, x = network(HighwayNetwork, depth=depth), vectors(5, 3)
    h = np.tanh(affine(model.entrance, x.numpy()))
    for layer in model.layers:
        h, _ = scratch_copy(layer).forward(h)
    np.testing.assert_allclose(model(x).detach(), affine(model.readout, h), **EXACT)


@pytest.mark.parametrize("depth", [1, 20])
def test_a_plain_network_is_its_layers_one_after_the_other(depth):
    model, x = network(PlainNetwork, depth=depth), vectors(5, 3)
    h = np.tanh(affine(model.entrance, x.numpy()))
    for layer in model.layers:
        h = np.tanh(affine(layer[0], h))
    np.testing.assert_allclose(model(x).detach(), affine(model.readout, h), **EXACT)


def test_with_shut_gates_depth_makes_no_difference():
    model, x = HighwayNetwork(3, 4, 2, depth=50, transform_bias=-800).double(), vectors(5, 3)
    assert torch.equal(model(x), model.readout(torch.tanh(model.entrance(x))))


def test_gates_start_where_they_are_told():
    for model, bias in ((HighwayNetwork(3, 4, 2, 2), -2), (HighwayNetwork(3, 4, 2, 2, transform_bias=-4), -4)):
        assert [layer.gate.bias.tolist() for layer in model.layers] == [[bias] * 4] * 2


@each_network
@pytest.mark.parametrize("depth", [1, 7])
def test_both_have_the_layers_that_were_asked_for(network_class, depth):
    model = network(network_class, depth=depth)
    assert len(model.layers) == depth
    in_a_layer = (4 * 4 + 4) * (2 if network_class is HighwayNetwork else 1)
    assert sum(p.numel() for p in model.parameters()) == (3 * 4 + 4) + depth * in_a_layer + (4 * 2 + 2)


@each_network
def test_gradients_reach_every_parameter(network_class):
    model = network(network_class, depth=20)
    model(vectors(5, 3)).square().sum().backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


def test_the_gradient_gets_through_fifty_gated_layers_and_not_through_plain_ones():
    norms = []
    for network_class in NETWORKS:
        model = network(network_class, (3, 16, 2), depth=50)
        model(vectors(8, 3)).square().sum().backward()
        norms.append(model.entrance.weight.grad.norm().item())
    assert norms[1] > 1e6 * norms[0]


@each_network
@pytest.mark.parametrize(("B", "sizes", "depth"), [(1, (1, 1, 1), 1), (3, (1, 5, 2), 2), (1, (4, 1, 1), 3)])
def test_examples_do_not_touch_each_other_at_any_size(network_class, B, sizes, depth):
    model, x = network(network_class, sizes, depth), vectors(B, sizes[0])
    scores = model(x)
    assert scores.shape == (B, sizes[2])
    alone = torch.cat([model(row[None]) for row in x])
    torch.testing.assert_close(scores, alone, rtol=1e-12, atol=1e-12)


@each_network
@pytest.mark.parametrize("depth", [0, -1])
def test_a_network_without_layers_is_refused(network_class, depth):
    with pytest.raises(ValueError, match=f"^depth: expected an integer of at least 1, got {depth}$"):
        network_class(3, 4, 2, depth)


def accuracy_after_training(network_class, depth, steps=80):
    """Ten Gaussian clouds in 20 dimensions, which hardly overlap."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((10, 20))

    def draw(B):
        labels = rng.integers(0, 10, B)
        x = centres[labels] + 0.5 * rng.standard_normal((B, 20))
        return torch.tensor(x, dtype=torch.float32), torch.tensor(labels)

    torch.manual_seed(0)
    model = network_class(20, 50, 10, depth)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(steps):
        x, labels = draw(64)
        loss = torch.nn.functional.cross_entropy(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    x, labels = draw(500)
    return (model(x).argmax(dim=1) == labels).float().mean().item()


@pytest.mark.parametrize("depth", [20, 50])
def test_a_deep_highway_network_learns_where_a_plain_one_does_not(depth):
    assert accuracy_after_training(HighwayNetwork, depth) > 0.8
    assert accuracy_after_training(PlainNetwork, depth) < 0.4
