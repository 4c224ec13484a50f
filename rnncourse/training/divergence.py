"""When a loss or gradient stops being finite: the error, and the sentence that says what to try."""

from dataclasses import dataclass

import numpy as np
import torch

from rnncourse.training.plan import Plan
from rnncourse.training.run import Run

BEFORE = 10
"""How many steps before the trouble are looked at."""
LARGE = 1e4
"""Gradient norms and outputs beyond this count as signs of an explosion."""


class TrainingDiverged(FloatingPointError):
    """A loss or gradient is NaN or infinite; says at which step (from 0, as batches count), and what to try.

    ``run`` is the :class:`Run` so far; its model has the weights from before that step.
    """

    def __init__(self, sentence: str, run: Run):
        super().__init__(sentence)
        self.run = run


@dataclass(frozen=True)
class Trouble:
    """What was seen when a number was not finite; ``gradient_norm`` is None when the loss itself was not finite."""

    step: int
    batch: tuple
    outputs: torch.Tensor
    loss: float
    gradient_norm: float | None
    norms_before: list[float]
    plan: Plan

    def sentence(self) -> str:
        """At which step, what was seen, and what to try."""
        for place, part in enumerate(self.batch):
            if not _is_finite(part):
                kind = "NaN" if part.isnan().any() else "infinity"
                where = f"entry {place} of the batch, of shape {tuple(part.shape)}, holds {kind}"
                return f"step {self.step}: {where}, and no setting helps against that: mend the data"
        return f"step {self.step}: {self._seen()}{self._history()}; {self._advice()}"

    def _seen(self):
        if self.gradient_norm is not None:
            return f"the gradient norm is {_written(self.gradient_norm)} while the loss is {self.loss:.2g}"
        if not _is_finite(self.outputs):
            return f"the loss is {_written(self.loss)}, as the model's outputs hold NaN or infinity"
        return (
            f"the loss is {_written(self.loss)} while the outputs are finite, the largest {self._largest_output():.2g}"
        )

    def _history(self):
        if not self.norms_before:
            return ", before any update"
        before = self.norms_before[-BEFORE:]
        steps = f"{len(before)} steps" if len(before) > 1 else "step"
        return f", after gradient norms of up to {max(before):.2g} in the {steps} before"

    def _advice(self):
        exploded = max(self.norms_before[-BEFORE:], default=0) > LARGE
        if self.gradient_norm is not None and np.isnan(self.gradient_norm) and not exploded:
            return (
                "look for an operation with an infinite slope, such as the root or norm of 0, or for a gradient that "
                "grows with every step back in time: torch.autograd.set_detect_anomaly(True) names the place"
            )
        if self.gradient_norm is None and _is_finite(self.outputs) and self._largest_output() < LARGE:
            return "look at the loss itself: the log of 0, a division by 0 and the mean of nothing do this"
        if not self.norms_before:
            return "look at the model's first weights and at the size of its inputs"
        if self.plan.clip_norm is None:
            return "gradients are not clipped: try clip_norm=1.0"
        rate = self.plan.learning_rate
        return f"try a smaller learning rate, such as learning_rate={rate / 10:g} in place of {rate:g}"

    def _largest_output(self):
        is_empty = not isinstance(self.outputs, torch.Tensor) or self.outputs.numel() == 0
        return 0.0 if is_empty else float(self.outputs.detach().abs().max())


def _is_finite(part):
    is_float = isinstance(part, torch.Tensor) and part.is_floating_point()
    return not is_float or bool(part.isfinite().all())


def _written(number):
    return "NaN" if np.isnan(number) else "infinite"
