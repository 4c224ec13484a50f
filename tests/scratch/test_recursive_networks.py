"""Recursive networks over given trees: against differences, torch, an Elman network and themselves."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch import RNN
from rnncourse.scratch.functional import cross_entropy_backward
from rnncourse.scratch.gradcheck import directional_derivative
from rnncourse.scratch.recursive import (
    RecursiveNetwork,
    RecursiveTensorNetwork,
    balanced,
    left_to_right,
    node_cross_entropy,
    pad_trees,
    right_to_left,
)

from . import torch_oracles
from .checks import AUTOGRAD, assert_all_close, assert_close, assert_gradients, assert_rejects
from .test_recursive_trees import random_tree

NETWORKS = [RecursiveNetwork, RecursiveTensorNetwork]
RAGGED = [(2,), (1, 2), (4, 1, 3), (2, 5, 1, 5)]  # words in each sentence
lengths_of_batches = st.lists(st.integers(1, 6), min_size=1, max_size=4)


def sentences(lengths, D, rng, dtype=np.float64):
    """x (L, B, D), with sevens beyond each sentence, the lengths and random trees."""
    trees, lengths = pad_trees([random_tree(n, rng) for n in lengths])
    x = np.full((lengths.max(), len(lengths), D), 7, dtype)
    for b, n in enumerate(lengths):
        x[:n, b] = rng.standard_normal((n, D))
    return x, lengths, trees


def case(network_class, lengths, D=3, K=4, seed=1, dtype=np.float64):
    """A network, the arguments of forward, and gradients of the vectors (2L-1, B, D) and the scores (2L-1, B, K)."""
    rng = np.random.default_rng(seed)
    network = network_class(D, K, rng, dtype=dtype)
    arguments = sentences(lengths, D, rng, dtype)
    shape = 2 * max(lengths) - 1, len(lengths)
    return network, arguments, [rng.standard_normal((*shape, size)).astype(dtype) for size in (D, K)]


def check_network(network_class, lengths=RAGGED[-1], through="both", D=3):
    """All gradients through the vectors, the scores or both, against differences."""
    network, (x, lengths, trees), (dvectors, dlogits) = case(network_class, lengths, D)
    dvectors = None if through == "logits" else dvectors
    dlogits = None if through == "vectors" else dlogits

    def loss():
        vectors, logits, _ = network.forward(x, lengths, trees)
        from_vectors = 0 if dvectors is None else (vectors * dvectors).sum()
        return float(from_vectors + (0 if dlogits is None else (logits * dlogits).sum()))

    dx = network.backward(dvectors, dlogits, network.forward(x, lengths, trees)[2])
    used = [name for name in network.names if through != "vectors" or "label" not in name]
    assert all(not network.grads[name].any() for name in network.names if name not in used)
    arrays = {name: getattr(network, name) for name in used} | {"x": x}
    assert_gradients(loss, arrays, {name: network.grads[name] for name in used} | {"x": dx})


def torch_nodes(p, words, merges):
    """The vectors of all nodes of one sentence, by the equations and with torch's bilinear map for the tensor."""
    nodes = list(words)
    for left, right in merges:
        children = torch.cat([nodes[left], nodes[right]])
        a = torch.nn.functional.linear(children, p["W"].T, p["b"])
        if "V" in p:
            a = a + torch.nn.functional.bilinear(children, children, p["V"])
        nodes.append(torch.tanh(a))
    return torch.stack(nodes)


def check_torch(network_class, lengths=RAGGED[-1]):
    """Vectors, scores and all gradients against autograd, one sentence after the other."""
    network, (x, lengths, trees), (dvectors, dlogits) = case(network_class, lengths)
    p = torch_oracles.leaves(network.parameters() | {"x": x})
    vectors, logits, cache = network.forward(x, lengths, trees)
    for b, n in enumerate(lengths):
        expected = torch_nodes(p, p["x"][:n, b], trees[: n - 1, b].tolist())
        scores = expected @ p["W_label"] + p["b_label"]
        assert_close("vectors", vectors[: 2 * n - 1, b], expected.detach().numpy(), AUTOGRAD)
        assert_close("logits", logits[: 2 * n - 1, b], scores.detach().numpy(), AUTOGRAD)
        assert not vectors[2 * n - 1 :, b].any()
        assert not logits[2 * n - 1 :, b].any()
        gradients = [torch.tensor(array[: 2 * n - 1, b]) for array in (dvectors, dlogits)]
        torch.autograd.backward([expected, scores], gradients)
    dx = network.backward(dvectors, dlogits, cache)
    assert_all_close(network.grads | {"x": dx}, torch_oracles.gradients(p), AUTOGRAD)


def check_adds(network_class):
    """A cache serves twice: a second ``backward`` adds the same gradients again and returns the same dx."""
    network, arguments, gradients = case(network_class, (4, 1, 3))
    cache = network.forward(*arguments)[-1]
    first = network.backward(*gradients, cache)
    once = {name: gradient.copy() for name, gradient in network.grads.items()}
    assert_close("dx", network.backward(*gradients, cache), first, 0)
    assert_all_close(network.grads, {name: 2 * gradient for name, gradient in once.items()}, 1e-14)
    network.zero_grads()
    network.backward(*gradients, cache)
    assert_all_close(network.grads, once, 0)


@pytest.mark.parametrize("through", ["vectors", "logits", "both"])
@pytest.mark.parametrize("lengths", RAGGED, ids=str)
@pytest.mark.parametrize("network_class", NETWORKS)
def test_gradients_equal_differences(network_class, lengths, through):
    check_network(network_class, lengths, through)


@pytest.mark.parametrize("network_class", NETWORKS)
def test_gradients_of_vectors_of_one_number(network_class):
    check_network(network_class, (3, 1), D=1)


@pytest.mark.parametrize("lengths", [*RAGGED, (1,), (1, 1), (17, 9)], ids=str)
@pytest.mark.parametrize("network_class", NETWORKS)
def test_equals_torch(network_class, lengths):
    if max(lengths) == 1:  # torch gives no gradient to what was not used
        network, (x, lengths, trees), (dvectors, dlogits) = case(network_class, lengths)
        vectors, logits, cache = network.forward(x, lengths, trees)
        assert np.array_equal(vectors, x)
        assert_close("logits", logits, x @ network.W_label + network.b_label, 1e-15)
        dx = network.backward(dvectors, dlogits, cache)
        assert_close("dx", dx, dvectors + dlogits @ network.W_label.T, 1e-15)
        assert not network.grads["W"].any()
    else:
        check_torch(network_class, lengths)


def test_lengths_may_be_small_integers():
    """Some 2n - 1 nodes are more than such a type can count."""
    network, (x, lengths, trees), _ = case(RecursiveNetwork, (70, 100))
    small = network.forward(x, lengths.astype(np.int8), trees)[0]
    assert np.array_equal(small, network.forward(x, lengths, trees)[0])


@pytest.mark.parametrize("network_class", NETWORKS)
def test_backward_adds(network_class):
    check_adds(network_class)


@pytest.mark.parametrize("network_class", NETWORKS)
def test_arguments_are_left_alone(network_class):
    network, arguments, gradients = case(network_class, (4, 1, 3))
    before = [array.copy() for array in (*arguments, *gradients)]
    network.backward(*gradients, network.forward(*arguments)[-1])
    assert all(np.array_equal(a, b) for a, b in zip((*arguments, *gradients), before, strict=True))


@pytest.mark.parametrize("network_class", NETWORKS)
def test_no_gradient_at_all_gives_zeros(network_class):
    network, arguments, _ = case(network_class, (4, 1, 3))
    assert not network.backward(None, None, network.forward(*arguments)[-1]).any()
    assert all(not gradient.any() for gradient in network.grads.values())


@pytest.mark.parametrize("network_class", NETWORKS)
def test_what_stands_beyond_a_sentence_does_not_matter(network_class):
    network, (x, lengths, trees), gradients = case(network_class, (4, 1, 3))
    vectors, logits, cache = network.forward(x, lengths, trees)
    dx = network.backward(*gradients, cache)
    expected = network.grads
    network.zero_grads()
    beyond = np.arange(len(x))[:, None] >= lengths
    x[beyond] = np.nan
    for gradient in gradients:
        gradient[np.arange(len(gradient))[:, None] >= 2 * lengths - 1] = np.nan
    again, scores, cache = network.forward(x, lengths, trees)
    assert_close("vectors", again, vectors, 0)
    assert_close("logits", scores, logits, 0)
    assert_close("dx", network.backward(*gradients, cache), dx, 0)
    assert_all_close(network.grads, expected, 0)
    assert not dx[beyond].any()


@pytest.mark.parametrize("network_class", NETWORKS)
def test_float32_stays_float32_and_near_float64(network_class):
    network, arguments, gradients = case(network_class, (6, 1, 4), dtype=np.float32)
    exact, double, double_gradients = case(network_class, (6, 1, 4))
    for name, array in network.parameters().items():
        setattr(exact, name, array.astype(np.float64))
    vectors, logits, cache = network.forward(*arguments)
    dx = network.backward(*gradients, cache)
    assert {a.dtype for a in (vectors, logits, dx, *network.grads.values())} == {np.dtype(np.float32)}
    expected, _, cache = exact.forward(*double)
    assert_close("vectors", vectors, expected, 1e-6)
    assert_close("dx", dx, exact.backward(*double_gradients, cache), 1e-5)
    assert_all_close(network.grads, exact.grads, 1e-5)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(NETWORKS), lengths_of_batches, st.integers(1, 4), st.integers(1, 3), st.integers(0, 99))
def test_gradient_along_any_direction(network_class, lengths, D, K, seed):
    network, (x, lengths, trees), gradients = case(network_class, lengths, D, K, seed)
    dx = network.backward(*gradients, network.forward(x, lengths, trees)[-1])
    arrays = [x, *network.parameters().values()]
    rng = np.random.default_rng(seed + 1)
    directions = [rng.standard_normal(array.shape) for array in arrays]

    def loss():
        outputs = network.forward(x, lengths, trees)[:2]
        return sum((output * gradient).sum() for output, gradient in zip(outputs, gradients, strict=True))

    analytic = sum((g * d).sum() for g, d in zip([dx, *network.grads.values()], directions, strict=True))
    numerical = directional_derivative(loss, arrays, directions, step=2e-4)
    assert analytic == pytest.approx(numerical, rel=1e-7, abs=1e-8)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(NETWORKS), lengths_of_batches, st.integers(0, 99))
def test_a_batch_is_its_sentences_one_by_one(network_class, lengths, seed):
    network, (x, lengths, trees), gradients = case(network_class, lengths, seed=seed)
    outputs = network.forward(x, lengths, trees)
    dx = network.backward(*gradients, outputs[-1])
    together = network.grads
    network.zero_grads()
    for b, n in enumerate(lengths):
        nodes = 2 * n - 1
        alone = network.forward(x[:n, [b]], lengths[[b]], trees[: n - 1, [b]])
        for output, expected in zip(outputs[:2], alone[:2], strict=True):
            assert_close("output", output[:nodes, [b]], expected, 1e-13)
        alone_dx = network.backward(*(gradient[:nodes, [b]] for gradient in gradients), alone[-1])
        assert_close("dx", dx[:n, [b]], alone_dx, 1e-12)
    assert_all_close(together, network.grads, 1e-12)


@settings(deadline=None, max_examples=20)
@given(st.sampled_from(NETWORKS), st.data())
def test_permuting_the_batch_permutes_outputs_and_leaves_weight_gradients(network_class, data):
    network, (x, lengths, trees), gradients = case(network_class, (2, 5, 1, 4))
    order = list(data.draw(st.permutations(range(4))))
    *outputs, cache = network.forward(x, lengths, trees)
    dx = network.backward(*gradients, cache)
    expected = network.grads
    network.zero_grads()
    *permuted, cache = network.forward(x[:, order], lengths[order], trees[:, order])
    permuted_dx = network.backward(*(gradient[:, order] for gradient in gradients), cache)
    for one, other in zip([*permuted, permuted_dx], [*outputs, dx], strict=True):
        assert_close("output", one, other[:, order], 1e-13)
    assert_all_close(network.grads, expected, 1e-13)


def mirrored(network):
    """The network with what it does to the left and to the right child exchanged."""
    swap = np.roll(np.arange(len(network.W)), len(network.W) // 2)
    twin = type(network)(*network.W_label.shape, np.random.default_rng(0))
    for name, array in network.parameters().items():
        setattr(twin, name, array.copy())
    twin.W = network.W[swap]
    if "V" in network.names:
        twin.V = network.V[:, swap][:, :, swap]
    return twin


@pytest.mark.parametrize("network_class", NETWORKS)
def test_a_mirrored_tree_with_the_weight_blocks_swapped_gives_the_same_vectors(network_class):
    network, (x, lengths, trees), gradients = case(network_class, (4, 1, 6))
    twin = mirrored(network)
    vectors, _, cache = network.forward(x, lengths, trees)
    mirrored_vectors, _, mirrored_cache = twin.forward(x, lengths, trees[..., ::-1])
    assert_close("vectors", mirrored_vectors, vectors, 1e-14)
    assert_close("dx", twin.backward(*gradients, mirrored_cache), network.backward(*gradients, cache), 1e-13)
    unswapped, _, _ = network.forward(x, lengths, trees[..., ::-1])
    assert np.abs(unswapped - vectors).max() > 0.01


def test_a_tensor_of_zeros_leaves_the_plain_network():
    tensor, arguments, gradients = case(RecursiveTensorNetwork, (2, 5, 1, 4))
    plain, _, _ = case(RecursiveNetwork, (2,))
    for name in plain.names:
        setattr(plain, name, getattr(tensor, name).copy())
    assert np.abs(tensor.forward(*arguments)[0] - plain.forward(*arguments)[0]).max() > 0.01
    tensor.V[:] = 0
    *outputs, cache = tensor.forward(*arguments)
    *expected, plain_cache = plain.forward(*arguments)
    for output, other in zip(outputs, expected, strict=True):
        assert_close("output", output, other, 0)
    assert_close("dx", tensor.backward(*gradients, cache), plain.backward(*gradients, plain_cache), 1e-15)
    assert_all_close({name: tensor.grads[name] for name in plain.names}, plain.grads, 1e-15)
    assert tensor.grads["V"].any()  # zero is no place to rest


def test_over_a_chain_it_is_an_elman_network():
    """Words from the right end are the steps, the rightmost leaf is h_0: W stacks W_xh over W_hh."""
    T, B, D = 6, 3, 4
    rng = np.random.default_rng(3)
    rnn, network = RNN(D, D, rng), RecursiveNetwork(D, 2, rng)
    network.W, network.b = np.concatenate([rnn.W_xh, rnn.W_hh]), rnn.b_h.copy()
    steps, h0 = rng.standard_normal((T, B, D)), rng.standard_normal((B, D))
    outputs, _, rnn_cache = rnn.forward(steps, h0)
    trees, lengths = pad_trees([right_to_left(T + 1)] * B)
    vectors, _, cache = network.forward(np.concatenate([steps[::-1], h0[None]]), lengths, trees)
    assert_close("h_1..h_T", vectors[T + 1 :], outputs, 1e-14)
    doutputs = rng.standard_normal((T, B, D))
    dsteps, dh0 = rnn.backward(doutputs, None, rnn_cache)
    dx = network.backward(np.concatenate([np.zeros((T + 1, B, D)), doutputs]), None, cache)
    assert_close("dx", dx, np.concatenate([dsteps[::-1], dh0[None]]), 1e-13)
    assert_close("dW", network.grads["W"], np.concatenate([rnn.grads["W_xh"], rnn.grads["W_hh"]]), 1e-13)
    assert_close("db", network.grads["b"], rnn.grads["b_h"], 1e-13)


def test_two_words_by_hand():
    network = RecursiveTensorNetwork(1, 1, np.random.default_rng(0))
    network.W[:], network.b[:] = [[2], [-3]], 0.5
    network.V[:] = [[[0.1, 0.2], [0.3, 0.4]]]
    x, (trees, lengths) = np.array([[[0.5]], [[0.25]]]), pad_trees([left_to_right(2)])
    vectors, logits, _ = network.forward(x, lengths, trees)
    bilinear = 0.1 * 0.25 + (0.2 + 0.3) * 0.5 * 0.25 + 0.4 * 0.0625
    parent = math.tanh(2 * 0.5 - 3 * 0.25 + 0.5 + bilinear)
    assert vectors.ravel() == pytest.approx([0.5, 0.25, parent], rel=1e-15)
    assert logits[2].item() == pytest.approx(parent * network.W_label.item() + network.b_label.item(), rel=1e-14)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_loss_over_labelled_nodes_equals_torch(reduction):
    network, (x, lengths, trees), _ = case(RecursiveNetwork, (4, 1, 3))
    _, logits, cache = network.forward(x, lengths, trees)
    labels = np.random.default_rng(0).integers(-1, 4, logits.shape[:2])
    labels[np.arange(len(labels))[:, None] >= 2 * lengths - 1] = -1
    labels[0, 1], labels[4, 0] = 3, -1  # the sentence of one word has its label
    loss, loss_cache = node_cross_entropy(logits, labels, reduction)
    scores = torch.tensor(logits, requires_grad=True)
    expected = torch.nn.functional.cross_entropy(
        scores.reshape(-1, 4), torch.tensor(labels).reshape(-1), ignore_index=-1, reduction=reduction
    )
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=AUTOGRAD)
    dlogits = cross_entropy_backward(loss_cache)
    assert_close("dlogits", dlogits, scores.grad.numpy(), AUTOGRAD)
    dx = network.backward(None, dlogits, cache)

    def through_all():
        return node_cross_entropy(network.forward(x, lengths, trees)[1], labels, reduction)[0]

    assert_gradients(through_all, network.parameters() | {"x": x}, network.grads | {"x": dx})


def test_a_seed_gives_the_same_network_and_biases_are_not_zero():
    for network_class in NETWORKS:
        network, same = (network_class(3, 2, np.random.default_rng(7)) for _ in range(2))
        assert_all_close(same.parameters(), network.parameters(), 0)
        assert all(array.all() for array in network.parameters().values())
    assert repr(network) == "RecursiveTensorNetwork(V (3, 6, 6), W (6, 3), b (3,), W_label (3, 2), b_label (2,))"


NETWORK, (X, LENGTHS, TREES), (DVECTORS, DLOGITS) = case(RecursiveNetwork, (3, 2))
CACHE = NETWORK.forward(X, LENGTHS, TREES)[-1]
LOGITS, LABELS = DLOGITS, np.full(DLOGITS.shape[:2], 3)
INFINITE = np.where(np.arange(X.size).reshape(X.shape) == 0, np.inf, X)
OTHER_TREE = pad_trees([balanced(3), balanced(3)])[0]
RNG = np.random.default_rng(0)
BAD_INPUT = {
    "embedding_size": (lambda: RecursiveNetwork(0, 2, RNG), "embedding_size", "integer of at least 1", "0"),
    "classes": (lambda: RecursiveTensorNetwork(2, None, RNG), "classes", "integer of at least 1", "None"),
    "integer weights": (lambda: RecursiveNetwork(2, 2, RNG, int), "dtype", "floating type", "int64"),
    "x width": (lambda: NETWORK.forward(X[..., 1:], LENGTHS, TREES), "x", "shape (L, B, 3)", "(3, 2, 2)"),
    "x rank": (lambda: NETWORK.forward(X[:, 0], LENGTHS, TREES), "x", "shape (L, B, 3)", "(3, 3)"),
    "x empty": (lambda: NETWORK.forward(X[:, :0], LENGTHS, TREES), "x", "shape (L, B, 3)", "(3, 0, 3)"),
    "x dtype": (lambda: NETWORK.forward(X.astype(np.float32), LENGTHS, TREES), "x", "float64", "float32"),
    "x list": (lambda: NETWORK.forward(X.tolist(), LENGTHS, TREES), "x", "shape (L, B, 3)", "list"),
    "x infinite": (lambda: NETWORK.forward(INFINITE, LENGTHS, TREES), "x", "finite values", "NaN or infinity"),
    "lengths list": (lambda: NETWORK.forward(X, [3, 2], TREES), "lengths", "array of integers", "list"),
    "lengths shape": (lambda: NETWORK.forward(X, LENGTHS[:1], TREES), "lengths", "shape (2,)", "(1,)"),
    "lengths of floats": (lambda: NETWORK.forward(X, LENGTHS * 1.0, TREES), "lengths", "array of integers", "float64"),
    "length 0": (lambda: NETWORK.forward(X, LENGTHS - [0, 2], TREES), "lengths", "from 1 to 3", "0"),
    "length 4": (lambda: NETWORK.forward(X, LENGTHS + [1, 0], TREES), "lengths", "from 1 to 3", "4"),
    "trees shape": (lambda: NETWORK.forward(X, LENGTHS, TREES[:1]), "trees", "shape (2, 2, 2)", "(1, 2, 2)"),
    "trees of floats": (lambda: NETWORK.forward(X, LENGTHS, TREES * 1.0), "trees", "dtype int64", "float64"),
    "one tree for all": (lambda: NETWORK.forward(X, LENGTHS, balanced(3)), "trees", "shape (2, 2, 2)", "(2, 2)"),
    "trees longer than sentences": (
        lambda: NETWORK.forward(X, LENGTHS, OTHER_TREE),
        "trees",
        "-1 after the last of 1 merges",
        "[3, 2] in step 1 in sentence 1",
    ),
    "trees with a gap": (
        lambda: NETWORK.forward(X, LENGTHS + [0, 1], TREES),
        "trees",
        "children that exist",
        "node -1 in step 1, when nodes 0 to 3 exist in sentence 1",
    ),
    "trees that merge a word twice": (
        lambda: NETWORK.forward(X, LENGTHS, np.where(TREES > 0, 0, TREES)),
        "trees",
        "each node but the root to be merged exactly once",
        "node 0 merged again in sentence 0",
    ),
    "dvectors shape": (lambda: NETWORK.backward(DVECTORS[:3], None, CACHE), "dvectors", "(5, 2, 3)", "(3, 2, 3)"),
    "dvectors dtype": (lambda: NETWORK.backward(DVECTORS > 0, None, CACHE), "dvectors", "dtype float64", "bool"),
    "dlogits shape": (lambda: NETWORK.backward(None, DLOGITS[0], CACHE), "dlogits", "(5, 2, 4)", "(2, 4)"),
    "dlogits dtype": (
        lambda: NETWORK.backward(None, DLOGITS.astype(np.float32), CACHE),
        "dlogits",
        "dtype float64",
        "float32",
    ),
    "labels shape": (lambda: node_cross_entropy(LOGITS, LABELS[0]), "labels", "shape (5, 2)", "(2,)"),
    "labels too large": (lambda: node_cross_entropy(LOGITS, LABELS + 1), "labels", "ids from 0 to 3", "4"),
    "labels below -1": (lambda: node_cross_entropy(LOGITS, LABELS - 5), "labels", "ids from 0 to 3", "-2"),
    "labels of floats": (lambda: node_cross_entropy(LOGITS, LABELS * 1.0), "labels", "integers", "float64"),
    "labels all missing": (lambda: node_cross_entropy(LOGITS, LABELS * 0 - 1), "labels", "at least one", "-1"),
    "logits a list": (lambda: node_cross_entropy([[0.5]], LABELS), "logits", "array of floats", "list"),
    "reduction": (lambda: node_cross_entropy(LOGITS, LABELS, "none"), "reduction", "'mean' or 'sum'", "'none'"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])
