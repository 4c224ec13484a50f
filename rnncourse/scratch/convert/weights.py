"""Weights read from a notation and written in it."""

import numpy as np

from rnncourse.scratch.cells import ElmanCell, GRUCell, LSTMCell
from rnncourse.scratch.convert.notations import GATES, NOTATIONS
from rnncourse.scratch.recurrent import GRU, LSTM, RNN, Bidirectional
from rnncourse.scratch.validate import require_array, require_choice, require_float

LAYERS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
CELLS = {"RNN": ElmanCell, "LSTM": LSTMCell, "GRU": GRUCell}
KINDS = {simple: kind for simples in (LAYERS, CELLS) for kind, simple in simples.items()}


def from_notation(source, kind, weights, reset_after=None, nonlinearity="tanh"):
    """A layer with weights that are given in another notation, such as RN2's ``W_f h + U_f x + b_f``.

    Parameters
    ----------
    source : a source of :data:`NOTATIONS`, such as ``"RN2"`` or ``"Keras"``.
    kind : ``"RNN"``, ``"LSTM"`` or ``"GRU"``.
    weights : a dictionary from the source's names to arrays, in the shapes of :meth:`Notation.shapes` and all of one
        floating dtype. The biases may all be left out and are then 0.
    reset_after : for a GRU whose source has both forms; None is the form that the source has by default.
    nonlinearity : for the simple network, ``"tanh"`` or ``"relu"``: it is not in the weights.

    Returns an :class:`RNN`, :class:`LSTM` or :class:`GRU` that computes the same. Two biases that are only ever added
    become one. ValueError if an array is missing, has a wrong shape or is of another dtype than the rest.
    """
    require_choice("kind", kind, GATES)
    return build(LAYERS[kind], find_notation(source, kind, reset_after), weights, nonlinearity)


def to_notation(layer, source):
    """The weights of a layer or cell in another notation: a dictionary from the source's names to new arrays.

    ``layer`` is an :class:`RNN`, :class:`LSTM` or :class:`GRU`, or the cell of one. Of two biases where we have one,
    the second is 0. ValueError if the source cannot say it: our biases are not 0 and it writes none, or it applies the
    reset gate elsewhere.
    """
    kind = kind_of(layer)
    notation = find_notation(source, kind, getattr(layer, "reset_after", None))
    W_x, W_h, b = (_by_gate(kind, getattr(layer, name)) for name in layer.names[:3])
    if not notation.biases and any(block.any() for block in b.values()):
        raise ValueError(f"layer: expected biases of 0, as {source} writes none, got others")
    if notation.joined:
        W_x = W_h = {gate: np.concatenate([W_h[gate], W_x[gate]]) for gate in W_x}
    second = {gate: np.zeros_like(block) for gate, block in b.items()}
    if notation.reset_after:
        second["n"] = layer.b_hn
    templates = notation.input_weight, notation.recurrent_weight, *notation.biases
    written = {}
    for template, blocks in zip(templates, (W_x, W_h, b, second), strict=False):
        written |= _written(notation, template, blocks)
    return written


def kind_of(layer):
    """``"RNN"``, ``"LSTM"`` or ``"GRU"``; ValueError for anything else, also for what is derived from them."""
    if type(layer) not in KINDS:
        raise ValueError(f"layer: expected an RNN, LSTM or GRU, or the cell of one, got {type(layer).__name__}")
    return KINDS[type(layer)]


def simple_layers(layer):
    """A list with the layer, or with the two of a :class:`Bidirectional`, which must be alike."""
    layers = layer.layers if type(layer) is Bidirectional else [layer]
    require_alike(layers)
    return layers


def require_alike(layers):
    """Raise ``ValueError`` unless all are of one kind and compute by the same formula."""
    found = set()
    for layer in layers:
        formula = [f"{name}={getattr(layer, name)}" for name in ("nonlinearity", "reset_after") if hasattr(layer, name)]
        found.add(f"{kind_of(layer)}({', '.join(formula)})")
    if len(found) > 1:
        raise ValueError(f"layer: expected layers that are all alike, got {' and '.join(sorted(found))}")


def find_notation(source, kind, reset_after=None):
    """The row of the table; ``reset_after=None`` is the source's first."""
    require_choice("source", source, list(dict.fromkeys(row.source for row in NOTATIONS if row.kind == kind)))
    forms = {row.reset_after: row for row in NOTATIONS if (row.source, row.kind) == (source, kind)}
    if reset_after is None:
        return next(iter(forms.values()))
    if reset_after not in forms:
        expected = " or ".join(map(str, forms))
        raise ValueError(f"reset_after: expected {expected}, as {source} has it in the {kind}, got {reset_after!r}")
    return forms[reset_after]


def build(simple, notation, weights, nonlinearity="tanh"):
    """A layer or cell, an object of the class ``simple``, with these weights."""
    require_choice("nonlinearity", nonlinearity, ("tanh", "relu") if notation.kind == "RNN" else ("tanh",))
    arrays = _read(notation, _complete(notation, weights))
    D, H = len(arrays[0]), len(arrays[1])
    options = {"RNN": {"nonlinearity": nonlinearity}, "GRU": {"reset_after": notation.reset_after}}
    layer = simple(D, H, np.random.default_rng(0), arrays[0].dtype, **options.get(notation.kind, {}))
    for name, array in zip(layer.names, arrays, strict=True):
        setattr(layer, name, np.ascontiguousarray(array))
    return layer


def _complete(notation, weights):
    """The weights, once they are known to fit each other, with zeros for biases that were left out."""
    names = list(notation.shapes(1, 1))
    biases = {name for template in notation.biases for name in notation.names(template)}
    if not isinstance(weights, dict) or set(weights) not in (set(names), set(names) - biases):
        got = ", ".join(map(str, weights)) if isinstance(weights, dict) else type(weights).__name__
        raise ValueError(f"weights: expected a dictionary of {', '.join(names)}, got {got}")
    shapes = notation.shapes(*_sizes(notation, weights))
    dtype = weights[names[0]].dtype
    complete = {name: np.zeros(shapes[name], dtype) for name in biases} | weights
    for name, shape in shapes.items():
        require_array(name, complete[name], shape, dtype)
    return complete


def _sizes(notation, weights):
    """D and H, as the first of each kind of weight says."""
    shapes = []
    for template in (notation.input_weight, notation.recurrent_weight):
        name = notation.names(template)[0]
        require_float(name, weights[name])
        require_array(name, weights[name], ("to", "from") if notation.transposed else ("from", "to"))
        shapes.append(weights[name].shape[::-1] if notation.transposed else weights[name].shape)
    (D, _), (H, to) = shapes
    return (max(D - to, 1), to) if notation.joined else (D, H)


def _read(notation, weights):
    """Our arrays, in the order of the layer's ``names``."""
    templates = notation.input_weight, notation.recurrent_weight, *notation.biases
    W_x, W_h, *biases = (_columns(notation, template, weights) for template in templates)
    H = W_h.shape[1] // len(notation.gates)
    if notation.joined:
        W_h, W_x = W_h[:H], W_x[H:]
    if not biases:
        return W_x, W_h, np.zeros(W_h.shape[1], W_h.dtype)
    b, *second = biases
    if notation.reset_after:
        return W_x, W_h, np.concatenate([(b + second[0])[: 2 * H], b[2 * H :]]), second[0][2 * H :]
    return W_x, W_h, sum(second, b)


def _columns(notation, template, weights):
    """The gates of one weight or bias side by side, as we have them."""
    blocks = [weights[name] for name in notation.names(template)]
    if notation.fused:
        blocks = np.split(blocks[0], len(notation.gates), axis=0 if notation.transposed else -1)
    ours = {gate: notation.oriented(gate, block) for gate, block in zip(notation.gates, blocks, strict=True)}
    return np.concatenate([ours[gate] for gate in GATES[notation.kind]], axis=-1)


def _by_gate(kind, array):
    """The blocks of one of our weights or biases by their gates."""
    return dict(zip(GATES[kind], np.split(array, len(GATES[kind]), axis=-1), strict=True))


def _written(notation, template, blocks):
    """The arrays of one name of the source, each a copy."""
    arrays = [notation.oriented(gate, blocks[gate]) for gate in notation.gates]
    if notation.fused:
        arrays = [np.concatenate(arrays, axis=0 if notation.transposed else -1)]
    return {name: np.array(array, order="C") for name, array in zip(notation.names(template), arrays, strict=True)}
