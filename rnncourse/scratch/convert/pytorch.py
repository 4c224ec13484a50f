"""PyTorch's modules as our layers, and back."""

import numpy as np

from rnncourse.scratch.convert.weights import (
    CELLS,
    LAYERS,
    build,
    find_notation,
    kind_of,
    require_alike,
    simple_layers,
    to_notation,
)
from rnncourse.scratch.layers import Embedding, Linear
from rnncourse.scratch.recurrent import Bidirectional, Stacked

REFUSED = {  # options that change results or gradients: what they must be, and what can be done
    "batch_first": (False, "transpose the input and build the module without it"),
    "proj_size": (0, "our layers put out the whole state"),
    "padding_idx": (None, "every row of our table learns"),
    "max_norm": (None, "the rows of our table may have any length"),
    "scale_grad_by_freq": (False, "our gradient of a row is the sum over its positions"),
}


def from_torch(module):
    """Our layer for a PyTorch module, with copies of its weights in their own float32 or float64.

    ``nn.RNN``, ``nn.LSTM`` and ``nn.GRU`` become :class:`RNN`, :class:`LSTM` and :class:`GRU` (``reset_after=True``),
    with two directions :class:`Bidirectional`, and with several layers :class:`Stacked`. ``nn.RNNCell`` and its
    siblings, ``nn.Linear`` and ``nn.Embedding`` become ours. Two biases that are only ever added become one, and
    ``bias=False`` a bias of 0.

    Inputs and outputs have one layout on both sides. The state of PyTorch's layers is (layers * directions, B, H), and
    so is that of :class:`Bidirectional` and :class:`Stacked`; a single layer's is (B, H), to which
    :func:`rnncourse.scratch.state.join` of a list with it alone adds the axis.

    ValueError for a module that is none of these, or has an option without equal here: ``batch_first``, ``proj_size``,
    dropout in training mode, ``padding_idx``, ``max_norm``, ``scale_grad_by_freq``. ImportError without PyTorch.
    """
    torch = _torch()
    name = type(module).__name__
    if name not in _READERS or type(module) is not getattr(torch.nn, name):
        raise ValueError(f"module: expected one of {', '.join(f'nn.{known}' for known in _READERS)}, got {name}")
    for option, (wanted, remedy) in REFUSED.items():
        value = getattr(module, option, wanted)
        if value != wanted:
            raise ValueError(f"{option}: expected {wanted}, got {value}: {remedy}")
    if getattr(module, "dropout", 0) > 0 and module.training:
        raise ValueError(f"dropout: expected none in training mode, got {module.dropout}: call the module's .eval()")
    return _READERS[name](module)


def to_torch(layer):
    """A new PyTorch module that computes what our layer does: the reverse of :func:`from_torch`.

    Where PyTorch has two biases and we have one, its second is 0. PyTorch's random numbers are left alone.

    ValueError for what PyTorch's modules cannot express: ``reset_after=False``, skip or dense connections, stacks of
    unequal layers, :class:`Unrolled`, variants of a cell. ImportError without PyTorch.
    """
    torch = _torch()
    if type(layer) is Linear:
        return _filled(torch.nn.Linear, layer.W.shape, {"weight": layer.W.T, "bias": layer.b})
    if type(layer) is Embedding:
        return _filled(torch.nn.Embedding, layer.W.shape, {"weight": layer.W})
    if type(layer) in CELLS.values():
        options = {"nonlinearity": layer.nonlinearity} if kind_of(layer) == "RNN" else {}
        module = getattr(torch.nn, f"{kind_of(layer)}Cell")
        return _filled(module, (layer.input_size, layer.output_size), to_notation(layer, "PyTorch"), **options)
    rows = _rows(layer)
    first = rows[0][0]
    arrays = {}
    for depth, row in enumerate(rows):
        for simple, suffix in zip(row, ("", "_reverse"), strict=False):
            arrays |= {f"{name}_l{depth}{suffix}": array for name, array in to_notation(simple, "PyTorch").items()}
    options = {"nonlinearity": first.nonlinearity} if kind_of(first) == "RNN" else {}
    options |= {"num_layers": len(rows), "bidirectional": len(rows[0]) == 2}
    return _filled(getattr(torch.nn, kind_of(first)), (first.input_size, first.output_size), arrays, **options)


def _torch():
    try:
        import torch
    except ImportError as error:
        message = "torch: expected PyTorch, which this conversion needs, got none: install it with pip install torch"
        raise ImportError(message) from error
    return torch


def _recurrent(module):
    """One layer, both directions, several layers, or several of both."""
    directions = ("", "_reverse") if module.bidirectional else ("",)
    layers = []
    for depth in range(module.num_layers):
        row = [_simple(LAYERS, module, f"_l{depth}{direction}") for direction in directions]
        layers.append(Bidirectional(*row) if module.bidirectional else row[0])
    return Stacked(layers) if len(layers) > 1 else layers[0]


def _cell(module):
    return _simple(CELLS, module, "")


def _simple(classes, module, suffix):
    kind = type(module).__name__.removesuffix("Cell")
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[: 4 if module.bias else 2]
    arrays = {name: _array(module, f"{name}{suffix}") for name in names}
    nonlinearity = getattr(module, "nonlinearity", "tanh")
    return build(classes[kind], find_notation("PyTorch", kind), arrays, nonlinearity)


def _linear(module):
    W = _array(module, "weight").T
    layer = Linear(*W.shape, np.random.default_rng(0), W.dtype)
    layer.W = np.array(W, order="C")
    layer.b = np.zeros_like(W[0]) if module.bias is None else _array(module, "bias").copy()
    return layer


def _embedding(module):
    W = _array(module, "weight")
    layer = Embedding(*W.shape, np.random.default_rng(0), W.dtype)
    layer.W = W.copy()
    return layer


_READERS = {"RNN": _recurrent, "LSTM": _recurrent, "GRU": _recurrent}
_READERS |= {"RNNCell": _cell, "LSTMCell": _cell, "GRUCell": _cell, "Linear": _linear, "Embedding": _embedding}


def _array(module, name):
    """A parameter as an array, which may share the parameter's memory."""
    tensor = getattr(module, name).detach().cpu()
    if str(tensor.dtype) not in ("torch.float32", "torch.float64"):
        raise ValueError(f"{name}: expected dtype torch.float32 or torch.float64, got {tensor.dtype}")
    return tensor.numpy()


def _rows(layer):
    """The simple layers of a stack, a list with one for each direction at each depth, all alike."""
    if type(layer) is Stacked and layer.connections != "plain":
        raise ValueError(f"connections: expected 'plain', as PyTorch has no others, got {layer.connections!r}")
    rows = [simple_layers(depth) for depth in (layer.layers if type(layer) is Stacked else [layer])]
    require_alike([one for row in rows for one in row])
    if len({len(row) for row in rows}) > 1:
        raise ValueError("layer: expected all layers to read in one direction or all in both, got some of each")
    return rows


def _filled(module_class, sizes, arrays, **options):
    """A module of this class with these parameters, made without drawing random numbers."""
    torch = _torch()
    dtype = next(iter(arrays.values())).dtype
    if dtype not in (np.float32, np.float64):
        raise ValueError(f"dtype: expected float32 or float64, got {dtype}")
    options |= {"dtype": getattr(torch, dtype.name), "device": "meta"}
    module = module_class(*sizes, **options).to_empty(device="cpu")
    with torch.no_grad():
        for name, array in arrays.items():
            getattr(module, name).copy_(torch.tensor(array))
    return module
