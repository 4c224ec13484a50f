"""Fast training against the textbook: the same pairs, the same noise, the same gradient and the same tables."""

from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch import word2vec
from rnncourse.scratch.word2vec import NegativeSampling, NoiseSampler, SkipGram, training
from rnncourse.scratch.word2vec.corpus import context_reach, flatten

from .checks import AUTOGRAD, assert_all_close, assert_close, assert_gradients, assert_rejects

V, D = 12, 3


def ragged(T, rng):
    """A text of at least T tokens in sentences of 0 to 14."""
    sentences = []
    while sum(map(len, sentences)) < T:
        sentences.append(rng.integers(V, size=rng.integers(15)))
    return sentences


def first_block(window, T=200, seed=1, dtype=np.float64):
    """A block of ragged sentences, and the rows of all its tokens and words of noise."""
    rng = np.random.default_rng(seed)
    tokens, lengths = flatten(ragged(T, rng))
    block = next(training.blocks(tokens, *context_reach(lengths, window, rng), window))
    stretches = len(block.left) // (training.STRETCH * max(training.CHUNK, 2 * window))
    shapes = (len(block.left), D), (len(block.tokens), D), (stretches, 8, D)
    return block, [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def pairs_of(block):
    """The positions of all pairs, the centre's among the centres and the other's among all tokens, by a double loop."""
    window = (len(block.tokens) - len(block.left)) // 2
    found = []
    for i, (left, right) in enumerate(zip(block.left, block.right, strict=True)):
        here = i + window
        found += [(i, j) for j in range(here - left, here + right + 1) if j != here]
    return np.array(found)


def textbook(block, centres, around, noise, negatives):
    """The mean over the groups of K words of noise of the textbook's negative sampling on the block's pairs.

    Every row is a word of its own here, so that the gradient of each row can be told.
    """
    i, j = pairs_of(block).T
    S, M, _ = noise.shape
    model, loss = SkipGram(len(centres), D, np.random.default_rng(0)), NegativeSampling(len(around) + S * M, D)
    model.W, loss.W = centres, np.concatenate([around, noise.reshape(-1, D)])
    hidden, cache = model.forward(i)
    stretch_of_pair = i // (len(centres) // S)
    total, groups = 0.0, M // negatives
    for first in range(0, M, negatives):
        words = len(around) + stretch_of_pair[:, None] * M + np.arange(first, first + negatives)
        value, loss_cache = loss.forward(hidden, j, words)
        total += value * len(i) / groups
        model.backward(loss.backward(loss_cache), cache)
    for module in (model, loss):
        module.grads["W"] *= len(i) / groups
    daround, dnoise = np.split(loss.grads["W"], [len(around)])
    return total, {"centres": model.grads["W"], "around": daround, "noise": dnoise.reshape(noise.shape)}


def check_block(window=3, block_loss=None, negatives=4):
    """The loss and all gradients of a block against the textbook."""
    block, rows = first_block(window)
    value, *gradients = (block_loss or training.block_loss)(*rows, block.left, block.right, negatives)
    expected_value, expected = textbook(block, *rows, negatives)
    assert value == pytest.approx(expected_value, rel=1e-12), "relative error of the loss"
    assert_all_close(dict(zip(expected, gradients, strict=True)), expected, 1e-12)


@pytest.mark.parametrize("window", [1, 2, 5, 8, 9, 13])
def test_a_block_is_the_textbook_on_its_pairs(window):
    check_block(window)


@pytest.mark.parametrize("negatives", [1, 2, 8])
def test_a_block_weighs_its_noise_for_any_number_of_negatives(negatives):
    check_block(negatives=negatives)


def test_a_blocks_gradients_equal_differences():
    block, rows = first_block(window=2, T=40)

    def loss():
        return training.block_loss(*rows, block.left, block.right, 4)[0]

    gradients = training.block_loss(*rows, block.left, block.right, 4)[1:]
    arrays = dict(zip(("centres", "around", "noise"), rows, strict=True))
    assert_gradients(loss, arrays, dict(zip(arrays, gradients, strict=True)))


def test_a_block_equals_torch():
    block, rows = first_block(window=4)
    value, *gradients = training.block_loss(*rows, block.left, block.right, 4)
    x, y, n = (torch.tensor(array, requires_grad=True) for array in rows)
    i, j = torch.tensor(pairs_of(block)).T
    positive = torch.nn.functional.logsigmoid((x[i] * y[j]).sum(dim=1))
    stretch = i // (len(x) // len(n))
    negative = torch.nn.functional.logsigmoid(-torch.einsum("pd,pmd->pm", x[i], n[stretch]))
    loss = -positive.sum() - 4 / 8 * negative.sum()
    loss.backward()
    assert value == pytest.approx(loss.item(), rel=AUTOGRAD)
    for name, gradient, tensor in zip(("centres", "around", "noise"), gradients, (x, y, n), strict=True):
        assert_close(name, gradient, tensor.grad.numpy(), AUTOGRAD)


def test_great_scores_do_not_overflow():
    block, rows = first_block(window=2, dtype=np.float32)
    with np.errstate(all="raise", under="ignore"):
        value, *gradients = training.block_loss(*(1e4 * array for array in rows), block.left, block.right, 4)
    assert np.isfinite(value)
    assert all(np.isfinite(gradient).all() for gradient in gradients)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 900), st.integers(1, 12), st.integers(0, 99))
def test_blocks_hold_every_token_once_and_every_pair(T, window, seed):
    rng = np.random.default_rng(seed)
    sentences = ragged(T, rng)
    tokens, lengths = flatten(sentences)
    left, right = context_reach(lengths, window, np.random.default_rng(seed))
    centres, pairs = [], []
    for block in training.blocks(tokens, left, right, window):
        inside = block.tokens[window : len(block.tokens) - window]
        centres += inside.tolist()
        pairs += [(inside[i], block.tokens[j]) for i, j in pairs_of(block)]
    assert centres[: len(tokens)] == tokens.tolist()
    expected = word2vec.skipgram_pairs(sentences, window, np.random.default_rng(seed))
    assert pairs == list(zip(*expected, strict=True))


def adagrad(table, squares, gradient, learning_rate):
    """One step by the equations, word by word."""
    for word, row in enumerate(gradient):
        squares[word] += (row**2).mean()
        table[word] -= learning_rate / np.sqrt(squares[word]) * row


def check_adagrad(optimizer_class=training.RowAdagrad):
    """Three steps, with words that repeat, against the equations on the dense gradient."""
    rng = np.random.default_rng(2)
    table = rng.standard_normal((V, D))
    expected, squares = table.copy(), np.full(V, 0.1)
    optimizer = optimizer_class(table, 0.3)
    for N in (1, 40, 9):
        words, rows = rng.integers(V, size=N), rng.standard_normal((N, D))
        dense = np.zeros((V, D))
        np.add.at(dense, words, rows)
        adagrad(expected, squares, dense, 0.3)
        optimizer.step(words, rows)
        assert_close("table", table, expected, 1e-13)


def test_rows_move_as_the_equations_say():
    check_adagrad()


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 99))
def test_rows_are_summed_by_word(words, seed):
    rows = np.random.default_rng(seed).standard_normal((len(words), 2))
    distinct, sums = training._sum_by_word(np.array(words), rows)
    assert distinct.tolist() == sorted(set(words))
    for word, total in zip(distinct, sums, strict=True):
        assert_close("sum", total, rows[np.array(words) == word].sum(axis=0), 1e-12)


def plain_training(sentences, rng, window, negatives, epochs, learning_rate, keep=None):
    """What train_skipgram does, from the textbook's parts and with dense gradients; randomness in the same order."""
    noise = NoiseSampler(word2vec.word_counts(sentences, V))
    model, loss = SkipGram(V, D, rng), NegativeSampling(V, D)
    squares, losses, counts = (np.full(V, 0.1), np.full(V, 0.1)), [], []
    for _ in range(epochs):
        tokens, lengths = flatten(sentences if keep is None else word2vec.subsample(sentences, keep, rng))
        total = count = 0
        for block in training.blocks(tokens, *context_reach(lengths, window, rng), window):
            stretch = training.STRETCH * max(training.CHUNK, 2 * window)
            drawn = noise.draw((len(block.left) // stretch, training.NOISE_WORDS), rng)
            i, j = pairs_of(block).T
            model.zero_grads()
            loss.zero_grads()
            hidden, cache = model.forward(block.tokens[window:][i])
            groups = training.NOISE_WORDS // negatives
            for first in range(0, training.NOISE_WORDS, negatives):
                words = drawn[i // stretch, first : first + negatives]
                value, loss_cache = loss.forward(hidden, block.tokens[j], words)
                total += value * len(i) / groups
                model.backward(loss.backward(loss_cache), cache)
            count += len(i)
            for module, square in zip((model, loss), squares, strict=True):
                adagrad(module.W, square, module.grads["W"] * len(i) / groups, learning_rate)
        losses.append(total / count)
        counts.append(count)
    return model.W, loss.W, losses, counts


def check_training(threshold=None, window=3, train_skipgram=word2vec.train_skipgram):
    """Tables, losses and counts of two epochs over several blocks against plain training."""
    sentences = ragged(1500, np.random.default_rng(3))
    keep = None if threshold is None else word2vec.keep_probabilities(word2vec.word_counts(sentences, V), threshold)
    settings = {"window": window, "negatives": 4, "epochs": 2, "learning_rate": 0.1}
    found = train_skipgram(
        sentences, V, D, np.random.default_rng(4), **settings, subsample_threshold=threshold, dtype=np.float64
    )
    expected = plain_training(sentences, np.random.default_rng(4), **settings, keep=keep)
    assert found.pairs == expected[3], "not the number of pairs"
    for name, ours, theirs in zip(found._fields[:3], found, expected, strict=False):
        assert_close(name, ours, theirs, 1e-10)


@pytest.mark.parametrize(("threshold", "window"), [(None, 3), (0.02, 9)])
def test_training_is_plain_training(threshold, window):
    check_training(threshold, window)


def two_topics(rng, sentences=200):
    """Sentences of words 0 to 9 or of words 10 to 19; 20 never occurs."""
    return [rng.integers(10, size=8) + 10 * rng.integers(2) for _ in range(sentences)]


TRAIN = partial(word2vec.train_skipgram, vocabulary_size=21, embedding_size=8, epochs=10)


def test_words_of_a_topic_become_neighbours_and_the_loss_falls():
    for seed in range(3):
        rng = np.random.default_rng(seed)
        trained = TRAIN(two_topics(rng), rng=rng)
        for word in range(20):
            words, _ = word2vec.neighbours(trained.input_table[:20], word, 9)
            assert (words // 10 == word // 10).all()
        assert trained.losses[-1] < trained.losses[0] - 0.1
        assert trained.input_table.dtype == trained.output_table.dtype == np.float32


def test_training_repeats_and_leaves_its_sentences():
    sentences = two_topics(np.random.default_rng(0), 30)
    for sentence in sentences:
        sentence.flags.writeable = False
    first, second = (TRAIN(sentences, rng=np.random.default_rng(1), subsample_threshold=0.01) for _ in range(2))
    assert np.array_equal(first.input_table, second.input_table)
    assert np.array_equal(first.output_table, second.output_table)
    assert first[2:] == second[2:]


def test_words_that_never_occur_keep_their_start():
    trained = TRAIN(two_topics(np.random.default_rng(0), 20), rng=np.random.default_rng(1))
    start = SkipGram(21, 8, np.random.default_rng(1), np.float32).W
    assert np.array_equal(trained.input_table[20], start[20])
    assert not trained.output_table[20].any()
    assert (trained.input_table[:20] != start[:20]).any(axis=1).all()


TEXT, RNG = two_topics(np.random.default_rng(0), 5), np.random.default_rng(0)
BAD_INPUT = {
    "no sentences": (lambda: TRAIN([], rng=RNG), "sentences", "at least one token", "none"),
    "id too large": (lambda: TRAIN([np.array([3, 21])], rng=RNG), "sentences", "ids from 0 to 20", "21"),
    "only single words": (lambda: TRAIN([np.array([3])], rng=RNG), "sentences", "two words in a sentence", "no pair"),
    "all dropped": (
        lambda: TRAIN(TEXT, rng=RNG, subsample_threshold=1e-30),
        "sentences",
        "at least one token",
        "none",
    ),
    "vocabulary_size": (lambda: TRAIN(TEXT, rng=RNG, vocabulary_size=0), "vocabulary_size", "at least 1", "0"),
    "embedding_size": (lambda: TRAIN(TEXT, rng=RNG, embedding_size=0), "embedding_size", "at least 1", "0"),
    "window": (lambda: TRAIN(TEXT, rng=RNG, window=0), "window", "at least 1", "0"),
    "negatives": (lambda: TRAIN(TEXT, rng=RNG, negatives=2.5), "negatives", "at least 1", "2.5"),
    "epochs": (lambda: TRAIN(TEXT, rng=RNG, epochs=0), "epochs", "at least 1", "0"),
    "learning_rate": (lambda: TRAIN(TEXT, rng=RNG, learning_rate=0), "learning_rate", "positive", "0"),
    "threshold": (lambda: TRAIN(TEXT, rng=RNG, subsample_threshold=-1), "threshold", "positive", "-1"),
    "dtype": (lambda: TRAIN(TEXT, rng=RNG, dtype=int), "dtype", "floating", "int64"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_named(case):
    assert_rejects(*BAD_INPUT[case])
