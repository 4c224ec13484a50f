"""Losses over the nodes of a batch of trees."""

import numpy as np

from rnncourse.scratch.functional import cross_entropy, cross_entropy_backward
from rnncourse.scratch.validate import (
    require_array,
    require_choice,
    require_float,
    require_fraction,
    require_indices,
    require_lengths,
)


def node_cross_entropy(logits, labels, reduction="mean"):
    """Cross-entropy of the softmax at every labelled node (Socher et al. 2013).

    ``logits`` (2L-1, B, K), ``labels`` (2L-1, B) integers, -1 where there is no label; ``reduction`` is ``"mean"`` over
    the labelled nodes or ``"sum"``. Returns ``(loss, cache)``, the cache for
    :func:`rnncourse.scratch.functional.cross_entropy_backward`.
    """
    require_float("logits", logits)
    require_array("labels", labels, logits.shape[:-1])
    labelled = labels != -1
    if not labelled.any():
        raise ValueError("labels: expected at least one node with a label, got -1 everywhere")
    targets = np.where(labelled, labels, 0)
    require_indices("labels", targets, logits.shape[-1])
    return cross_entropy(logits, targets, labelled, reduction)


def autoencoder_loss(errors, logits, lengths, targets, alpha, classified="inner"):
    """The objective of Socher et al. 2011 without its weight decay: the mean over the sentences of

    ``alpha sum E + (1 - alpha) sum -log softmax(o)[target]``, the first sum over the merges, the second over all inner
    nodes, or over the root alone when ``classified="root"``. All of them have the target of their sentence. A sentence
    of one word has no inner node: its word is its root and takes the target.

    ``errors`` (L-1, B), ``logits`` (2L-1, B, K), ``lengths`` (B,), ``targets`` (B,) integers, alpha from 0 to 1.
    Returns ``(loss, cache)`` for :func:`autoencoder_loss_backward`.
    """
    require_float("logits", logits)
    require_array("logits", logits, (*logits.shape[:1], "B", "K"))
    nodes, B, K = logits.shape
    require_array("errors", errors, (nodes // 2, B), logits.dtype)
    require_lengths("lengths", lengths, nodes // 2 + 1, B)
    require_array("targets", targets, (B,))
    require_indices("targets", targets, K)
    require_fraction("alpha", alpha)
    require_choice("classified", classified, ("inner", "root"))
    at = _classified_nodes(nodes, lengths.astype(int), classified)
    label_loss, cache = cross_entropy(logits, np.broadcast_to(targets, (nodes, B)), at, "sum")
    return float(alpha * errors.sum() + (1 - alpha) * label_loss) / B, (errors, alpha, cache)


def autoencoder_loss_backward(cache, dloss=1.0):
    """Gradients of :func:`autoencoder_loss`: ``(derrors, dlogits)``, shaped like the errors and the logits."""
    errors, alpha, label_cache = cache
    each = dloss / errors.shape[1]
    return np.full_like(errors, alpha * each), cross_entropy_backward(label_cache, (1 - alpha) * each)


def _classified_nodes(nodes, lengths, classified):
    """Which nodes (2L-1, B) carry the target of their sentence."""
    node, root = np.arange(nodes)[:, None], 2 * lengths - 2
    first = root if classified == "root" else np.minimum(lengths, root)
    return (first <= node) & (node <= root)
