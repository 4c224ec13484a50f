"""Recurrent models of sequences: one output for each step, one for a whole sequence, and the next word of a text."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnncourse.data import IGNORED
from rnncourse.models.evaluating import evaluating
from rnncourse.models.recurrent import (
    CellName,
    InputLayer,
    State,
    recurrent_layer,
    require_numbers,
    require_state,
    run_layer,
    state_arrays,
)
from rnncourse.scratch.validate import require_size


class SequenceModel(nn.Module):
    """What the models here have in common: ``inputs``, then a recurrent ``layer``, then a linear ``readout``.

    Inputs are numbers (T, B, D) with D the ``input_size``, or, given a ``vocabulary_size``, words (T, B), which a table
    turns into D numbers each. ``options`` are those of :func:`recurrent_layer`: ``layers``, ``bidirectional``,
    ``nonlinearity``. ``dropout`` is applied between layers and at both ends, never from step to step (Zaremba et al.
    2014, *Recurrent neural network regularization*).
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        cell: CellName = "LSTM",
        *,
        vocabulary_size: int | None = None,
        dropout: float = 0.0,
        **options: Any,
    ) -> None:
        super().__init__()
        between_layers = dropout if options.get("layers", 1) > 1 else 0.0
        self.inputs = InputLayer(input_size, vocabulary_size)
        self.layer = recurrent_layer(cell, input_size, hidden_size, dropout=between_layers, **options)
        self.dropout = nn.Dropout(dropout)
        self.readout = nn.Linear(hidden_size * (1 + self.layer.bidirectional), output_size)

    def hidden_states(
        self, inputs: Tensor, lengths: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """The last layer's h at each step, (T, B, H) or (T, B, 2H) in two directions, and the final state."""
        return run_layer(self.layer, self.dropout(self.inputs(inputs)), lengths, state)


class Tagger(SequenceModel):
    """An output for each step: synchronous many-to-many.

    ``h_t = cell(x_t, h_{t-1})``, ``o_t = h_t @ W_hy + b_y``

    The outputs are scores of K tags, or forecasts of K numbers. With ``bidirectional=True``, h_t has read the whole
    sequence. In one direction a sequence may be run in pieces, each from the state that the one before returned.
    """

    def forward(
        self, inputs: Tensor, lengths: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """Return outputs (T, B, K) and the state after each sequence's last step; see :class:`SequenceModel`."""
        hidden, state = self.hidden_states(inputs, lengths, state)
        return self.readout(self.dropout(hidden)), state


class Classifier(SequenceModel):
    """One output for a whole sequence: many-to-one.

    ``o = h_T @ W_hy + b_y``, h_T the last layer's state at the end of each sequence; with ``bidirectional=True`` that
    state beside the one of the backward direction at the sequence's beginning: both have read all of it.
    """

    def forward(
        self, inputs: Tensor, lengths: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """Return outputs (B, K) and the state after each sequence's last step; see :class:`SequenceModel`."""
        _, state = self.hidden_states(inputs, lengths, state)
        h = state_arrays(state)[0]
        ends = torch.cat(tuple(h[-1 - self.layer.bidirectional :]), dim=1)
        return self.readout(self.dropout(ends)), state


class LanguageModel(SequenceModel):
    """The probability of each next word, and with it that of a sentence.

    ``p(w_1 ... w_T) = prod_t p(w_t | w_1 ... w_{t-1})``, each factor a softmax of ``h_{t-1} @ W_hy + b_y``

    Source: Mikolov et al. 2010, *Recurrent neural network based language model*.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        cell: CellName = "LSTM",
        *,
        layers: int = 1,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(
            embedding_size,
            hidden_size,
            vocabulary_size,
            cell,
            vocabulary_size=vocabulary_size,
            layers=layers,
            dropout=dropout,
        )

    def forward(self, tokens: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Return, for words (T, B), the scores (T, B, V) of the word after each, and the last state."""
        hidden, state = self.hidden_states(tokens, state=state)
        return self.readout(self.dropout(hidden)), state

    def log_probability(self, tokens: Tensor, targets: Tensor, state: State | None = None) -> Tensor:
        """``log p`` of each sentence (B,), in nats: the sum over t of ``log p(targets_t | tokens_1 ... tokens_t)``.

        Both are (T, B), as :func:`rnncourse.data.language_batch` makes them; targets of -100 add nothing.
        """
        if targets.shape != tokens.shape:
            raise ValueError(f"targets: expected shape {tuple(tokens.shape)}, got {tuple(targets.shape)}")
        with evaluating(self):
            logits, _ = self(tokens, state)
            losses = functional.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="none"
            )
        return -losses.view(targets.shape).sum(dim=0)

    def sample(
        self, start: Tensor, steps: int, temperature: float = 1.0, generator: torch.Generator | None = None
    ) -> Tensor:
        """Read ``start`` (T, B), then draw ``steps`` words, each read before the next is drawn: (steps, B).

        The law is ``softmax(logits / temperature)``; temperature 0 takes the most probable word.
        """
        require_size("steps", steps)
        drawn, state = [], None
        with evaluating(self):
            for _ in range(steps):
                logits, state = self(start, state)
                start = draw(logits[-1], temperature, generator)[None]
                drawn.append(start)
        return torch.cat(drawn)


def draw(logits: Tensor, temperature: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
    """One id for each row of scores (B, K), drawn from ``softmax(logits / temperature)``: (B,); the best one at 0."""
    if not 0 <= temperature < float("inf"):
        raise ValueError(f"temperature: expected a number of at least 0, got {temperature!r}")
    if temperature == 0:
        return logits.argmax(dim=1)
    return torch.multinomial(functional.softmax(logits / temperature, dim=1), 1, generator=generator)[:, 0]


class LSTMGates(NamedTuple):
    """Gates i f o, content g, and the two states of an LSTM at each step, each (T, B, H)."""

    i: Tensor
    f: Tensor
    g: Tensor
    o: Tensor
    c: Tensor
    h: Tensor

    @property
    def state(self) -> tuple[Tensor, Tensor]:
        """What the next step reads."""
        return self.h, self.c


class GRUGates(NamedTuple):
    """Gates r z, content n, and the state of a GRU at each step, each (T, B, H)."""

    r: Tensor
    z: Tensor
    n: Tensor
    h: Tensor

    @property
    def state(self) -> tuple[Tensor]:
        """What the next step reads."""
        return (self.h,)


@torch.no_grad()
def gates(layer: nn.LSTM | nn.GRU, inputs: Tensor, state: State | None = None) -> LSTMGates | GRUGates:
    """What happens inside an ``nn.LSTM`` or ``nn.GRU`` over inputs (T, B, D), computed again from its weights.

    ``i, f, o = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o)``, ``g = tanh(a_g)``, ``c_t = f * c_{t-1} + i * g``,
    ``h_t = o * tanh(c_t)``; or ``r, z = sigmoid(a_r), sigmoid(a_z)``, ``n = tanh(a_n + r * (h_{t-1} @ W_hn + b_hn))``,
    ``h_t = (1 - z) * n + z * h_{t-1}``. Only for a layer with ``num_layers=1`` and one direction. For a model over
    words: ``gates(model.layer, model.inputs(tokens))``.
    """
    if not isinstance(layer, nn.LSTM | nn.GRU) or layer.num_layers > 1 or layer.bidirectional:
        raise ValueError(f"layer: expected an nn.LSTM or nn.GRU of one layer and one direction, got {layer}")
    require_numbers("inputs", inputs, layer.input_size)
    require_state(layer, state, inputs.shape[1])
    step, arrays = (_lstm_step, 2) if isinstance(layer, nn.LSTM) else (_gru_step, 1)
    if state is None:
        before = (inputs.new_zeros(inputs.shape[1], layer.hidden_size),) * arrays
    else:
        before = tuple(array[0] for array in state_arrays(state))
    steps = []
    for x in inputs:
        steps.append(step(layer, x, *before))
        before = steps[-1].state
    return type(steps[0])(*(torch.stack(array) for array in zip(*steps, strict=True)))


def _lstm_step(layer: nn.LSTM, x: Tensor, h: Tensor, c: Tensor) -> LSTMGates:
    a = _preactivations(layer, x, "ih") + _preactivations(layer, h, "hh")
    a_i, a_f, a_g, a_o = a.chunk(4, dim=1)
    i, f, g, o = a_i.sigmoid(), a_f.sigmoid(), a_g.tanh(), a_o.sigmoid()
    c = f * c + i * g
    return LSTMGates(i, f, g, o, c, o * c.tanh())


def _gru_step(layer: nn.GRU, x: Tensor, h: Tensor) -> GRUGates:
    x_r, x_z, x_n = _preactivations(layer, x, "ih").chunk(3, dim=1)
    h_r, h_z, h_n = _preactivations(layer, h, "hh").chunk(3, dim=1)
    r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
    n = (x_n + r * h_n).tanh()
    return GRUGates(r, z, n, (1 - z) * n + z * h)


def _preactivations(layer: nn.RNNBase, rows: Tensor, name: str) -> Tensor:
    return functional.linear(rows, getattr(layer, f"weight_{name}_l0"), getattr(layer, f"bias_{name}_l0", None))
