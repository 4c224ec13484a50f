"""Running a model without training it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def evaluating(model: torch.nn.Module) -> Iterator[None]:
    """Inside, the model is in eval() mode and records no gradients; afterwards it is in the mode it was in before."""
    modes = {module: module.training for module in model.modules()}  # a part of it may be frozen in eval() mode
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, was_training in modes.items():
            module.training = was_training
