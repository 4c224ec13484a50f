"""The settings of a run, checked before anything is computed."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import torch

from rnncourse.scratch.validate import require_choice, require_count, require_finite, require_positive, require_size

RISE = 0.1
"""The share of the steps over which "one cycle" raises the learning rate."""


@dataclass(frozen=True)
class Plan:
    """All settings of a run but its model, data and loss; see :func:`rnncourse.training.train`."""

    steps: int
    seed: int
    learning_rate: float
    optimizer: Callable
    schedule: str | None
    clip_norm: float | None
    carry_state: bool
    evaluate: Callable | None
    every: int
    patience: int | None
    better: str

    def __post_init__(self):
        require_size("steps", self.steps)
        require_count("seed", self.seed)
        require_size("every", self.every)
        require_positive("learning_rate", self.learning_rate)
        require_finite("learning_rate", self.learning_rate)
        if self.clip_norm is not None:
            require_positive("clip_norm", self.clip_norm)
            require_finite("clip_norm", self.clip_norm)
        require_choice("schedule", self.schedule, (None, "one cycle"))
        require_choice("better", self.better, ("lower", "higher"))
        if self.patience is not None:
            require_size("patience", self.patience)
            if self.evaluate is None:
                raise ValueError(f"patience: expected evaluate= to go with it, got patience={self.patience} alone")

    def improves(self, value: float, best: float) -> bool:
        """Whether an evaluation is better than the best so far."""
        return value > best if self.better == "higher" else value < best

    def make_optimizer(self, parameters: list[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """The optimiser of these parameters, before any schedule has touched it."""
        if not parameters:
            raise ValueError("make_model: expected a model with parameters to train, got one without")
        return self.optimizer(parameters, lr=float(self.learning_rate))

    def make_schedule(self, optimizer: torch.optim.Optimizer):
        """The rise and fall of the learning rate, or None where it stays the same."""
        if self.schedule is None:
            return None
        cycle = {"max_lr": float(self.learning_rate), "total_steps": max(int(self.steps), 2), "pct_start": RISE}
        return torch.optim.lr_scheduler.OneCycleLR(optimizer, **cycle, cycle_momentum=False)

    def identity(self) -> dict[str, int | float | bool | str | None]:
        """What a file must share with this plan to be a part of the same run; the optimiser tells its settings itself."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "optimizer"}
        values["evaluate"] = self.evaluate is not None
        return {name: value.item() if isinstance(value, np.generic) else value for name, value in values.items()}
