"""Recurrent layers on layers, with shortcuts from layer to layer, which PyTorch's ``num_layers`` does not have."""

from typing import Literal

import torch
from torch import Tensor, nn

from rnncourse.models.recurrent import CellName, InputLayer, State, recurrent_layer, run_layer, state_arrays
from rnncourse.scratch.validate import require_choice, require_size

Connections = Literal["plain", "skip", "dense"]


class StackedRecurrent(nn.Module):
    """A deep recurrent network; ``connections`` says what its layers read.

    With y_0 = x and y_l what layer l puts out, layer l + 1 reads

    - ``"plain"``: ``y_l = layer_l(y_{l-1})``, as in ``nn.LSTM(..., num_layers)``;
    - ``"skip"``: from the second layer on the input is added to the output, ``y_l = layer_l(y_{l-1}) + y_{l-1}``
      (residual connections, Wu et al. 2016, *Google's neural machine translation system*, section 3.1);
    - ``"dense"``: all that came before side by side, ``[x, y_1, ..., y_l]`` (Huang et al. 2017, *Densely connected
      convolutional networks*).

    Britz et al. 2017, *Massive exploration of neural machine translation architectures*, compare residual and dense
    recurrent layers, but their dense ones add what came before in place of concatenating it. As in
    ``rnncourse.scratch.Stacked``, the outputs are the last y.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        cell: CellName = "LSTM",
        *,
        layers: int,
        connections: Connections = "plain",
    ) -> None:
        super().__init__()
        require_choice("connections", connections, ("plain", "skip", "dense"))
        require_size("layers", layers)
        self.connections = connections
        above = (input_size + n * hidden_size if connections == "dense" else hidden_size for n in range(1, layers))
        self.layers = nn.ModuleList(recurrent_layer(cell, width, hidden_size) for width in (input_size, *above))

    def forward(
        self, inputs: Tensor, lengths: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """Return ``(outputs, state)``: (T, B, H), and h or (h, c), each (layers, B, H), after each sequence's last step.

        Inputs are (T, B, D), ``lengths`` (B,) says how many steps are real, as in :func:`run_layer`.
        """
        reads, last_states = inputs, []
        for n, (layer, start) in enumerate(zip(self.layers, self._split(state), strict=True)):
            outputs, last = run_layer(layer, reads, lengths, start)
            if self.connections == "skip" and n > 0:
                outputs = outputs + reads
            reads = torch.cat([reads, outputs], dim=2) if self.connections == "dense" else outputs
            last_states.append(last)
        if isinstance(last_states[0], Tensor):
            return outputs, torch.cat(last_states)
        return outputs, tuple(torch.cat(arrays) for arrays in zip(*last_states, strict=True))

    def _split(self, state: State | None) -> list[State | None]:
        """The state of each layer, (1, B, H) or two of these."""
        if state is None:
            return [None] * len(self.layers)
        arrays = state_arrays(state)
        if any(len(array) != len(self.layers) for array in arrays):
            shapes = [tuple(array.shape) for array in arrays]
            raise ValueError(f"state: expected ({len(self.layers)}, B, H), a row for each layer, got {shapes}")
        if isinstance(state, Tensor):
            return list(state.split(1))
        return list(zip(*(array.split(1) for array in arrays), strict=True))


class StackedTagger(nn.Module):
    """An output for each step from a :class:`StackedRecurrent`: ``o_t = y_t @ W_hy + b_y``.

    Inputs are numbers (T, B, D) with D the ``input_size``, or, given a ``vocabulary_size``, words (T, B).
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        cell: CellName = "LSTM",
        *,
        layers: int,
        connections: Connections = "plain",
        vocabulary_size: int | None = None,
    ) -> None:
        super().__init__()
        self.inputs = InputLayer(input_size, vocabulary_size)
        self.layer = StackedRecurrent(input_size, hidden_size, cell, layers=layers, connections=connections)
        self.readout = nn.Linear(hidden_size, output_size)

    def forward(
        self, inputs: Tensor, lengths: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """Return outputs (T, B, K) and the state after each sequence's last step."""
        outputs, state = self.layer(self.inputs(inputs), lengths, state)
        return self.readout(outputs), state
