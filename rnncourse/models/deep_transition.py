"""A recurrent network that is deep within each step: on the way in, from state to state, and on the way out."""

import torch
from torch import Tensor, nn

from rnncourse.models.recurrent import InputLayer
from rnncourse.scratch.validate import require_count


class DeepTransitionRNN(nn.Module):
    """An Elman network with extra layers in up to three places: before, within and after the step in time.

    - ``input_layers``: ``u_t = tanh(... tanh(x_t @ W + b) ...)``, or x_t itself;
    - the step: ``s = tanh(u_t @ W_xh + h_{t-1} @ W_hh + b_h)``, then ``transition_layers`` times ``s = tanh(s @ W + b)``
      with weights of their own, and the last s is h_t;
    - ``output_layers``: ``v_t = tanh(... tanh(h_t @ W + b) ...)``, or h_t itself, and ``o_t = v_t @ W_hy + b_y``.

    Transition layers lengthen the shortest path from one state to the next, :attr:`path_length`, and so that of the
    gradient. With ``shortcut=True``, ``h_{t-1} @ W_s`` is added to the argument of the last tanh, and the shortest path
    is 1 again. Every layer is H wide. With no layer added, this is ``nn.RNN`` with a linear readout.

    Source: Pascanu et al. 2014, *How to construct deep recurrent neural networks*, section 3, which calls these DT-RNN,
    DT(S)-RNN with shortcuts, and DO-RNN; Goodfellow et al. 2016, *Deep learning*, section 10.5.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        *,
        input_layers: int = 0,
        transition_layers: int = 0,
        output_layers: int = 0,
        shortcut: bool = False,
        vocabulary_size: int | None = None,
    ) -> None:
        super().__init__()
        require_count("input_layers", input_layers)
        require_count("transition_layers", transition_layers)
        require_count("output_layers", output_layers)
        if shortcut and not transition_layers:
            raise ValueError("shortcut: expected False where there are no transition layers to go round, got True")
        H, widths = hidden_size, [input_size] + [hidden_size] * input_layers
        self.inputs = InputLayer(input_size, vocabulary_size)
        self.before = nn.Sequential(*(_tanh_layer(width, H) for width in widths[:-1]))
        self.from_input = nn.Linear(widths[-1], H)
        self.from_state = nn.Linear(H, H, bias=False)
        self.transition = nn.ModuleList(nn.Linear(H, H) for _ in range(transition_layers))
        self.shortcut = nn.Linear(H, H, bias=False) if shortcut else None
        self.after = nn.Sequential(*(_tanh_layer(H, H) for _ in range(output_layers)))
        self.readout = nn.Linear(H, output_size)

    @property
    def path_length(self) -> int:
        """The number of layers on the shortest path from h_{t-1} to h_t."""
        return 1 if self.shortcut is not None else 1 + len(self.transition)

    def forward(self, inputs: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return outputs (T, B, K) and the last h (B, H).

        Inputs are numbers (T, B, D) or, given a ``vocabulary_size``, words (T, B); ``state`` is (B, H), zeros if None.
        """
        arguments = self.from_input(self.before(self.inputs(inputs)))
        h = torch.zeros_like(arguments[0]) if state is None else state
        if h.shape != arguments.shape[1:]:
            raise ValueError(f"state: expected shape {tuple(arguments.shape[1:])}, got {tuple(h.shape)}")
        states = []
        for argument in arguments:
            h = self._step(argument, h)
            states.append(h)
        return self.readout(self.after(torch.stack(states))), h

    def _step(self, argument: Tensor, h: Tensor) -> Tensor:
        argument = argument + self.from_state(h)
        for layer in self.transition:
            argument = layer(torch.tanh(argument))
        if self.shortcut is not None:
            argument = argument + self.shortcut(h)
        return torch.tanh(argument)


def _tanh_layer(input_size: int, size: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(input_size, size), nn.Tanh())
