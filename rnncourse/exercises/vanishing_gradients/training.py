"""Find the bug: a training loop that clips, and that one bad minibatch destroys."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import network, readout, recurrent_weights
from rnncourse.exercises.vanishing_gradients.chapter import CHAPTER
from rnncourse.exercises.vanishing_gradients.steps import joint_norm
from rnncourse.scratch import ElmanCell

BAD = (("y", 0.4, np.nan), ("x", 0.7, np.inf), ("y", 0.8, 1.7e308))
"""Where this number stands, and after which share of all minibatches; the last is finite, and its gradients are not."""


def _inputs(rng, S, T, B, D, H, K, reach):
    """Minibatches, some of them bad, and a threshold of ``reach`` times the first gradient's norm."""
    weights = {
        **recurrent_weights(rng, D, H),
        "b_h": rng.normal(size=H),
        "W_hy": rng.normal(size=(H, K)),
        "b_y": rng.normal(size=K),
    }
    x, y = rng.normal(size=(S, T, B, D)), 2 * rng.normal(size=(S, B, K))
    threshold = reach * joint_norm(_minibatch(x[0], y[0], *weights.values())[1])
    for name, share, number in BAD:
        if S > 1:  # a single one is good
            {"x": x, "y": y}[name][max(1, int(share * S))].flat[0] = number
    return {
        "x": x,
        "y": y,
        "threshold": float(threshold),
        "learning_rate": float(rng.uniform(0.1, 0.3)),
        **weights,
    }


@np.errstate(all="ignore")  # infinity times a slope of 0
def _minibatch(inputs, targets, W_xh, W_hh, b_h, W_hy, b_y):
    """Mean squared error of the last step, and the gradients, by the package's steps back.

    Forward, the equation stands here as it is printed: cells refuse inputs that are not finite.
    """
    cell, linear, states = network(ElmanCell, W_xh, W_hh, b_h), readout(W_hy, b_y), [np.zeros((len(targets), len(b_h)))]
    for x_t in inputs:
        states.append(np.tanh(x_t @ W_xh + states[-1] @ W_hh + b_h))
    error = states[-1] @ W_hy + b_y - targets
    dh = linear.backward(2 * error / error.size, states[-1])
    for t in reversed(range(len(inputs))):
        _, dh = cell.backward(dh, (inputs[t], states[t], states[t + 1]))
    gradients = *(cell.grads[name] for name in cell.names), linear.grads["W"], linear.grads["b"]
    return (error**2).mean(), [gradient.copy() for gradient in gradients]


def _joint(gradients):
    """The norm over all arrays, once for each."""
    return [joint_norm(gradients)] * len(gradients)


def _own(gradients):
    return [joint_norm([gradient]) for gradient in gradients]


def _shortened(gradients, threshold, norms=_joint, always=False):
    pairs = zip(gradients, norms(gradients), strict=True)
    return [gradient * (threshold / norm if always or norm >= threshold else 1.0) for gradient, norm in pairs]


def _entry_by_entry(gradients, threshold):
    return [np.clip(gradient, -threshold, threshold) for gradient in gradients]


def _are_finite(data, loss, gradients):
    return all(np.isfinite(gradient).all() for gradient in gradients)


def _are_finite_data(data, loss, gradients):
    return all(np.isfinite(array).all() for array in data)


def _is_finite_loss(data, loss, gradients):
    return np.isfinite(loss)


def _always(data, loss, gradients):
    return True


@np.errstate(all="ignore")
def _trained(
    x,
    y,
    threshold,
    learning_rate,
    W_xh,
    W_hh,
    b_h,
    W_hy,
    b_y,
    clip=_shortened,
    is_good=_are_finite,
    stop=False,
    drop=False,
    mend=False,
):
    """Training as it should be, or with another ``clip``, another idea of a good minibatch, or of what to do else."""
    weights, losses = [W_xh, W_hh, b_h, W_hy, b_y], []
    for inputs, targets in zip(x, y, strict=True):
        loss, gradients = _minibatch(inputs, targets, *weights)
        if mend:
            gradients = [np.nan_to_num(gradient) for gradient in gradients]
        is_used = is_good((inputs, targets), loss, gradients)
        if is_used or not drop:
            losses.append(loss)
        if is_used:
            steps = clip(gradients, threshold)
            weights = [weight - learning_rate * step for weight, step in zip(weights, steps, strict=True)]
        elif stop:
            break
    return np.array(losses), *weights


_EACH = partial(_shortened, norms=_own)

TRAIN_WITH_CLIPPING = Exercise(
    name="train_with_clipping",
    chapter=CHAPTER,
    points=20,
    section="Caught",
    inputs=_inputs,
    reference=_trained,
    outputs=("losses", "W_xh", "W_hh", "b_h", "W_hy", "b_y"),
    sizes=tuple(
        dict(zip(("S", "T", "B", "D", "H", "K", "reach"), size, strict=True))
        for size in (
            (1, 1, 1, 2, 3, 1, 0.4),
            (3, 2, 1, 2, 3, 2, 0.4),
            (5, 3, 2, 3, 2, 1, 2.5),
            (5, 4, 3, 2, 4, 2, 0.6),
            (8, 3, 2, 3, 3, 3, 1.5),
        )
    ),
    repair=True,
    mistakes=(
        Mistake(
            "One bad minibatch is followed by nothing but NaN, although there is a check. What does it bring back?",
            partial(_trained, clip=_EACH, is_good=_always),
        ),
        Mistake(
            "The clipping is right now. But after the first bad minibatch the weights are NaN: what do you bring back?",
            partial(_trained, is_good=_always),
        ),
        Mistake(
            "Bad minibatches do no harm now. The other bug is in the clipping: how far do all weights move together?",
            partial(_trained, clip=_EACH),
        ),
        Mistake(
            "The clipping is right now. But the loss may be finite when a gradient is not: ask the gradients.",
            partial(_trained, is_good=_is_finite_loss),
        ),
        Mistake(
            "You ask the loss; it may be finite when a gradient is not. (And there is one thing more to find.)",
            partial(_trained, clip=_EACH, is_good=_is_finite_loss),
        ),
        Mistake(
            "You stop at the first bad minibatch. Leave it out and go on with the next: `continue`, not `break`.",
            partial(_trained, stop=True),
        ),
        Mistake(
            "The loss of a bad minibatch is missing in losses: there should be one for every minibatch.",
            partial(_trained, drop=True),
        ),
        Mistake(
            "You put 0 for each NaN and go the rest of the step. Which direction is that? Leave the minibatch out.",
            partial(_trained, mend=True),
        ),
        Mistake(
            "You ask the data. They may be finite and the gradients not, where these explode: ask the gradients.",
            partial(_trained, is_good=_are_finite_data),
        ),
        Mistake(
            "You rescale always; a gradient shorter than the threshold stays as it is.",
            partial(_trained, clip=partial(_shortened, always=True)),
        ),
        Mistake(
            "You clip every entry by itself; that changes the direction of the step. Rescale all by one factor.",
            partial(_trained, clip=_entry_by_entry),
        ),
        Mistake(
            "Bad minibatches do no harm now, but nothing is clipped any more.",
            partial(_trained, clip=lambda gradients, threshold: gradients),
        ),
    ),
    hints=(
        "There are two bugs. The curve shows one, and the step of exactly known length the other.",
        "`before = weights` makes a second name for the same list. What is in `before` after weights[i] = ...?",
        "Ask before you move: if a gradient is not finite, `continue`. A loss may be finite and its gradient not.",
        "The norm is taken once, over all five arrays, before the loop that moves the weights.",
    ),
)
