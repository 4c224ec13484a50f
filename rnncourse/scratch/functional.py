"""Functions without parameters: squashing, softmax and the losses, each loss with its derivative."""

import numpy as np

from rnncourse.scratch.validate import require_array, require_choice, require_float, require_indices


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


def mean_squared_error(predictions, targets, mask=None, reduction="mean"):
    """Squared error ``L = sum (yhat - y)^2``, divided by the number of counted values for the mean.

    Parameters
    ----------
    predictions, targets : (..., K) floats of one dtype, K numbers at each position; K may be 1.
    mask : (...) booleans, optional; positions that are False (padding) count neither in the loss nor in the mean, and
        may hold anything.
    reduction : ``"mean"`` divides by K times the number of counted positions, so that the loss does not grow with the
        batch, the length or K; ``"sum"`` does not divide. There is no factor 1/2.

    Returns ``(loss, cache)``: a float, and what :func:`mean_squared_error_backward` needs.
    """
    weights = _value_weights("predictions", predictions, targets, mask, reduction)
    errors = np.subtract(predictions, targets, out=np.zeros_like(predictions), where=weights > 0)
    return float((weights * errors**2).sum()), (errors, weights)


def mean_squared_error_backward(cache, dloss=1.0):
    """Gradient of :func:`mean_squared_error` with respect to the predictions: ``dL/dyhat = 2 (yhat - y)``.

    Returns an array shaped like the predictions, times each value's weight in the loss and times ``dloss``.
    """
    errors, weights = cache
    dpredictions = 2 * errors
    dpredictions *= dloss * weights
    return dpredictions


def binary_cross_entropy(logits, targets, mask=None, reduction="mean"):
    """Cross-entropy of sigmoid outputs in nats, ``L = -sum (y log yhat + (1 - y) log(1 - yhat))``.

    Computed from the logit o as ``max(o, 0) - o y + log(1 + exp(-|o|))``, which is the same and cannot overflow.

    Parameters
    ----------
    logits : (..., K) floats, the scores o before the sigmoid: K yes-or-no answers at each position; K may be 1.
    targets : (..., K) floats of the same dtype, from 0 to 1.
    mask, reduction : as for :func:`mean_squared_error`; the mean divides by K times the number of counted positions.

    Returns ``(loss, cache)``: a float, and what :func:`binary_cross_entropy_backward` needs.
    """
    weights = _value_weights("logits", logits, targets, mask, reduction)
    o, y = np.where(weights > 0, logits, 0), np.where(weights > 0, targets, 0)
    outside = y[~((y >= 0) & (y <= 1))]
    if outside.size:
        raise ValueError(f"targets: expected numbers from 0 to 1, got {outside[0]}")
    losses = np.maximum(o, 0) - o * y + np.log1p(np.exp(-np.abs(o)))
    return float((weights * losses).sum()), (o, y, weights)


def binary_cross_entropy_backward(cache, dloss=1.0):
    """Gradient of :func:`binary_cross_entropy` with respect to the logits: ``dL/do = yhat - y``.

    Returns an array shaped like the logits, times each value's weight in the loss and times ``dloss``.
    """
    o, y, weights = cache
    dlogits = sigmoid(o) - y
    dlogits *= dloss * weights
    return dlogits


def _require_scores(logits):
    require_float("logits", logits)
    if logits.ndim == 0:
        raise ValueError("logits: expected at least one axis, the classes, got shape ()")


def _position_weights(shape, mask, reduction, dtype):
    """What each position's loss is multiplied by: 0 where masked, 1 for a sum, 1 / count for a mean."""
    require_choice("reduction", reduction, ("mean", "sum"))
    if mask is None:
        mask = np.ones(shape, dtype=bool)
    require_array("mask", mask, shape, dtype=bool)
    count = mask.sum()
    if count == 0:
        raise ValueError("mask: expected at least one True, got none: the loss would be a mean of nothing")
    return mask.astype(dtype) / (count if reduction == "mean" else 1)


def _value_weights(name, outputs, targets, mask, reduction):
    """The weights of K values at each position, with an axis of size 1 for them; the mean is over the values."""
    require_float(name, outputs)
    if outputs.ndim == 0:
        raise ValueError(f"{name}: expected at least one axis, the values of a position, got shape ()")
    require_array("targets", targets, outputs.shape, outputs.dtype)
    weights = _position_weights(outputs.shape[:-1], mask, reduction, outputs.dtype)[..., None]
    return weights / outputs.shape[-1] if reduction == "mean" else weights
