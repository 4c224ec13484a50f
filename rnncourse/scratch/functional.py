"""Functions without parameters: squashing, softmax and the cross-entropy loss, each with its derivative."""

import numpy as np

from rnncourse.scratch.validate import require_array, require_float, require_indices


def sigmoid(z):
    """Logistic function ``1 / (1 + exp(-z))``, any shape.

    Only ``exp(-|z|)`` is computed, which cannot overflow; for negative z the fraction is expanded by it.
    """
    decay = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, decay) / (1 + decay)


def softmax(logits):
    """Softmax over the last axis: ``exp(o_i) / sum_j exp(o_j)``.

    The largest logit is subtracted first. The result is the same (the factor cancels) and nothing overflows.
    """
    _require_scores(logits)
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def log_softmax(logits):
    """Logarithm of the softmax over the last axis: ``o_i - log sum_j exp(o_j)``."""
    _require_scores(logits)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def cross_entropy(logits, targets, mask=None, reduction="mean"):
    """Cross-entropy of softmax outputs in nats, ``L = -sum log yhat[target]``.

    Parameters
    ----------
    logits : (..., V) floats, the scores o before the softmax.
    targets : (...) integers, the index of the right class at each position.
    mask : (...) booleans, optional; positions that are False (padding) count neither in the loss nor in the mean.
    reduction : ``"mean"`` over the counted positions, or ``"sum"``, the ``L = sum_t L_t`` of the derivation.

    Returns ``(loss, cache)``: a float, and what :func:`cross_entropy_backward` needs.
    """
    _require_scores(logits)
    require_array("targets", targets, logits.shape[:-1])
    require_indices("targets", targets, logits.shape[-1])
    if reduction not in ("mean", "sum"):
        raise ValueError(f"reduction: expected 'mean' or 'sum', got {reduction!r}")
    weights = _position_weights(targets.shape, mask, reduction, logits.dtype)
    log_probabilities = log_softmax(logits)
    losses = -np.take_along_axis(log_probabilities, targets[..., None], axis=-1)[..., 0]
    return float((weights * losses).sum(where=weights > 0)), (log_probabilities, targets, weights)


def cross_entropy_backward(cache, dloss=1.0):
    """Gradient of :func:`cross_entropy` with respect to the logits: ``dL/do = yhat - onehot(target)``.

    Returns an array shaped like the logits, times each position's weight in the loss and times ``dloss``.
    """
    log_probabilities, targets, weights = cache
    dlogits = np.exp(log_probabilities)
    at_target = np.take_along_axis(dlogits, targets[..., None], axis=-1)
    np.put_along_axis(dlogits, targets[..., None], at_target - 1, axis=-1)
    dlogits *= (dloss * weights)[..., None]
    dlogits[weights == 0] = 0  # also where a masked score is not finite
    return dlogits


def _require_scores(logits):
    require_float("logits", logits)
    if logits.ndim == 0:
        raise ValueError("logits: expected at least one axis, the classes, got shape ()")


def _position_weights(shape, mask, reduction, dtype):
    """What each position's loss is multiplied by: 0 where masked, 1 for a sum, 1 / count for a mean."""
    if mask is None:
        mask = np.ones(shape, dtype=bool)
    require_array("mask", mask, shape, dtype=bool)
    count = mask.sum()
    if count == 0:
        raise ValueError("mask: expected at least one True, got none: the loss would be a mean of nothing")
    return mask.astype(dtype) / (count if reduction == "mean" else 1)
