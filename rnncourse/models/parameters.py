"""Start values of parameters that no layer of PyTorch makes."""

import torch
from torch import nn


def uniform(fan: int, *shape: int) -> nn.Parameter:
    """A parameter, uniform between ``-1/sqrt(fan)`` and ``1/sqrt(fan)``: the default of PyTorch's own layers."""
    return nn.Parameter(torch.empty(shape).uniform_(-(fan**-0.5), fan**-0.5))
