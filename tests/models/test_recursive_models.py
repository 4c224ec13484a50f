"""Recursive networks over batches of trees: against scratch, node by node, and on deeper trees than they were taught."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from rnncourse.data import IGNORED, Vocabulary, classification_batch
from rnncourse.data.tasks.tree_sentiment import SENTIMENT_WORDS, sentiment_trees
from rnncourse.data.trees import LabelledTree, tree_batch
from rnncourse.models.recursive import RecursiveNetwork, RecursiveTensorNetwork, TreeLSTM
from rnncourse.models.sequence import Classifier
from rnncourse.scratch import recursive
from rnncourse.scratch.recursive import pad_trees

torch.set_num_threads(1)
VOCABULARY = Vocabulary(SENTIMENT_WORDS)
SCRATCH = {
    RecursiveNetwork: recursive.RecursiveNetwork,
    RecursiveTensorNetwork: recursive.RecursiveTensorNetwork,
}
NETWORKS = [*SCRATCH, TreeLSTM]
each_network = pytest.mark.parametrize("network_class", NETWORKS)
EXACT = {"rtol": 1e-10, "atol": 1e-12}
DEPTHS = [(0,), (1,), (0, 0), (2, 0, 3)]  # of the trees of a batch
each_batch = pytest.mark.parametrize("depths", DEPTHS, ids=str)


def network(network_class, D=3, H=4, classes=2, seed=1):
    torch.manual_seed(seed)
    sizes = (D, H) if network_class is TreeLSTM else (D,)
    return network_class(len(VOCABULARY), *sizes, classes).double()


def trees_of(depths, seed=0):
    rng = np.random.default_rng(seed)
    return [sentiment_trees(1, rng, depths=[depth])[0] for depth in depths]


def tensors(examples, labelled="all"):
    return [torch.as_tensor(array) for array in tree_batch(examples, VOCABULARY, labelled)]


def run(model, examples):
    return model(*tensors(examples)[:-1])


def scratch_copy(model):
    """Scratch's network of this kind with the same weights, and our parameters by the names they have there."""
    D, K = model.embedding.embedding_dim, model.readout.out_features
    copy = SCRATCH[type(model)](D, K, np.random.default_rng(0))
    ours = {"W": model.composition.weight, "b": model.composition.bias}
    ours |= {"W_label": model.readout.weight, "b_label": model.readout.bias}
    if isinstance(model, RecursiveTensorNetwork):
        ours["V"] = model.V
    for name, tensor in ours.items():
        getattr(copy, name)[...] = tensor.detach().mT if tensor.ndim == 2 else tensor.detach()
    return copy, ours


@pytest.mark.parametrize("network_class", SCRATCH)
@each_batch
def test_results_and_gradients_equal_scratch(network_class, depths):
    model, examples = network(network_class), trees_of(depths)
    copy, weights = scratch_copy(model)
    trees, lengths = pad_trees([example.tree for example in examples])
    tokens = np.zeros((max(lengths), len(examples)), dtype=int)
    for b, example in enumerate(examples):
        tokens[: lengths[b], b] = VOCABULARY.encode(example.words)
    x = model.embedding.weight.detach().numpy()[tokens]
    vectors, logits, cache = copy.forward(x, lengths, trees)
    rng = np.random.default_rng(5)
    dvectors, dlogits = rng.standard_normal(vectors.shape), rng.standard_normal(logits.shape)
    dx = copy.backward(dvectors, dlogits, cache)

    scores, states = run(model, examples)
    torch.autograd.backward([states, scores], [torch.tensor(dvectors), torch.tensor(dlogits)])
    np.testing.assert_allclose(scores.detach(), logits, **EXACT)
    np.testing.assert_allclose(states.detach(), vectors, **EXACT)
    expected = {name: copy.grads[name] for name in weights}
    expected["E"] = np.zeros(model.embedding.weight.shape)
    np.add.at(expected["E"], tokens, dx)
    for name, tensor in (weights | {"E": model.embedding.weight}).items():
        grad = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad  # None: no tree has a phrase
        np.testing.assert_allclose(grad if tensor.ndim != 2 or name == "E" else grad.T, expected[name], **EXACT)


def tree_lstm_by_node(model, example):
    """The h of all nodes by Tai et al.'s equations 9 to 14, one node and one gate at a time."""
    W_i, W_u, W_o = model.from_word.weight.chunk(3)
    U_i, U_f1, U_f2, U_u, U_o = (U.chunk(2, dim=1) for U in model.from_children.weight.chunk(5))
    b_i, b_f, b_u, b_o = model.b
    nodes = []
    for token in VOCABULARY.encode(example.words):
        x = model.embedding.weight[token]
        c = torch.sigmoid(W_i @ x + b_i) * torch.tanh(W_u @ x + b_u)
        nodes.append((torch.sigmoid(W_o @ x + b_o) * torch.tanh(c), c))
    for left, right in example.merges:
        (h1, c1), (h2, c2) = nodes[left], nodes[right]
        i, f1, f2, o = (
            torch.sigmoid(U[0] @ h1 + U[1] @ h2 + b) for U, b in ((U_i, b_i), (U_f1, b_f), (U_f2, b_f), (U_o, b_o))
        )
        c = i * torch.tanh(U_u[0] @ h1 + U_u[1] @ h2 + b_u) + f1 * c1 + f2 * c2
        nodes.append((o * torch.tanh(c), c))
    return torch.stack([h for h, _ in nodes])


@each_batch
def test_a_tree_lstm_follows_its_equations(depths):
    model, examples = network(TreeLSTM), trees_of(depths)
    model.b.data += torch.tensor(np.random.default_rng(0).standard_normal(model.b.shape))
    scores, vectors = run(model, examples)
    for b, example in enumerate(examples):
        expected = tree_lstm_by_node(model, example)
        size = len(example.labels)
        torch.testing.assert_close(vectors[:size, b], expected, **EXACT)
        torch.testing.assert_close(scores[:size, b], model.readout(expected), **EXACT)


def test_the_forget_gates_of_a_tree_lstm_start_open():
    assert network(TreeLSTM).b.tolist() == [[0] * 4, [1] * 4, [0] * 4, [0] * 4]


@each_network
def test_a_sentence_does_not_feel_the_others_nor_their_order(network_class):
    model, examples = network(network_class), trees_of([3, 0, 5, 1])
    together = run(model, examples)
    backwards = run(model, examples[::-1])
    for whole, reversed_ in zip(together, backwards, strict=True):
        torch.testing.assert_close(whole, reversed_.flip(1), **EXACT)
        for b, example in enumerate(examples):
            assert not whole[len(example.labels) :, b].any()
    for b, example in enumerate(examples):
        for whole, alone in zip(together, run(model, [example]), strict=True):
            torch.testing.assert_close(whole[: len(alone), b], alone[:, 0], **EXACT)


@each_network
def test_left_and_right_are_not_the_same(network_class):
    model = network(network_class)
    scores = [
        run(model, [LabelledTree(words, ((0, 1),), (0, 0, 0))])[0][2, 0] for words in (("good", "bad"), ("bad", "good"))
    ]
    assert not torch.allclose(*scores)


@each_network
def test_gradients_reach_every_parameter(network_class):
    model, examples = network(network_class), trees_of([4, 4, 4])
    *arguments, _ = tensors(examples)
    model(*arguments)[0][-1].square().sum().backward()
    assert all(p.grad.all() for name, p in model.named_parameters() if name != "embedding.weight")
    used = {
        VOCABULARY[word] for example in examples if len(example.labels) == len(arguments[3]) for word in example.words
    }
    assert set(model.embedding.weight.grad.any(dim=1).nonzero()[:, 0].tolist()) == used


@each_network
@pytest.mark.parametrize("sizes", [(1, 1, 1), (2, 1, 3), (1, 5, 2)], ids=str)
def test_sizes_of_one(network_class, sizes):
    model = network(network_class, *sizes)
    scores, vectors = run(model, trees_of([2]))
    width = sizes[1] if network_class is TreeLSTM else sizes[0]
    assert scores.shape[1:] == (1, sizes[2])
    assert vectors.shape[1:] == (1, width)
    assert vectors.isfinite().all()


@each_network
def test_words_that_are_not_in_the_table_are_named(network_class):
    model = network(network_class)
    tokens, *others, _ = tensors(trees_of([1]))
    with pytest.raises(ValueError, match=f"^tokens: expected ids from 0 to 28, got {29}$"):
        model(torch.full_like(tokens, 29), *others)


def trained(model, make_batch, steps=150):
    """The model after learning trees of depths 1 to 3."""
    optimizer, rng = torch.optim.Adam(model.parameters(), lr=0.01), np.random.default_rng(0)
    for _ in range(steps):
        *arguments, targets = map(torch.as_tensor, make_batch(sentiment_trees(32, rng, depths=[1, 2, 3])))
        loss = functional.cross_entropy(model(*arguments)[0].flatten(0, -2), targets.flatten(), ignore_index=IGNORED)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model


def accuracy(model, make_batch, depth, count=300):
    """How often new sentences of one depth are classified rightly."""
    examples = sentiment_trees(count, np.random.default_rng(100 + depth), depths=[depth])
    *arguments, targets = map(torch.as_tensor, make_batch(examples))
    with torch.no_grad():
        scores, _ = model(*arguments)
    counted = targets != IGNORED
    assert counted.sum() == count
    return (scores.argmax(dim=-1) == targets)[counted].float().mean().item()


def roots(examples):
    return tree_batch(examples, VOCABULARY, labelled="root")


@each_network
def test_trees_deeper_than_those_of_the_training_are_understood(network_class):
    torch.manual_seed(0)
    sizes = (16, 16) if network_class is TreeLSTM else (16,)
    model = trained(network_class(len(VOCABULARY), *sizes, 3), lambda examples: tree_batch(examples, VOCABULARY))
    assert accuracy(model, roots, 3) > 0.95
    assert accuracy(model, roots, 6) > 0.9


def test_told_the_roots_alone_a_tree_network_finds_the_rules_and_an_lstm_does_not():
    def sequences(examples):
        return classification_batch([e.words for e in examples], [e.labels[-1] for e in examples], VOCABULARY)

    torch.manual_seed(0)
    tree = trained(RecursiveNetwork(len(VOCABULARY), 16, 3), roots)
    lstm = trained(Classifier(16, 48, 3, "LSTM", vocabulary_size=len(VOCABULARY)), sequences)
    assert accuracy(tree, roots, 6) > 0.95
    assert accuracy(lstm, sequences, 6) < 0.75
