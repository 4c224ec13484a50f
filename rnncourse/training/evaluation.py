"""What a model says, without training it."""

import numpy as np
import torch

from rnncourse.models.evaluating import evaluating
from rnncourse.training.tensors import as_tensors, place_of


def predict(model: torch.nn.Module, batch, with_extra: bool = False):
    """What the model puts out for a batch, in eval() mode and without gradients, as NumPy arrays.

    ``batch`` is what the training loop takes: a tuple, last the targets, which are not used. Returns the outputs; with
    ``with_extra=True`` it returns ``(outputs, extra)``, extra being what the model returns besides, such as attention
    weights or the last state.
    """
    with evaluating(model):
        outputs, extra = outputs_and_extra(model(*as_tensors(batch, *place_of(model))[:-1]))
    return (_as_numpy(outputs), _as_numpy(extra)) if with_extra else _as_numpy(outputs)


def outputs_and_extra(returned):
    """A model returns its outputs, or a tuple whose first entry they are; more than one other stays a tuple."""
    if not isinstance(returned, tuple):
        return returned, None
    outputs, *others = returned
    return outputs, others[0] if len(others) == 1 else tuple(others) or None


def _as_numpy(value) -> np.ndarray | tuple | None:
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy()
    return tuple(map(_as_numpy, value)) if isinstance(value, tuple | list) else value
