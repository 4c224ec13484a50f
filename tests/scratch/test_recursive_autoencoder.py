"""The recursive autoencoder over given trees, and its loss: against differences, torch and itself."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch.functional import log_softmax
from rnncourse.scratch.gradcheck import directional_derivative
from rnncourse.scratch.optim import Adam
from rnncourse.scratch.recursive import (
    RecursiveAutoencoder,
    RecursiveNetwork,
    autoencoder_loss,
    autoencoder_loss_backward,
    left_to_right,
    pad_trees,
)

from . import torch_oracles
from .checks import AUTOGRAD, assert_all_close, assert_close, assert_gradients, assert_rejects
from .test_recursive_networks import lengths_of_batches, sentences

OPTIONS = {
    "plain": {"normalized": False, "weighted": False},
    "normalized": {"normalized": True, "weighted": False},
    "weighted": {"normalized": False, "weighted": True},
    "both": {"normalized": True, "weighted": True},
}
RAGGED = [(2,), (1, 2), (4, 1, 3), (2, 5, 1, 5)]
ALPHA = 0.3


def case(lengths, D=3, K=4, seed=1, dtype=np.float64, model_class=RecursiveAutoencoder, **options):
    """An autoencoder, the arguments of forward, and gradients of vectors, errors and scores."""
    rng = np.random.default_rng(seed)
    model = model_class(D, K, rng, dtype=dtype, **options)
    arguments = sentences(lengths, D, rng, dtype)
    L, B = max(lengths), len(lengths)
    shapes = (2 * L - 1, B, D), (L - 1, B), (2 * L - 1, B, K)
    return model, arguments, [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def check_autoencoder(model_class=RecursiveAutoencoder, lengths=RAGGED[-1], through="all", **options):
    """All gradients through the vectors, the errors, the scores or all of them, against differences."""
    model, (x, lengths, trees), gradients = case(lengths, model_class=model_class, **options)
    names = ("vectors", "errors", "logits")
    gradients = [g if through in (name, "all") else None for name, g in zip(names, gradients, strict=True)]

    def loss():
        outputs = model.forward(x, lengths, trees)[:3]
        return float(sum((o * g).sum() for o, g in zip(outputs, gradients, strict=True) if g is not None))

    dx = model.backward(*gradients, model.forward(x, lengths, trees)[-1])
    unused = {"vectors": ("_d", "_label"), "errors": ("_label",), "logits": ("_d",), "all": ()}[through]
    used = [name for name in model.names if not name.endswith(unused)] if unused else model.names
    assert all(not model.grads[name].any() for name in model.names if name not in used)
    arrays = {name: getattr(model, name) for name in used} | {"x": x}
    found = {name: model.grads[name] for name in used} | {"x": dx}
    assert_gradients(loss, arrays, found, tolerance=1e-7)  # 1 / ||h|| bends sharply where h is short


def torch_sentence(p, words, merges, normalized, weighted):
    """Vectors (2n-1, D) and errors (n-1,) of one sentence by the equations of the paper."""
    nodes, counts, errors = list(words), [1] * len(words), []
    for left, right in merges:
        first, second = nodes[left], nodes[right]
        h = torch.tanh(torch.nn.functional.linear(torch.cat([first, second]), p["W_e"].T, p["b_e"]))
        parent = torch.nn.functional.normalize(h, dim=0) if normalized else h
        first_again, second_again = torch.nn.functional.linear(parent, p["W_d"].T, p["b_d"]).chunk(2)
        n1, n2 = (counts[left], counts[right]) if weighted else (1, 1)
        distances = torch.dist(first, first_again) ** 2, torch.dist(second, second_again) ** 2
        errors.append((n1 * distances[0] + n2 * distances[1]) / (n1 + n2))
        nodes.append(parent)
        counts.append(counts[left] + counts[right])
    return torch.stack(nodes), torch.stack(errors) if errors else torch.zeros(0, dtype=torch.float64)


def torch_loss(p, x, lengths, trees, targets, alpha, classified, **options):
    """The mean over the sentences of the objective, written for one sentence at a time."""
    total = 0
    for b, n in enumerate(lengths):
        vectors, errors = torch_sentence(p, p["x"][:n, b], trees[: n - 1, b].tolist(), **options)
        chosen = vectors[-1:] if classified == "root" or n == 1 else vectors[n:]
        logits = chosen @ p["W_label"] + p["b_label"]
        target = torch.full((len(chosen),), int(targets[b]))
        label_loss = torch.nn.functional.cross_entropy(logits, target, reduction="sum")
        total = total + alpha * errors.sum() + (1 - alpha) * label_loss
    return total / len(lengths)


def check_objective(
    model_class=RecursiveAutoencoder,
    loss_function=autoencoder_loss,
    loss_backward=autoencoder_loss_backward,
    lengths=RAGGED[-1],
    classified="inner",
    **options,
):
    """The loss and all its gradients against autograd."""
    options = {"normalized": True, "weighted": True} | options
    model, (x, lengths, trees), _ = case(lengths, model_class=model_class, **options)
    targets = np.random.default_rng(2).integers(4, size=len(lengths))
    _, errors, logits, cache = model.forward(x, lengths, trees)
    loss, loss_cache = loss_function(errors, logits, lengths, targets, ALPHA, classified)
    dx = model.backward(None, *loss_backward(loss_cache), cache)
    p = torch_oracles.leaves(model.parameters() | {"x": x})
    expected = torch_loss(p, x, lengths, trees, targets, ALPHA, classified, **options)
    expected.backward()
    assert_close("loss", loss, expected.item(), AUTOGRAD)
    assert_all_close(model.grads | {"x": dx}, torch_oracles.gradients(p), AUTOGRAD)


def check_adds(model_class=RecursiveAutoencoder):
    """A cache serves twice: a second ``backward`` adds the same gradients again and returns the same dx."""
    model, arguments, gradients = case((4, 1, 3), model_class=model_class)
    cache = model.forward(*arguments)[-1]
    first = model.backward(*gradients, cache)
    once = {name: gradient.copy() for name, gradient in model.grads.items()}
    assert_close("dx", model.backward(*gradients, cache), first, 0)
    assert_all_close(model.grads, {name: 2 * gradient for name, gradient in once.items()}, 1e-14)


@pytest.mark.parametrize("through", ["vectors", "errors", "logits", "all"])
@pytest.mark.parametrize("options", OPTIONS)
def test_gradients_equal_differences(options, through):
    check_autoencoder(through=through, **OPTIONS[options])


@pytest.mark.parametrize("lengths", RAGGED, ids=str)
def test_gradients_of_ragged_batches_equal_differences(lengths):
    check_autoencoder(lengths=lengths)


@pytest.mark.parametrize("classified", ["inner", "root"])
@pytest.mark.parametrize("lengths", [*RAGGED, (17, 1, 9)], ids=str)
@pytest.mark.parametrize("options", OPTIONS)
def test_objective_equals_torch(options, lengths, classified):
    check_objective(lengths=lengths, classified=classified, **OPTIONS[options])


def test_backward_adds():
    check_adds()


@pytest.mark.parametrize("options", OPTIONS)
def test_vectors_and_errors_equal_torch(options):
    model, (x, lengths, trees), _ = case((4, 1, 6), **OPTIONS[options])
    vectors, errors, logits, _ = model.forward(x, lengths, trees)
    p = torch_oracles.leaves(model.parameters())
    for b, n in enumerate(lengths):
        words, merges = torch.tensor(x[:n, b]), trees[: n - 1, b].tolist()
        expected, expected_errors = torch_sentence(p, words, merges, **OPTIONS[options])
        assert_close("vectors", vectors[: 2 * n - 1, b], expected.detach().numpy(), AUTOGRAD)
        assert_close("errors", errors[: n - 1, b], expected_errors.detach().numpy(), AUTOGRAD)
        assert not errors[n - 1 :, b].any()
        scores = vectors[: 2 * n - 1, b] @ model.W_label + model.b_label
        assert_close("logits", logits[: 2 * n - 1, b], scores, 1e-14)


def test_a_sentence_of_one_word_has_no_error_and_is_its_own_root():
    model, (x, lengths, trees), _ = case((1, 1))
    vectors, errors, logits, cache = model.forward(x, lengths, trees)
    assert np.array_equal(vectors, x)
    assert errors.shape == (0, 2)
    targets = np.array([2, 0])
    loss, loss_cache = autoencoder_loss(errors, logits, lengths, targets, ALPHA)
    assert loss == pytest.approx(-(1 - ALPHA) * log_softmax(logits[0])[[0, 1], targets].mean(), rel=1e-14)
    dx = model.backward(None, *autoencoder_loss_backward(loss_cache), cache)
    assert dx.all()
    assert not model.grads["W_e"].any()
    assert not model.grads["W_d"].any()


def test_parents_have_length_one_only_when_normalized():
    for normalized in (True, False):
        model, (x, lengths, trees), _ = case((5, 2), normalized=normalized)
        parents = model.forward(x, lengths, trees)[0][5:, 0]
        assert np.allclose(np.linalg.norm(parents, axis=1), 1, rtol=1e-14, atol=0) == normalized


def test_without_normalization_it_composes_as_the_recursive_network_does():
    model, arguments, _ = case((2, 5, 1), normalized=False)
    network = RecursiveNetwork(3, 4, np.random.default_rng(0))
    network.W, network.b = model.W_e, model.b_e
    assert_close("vectors", model.forward(*arguments)[0], network.forward(*arguments)[0], 0)


def test_weights_by_words_change_nothing_where_children_are_of_one_size():
    plain, (x, lengths, _), _ = case((4, 2))
    weighted, _, _ = case((4, 2), weighted=True)
    even, chains = pad_trees([np.array([[0, 1], [2, 3], [4, 5]]), left_to_right(2)])[0], sentence_chains(lengths)
    assert_close("errors", weighted.forward(x, lengths, even)[1], plain.forward(x, lengths, even)[1], 1e-14)
    difference = weighted.forward(x, lengths, chains)[1] - plain.forward(x, lengths, chains)[1]
    assert np.abs(difference[1:, 0]).min() > 1e-3
    assert np.abs(difference[0]).max() < 1e-14


def sentence_chains(lengths):
    return pad_trees([left_to_right(n) for n in lengths])[0]


def test_a_mirrored_tree_with_all_blocks_swapped_gives_the_same_errors():
    model, (x, lengths, trees), gradients = case((4, 1, 6), weighted=True)
    twin, _, _ = case((4, 1, 6), weighted=True)
    swap = np.array([3, 4, 5, 0, 1, 2])
    twin.W_e, twin.W_d, twin.b_d = model.W_e[swap], model.W_d[:, swap], model.b_d[swap]
    *outputs, cache = model.forward(x, lengths, trees)
    *mirrored, mirrored_cache = twin.forward(x, lengths, trees[..., ::-1])
    for output, expected in zip(mirrored, outputs, strict=True):
        assert_close("output", output, expected, 1e-13)
    assert_close("dx", twin.backward(*gradients, mirrored_cache), model.backward(*gradients, cache), 1e-12)


shapes = lengths_of_batches, st.integers(2, 4), st.integers(1, 3), st.integers(0, 99)  # lengths, D, K, seed


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(sorted(OPTIONS)), *shapes)
def test_gradients_of_any_batch_equal_torch(options, lengths, D, K, seed):
    model, (x, lengths, trees), gradients = case(lengths, D, K, seed, **OPTIONS[options])
    dx = model.backward(*gradients, model.forward(x, lengths, trees)[-1])
    p = torch_oracles.leaves(model.parameters() | {"x": x})
    dvectors, derrors, dlogits = map(torch.tensor, gradients)
    loss = sum(0 * tensor.sum() for tensor in p.values())  # for a gradient of zero where a part is not used
    for b, n in enumerate(lengths):
        nodes = 2 * n - 1
        vectors, errors = torch_sentence(p, p["x"][:n, b], trees[: n - 1, b].tolist(), **OPTIONS[options])
        logits = vectors @ p["W_label"] + p["b_label"]
        loss = loss + (vectors * dvectors[:nodes, b]).sum() + (logits * dlogits[:nodes, b]).sum()
        loss = loss + (errors * derrors[: n - 1, b]).sum()
    loss.backward()
    assert_all_close(model.grads | {"x": dx}, torch_oracles.gradients(p), AUTOGRAD)


@settings(deadline=None, max_examples=30)
@given(st.booleans(), *shapes)
def test_gradient_along_any_direction(weighted, lengths, D, K, seed):
    """Without the division by ||h||: where h is short, differences see too little of it."""
    model, (x, lengths, trees), gradients = case(lengths, D, K, seed, normalized=False, weighted=weighted)
    dx = model.backward(*gradients, model.forward(x, lengths, trees)[-1])
    arrays = [x, *model.parameters().values()]
    rng = np.random.default_rng(seed + 1)
    directions = [rng.standard_normal(array.shape) for array in arrays]

    def loss():
        outputs = model.forward(x, lengths, trees)[:3]
        return sum((output * gradient).sum() for output, gradient in zip(outputs, gradients, strict=True))

    analytic = sum((g * d).sum() for g, d in zip([dx, *model.grads.values()], directions, strict=True))
    numerical = directional_derivative(loss, arrays, directions, step=2e-4)
    assert analytic == pytest.approx(numerical, rel=1e-7, abs=1e-8)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(sorted(OPTIONS)), lengths_of_batches, st.integers(0, 99))
def test_a_batch_is_its_sentences_one_by_one(options, lengths, seed):
    model, (x, lengths, trees), _ = case(lengths, seed=seed, **OPTIONS[options])
    targets = np.random.default_rng(seed).integers(4, size=len(lengths))

    def gradients_of(members, n):
        model.zero_grads()
        _, errors, logits, cache = model.forward(x[:n, members], lengths[members], trees[: n - 1, members])
        loss, loss_cache = autoencoder_loss(errors, logits, lengths[members], targets[members], ALPHA)
        dx = model.backward(None, *autoencoder_loss_backward(loss_cache, len(members)), cache)
        return model.grads | {"loss": np.array(loss * len(members))}, dx

    together, dx = gradients_of(np.arange(len(lengths)), lengths.max())
    apart = dict.fromkeys(together, 0)
    for b, n in enumerate(lengths):
        alone, alone_dx = gradients_of(np.array([b]), n)
        apart = {name: apart[name] + alone[name] for name in alone}
        assert_close("dx", dx[:n, [b]], alone_dx, 1e-11)
    assert_all_close(together, apart, 1e-11)


def test_permuting_the_batch_permutes_outputs_and_leaves_weight_gradients():
    model, (x, lengths, trees), gradients = case((2, 5, 1, 4), weighted=True)
    order = np.array([3, 0, 2, 1])
    *outputs, cache = model.forward(x, lengths, trees)
    dx = model.backward(*gradients, cache)
    expected = model.grads
    model.zero_grads()
    *permuted, cache = model.forward(x[:, order], lengths[order], trees[:, order])
    permuted_dx = model.backward(*(gradient[:, order] for gradient in gradients), cache)
    for one, other in zip([*permuted, permuted_dx], [*outputs, dx], strict=True):
        assert_close("output", one, other[:, order], 1e-13)
    assert_all_close(model.grads, expected, 1e-13)


def test_arguments_are_left_alone_and_no_gradient_gives_zeros():
    model, arguments, gradients = case((4, 1, 3), weighted=True)
    before = [array.copy() for array in (*arguments, *gradients)]
    cache = model.forward(*arguments)[-1]
    assert not model.backward(None, None, None, cache).any()
    assert all(not gradient.any() for gradient in model.grads.values())
    model.backward(*gradients, cache)
    assert all(np.array_equal(a, b) for a, b in zip((*arguments, *gradients), before, strict=True))


@pytest.mark.parametrize("options", OPTIONS)
def test_float32_stays_float32_and_near_float64(options):
    model, arguments, gradients = case((6, 1, 4), dtype=np.float32, **OPTIONS[options])
    exact, double, double_gradients = case((6, 1, 4), **OPTIONS[options])
    *outputs, cache = model.forward(*arguments)
    dx = model.backward(*gradients, cache)
    assert {array.dtype for array in (*outputs, dx, *model.grads.values())} == {np.dtype(np.float32)}
    *expected, exact_cache = exact.forward(*double)
    for output, other in zip(outputs, expected, strict=True):
        assert_close("output", output, other, 1e-5)
    assert_close("dx", dx, exact.backward(*double_gradients, exact_cache), 1e-4)
    assert_all_close(model.grads, exact.grads, 1e-4)
    loss, loss_cache = autoencoder_loss(*outputs[1:], arguments[1], np.array([0, 1, 2]), ALPHA)
    assert type(loss) is float
    assert {array.dtype for array in autoencoder_loss_backward(loss_cache)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("classified", ["inner", "root"])
def test_gradient_of_the_loss_equals_differences(classified):
    rng = np.random.default_rng(0)
    lengths, targets = np.array([3, 1, 4]), np.array([1, 0, 2])
    errors, logits = rng.random((3, 3)), rng.standard_normal((7, 3, 3))

    def loss():
        return 3 * autoencoder_loss(errors, logits, lengths, targets, ALPHA, classified)[0]

    derrors, dlogits = autoencoder_loss_backward(
        autoencoder_loss(errors, logits, lengths, targets, ALPHA, classified)[1], 3.0
    )
    assert_gradients(loss, {"errors": errors, "logits": logits}, {"errors": derrors, "logits": dlogits})


def test_alpha_mixes_from_labels_alone_to_reconstruction_alone():
    model, (x, lengths, trees), _ = case((4, 3))
    _, errors, logits, _ = model.forward(x, lengths, trees)
    labels, both, reconstruction = (
        autoencoder_loss(errors, logits, lengths, np.array([0, 1]), alpha)[0] for alpha in (0, 0.25, 1)
    )
    assert reconstruction == pytest.approx(errors.sum() / 2, rel=1e-14)
    assert both == pytest.approx(0.75 * labels + 0.25 * reconstruction, rel=1e-14)


def test_training_lowers_the_loss():
    model, (x, lengths, trees), _ = case((5, 2, 1, 4), D=6, K=2)
    optimizer, losses = Adam([model], 0.02), []
    for _ in range(60):
        _, errors, logits, cache = model.forward(x, lengths, trees)
        loss, loss_cache = autoencoder_loss(errors, logits, lengths, np.array([0, 1, 1, 0]), ALPHA)
        losses.append(loss)
        model.zero_grads()
        model.backward(None, *autoencoder_loss_backward(loss_cache), cache)
        optimizer.step()
    assert losses[-1] < 0.5 * losses[0]


MODEL, (X, LENGTHS, TREES), (_, DERRORS, DLOGITS) = case((3, 2))
_, ERRORS, LOGITS, CACHE = MODEL.forward(X, LENGTHS, TREES)
TARGETS = np.array([0, 3])
RNG = np.random.default_rng(0)
SILENT = RecursiveAutoencoder(3, 2, RNG)
SILENT.b_e[:] = 0


def loss_with(errors=ERRORS, logits=LOGITS, lengths=LENGTHS, targets=TARGETS, alpha=ALPHA, classified="inner"):
    return autoencoder_loss(errors, logits, lengths, targets, alpha, classified)


BAD_INPUT = {
    "embedding_size": (lambda: RecursiveAutoencoder(0, 2, RNG), "embedding_size", "integer of at least 1", "0"),
    "classes": (lambda: RecursiveAutoencoder(2, 0, RNG), "classes", "integer of at least 1", "0"),
    "x dtype": (lambda: MODEL.forward(X.astype(np.float32), LENGTHS, TREES), "x", "float64", "float32"),
    "x width": (lambda: MODEL.forward(X[..., :2], LENGTHS, TREES), "x", "shape (L, B, 3)", "(3, 2, 2)"),
    "x NaN": (lambda: MODEL.forward(X * np.nan, LENGTHS, TREES), "x", "finite values", "NaN or infinity"),
    "a parent of zeros": (lambda: SILENT.forward(0 * X, LENGTHS, TREES), "x", "has a direction", "a parent of zeros"),
    "trees": (lambda: MODEL.forward(X, LENGTHS, TREES[:, :1]), "trees", "shape (2, 2, 2)", "(2, 1, 2)"),
    "derrors shape": (lambda: MODEL.backward(None, DERRORS[:1], None, CACHE), "derrors", "(2, 2)", "(1, 2)"),
    "derrors dtype": (lambda: MODEL.backward(None, DERRORS > 0, None, CACHE), "derrors", "float64", "bool"),
    "dlogits shape": (lambda: MODEL.backward(None, None, DLOGITS[0], CACHE), "dlogits", "(5, 2, 4)", "(2, 4)"),
    "dvectors shape": (lambda: MODEL.backward(X, None, None, CACHE), "dvectors", "(5, 2, 3)", "(3, 2, 3)"),
    "errors shape": (lambda: loss_with(errors=ERRORS[:1]), "errors", "shape (2, 2)", "(1, 2)"),
    "errors dtype": (lambda: loss_with(errors=ERRORS.astype(np.float32)), "errors", "dtype float64", "float32"),
    "logits rank": (lambda: loss_with(logits=LOGITS[0]), "logits", "shape (2, B, K)", "(2, 4)"),
    "logits of no axes": (lambda: loss_with(logits=np.array(1.0)), "logits", "(B, K)", "()"),
    "logits of integers": (lambda: loss_with(logits=LOGITS > 0), "logits", "array of floats", "bool"),
    "lengths": (lambda: loss_with(lengths=LENGTHS + 1), "lengths", "from 1 to 3", "4"),
    "targets shape": (lambda: loss_with(targets=TARGETS[:1]), "targets", "shape (2,)", "(1,)"),
    "targets too large": (lambda: loss_with(targets=TARGETS + 1), "targets", "ids from 0 to 3", "4"),
    "targets of floats": (lambda: loss_with(targets=TARGETS * 1.0), "targets", "integers", "float64"),
    "alpha above 1": (lambda: loss_with(alpha=1.5), "alpha", "number from 0 to 1", "1.5"),
    "alpha negative": (lambda: loss_with(alpha=-0.1), "alpha", "number from 0 to 1", "-0.1"),
    "alpha NaN": (lambda: loss_with(alpha=float("nan")), "alpha", "number from 0 to 1", "nan"),
    "alpha a string": (lambda: loss_with(alpha="0.2"), "alpha", "number from 0 to 1", "'0.2'"),
    "classified": (lambda: loss_with(classified="leaves"), "classified", "'inner' or 'root'", "'leaves'"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])
