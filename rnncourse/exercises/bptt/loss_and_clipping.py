"""Where the gradient begins, and how it is kept in bounds."""

from functools import partial

import numpy as np

from rnncourse.exercises.bptt.chapter import CHAPTER
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.scratch import functional, optim


def _logits_inputs(rng, B, V, shift=0.0):
    return {"logits": 2 * rng.normal(size=(B, V)) + shift, "targets": rng.integers(V, size=B)}


def _loss_gradient(logits, targets):
    return functional.cross_entropy_backward(functional.cross_entropy(logits, targets)[1])


def _loss_gradient_variant(logits, targets, sign=1, mean=True, onehot=True, axis=-1):
    e = np.exp(logits - logits.max(axis=axis, keepdims=True))
    difference = e / e.sum(axis=axis, keepdims=True) - onehot * np.eye(logits.shape[1])[targets]
    return sign * difference / (len(targets) if mean else 1)


def _overflowing(logits, targets):
    e = np.exp(logits)
    return (e / e.sum(axis=-1, keepdims=True) - np.eye(logits.shape[1])[targets]) / len(targets)


def _every_target_in_every_row(logits, targets):
    dlogits = len(targets) * _loss_gradient_variant(logits, targets, onehot=False)
    dlogits[:, targets] -= 1
    return dlogits / len(targets)


CROSS_ENTROPY_BACKWARD = Exercise(
    name="cross_entropy_backward",
    chapter=CHAPTER,
    points=15,
    section="Blame at the output",
    inputs=_logits_inputs,
    reference=_loss_gradient,
    outputs=("dlogits",),
    gradients=("dlogits",),
    sizes=(
        *({"B": B, "V": V} for B, V in ((1, 2), (1, 4), (3, 4), (5, 7), (8, 3))),
        *({"B": B, "V": V, "shift": 1000.0} for B, V in ((1, 3), (4, 5))),  # exp of these overflows
    ),
    mistakes=(
        Mistake(
            "The loss is the mean over the batch, so its gradient is divided by B; yours is the gradient of the sum.",
            partial(_loss_gradient_variant, mean=False),
        ),
        Mistake(
            "The sign is turned round: it is what the network said minus what it should have said.",
            partial(_loss_gradient_variant, sign=-1),
        ),
        Mistake(
            "These are the probabilities alone; the 1 of the right class is still to be subtracted.",
            partial(_loss_gradient_variant, onehot=False),
        ),
        Mistake(
            "Your softmax runs over the batch; it should run over the classes, the last axis.",
            partial(_loss_gradient_variant, axis=0),
        ),
        Mistake(
            "The sign is turned round, and the division by B is missing.",
            partial(_loss_gradient_variant, sign=-1, mean=False),
        ),
        Mistake(
            "These are the probabilities alone: subtract the 1 of the right class, and divide by B.",
            partial(_loss_gradient_variant, onehot=False, mean=False),
        ),
        Mistake(
            "exp overflows for large scores: subtract each row's largest score first, which leaves the softmax as it is.",
            _overflowing,
        ),
        Mistake(
            "You subtract 1 at every target in every row; a row has one target: probabilities[np.arange(B), targets].",
            _every_target_in_every_row,
        ),
    ),
    hints=(
        "Compute the probabilities first, by a softmax over the last axis.",
        "For one example the gradient is yhat with 1 subtracted at the target.",
        "probabilities[np.arange(B), targets] picks the right class of every example; then divide by B.",
    ),
)


def _gradient_inputs(rng, shapes, scale, threshold):
    return {"gradients": [scale * rng.normal(size=shape) for shape in shapes], "threshold": threshold}


_GRADIENTS = (  # shapes, scale and threshold: lengths below the threshold, and above it
    (((1,), (2,)), 0.1, 1.0),
    (((4,),), 3.0, 1.1),
    (((3, 2), (5,)), 2.0, 1.2),
    (((2, 2), (3,), (4, 1)), 5.0, 1.3),
    (((6, 3), (3, 3), (3,)), 0.05, 1.4),
    (((4, 3), (3, 3), (5,)), 0.0, 1.5),  # of length 0
)


def _clipped(gradients, threshold):
    grads = {str(i): gradient.copy() for i, gradient in enumerate(gradients)}
    optim.clip_grad_norm(grads, threshold)
    return tuple(grads.values())


def _rescaled(gradients, factor):
    return tuple(factor * gradient for gradient in gradients)


def _norm(gradients):
    return np.sqrt(sum((gradient**2).sum() for gradient in gradients))


CLIP_BY_NORM = Exercise(
    name="clip_by_norm",
    chapter=CHAPTER,
    points=10,
    section="Keeping a step in bounds",
    inputs=_gradient_inputs,
    reference=_clipped,
    outputs=(),
    sizes=tuple(dict(zip(("shapes", "scale", "threshold"), case, strict=True)) for case in _GRADIENTS),
    mistakes=(
        Mistake(
            "You clip each array by its own norm; the norm is taken over all arrays together, to keep the direction.",
            lambda gradients, threshold: tuple(_rescaled([g], min(1, threshold / _norm([g])))[0] for g in gradients),
        ),
        Mistake(
            "You clip every entry by itself; that changes the direction of the step. Rescale all by one factor.",
            lambda gradients, threshold: tuple(np.clip(g, -threshold, threshold) for g in gradients),
        ),
        Mistake(
            "You rescale always; a gradient shorter than the threshold stays as it is.",
            lambda gradients, threshold: _rescaled(gradients, threshold / _norm(gradients)),
        ),
        Mistake(
            "The square root in the norm is missing: you work with the squared length.",
            lambda gradients, threshold: _rescaled(gradients, min(1, threshold / _norm(gradients) ** 2)),
        ),
        Mistake(
            "You divide by the norm; multiply by the threshold too, or the new length is 1.",
            lambda gradients, threshold: _rescaled(
                gradients, 1 / _norm(gradients) if _norm(gradients) >= threshold else 1
            ),
        ),
        Mistake(
            "The factor is upside down: it is threshold / norm, which makes a long gradient shorter.",
            lambda gradients, threshold: _rescaled(gradients, max(1, _norm(gradients) / threshold)),
        ),
        Mistake(
            "You add up the norms of the arrays; the joint norm is the square root of the sum of all squares.",
            lambda gradients, threshold: _rescaled(gradients, min(1, threshold / sum(_norm([g]) for g in gradients))),
        ),
        Mistake(
            "PyTorch adds 1e-6 to the norm; here a clipped gradient is exactly as long as the threshold.",
            lambda gradients, threshold: _rescaled(gradients, min(1, threshold / (_norm(gradients) + 1e-6))),
        ),
        Mistake("Nothing is clipped: all comes back as it went in.", lambda gradients, threshold: tuple(gradients)),
    ),
    hints=(
        "All arrays together are one long vector. What is its length?",
        "The length is the square root of the sum of all squares, over all arrays.",
        "If it is at least the threshold, multiply every array by threshold / norm.",
    ),
)
