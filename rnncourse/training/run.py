"""What training leaves behind."""

from dataclasses import dataclass

import numpy as np
import torch


@dataclass(eq=False, repr=False)
class Run:
    """A trained model and how it came to be.

    ``model`` is in eval() mode. ``losses`` and ``gradient_norms`` (before clipping) are (steps,), one number for each
    step that was made. ``evaluations`` is a list of (steps made, value), ``best`` the best of them or None without any.
    """

    model: torch.nn.Module
    losses: np.ndarray
    gradient_norms: np.ndarray
    evaluations: list[tuple[int, float]]
    best: tuple[int, float] | None
    stopped_early: bool

    def __repr__(self):
        count = len(self.losses)
        words = f"Run of {count} step{'' if count == 1 else 's'}"
        words += ", stopped early" if self.stopped_early else ""
        if count:
            words += f": loss {self.losses[0]:.3g} at first, {self.losses[-1]:.3g} at last"
        if self.best:
            words += f"; best evaluation {self.best[1]:.3g} after {self.best[0]} steps"
        return words
