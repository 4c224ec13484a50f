"""Feed-forward networks that are very deep: plain, and with gates that let a layer's input pass it by."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from rnncourse.scratch.validate import require_size


class DeepNetwork(nn.Module):
    """``h_0 = tanh(entrance(x))``, ``h_l = layers[l](h_{l-1})``, ``o = readout(h_depth)``: the frame of both networks.

    x is (B, D), each h is (B, H), and the outputs (B, K) are scores of K classes. Entrance and readout are linear;
    ``make_layer()`` makes each of the ``depth`` layers between them.
    """

    def __init__(
        self, input_size: int, hidden_size: int, output_size: int, depth: int, make_layer: Callable[[], nn.Module]
    ) -> None:
        super().__init__()
        require_size("depth", depth)
        self.entrance = nn.Linear(input_size, hidden_size)
        self.layers = nn.Sequential(*(make_layer() for _ in range(depth)))
        self.readout = nn.Linear(hidden_size, output_size)

    def forward(self, x: Tensor) -> Tensor:
        """Scores (B, K) for vectors x (B, D)."""
        return self.readout(self.layers(torch.tanh(self.entrance(x))))


class PlainNetwork(DeepNetwork):
    """``depth`` layers ``h_l = tanh(h_{l-1} @ W_l + b_l)``, one after the other."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int, depth: int) -> None:
        def make_layer() -> nn.Module:
            return nn.Sequential(nn.Linear(hidden_size, hidden_size), nn.Tanh())

        super().__init__(input_size, hidden_size, output_size, depth, make_layer)


class HighwayNetwork(DeepNetwork):
    """``depth`` highway layers.

    All gates start nearly shut (``sigmoid(-2)`` is 0.12), so a new network changes h_0 little in each layer. Source:
    Srivastava et al. 2015, *Training very deep networks*.
    """

    def __init__(
        self, input_size: int, hidden_size: int, output_size: int, depth: int, transform_bias: float = -2.0
    ) -> None:
        super().__init__(input_size, hidden_size, output_size, depth, lambda: HighwayLayer(hidden_size, transform_bias))


class HighwayLayer(nn.Module):
    """``y = t * tanh(x @ W_h + b_h) + (1 - t) * x`` with the gate ``t = sigmoid(x @ W_t + b_t)``; x and y are (..., H).

    ``transform`` holds W_h and b_h, ``gate`` holds W_t and b_t, which starts at ``transform_bias``. Source: Srivastava
    et al. 2015, equation 3.
    """

    def __init__(self, size: int, transform_bias: float) -> None:
        super().__init__()
        self.transform = nn.Linear(size, size)
        self.gate = nn.Linear(size, size)
        nn.init.constant_(self.gate.bias, transform_bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return y, of the shape of x."""
        return torch.lerp(x, torch.tanh(self.transform(x)), torch.sigmoid(self.gate(x)))
