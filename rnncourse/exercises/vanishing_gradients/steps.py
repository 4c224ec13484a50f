"""Steps that stay in bounds: clipping by the joint norm, and RMSProp."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.vanishing_gradients.chapter import CHAPTER
from rnncourse.scratch import optim


def _gradient_inputs(rng, shapes, scale, threshold):
    """Gradients of this scale; where it is negative, every entry is."""
    drawn = [rng.normal(size=shape) for shape in shapes]
    return {"gradients": [scale * (np.abs(g) if scale < 0 else g) for g in drawn], "threshold": threshold}


_GRADIENTS = (  # shapes, scale and threshold: norms below the threshold, and above it
    (((2,), (1,), (1, 2)), 10.0, 1.5),
    (((2,), (1, 2)), 0.01, 1.2),
    (((3, 2), (5,)), -4.0, 1.1),
    (((2, 2), (3,), (4, 1)), 5.0, 1.3),
    (((6, 3), (3, 3), (3,)), 0.005, 1.4),
    (((3,), (2, 3)), 0.0, 1.5),  # all zero
    (((4, 3), (3, 3), (3,)), 1e200, 1.2),  # the squares of these overflow
    (((5,), (2,)), 0.0, 1.1),
    (((2, 3), (3,)), -1e180, 1.4),
)


def _clipped(gradients, threshold):
    grads = {str(i): gradient.copy() for i, gradient in enumerate(gradients)}
    norm = optim.clip_grad_norm(grads, threshold)
    return list(grads.values()), norm


def joint_norm(gradients, unit=1.0):
    """The length of all arrays as one vector; measured in a ``unit`` as large as they are, no square overflows."""
    return unit * np.sqrt(sum(((gradient / unit) ** 2).sum() for gradient in gradients))


def _largest(gradients):
    return max(np.abs(gradient).max() for gradient in gradients)


def _safe_norm(gradients):
    return joint_norm(gradients, _largest(gradients) or 1.0)


def _norm_by_signed_largest(gradients):
    return joint_norm(gradients, max(gradient.max() for gradient in gradients) or 1.0)


def _norm_without_guard(gradients):
    return joint_norm(gradients, _largest(gradients))


def _scaled(gradients, factor):
    return [factor * gradient for gradient in gradients]


def _clip_variant(gradients, threshold, norm=joint_norm, factor=lambda norm, threshold: threshold / norm, always=False):
    length = norm(gradients)
    return _scaled(gradients, factor(length, threshold) if always or length >= threshold else 1.0), length


def _each_by_itself(gradients, threshold, norm=joint_norm):
    return [_clip_variant([gradient], threshold, norm)[0][0] for gradient in gradients], norm(gradients)


def _with_norm_after(gradients, threshold):
    clipped, _ = _clipped(gradients, threshold)
    return clipped, _safe_norm(clipped)


CLIP_GRAD_NORM = Exercise(
    name="clip_grad_norm",
    chapter=CHAPTER,
    points=15,
    section="Clipping, exactly",
    inputs=_gradient_inputs,
    reference=_clipped,
    outputs=("clipped", "norm"),
    sizes=tuple(dict(zip(("shapes", "scale", "threshold"), case, strict=True)) for case in _GRADIENTS),
    mistakes=(
        Mistake(
            "The squares of huge entries overflow. Divide all by the largest entry first, and multiply the norm by it.",
            _clip_variant,
        ),
        Mistake(
            "You clip each array by its own norm; there is one norm, over all arrays together, and one factor.",
            partial(_each_by_itself, norm=_safe_norm),
        ),
        Mistake(
            "You clip each array by its own norm; there is one norm, over all. (And squares of huge entries overflow.)",
            _each_by_itself,
        ),
        Mistake(
            "When all gradients are 0 you divide 0 by 0; then the norm is 0, and nothing is to be clipped.",
            partial(_clip_variant, norm=_norm_without_guard),
        ),
        Mistake(
            "The norm you return is the one after clipping; return the one before, to be watched.", _with_norm_after
        ),
        Mistake(
            "You rescale always; a gradient shorter than the threshold stays as it is.",
            partial(_clip_variant, always=True),
        ),
        Mistake(
            "You add up the norms of the arrays; the joint norm is the square root of the sum of all squares.",
            partial(_clip_variant, norm=lambda gradients: sum(joint_norm([gradient]) for gradient in gradients)),
        ),
        Mistake(
            "The square root in the norm is missing: you work with the squared length.",
            partial(_clip_variant, norm=lambda gradients: joint_norm(gradients) ** 2),
        ),
        Mistake(
            "You divide by the norm; multiply by the threshold too, or the new length is 1.",
            partial(_clip_variant, factor=lambda norm, threshold: 1 / norm),
        ),
        Mistake(
            "PyTorch adds 1e-6 to the norm; algorithm 1 makes a clipped gradient exactly as long as the threshold.",
            partial(_clip_variant, factor=lambda norm, threshold: threshold / (norm + 1e-6)),
        ),
        Mistake(
            "You clip every entry by itself; that changes the direction of the step. Rescale all by one factor.",
            lambda gradients, threshold: (
                [np.clip(g, -threshold, threshold) for g in gradients],
                joint_norm(gradients),
            ),
        ),
        Mistake(
            "You divide by the largest entry with its sign, and where all are negative, so is your norm: first np.abs.",
            partial(_clip_variant, norm=_norm_by_signed_largest),
        ),
    ),
    hints=(
        "All arrays together are one long vector. Its length is the square root of the sum of all squares.",
        "If that norm is at least the threshold, multiply every array by threshold / norm; return it as it was before.",
        "With m the largest absolute entry of all, norm(g) = m * norm(g / m), and no square overflows. (Is m 0?)",
    ),
)


def _rmsprop_inputs(rng, rows, columns, is_first=False):
    """Some entry has had no gradient yet; at the first step of all the running mean is 0 everywhere."""
    grad, mean_square = rng.normal(size=(rows, columns)), rng.uniform(0.2, 2.0, size=(rows, columns))
    if rows * columns > 1:
        grad[0, 0] = mean_square[0, 0] = 0.0
    return {
        "parameter": rng.normal(size=(rows, columns)),
        "grad": grad,
        "mean_square": 0 * mean_square if is_first else mean_square,
        "learning_rate": float(rng.uniform(0.1, 0.3)),
        "decay": float(rng.uniform(0.8, 0.95)),
        "epsilon": float(rng.uniform(0.01, 0.1)),
    }


def _rmsprop(parameter, grad, mean_square, learning_rate, decay, epsilon):
    moved, memory = parameter.copy(), {"mean_square": mean_square.copy()}
    optim.RMSProp([], learning_rate, decay, epsilon).update(moved, grad, memory)
    return moved, memory["mean_square"]


_MEANS = {
    "right": lambda s, g, decay: decay * s + (1 - decay) * g**2,
    "exchanged": lambda s, g, decay: (1 - decay) * s + decay * g**2,
    "sum": lambda s, g, decay: s + g**2,
    "leaking sum": lambda s, g, decay: decay * s + g**2,
    "not squared": lambda s, g, decay: decay * s + (1 - decay) * g,
    "one for all": lambda s, g, decay: decay * s + (1 - decay) * np.mean(g**2),
}
_DIVISORS = {
    "right": lambda s, epsilon: np.sqrt(s) + epsilon,
    "no root": lambda s, epsilon: s + epsilon,
    "inside": lambda s, epsilon: np.sqrt(s + epsilon),
    "none": lambda s, epsilon: np.sqrt(s),
    "nothing": lambda s, epsilon: 1.0,
}
"""What learners take for the running mean, and for what the gradient is divided by; only the first of each is right."""


def _rmsprop_variant(
    parameter,
    grad,
    mean_square,
    learning_rate,
    decay,
    epsilon,
    mean="right",
    divisor="right",
    old=False,
    sign=1,
    rate=True,
):
    new = _MEANS[mean](mean_square, grad, decay)
    step = (learning_rate if rate else 1.0) * grad / _DIVISORS[divisor](mean_square if old else new, epsilon)
    return parameter - sign * step, new


RMSPROP_STEP = Exercise(
    name="rmsprop_step",
    chapter=CHAPTER,
    points=10,
    section="Every weight its own measure: RMSProp",
    inputs=_rmsprop_inputs,
    reference=_rmsprop,
    outputs=("parameter", "mean_square"),
    sizes=(
        {"rows": 1, "columns": 2},
        {"rows": 2, "columns": 2, "is_first": True},
        {"rows": 2, "columns": 3},
        {"rows": 4, "columns": 3, "is_first": True},
        {"rows": 3, "columns": 5},
    ),
    mistakes=(
        Mistake(
            "The two shares are exchanged: `decay` of the old mean is kept, and 1 - decay of it is new.",
            partial(_rmsprop_variant, mean="exchanged"),
        ),
        Mistake(
            "You divide by the mean square itself; divide by its root, which is measured like a gradient.",
            partial(_rmsprop_variant, divisor="no root"),
        ),
        Mistake(
            "epsilon stands inside the root; add it to the root. (Inside it would count as its square root.)",
            partial(_rmsprop_variant, divisor="inside"),
        ),
        Mistake(
            "epsilon is missing: an entry that never had a gradient is divided by 0.",
            partial(_rmsprop_variant, divisor="none"),
        ),
        Mistake(
            "You divide by the root of the old mean; bring it up to date first, so that this gradient counts already.",
            partial(_rmsprop_variant, old=True),
        ),
        Mistake(
            "You add up all squares, as Adagrad does, and steps shrink for ever; RMSProp forgets: decay * mean_square.",
            partial(_rmsprop_variant, mean="sum"),
        ),
        Mistake(
            "The new square counts in full; for a mean, its share is 1 - decay.",
            partial(_rmsprop_variant, mean="leaking sum"),
        ),
        Mistake(
            "The square is missing: the mean is one of grad ** 2, which is never negative, so that it has a root.",
            partial(_rmsprop_variant, mean="not squared"),
        ),
        Mistake(
            "Your mean runs over all entries of the gradient; each weight has a mean of its own, over time.",
            partial(_rmsprop_variant, mean="one for all"),
        ),
        Mistake("The learning rate is missing in the step.", partial(_rmsprop_variant, rate=False)),
        Mistake("You go uphill: the step is subtracted from the parameter.", partial(_rmsprop_variant, sign=-1)),
        Mistake(
            "This is plain gradient descent: divide the gradient by the root of its mean square.",
            partial(_rmsprop_variant, divisor="nothing"),
        ),
    ),
    hints=(
        "First the running mean, then the step, which uses the new mean.",
        "The new mean is decay * mean_square + (1 - decay) * grad ** 2, entry by entry.",
        "Divide learning_rate * grad by np.sqrt of the new mean, plus epsilon; subtract that from the parameter.",
    ),
)
