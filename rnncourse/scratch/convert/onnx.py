"""The weights and attributes of ONNX's operators RNN, LSTM and GRU. The onnx package itself is not needed."""

import numpy as np

from rnncourse.scratch.convert.weights import LAYERS, build, find_notation, kind_of, simple_layers, to_notation
from rnncourse.scratch.recurrent import Bidirectional
from rnncourse.scratch.validate import require_array, require_choice

ACTIVATIONS = {"RNN": ["Tanh"], "LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"]}
REMEDIES = {
    "layout": ": convert it with layout 0, and swap the first two axes of X and Y",
    "direction": ": W has the weights of as many directions, and 'reverse' is 'forward' on reversed sequences",
    "P": ": our LSTM has no peepholes",
}


def from_onnx(operator, inputs, attributes=None):
    """Our layer for a node of ONNX, with copies of its weights in their own dtype.

    Parameters
    ----------
    operator : ``"RNN"``, ``"LSTM"`` or ``"GRU"``.
    inputs : a dictionary of the node's weights for one or two directions, with G = 1, 4 or 3 gates (i o f c; z r h):
        ``"W"`` (directions, GH, D), ``"R"`` (directions, GH, H) and, unless left out for 0, ``"B"`` (directions, 2GH).
    attributes : a dictionary of the node's attributes, such as ``{"linear_before_reset": 1}``; the operator's defaults
        hold for the rest. ``linear_before_reset`` is our ``reset_after``; its default, 0, is False.

    Returns an :class:`RNN`, :class:`LSTM` or :class:`GRU`, or for two directions a :class:`Bidirectional`. ONNX's X is
    our x, ``sequence_lens`` our lengths; Y (T, directions, B, H) gives the directions an axis, where our outputs have
    them side by side; the states are (directions, B, H), as ours are for two directions.

    ValueError for what our layers do not compute: peepholes ``"P"``, ``clip``, ``input_forget``, other activations. So
    for ``layout`` 1, which concerns X and Y, and for ``direction`` ``"reverse"``, which concerns the order of time:
    convert such a node without the attribute and arrange the sequences.
    """
    require_choice("operator", operator, LAYERS)
    W, R, B = _require_inputs(inputs)
    attributes = {name: _decoded(value) for name, value in (attributes or {}).items()}
    _require_attributes(operator, attributes, len(W), R.shape[2])
    reset_after = attributes.get("linear_before_reset", 0) == 1 if operator == "GRU" else None
    notation = find_notation("ONNX", operator, reset_after)
    nonlinearity = "relu" if "Relu" in attributes.get("activations", ()) else "tanh"
    directions = [dict(zip(("W", "R"), weights, strict=True)) for weights in zip(W, R, strict=True)]
    if B is not None:
        for arrays, bias in zip(directions, B, strict=True):
            arrays |= zip(("Wb", "Rb"), np.split(bias, 2), strict=True)
    layers = [build(LAYERS[operator], notation, arrays, nonlinearity) for arrays in directions]
    return Bidirectional(*layers) if len(layers) == 2 else layers[0]


def to_onnx(layer):
    """The node that computes what our layer does: ``(operator, inputs, attributes)``, as :func:`from_onnx` takes them.

    ``layer`` is an :class:`RNN`, :class:`LSTM` or :class:`GRU`, the cell of one, or a :class:`Bidirectional` of two
    alike. Of two biases where we have one, the second is 0. ONNX has no stacks: convert the layers of a
    :class:`Stacked` one by one. ValueError for anything else.
    """
    layers = simple_layers(layer)
    first, operator = layers[0], kind_of(layers[0])
    written = [to_notation(one, "ONNX") for one in layers]
    inputs = {name: np.stack([arrays[name] for arrays in written]) for name in ("W", "R")}
    inputs["B"] = np.stack([np.concatenate([arrays["Wb"], arrays["Rb"]]) for arrays in written])
    attributes = {"hidden_size": first.output_size, "direction": _direction(len(layers))}
    if operator == "RNN":
        attributes["activations"] = [first.nonlinearity.capitalize()] * len(layers)
    if operator == "GRU":
        attributes["linear_before_reset"] = int(first.reset_after)
    return operator, inputs, attributes


def _require_inputs(inputs):
    """W, R and B, or None for B."""
    names = set(inputs) if isinstance(inputs, dict) else set()
    if not {"W", "R"} <= names <= {"W", "R", "B"}:
        got = ", ".join(map(str, inputs)) if isinstance(inputs, dict) else type(inputs).__name__
        raise ValueError(
            f"inputs: expected a dictionary of W, R and perhaps B, got {got}{REMEDIES['P'] * ('P' in names)}"
        )
    W, R, B = inputs["W"], inputs["R"], inputs.get("B")
    require_array("W", W, ("directions", "GH", "D"))
    if len(W) > 2:
        raise ValueError(f"W: expected 1 or 2 directions, got {len(W)}")
    require_array("R", R, (len(W), "GH", "H"))
    if B is not None:
        require_array("B", B, (len(W), 2 * R.shape[1]))
    return W, R, B


def _require_attributes(operator, attributes, directions, H):
    possible = {
        "hidden_size": [H],
        "direction": [_direction(directions)],
        "layout": [0],
        "input_forget": [0],
        "linear_before_reset": [0, 1] if operator == "GRU" else [],
        "activations": [ACTIVATIONS[operator] * directions] + [["Relu"] * directions] * (operator == "RNN"),
    }
    for name, value in attributes.items():
        values = possible.get(name, [])
        if value not in values:
            expected = " or ".join(map(repr, values)) or "no such attribute"
            raise ValueError(f"{name}: expected {expected}, got {value!r}{REMEDIES.get(name, '')}")


def _direction(directions):
    return "bidirectional" if directions == 2 else "forward"


def _decoded(value):
    """An attribute's text as ``str``: ``onnx.helper.get_attribute_value`` returns bytes."""
    if isinstance(value, list):
        return [_decoded(one) for one in value]
    return value.decode() if isinstance(value, bytes) else value
