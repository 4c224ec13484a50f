"""A softmax on every node, and a loss on those that have a label."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import with_weights
from rnncourse.exercises.recursive_autoencoders.chapter import CHAPTER
from rnncourse.exercises.rnn.sentences import naive_softmax
from rnncourse.scratch import Linear, functional
from rnncourse.scratch.recursive import node_cross_entropy

UNLABELLED = -1


def _inputs(rng, n, D, K, far=0.0, labelled=True):
    """Labels by place, so that every class and no label at all are among them whenever there are enough nodes.

    With ``far``, scores are around this number, and the first node's label is so far behind that its probability is 0.
    Nobody was asked about any node of a tree that is not ``labelled``.
    """
    N = 2 * n - 1
    labels = (np.arange(N) + 2) % (K + 1) - 1
    nodes, W_label = np.tanh(rng.normal(size=(N, D))), rng.normal(size=(D, K))
    if far and K > 1:
        behind = W_label[:, labels[0] - 1] - W_label[:, labels[0]]
        nodes[0] = behind / (behind @ behind)
        nodes *= 2000
    labels = labels if labelled else np.full(N, UNLABELLED)
    return {"nodes": nodes, "labels": labels, "W_label": W_label, "b_label": far + rng.normal(size=K)}


def _scores(nodes, W_label, b_label):
    return with_weights(Linear, *W_label.shape, W=W_label, b=b_label).forward(nodes)[0]


def _classified(nodes, labels, W_label, b_label):
    scores = _scores(nodes, W_label, b_label)
    yhat = functional.softmax(scores)
    if (labels == UNLABELLED).all():
        return yhat, 0.0
    return yhat, float(node_cross_entropy(scores[:, None], labels[:, None], "sum")[0])


def _minus_log(scores, yhat, labels):
    """-log yhat of every node's label; a label of -1 reads the last class, as it does in a learner's code."""
    return -functional.log_softmax(scores)[np.arange(len(labels)), labels]


def _sum(losses, labels):
    return losses[labels >= 0].sum()


def _variant(
    nodes,
    labels,
    W_label,
    b_label,
    soft=functional.softmax,
    cost=_minus_log,
    reduce=_sum,
    shown=lambda yhat, labels: yhat,
):
    """``soft`` makes yhat of the scores, ``cost`` the loss of each node, and ``reduce`` one number of these."""
    scores = nodes @ W_label + b_label
    with np.errstate(all="ignore"):
        yhat = soft(scores)
        return shown(yhat, labels), float(reduce(cost(scores, yhat, labels), labels))


def _chosen(yhat, labels):
    return yhat[np.arange(len(labels)), labels]


def _mean(losses, labels):
    return losses[labels >= 0].mean() if (labels >= 0).any() else 0.0


NODE_SOFTMAX = Exercise(
    name="node_softmax",
    chapter=CHAPTER,
    points=15,
    section="A label at every node",
    inputs=_inputs,
    reference=_classified,
    outputs=("yhat", "loss"),
    sizes=(
        *({"n": n, "D": D, "K": K} for n, D, K in ((1, 2, 3), (2, 2, 3), (3, 3, 2), (4, 2, 5), (6, 4, 3))),
        *({"n": n, "D": D, "K": K, "far": far} for n, D, K, far in ((3, 2, 3, 3e4), (8, 3, 4, -3e4))),
        {"n": 3, "D": 2, "K": 3, "labelled": False},
    ),
    mistakes=(
        Mistake(
            "A label of -1 reads the last class, and Python does not complain; nodes without a label do not count.",
            partial(_variant, reduce=lambda losses, labels: losses.sum()),
        ),
        Mistake(
            "Nodes without a label count as if theirs were 0; they do not count at all.",
            lambda nodes, labels, W, b: _variant(nodes, np.maximum(labels, 0), W, b),
        ),
        Mistake(
            "You leave out the label 0, too; it is a class like the others, and only -1 means that there is none.",
            partial(_variant, reduce=lambda losses, labels: losses[labels > 0].sum()),
        ),
        Mistake(
            "You take the mean over the labelled nodes; the loss is their sum here.",
            partial(_variant, reduce=_mean),
        ),
        Mistake(
            "You divide by the number of all nodes; the loss is a sum here.",
            partial(_variant, reduce=lambda losses, labels: _sum(losses, labels) / len(labels)),
        ),
        Mistake(
            "The sign is turned round: logs of probabilities are negative, and a loss is minus their sum.",
            partial(_variant, reduce=lambda losses, labels: -_sum(losses, labels)),
        ),
        Mistake(
            "Large scores end in NaN: subtract each row's largest one before exp, and make log yhat from the scores, not from yhat.",
            partial(_variant, soft=naive_softmax, cost=lambda scores, yhat, labels: -np.log(_chosen(yhat, labels))),
        ),
        Mistake(
            "yhat is right, but some of it is 0 in the computer, and log(0) is infinite: make log yhat from the scores.",
            partial(_variant, cost=lambda scores, yhat, labels: -np.log(_chosen(yhat, labels))),
        ),
        Mistake(
            "Your softmax runs over the nodes; the probabilities of the classes of one node add up to 1: axis=1.",
            lambda nodes, labels, W, b: _variant(
                nodes,
                labels,
                W,
                b,
                soft=lambda scores: functional.softmax(scores.T).T,
                cost=lambda scores, yhat, labels: -_chosen(functional.log_softmax(scores.T).T, labels),
            ),
        ),
        Mistake(
            "The bias b_label is missing.",
            lambda nodes, labels, W, b: _variant(nodes, labels, W, np.zeros_like(b)),
        ),
        Mistake(
            "Your yhat is 0 at the nodes without a label; they have probabilities as well, only no loss.",
            partial(_variant, shown=lambda yhat, labels: yhat * (labels >= 0)[:, None]),
        ),
        Mistake(
            "Your loss is that of the root alone; every node that has a label counts, words included.",
            partial(_variant, reduce=lambda losses, labels: losses[-1]),
        ),
    ),
    hints=(
        "scores = nodes @ W_label + b_label are (N, K), one row for each node, and so is yhat, a softmax along axis 1.",
        "Subtract each row's largest score. Then log yhat = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)).",
        "at = np.flatnonzero(labels != -1) are the nodes that count, and log_yhat[at, labels[at]] what they contribute.",
    ),
)
