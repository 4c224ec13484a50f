"""Parts of recurrent models: their inputs, PyTorch's layers over ragged batches, and initialisations of these layers.

The initialisations end in an underscore, as PyTorch's own do: they change every layer inside the module they are given
and return that module, so ``lambda: chrono_(Classifier(...), 100)`` makes a model. All work for any number of layers
and for both directions.
"""

import math
from typing import Literal, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnncourse.scratch.validate import require_choice, require_finite

CellName = Literal["RNN", "LSTM", "GRU"]
State = Tensor | tuple[Tensor, Tensor]
"""h, or (h, c) of an LSTM; each (layers x directions, B, H)."""
AnyModule = TypeVar("AnyModule", bound=nn.Module)


class InputLayer(nn.Module):
    """Words (T, B) as rows of a trained table (T, B, D), or numbers (T, B, D) as they are.

    Words are read when there is a ``vocabulary_size``; then ``input_size``, D, is the width of the table. Words that
    are no ids of the vocabulary, numbers that are not finite and other shapes are a ``ValueError``.
    """

    def __init__(self, input_size: int, vocabulary_size: int | None = None) -> None:
        super().__init__()
        self.input_size = input_size
        self.embedding = nn.Embedding(vocabulary_size, input_size) if vocabulary_size is not None else None

    def forward(self, inputs: Tensor) -> Tensor:
        if self.embedding is not None:
            require_tokens("inputs", inputs, self.embedding.num_embeddings)
            return self.embedding(inputs)
        require_numbers("inputs", inputs, self.input_size)
        require_all_finite("inputs", inputs)
        return inputs


def require_tensor(name: str, array: Tensor) -> None:
    """Raise ``ValueError`` unless ``array`` is a tensor; a NumPy batch goes through ``training.predict``."""
    if not isinstance(array, Tensor):
        raise ValueError(f"{name}: expected a torch tensor, got {type(array).__name__}")


def require_numbers(name: str, array: Tensor, size: int) -> None:
    """Raise ``ValueError`` unless ``array`` holds floats and is (T, B, size)."""
    require_tensor(name, array)
    if array.ndim != 3 or array.shape[2] != size or not array.numel():
        raise ValueError(f"{name}: expected shape (T, B, {size}), got {tuple(array.shape)}")
    if not array.is_floating_point():
        raise ValueError(f"{name}: expected floats, got {array.dtype}")


def require_all_finite(name: str, array: Tensor) -> None:
    """Raise ``ValueError`` if ``array`` holds NaN or infinity, which tanh would turn into a harmless 1."""
    if not array.isfinite().all():
        raise ValueError(f"{name}: expected finite numbers, got NaN or infinity")


def require_tokens(name: str, tokens: Tensor, count: int) -> None:
    """Raise ``ValueError`` unless ``tokens`` holds integers from 0 to ``count - 1`` in an array (T, B)."""
    require_tensor(name, tokens)
    if tokens.ndim != 2 or not tokens.numel():
        raise ValueError(f"{name}: expected shape (T, B), got {tuple(tokens.shape)}")
    if tokens.dtype not in (torch.int64, torch.int32):
        raise ValueError(f"{name}: expected integers, got {tokens.dtype}")
    lowest, highest = int(tokens.min()), int(tokens.max())
    if lowest < 0 or highest >= count:
        raise ValueError(f"{name}: expected ids from 0 to {count - 1}, got {lowest if lowest < 0 else highest}")


def require_lengths(lengths: Tensor | None, inputs: Tensor) -> None:
    """Raise ``ValueError`` unless ``lengths`` is None or holds, for each of the B inputs, an integer from 1 to T."""
    if lengths is None:
        return
    require_tensor("lengths", lengths)
    T, B = inputs.shape[:2]
    if lengths.dtype not in (torch.int64, torch.int32) or lengths.shape != (B,):
        raise ValueError(f"lengths: expected integers of shape ({B},), got {lengths.dtype} {tuple(lengths.shape)}")
    shortest, longest = int(lengths.min()), int(lengths.max())
    if shortest < 1 or longest > T:
        raise ValueError(f"lengths: expected lengths from 1 to {T}, got {shortest if shortest < 1 else longest}")


def recurrent_layer(
    cell: CellName,
    input_size: int,
    hidden_size: int,
    *,
    layers: int = 1,
    bidirectional: bool = False,
    dropout: float = 0.0,
    nonlinearity: Literal["tanh", "relu"] = "tanh",
) -> nn.RNNBase:
    """PyTorch's ``nn.RNN``, ``nn.LSTM`` or ``nn.GRU``. ``dropout`` is between layers, ``nonlinearity`` nn.RNN's own."""
    require_choice("cell", cell, ("RNN", "LSTM", "GRU"))
    if cell != "RNN" and nonlinearity != "tanh":
        raise ValueError(f"nonlinearity: expected 'tanh', which {cell} has built in, got {nonlinearity!r}")
    options = {"nonlinearity": nonlinearity} if cell == "RNN" else {}
    make = getattr(nn, cell)
    return make(input_size, hidden_size, layers, dropout=dropout, bidirectional=bidirectional, **options)


def run_layer(
    layer: nn.RNNBase, inputs: Tensor, lengths: Tensor | None = None, state: State | None = None
) -> tuple[Tensor, State]:
    """Run one of PyTorch's recurrent layers over inputs (T, B, D) of which ``lengths`` (B,) steps are real.

    Returns h_1..h_T of the last layer, (T, B, H) or (T, B, 2H) in two directions, and the state after each sequence's
    own last step. Padding counts for nothing: outputs there are 0, and the backward direction starts at the last word.
    ``state`` is what such a run returned, zeros when None.
    """
    require_numbers("inputs", inputs, layer.input_size)
    require_lengths(lengths, inputs)
    require_state(layer, state, inputs.shape[1])
    T = len(inputs)
    if lengths is None or bool((lengths == T).all()):  # the same result, and faster
        return layer(inputs, state)
    packed, state = layer(pack_padded_sequence(inputs, lengths.cpu(), enforce_sorted=False), state)
    return pad_packed_sequence(packed, total_length=T)[0], state


def state_arrays(state: State) -> tuple[Tensor, ...]:
    """``(h,)``, or ``(h, c)`` of an LSTM."""
    return (state,) if isinstance(state, Tensor) else tuple(state)


def require_state(layer: nn.RNNBase, state: State | None, batch: int) -> None:
    """Raise ``ValueError`` unless ``state`` is None or fits a layer and a batch of this size."""
    if state is None:
        return
    shape = (layer.num_layers * (1 + layer.bidirectional), batch, layer.hidden_size)
    expected = f"(h, c), each {shape}" if isinstance(layer, nn.LSTM) else f"h {shape}"
    arrays = state_arrays(state)
    if isinstance(state, Tensor) == isinstance(layer, nn.LSTM) or any(array.shape != shape for array in arrays):
        raise ValueError(f"state: expected {expected}, got {[tuple(array.shape) for array in arrays]}")


@torch.no_grad()
def forget_bias_(module: AnyModule, bias: float = 1.0) -> AnyModule:
    """Set the bias of the gate that keeps the old state: f of every LSTM, z of every GRU in ``module``.

    At first the gate is about ``sigmoid(bias)`` and the state lasts about ``1 / (1 - sigmoid(bias)) = 1 + e^bias``
    steps, T + 1 for ``math.log(T)``. PyTorch adds two biases for each gate: one becomes ``bias``, the other 0. Source:
    Gers et al. 2000, *Learning to forget: continual prediction with LSTM*; Jozefowicz et al. 2015, *An empirical
    exploration of recurrent network architectures*, who recommend 1 for the LSTM.
    """
    require_finite("bias", bias)
    for layer in _layers(module, nn.LSTM, nn.GRU):
        for from_input, from_hidden in _gate_biases(layer, _KEEPING):
            from_input.fill_(bias)
            from_hidden.zero_()
    return module


@torch.no_grad()
def chrono_(module: AnyModule, longest: float) -> AnyModule:
    """Spread the memory spans of the units of every LSTM and GRU in ``module`` over 2 to ``longest`` steps.

    ``b_f = log u``, ``b_i = -b_f`` with u uniform between 1 and ``longest - 1``, drawn for each unit; ``b_z = log u``
    for a GRU, whose z keeps the state in PyTorch's form. As in :func:`forget_bias_`, these are sums of PyTorch's two
    biases. Source: Tallec and Ollivier 2018, *Can recurrent neural networks warp time?*
    """
    if not 2 < longest < math.inf:
        raise ValueError(f"longest: expected a number of steps above 2, got {longest!r}")
    for layer in _layers(module, nn.LSTM, nn.GRU):
        for keeping, writing in zip(_gate_biases(layer, _KEEPING), _gate_biases(layer, _WRITING), strict=True):
            keeping[0].uniform_(1, longest - 1).log_()
            keeping[1].zero_()
            if isinstance(layer, nn.LSTM):
                writing[0].copy_(-keeping[0])
                writing[1].zero_()
    return module


@torch.no_grad()
def orthogonal_(module: AnyModule) -> AnyModule:
    """Make every recurrent matrix (H, H) in ``module`` a random orthogonal one, for each gate separately.

    An orthogonal matrix keeps the length of every vector, so in a linear network neither the state nor the gradient
    would vanish or explode. Source: Saxe et al. 2014, *Exact solutions to the nonlinear dynamics of learning in deep
    linear neural networks*.
    """
    for layer in _layers(module, nn.RNN, nn.LSTM, nn.GRU):
        for weight in _parameters(layer, "weight_hh"):
            for block in weight.split(layer.hidden_size):
                nn.init.orthogonal_(block)
    return module


@torch.no_grad()
def identity_(module: AnyModule) -> AnyModule:
    """Make every recurrent matrix of an ``nn.RNN`` in ``module`` the identity, and every bias 0.

    With ``nonlinearity="relu"`` this is the IRNN: while nothing comes in, a state of no negative entries stays as it
    is. Source: Le et al. 2015, *A simple way to initialize recurrent networks of rectified linear units*.
    """
    for layer in _layers(module, nn.RNN):
        for weight in _parameters(layer, "weight_hh"):
            nn.init.eye_(weight)
        for bias in _parameters(layer, "bias"):
            bias.zero_()
    return module


_WRITING, _KEEPING = 0, 1
"""Places of gates: i and f are the first two of an LSTM's i f g o, and z, like f, is the second of a GRU's r z n."""


def _layers(module: nn.Module, *kinds: type[nn.RNNBase]) -> list[nn.RNNBase]:
    layers = [part for part in module.modules() if isinstance(part, kinds)]
    if not layers:
        names = " or ".join(f"nn.{kind.__name__}" for kind in kinds)
        raise ValueError(f"module: expected {names}, or a model with one inside, got {type(module).__name__}")
    return layers


def _parameters(layer: nn.RNNBase, name: str) -> list[Tensor]:
    """The layer's parameters whose names begin so, one for each layer of the stack and each direction."""
    return [parameter for full_name, parameter in layer.named_parameters() if full_name.startswith(name)]


def _gate_biases(layer: nn.RNNBase, gate: int) -> list[tuple[Tensor, Tensor]]:
    """Views of one gate's part of the two biases, for each layer of the stack and each direction."""
    if not layer.bias:
        raise ValueError("module: expected layers with biases, got one made with bias=False")
    place = slice(gate * layer.hidden_size, (gate + 1) * layer.hidden_size)
    pairs = zip(_parameters(layer, "bias_ih"), _parameters(layer, "bias_hh"), strict=True)
    return [(from_input[place], from_hidden[place]) for from_input, from_hidden in pairs]
