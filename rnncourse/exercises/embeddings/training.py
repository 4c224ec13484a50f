"""Training word vectors: code to be repaired, with two mistakes that raise no error."""

from functools import partial

import numpy as np

from rnncourse.exercises.embeddings.chapter import CHAPTER
from rnncourse.exercises.embeddings.words import random_words
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import with_weights
from rnncourse.scratch import functional
from rnncourse.scratch.optim import SGD
from rnncourse.scratch.word2vec import NegativeSampling, SkipGram

_SIZES = ((1, 1, 1, 2, 3), (1, 3, 2, 4, 2), (2, 4, 1, 3, 2), (3, 5, 2, 4, 3), (5, 8, 3, 5, 2))  # S, N, K, V, D


def _minibatches(rng, S, N, K, V, D):
    words = random_words(rng, (S, N, 2 + K), V)
    return {
        "centres": words[..., 0],
        "contexts": words[..., 1],
        "negatives": words[..., 2:],
        "W_in": rng.normal(size=(V, D)),
        "W_out": rng.normal(size=(V, D)),
        "learning_rate": float(rng.uniform(0.3, 1.0)),
    }


def _trained(centres, contexts, negatives, W_in, W_out, learning_rate):
    model, loss = with_weights(SkipGram, *W_in.shape, W=W_in.copy()), NegativeSampling(*W_out.shape)
    loss.W = W_out.copy()
    optimizer, losses = SGD([model, loss], learning_rate), []
    for centre, context, noise in zip(centres, contexts, negatives, strict=True):
        hidden, looked_up = model.forward(centre)
        value, cache = loss.forward(hidden, context, noise)
        losses.append(value)
        model.zero_grads()
        loss.zero_grads()
        model.backward(loss.backward(cache), looked_up)
        optimizer.step()
    return np.array(losses), model.W, loss.W


def _move_last(table, ids, step):
    table[ids] -= step


def _move_uphill(table, ids, step):
    np.add.at(table, ids, step)


def _move_by_example(table, words, steps):
    for word, step in zip(words, steps, strict=True):
        table[word] -= step


def _column(labels):
    labels[:, 0] = 1


def _row(labels):
    labels[0] = 1


def _corner(labels):
    labels[0, 0] = 1


def _all(labels):
    labels[:] = 1


def _trained_variant(
    centres,
    contexts,
    negatives,
    W_in,
    W_out,
    learning_rate,
    mark=_column,
    move_in=np.subtract.at,
    move_out=np.subtract.at,
):
    W_in, W_out, losses = W_in.copy(), W_out.copy(), []
    for centre, context, noise in zip(centres, contexts, negatives, strict=True):
        words = np.column_stack([context, noise])
        labels = np.zeros(words.shape)
        mark(labels)
        hidden, rows = W_in[centre], W_out[words]
        scores = np.einsum("nd,nkd->nk", hidden, rows)
        losses.append((np.logaddexp(0, scores) - labels * scores).sum() / len(centre))
        dscores = (functional.sigmoid(scores) - labels) / len(centre)
        move_in(W_in, centre, learning_rate * np.einsum("nk,nkd->nd", dscores, rows))
        move_out(W_out, words, learning_rate * dscores[..., None] * hidden[:, None])
    return np.array(losses), W_in, W_out


TRAIN_WORD_VECTORS = Exercise(
    name="train_word_vectors",
    chapter=CHAPTER,
    points=20,
    section="How it fails",
    inputs=_minibatches,
    reference=_trained,
    outputs=("losses", "W_in", "W_out"),
    sizes=tuple(dict(zip(("S", "N", "K", "V", "D"), size, strict=True)) for size in _SIZES),
    repair=True,
    mistakes=(
        Mistake(
            "Look where the curve ends: below what right training can reach, so it answers another, easier question.",
            partial(_trained_variant, mark=_row, move_in=_move_last, move_out=_move_last),
        ),
        Mistake(
            "The labels are right now. What is left: in both tables a word that comes twice in a minibatch moves once.",
            partial(_trained_variant, move_in=_move_last, move_out=_move_last),
        ),
        Mistake(
            "Words that repeat move every time now. One mistake is left, in the labels: which words are from the text?",
            partial(_trained_variant, mark=_row),
        ),
        Mistake(
            "The labels and W_in are right now; in W_out a word that comes twice in a minibatch still moves only once.",
            partial(_trained_variant, move_out=_move_last),
        ),
        Mistake(
            "The labels and W_out are right now; in W_in a word that comes twice in a minibatch still moves only once.",
            partial(_trained_variant, move_in=_move_last),
        ),
        Mistake(
            "W_in moves as it should now. W_out still loses words that repeat, and the labels are as they were.",
            partial(_trained_variant, mark=_row, move_out=_move_last),
        ),
        Mistake(
            "W_out moves as it should now. W_in still loses words that repeat, and the labels are as they were.",
            partial(_trained_variant, mark=_row, move_in=_move_last),
        ),
        Mistake(
            "All labels are 1 now, so the noise counts as text too; each row has one 1, for its context word.",
            partial(_trained_variant, mark=_all),
        ),
        Mistake(
            "All labels are 1 now, so the noise counts as text too; each row has one 1. (And there is one thing more.)",
            partial(_trained_variant, mark=_all, move_in=_move_last, move_out=_move_last),
        ),
        Mistake(
            "Only the first example has a 1 in labels now; each example has one. (And there is one thing more to find.)",
            partial(_trained_variant, mark=_corner, move_in=_move_last, move_out=_move_last),
        ),
        Mistake(
            "You go uphill: np.add.at adds the gradient, and a step downhill subtracts it.",
            partial(_trained_variant, move_in=_move_uphill, move_out=_move_uphill),
        ),
        Mistake(
            "W_out is almost right now: only a word that comes twice in one example, in one row of words, moves once.",
            partial(_trained_variant, move_out=_move_by_example),
        ),
    ),
    hints=(
        "There are two mistakes. The curve shows the first: which words does this code call right answers?",
        "Print labels for a minibatch of three examples. Each row should have one 1, in the context word's column.",
        "Then look at how the tables move: make a small table, set ids = np.array([1, 1]), and try W[ids] -= 1.",
        "labels[:, 0] = 1 marks the context words, and np.subtract.at(W, ids, step) subtracts each time an id comes.",
    ),
)
