"""The LSTM grown from the simple unit, one gate at a time, and with other functions than its own in gate and content."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from rnncourse.models.parameters import uniform
from rnncourse.models.recurrent import InputLayer, require_lengths
from rnncourse.models.sequence import LSTMGates
from rnncourse.scratch.validate import require_choice, require_finite

_FUNCTIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}


class GatedUnit(nn.Module):
    """An LSTM with the gates named in ``gates``, "", "i", "if" or "ifo", and a linear readout of every step.

    ``[a_i a_f a_g a_o] = x_t @ W_x + h_{t-1} @ W_h + b``
    ``i, f, o = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o)``, each 1 where there is no such gate; ``g = tanh(a_g)``
    ``c_t = f * c_{t-1} + i * g``, ``h_t = o * tanh(c_t)``, ``y_t = h_t @ W_hy + b_y``

    With G blocks, in the order i f g o (a gate that is absent has none), ``W_x`` is (D, G H), ``W_h`` (H, G H), ``b`` (G H,); ``W_hy`` is
    (H, K) and ``b_y`` (K,). The ``gate_function`` of i, f and o may also be "relu", the ``content_function`` of g also
    "sigmoid". ``forget_bias`` is added to the initial bias of f. Given a ``vocabulary_size``, inputs are words. With
    everything at its default this is ``nn.LSTM`` with a linear readout (Hochreiter and Schmidhuber 1997, *Long
    short-term memory*; forget gate: Gers et al. 2000, *Learning to forget: continual prediction with LSTM*).
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        *,
        gates: str = "ifo",
        gate_function: str = "sigmoid",
        content_function: str = "tanh",
        forget_bias: float = 0.0,
        vocabulary_size: int | None = None,
    ) -> None:
        super().__init__()
        require_choice("gates", gates, ("", "i", "if", "ifo"))
        require_choice("gate_function", gate_function, ("sigmoid", "relu"))
        require_choice("content_function", content_function, ("tanh", "sigmoid"))
        require_finite("forget_bias", forget_bias)
        self.blocks, self.hidden_size = [block for block in "ifgo" if block in gates + "g"], hidden_size
        self.gate_function, self.content_function = _FUNCTIONS[gate_function], _FUNCTIONS[content_function]
        self.inputs = InputLayer(input_size, vocabulary_size)
        H, width = hidden_size, len(self.blocks) * hidden_size
        shapes = {"W_x": (input_size, width), "W_h": (H, width), "b": (width,), "W_hy": (H, output_size)}
        for name, shape in (shapes | {"b_y": (output_size,)}).items():
            setattr(self, name, uniform(H, *shape))
        if "f" in gates:
            self.b.data[H : 2 * H] += forget_bias

    def forward(
        self, inputs: Tensor, lengths: Tensor | None = None, state: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return outputs (T, B, K) and ``(h, c)``, each (B, H), after each sequence's last step.

        Inputs are numbers (T, B, D) or words (T, B), ``lengths`` (B,) says how many steps are real, and ``state`` is
        what such a run returned, zeros when None.
        """
        require_lengths(lengths, inputs)
        steps = list(self._steps(inputs, state))
        outputs = torch.addmm(self.b_y, torch.cat([step.h for step in steps]), self.W_hy)
        outputs = outputs.view(*inputs.shape[:2], -1)
        if lengths is None:
            return outputs, steps[-1].state
        ends = lengths - 1, torch.arange(inputs.shape[1], device=lengths.device)
        return outputs, (torch.stack([s.h for s in steps])[ends], torch.stack([s.c for s in steps])[ends])

    @torch.no_grad()
    def trace(self, inputs: Tensor, state: tuple[Tensor, Tensor] | None = None) -> LSTMGates:
        """All of i, f, g, o, c and h over inputs, each (T, B, H), as ``models.gates`` gives them for ``nn.LSTM``."""
        return LSTMGates(*(torch.stack(array) for array in zip(*self._steps(inputs, state), strict=True)))

    def _steps(self, inputs: Tensor, state: tuple[Tensor, Tensor] | None) -> Iterator[LSTMGates]:
        x, H = self.inputs(inputs), self.hidden_size
        T, B, _ = x.shape
        one = x.new_ones(()).expand(B, H)
        h, c = (x.new_zeros(B, H),) * 2 if state is None else state
        if h.shape != (B, H) or c.shape != (B, H):
            raise ValueError(f"state: expected (h, c), each {(B, H)}, got {[tuple(h.shape), tuple(c.shape)]}")
        from_inputs = torch.addmm(self.b, x.flatten(0, 1), self.W_x).view(T, B, -1)
        for from_input in from_inputs.unbind():
            a = dict(zip(self.blocks, torch.addmm(from_input, h, self.W_h).split(H, dim=1), strict=True))
            i, f, o = (self.gate_function(a[gate]) if gate in a else one for gate in "ifo")
            g = self.content_function(a["g"])
            c = torch.addcmul(f * c, i, g)
            h = o * torch.tanh(c)
            yield LSTMGates(i, f, g, o, c, h)
