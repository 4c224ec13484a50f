"""Losses that refuse what PyTorch would broadcast. They take tensors, or the NumPy arrays of ``predict`` and batches."""

import numpy as np
import torch
from torch.nn import functional

from rnncourse.data import IGNORED

Array = torch.Tensor | np.ndarray


def cross_entropy(outputs: Array, targets: Array) -> torch.Tensor:
    """Mean of ``-log softmax(outputs)[target]`` over the targets that count, in nats.

    ``outputs`` are scores (..., K), ``targets`` integers (...) from 0 to K - 1; those equal to -100
    (``data.IGNORED``) count nowhere, and at least one must count. Anything else is a ``ValueError``.
    """
    outputs, targets = _tensor(outputs), _tensor(targets)
    if not outputs.is_floating_point() or outputs.ndim == 0:
        raise ValueError(f"outputs: expected floats of shape (..., K), got {_described(outputs)}")
    if targets.shape != outputs.shape[:-1] or targets.is_floating_point():
        wanted = tuple(outputs.shape[:-1])
        raise ValueError(f"targets: expected integers of shape {wanted}, the outputs' own, got {_described(targets)}")
    _require_classes(targets, outputs.shape[-1])
    flat = outputs.reshape(-1, outputs.shape[-1])
    return functional.cross_entropy(flat, targets.reshape(-1).long(), ignore_index=IGNORED)


def mean_squared_error(outputs: Array, targets: Array) -> torch.Tensor:
    """Mean of ``(outputs - targets)^2`` over all entries; both have the same shape, or it is a ``ValueError``."""
    outputs, targets = _tensor(outputs), _tensor(targets)
    if not outputs.is_floating_point() or outputs.numel() == 0:
        raise ValueError(f"outputs: expected floats, at least one, got {_described(outputs)}")
    if outputs.shape != targets.shape:
        wanted = tuple(outputs.shape)
        raise ValueError(f"targets: expected shape {wanted}, the outputs' own, got {tuple(targets.shape)}")
    return functional.mse_loss(outputs, targets.to(outputs.dtype))


def _require_classes(targets, count):
    counted = targets[targets != IGNORED]
    if counted.numel() == 0:
        raise ValueError(f"targets: expected at least one that counts, got {_described(targets)}, none but {IGNORED}")
    least, greatest = (int(value) for value in counted.aminmax())
    if least < 0 or greatest >= count:
        worst = least if least < 0 else greatest
        raise ValueError(f"targets: expected classes from 0 to {count - 1} or {IGNORED}, got {worst}")


def _tensor(array):
    return torch.from_numpy(np.array(array)) if isinstance(array, np.ndarray) else array


def _described(tensor):
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
