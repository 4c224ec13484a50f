"""The networks of the gradient laboratory, and the length of their gradients as rnncourse.scratch computes it."""

import numpy as np

from rnncourse.scratch import ElmanCell, LSTMCell, bptt

_INPUTS = 3


def new_network(rng, units, steps):
    """Random weights, inputs, start states and the direction of the loss.

    ``W_hh`` comes in two kinds, Gaussian and orthogonal, of spectral radius 1, and so does each gate's block of
    ``W_h``: whoever scales them by r gives them the spectral radius r. Biases are small, so that inputs saturate the
    units and not biases.
    """
    gaussian, orthogonal = ([kind(rng, units) for _ in range(5)] for kind in (_gaussian, _orthogonal))
    return {
        "W_hh Gaussian": gaussian[0],
        "W_hh orthogonal": orthogonal[0],
        "W_xh": _input_weights(rng, units),
        "b_h": rng.normal(size=units) / 10,
        "W_h Gaussian": np.hstack(gaussian[1:]),
        "W_h orthogonal": np.hstack(orthogonal[1:]),
        "W_x": _input_weights(rng, 4 * units),
        "b": rng.normal(size=4 * units) / 10,
        "x": rng.normal(size=(steps, _INPUTS)),
        "h_0": rng.normal(size=units) / 4,
        "c_0": rng.normal(size=units) / 4,
        "end": _of_length_1(rng.normal(size=units)),
    }


def as_float32(network):
    """The numbers that the page carries, as float64, so that the page and NumPy compute from the same ones."""
    return {name: array.astype(np.float32).astype(float) for name, array in network.items()}


def cell_of(network, settings):
    """The cell of rnncourse.scratch with these weights, W_hh (or W_h) scaled to the spectral radius."""
    inputs, units = network["W_xh"].shape
    nobody = np.random.default_rng(0)  # what it draws is replaced below
    matrix, radius = settings["matrix"], settings["spectral radius"]
    if settings["cell"] == "LSTM":
        cell = LSTMCell(inputs, units, nobody)
        cell.W_x, cell.W_h, cell.b = network["W_x"], radius * network[f"W_h {matrix}"], network["b"].copy()
        cell.b[units : 2 * units] += settings["forget bias"]
        return cell
    cell = ElmanCell(inputs, units, nobody, nonlinearity=settings["cell"].lower())
    cell.W_xh, cell.W_hh, cell.b_h = network["W_xh"], radius * network[f"W_hh {matrix}"], network["b_h"]
    return cell


def states_and_lengths(network, settings):
    """The outputs (T, 1, H), and by lag 0 to T the length of the gradient of the whole state, (T + 1,).

    The loss is the last output along the direction ``end``, which has length 1. The linear cell is not among those of
    rnncourse.scratch.
    """
    cell = cell_of(network, settings)
    x = settings["size of the inputs"] * network["x"][:, None]
    start = network["h_0"][None], network["c_0"][None]
    outputs, _, caches = bptt.unroll(cell, x, start if settings["cell"] == "LSTM" else start[0])
    end = network["end"][None]
    gradient = (end, np.zeros_like(end)) if settings["cell"] == "LSTM" else end
    lengths = [np.linalg.norm(gradient)]
    for cache in reversed(caches):
        _, gradient = cell.backward(gradient, cache)
        lengths.append(np.linalg.norm(gradient))
    return outputs, np.array(lengths)


def _gaussian(rng, units):
    matrix = rng.normal(size=(units, units))
    return matrix / np.abs(np.linalg.eigvals(matrix)).max()


def _orthogonal(rng, units):
    return np.linalg.qr(rng.normal(size=(units, units)))[0]


def _input_weights(rng, columns):
    """With inputs of size 1, what arrives at a unit has a standard deviation of 1/2."""
    return rng.normal(size=(_INPUTS, columns)) / (2 * np.sqrt(_INPUTS))


def _of_length_1(vector):
    return vector / np.linalg.norm(vector)
