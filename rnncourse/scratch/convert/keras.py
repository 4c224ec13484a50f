"""The weights of Keras' recurrent layers, as its ``get_weights()`` returns them. Keras itself is not needed."""

import numpy as np

from rnncourse.scratch.convert.weights import LAYERS, build, find_notation, simple_layers, to_notation
from rnncourse.scratch.recurrent import Bidirectional
from rnncourse.scratch.validate import require_array, require_choice

KINDS = {"SimpleRNN": "RNN", "LSTM": "LSTM", "GRU": "GRU"}


def from_keras(kind, weights, reset_after=True, nonlinearity="tanh"):
    """Our layer for the weights of a Keras 3 layer, copies in their own dtype.

    Parameters
    ----------
    kind : ``"SimpleRNN"``, ``"LSTM"`` or ``"GRU"``, the name of the layer, or of the one inside a ``Bidirectional``.
    weights : what ``get_weights()`` returns, with G = 1, 4 or 3 gates (i f c o; z r h): the list ``[kernel,
        recurrent_kernel, bias]`` of shapes (D, GH), (H, GH) and (GH,), where a GRU with ``reset_after=True`` has a bias
        (2, 3H); without bias the two others; for a ``Bidirectional`` the forward layer's and then the backward layer's.
    reset_after, nonlinearity : as the Keras layer was built, because weights do not tell; these are Keras' defaults.

    Returns an :class:`RNN`, :class:`LSTM` or :class:`GRU`, or :class:`Bidirectional`. Keras' sequences are (B, T, D)
    and a backward layer alone returns its outputs last step first: ours are time-major, in the order of time.
    """
    require_choice("kind", kind, KINDS)
    if not isinstance(weights, list | tuple) or len(weights) not in (2, 3, 4, 6):
        got = f"{len(weights)} arrays" if isinstance(weights, list | tuple) else type(weights).__name__
        raise ValueError(f"weights: expected a list of 2 or 3 arrays, or twice that, got {got}")
    notation = find_notation("Keras", KINDS[kind], reset_after if kind == "GRU" else None)
    directions = [weights] if len(weights) < 4 else [weights[: len(weights) // 2], weights[len(weights) // 2 :]]
    named = [_named(arrays, notation.reset_after) for arrays in directions]
    layers = [build(LAYERS[KINDS[kind]], notation, arrays, nonlinearity) for arrays in named]
    return Bidirectional(*layers) if len(layers) == 2 else layers[0]


def to_keras(layer):
    """The list for ``set_weights`` of the Keras layer that computes what ours does: the reverse of :func:`from_keras`.

    ``layer`` is an :class:`RNN`, :class:`LSTM` or :class:`GRU`, the cell of one, or a :class:`Bidirectional` of two
    alike. Keras has no stacks: convert the layers of a :class:`Stacked` one by one. ValueError for anything else.
    """
    weights = []
    for simple in simple_layers(layer):
        weights += _listed(to_notation(simple, "Keras"))
    return weights


def _named(arrays, reset_after):
    """The arrays by their names in the table, where the two rows of a bias are two biases."""
    named = dict(zip(("kernel", "recurrent_kernel", "bias"), arrays, strict=False))
    if reset_after and "bias" in named:
        bias = named.pop("bias")
        require_array("bias", bias, (2, "3H"))
        named |= {"bias[0]": bias[0], "bias[1]": bias[1]}
    return named


def _listed(named):
    """The reverse of :func:`_named`."""
    kernel, recurrent_kernel, *biases = named.values()
    return [kernel, recurrent_kernel, biases[0] if len(biases) == 1 else np.stack(biases)]
