"""From batches of NumPy arrays to tensors, where the model is and in the model's own precision."""

import numpy as np
import torch


def choose_device(device: str | torch.device) -> torch.device:
    """The device of this name; ``"auto"`` is the accelerator of this machine, or the CPU where there is none."""
    if device == "auto":
        there = torch.accelerator.is_available()
        return torch.accelerator.current_accelerator() if there else torch.device("cpu")
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, TypeError, AssertionError) as error:  # of CUDA that is not there
        raise ValueError(
            f"device: expected 'auto' or one that this machine has, such as 'cpu', got {device!r}"
        ) from error


def device_and_dtype(model: torch.nn.Module) -> tuple[torch.device, torch.dtype]:
    """The device of a model's parameters and the type of its floats; CPU and float32 for a model without any."""
    floats = (parameter for parameter in model.parameters() if parameter.is_floating_point())
    first = next(floats, torch.zeros(()))
    return first.device, first.dtype


def as_tensors(batch, device: torch.device, dtype: torch.dtype) -> tuple:
    """A batch, a tuple of at least an input and the targets, with its arrays as tensors on the device.

    Float arrays take the model's ``dtype``, integers become int64, booleans stay. Arrays are copied, so that no model
    can change the data. Tuples and lists inside are converted too; tensors are moved; other values stay as they are.
    """
    if not isinstance(batch, tuple | list) or len(batch) < 2:
        raise ValueError(f"batches: expected a tuple of inputs and, last, targets, got {_kind(batch)}")
    return tuple(_as_tensor(part, device, dtype) for part in batch)


def _as_tensor(part, device, dtype):
    if isinstance(part, np.ndarray):
        return torch.from_numpy(np.array(part, dtype=_target_type(part, dtype), order="C")).to(device)
    if isinstance(part, torch.Tensor):
        return part.to(device)
    if isinstance(part, tuple | list):
        return tuple(_as_tensor(inner, device, dtype) for inner in part)
    return part


def _target_type(array, dtype):
    kind = array.dtype.kind
    if kind == "f":
        return np.float64 if dtype == torch.float64 else np.float32
    if kind not in "iub":
        raise ValueError(f"batches: expected arrays of numbers, got one of dtype {array.dtype}")
    return bool if kind == "b" else np.int64


def _kind(batch):
    return f"one of length {len(batch)}" if isinstance(batch, tuple | list) else type(batch).__name__
