"""The bias that holds a forget gate open just so far that a share of the cell is left after so many steps."""

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.lstm_gru.chapter import CHAPTER
from rnncourse.scratch import functional


def _inputs(rng, K, steps):
    """Shares not near a half, which after one step would ask for a bias of 0; the first has the most steps.

    The first is below a half, so that with one step its bias is negative.
    """
    share = rng.uniform(0.1, 0.4, K) + 0.5 * np.append(0, rng.integers(2, size=K - 1))
    return {"share": share, "steps": np.append(steps, rng.integers(1, steps + 1, K - 1))}


def _gate_and_bias(share, steps):
    """The bias also where f is so near 1 that 1 - f has lost digits; 0 for a share of 0, which no bias would leave."""
    possible = np.where(share > 0, share, 0.5)
    lost = np.expm1(-np.log(possible) / steps)
    return share ** (1 / steps), np.where(share > 0, -np.log(lost), 0.0)


@np.errstate(divide="ignore", invalid="ignore")  # a wrong gate may be shut, or 1
def _logit(f):
    return np.log(f / (1 - f))


def _with_gate(gate):
    """A function that takes another gate, and the bias that belongs to it."""

    def variant(share, steps):
        f = gate(share, steps)
        return f, _logit(f)

    return variant


def _with_bias(bias):
    """A function that finds the right gate and takes another bias for it."""

    def variant(share, steps):
        f, _ = _gate_and_bias(share, steps)
        return f, bias(f, steps)

    return variant


FORGET_BIAS = Exercise(
    name="forget_bias",
    chapter=CHAPTER,
    points=10,
    section="How long does it keep?",
    inputs=_inputs,
    reference=_gate_and_bias,
    outputs=("f", "b"),
    sizes=tuple({"K": K, "steps": steps} for K, steps in ((1, 1), (1, 10), (3, 100), (4, 1000), (6, 5000))),
    mistakes=(
        Mistake(
            "This gate keeps the share for one step only; it multiplies the cell in each of the steps.",
            _with_gate(lambda share, steps: share),
        ),
        Mistake(
            "You take the power the wrong way round: f**steps = share, so f is share**(1 / steps), the root.",
            _with_gate(lambda share, steps: share**steps),
        ),
        Mistake(
            "Losses do not add up: each step takes its part of what is left, so f is a root, not 1 - (1 - share) / steps.",
            _with_gate(lambda share, steps: 1 - (1 - share) / steps),
        ),
        Mistake(
            "You divide the share by the steps; f is its root, share ** (1 / steps), and that needs the brackets.",
            _with_gate(lambda share, steps: share / steps),
        ),
        Mistake(
            "What is kept and what is lost are exchanged: share is what is left of the cell after all steps.",
            _with_gate(lambda share, steps: (1 - share) ** (1 / steps)),
        ),
        Mistake(
            "The gate 1 - 1 / steps leaves about 1/e after the steps, whatever the share; it should leave the share.",
            _with_gate(lambda share, steps: 1 - 1 / steps),
        ),
        Mistake(
            "The sign of b is turned round: an open gate has a positive bias, log(f / (1 - f)).",
            _with_bias(lambda f, steps: -_logit(f)),
        ),
        Mistake(
            "You put f through a sigmoid; go the other way, from the sigmoid's value f to its argument b.",
            _with_bias(lambda f, steps: functional.sigmoid(f)),
        ),
        Mistake(
            "np.arctanh undoes a tanh; a gate is a sigmoid, and what undoes that is log(f / (1 - f)).",
            _with_bias(lambda f, steps: np.arctanh(f)),
        ),
        Mistake(
            "The logarithm undoes an exponential; what undoes a sigmoid is log(f / (1 - f)).",
            _with_bias(lambda f, steps: np.log(f)),
        ),
        Mistake(
            "Your b is log(steps), a good rule of thumb; but sigmoid(b) is to be exactly f.",
            _with_bias(lambda f, steps: np.log(steps)),
        ),
        Mistake(
            "Your logarithm has the base 10; the sigmoid is made with e, and its inverse with np.log.",
            _with_bias(lambda f, steps: _logit(f) / np.log(10)),
        ),
    ),
    hints=(
        "After n steps f**n of the cell is left. Which f makes that the share?",
        "f = share ** (1 / steps). Now look for the number whose sigmoid is f.",
        "f = 1 / (1 + exp(-b)) means exp(-b) = 1 / f - 1 = (1 - f) / f.",
        "So b = np.log(f / (1 - f)), for all entries at once.",
    ),
)
