"""Layers made of layers: which parts fit, and what their parameters are called."""

import numpy as np
import pytest

from rnncourse.scratch import GRU, LSTM, RNN, Bidirectional, ElmanCell, Linear, Stacked, Unrolled
from rnncourse.scratch.feedback_cells import ElmanJordanCell
from rnncourse.scratch.optim import SGD, clip_grad_norm

from .checks import assert_all_close, assert_rejects

RNG = np.random.default_rng(0)


def test_parameters_and_gradients_are_those_of_the_parts():
    onward, back = GRU(2, 3, RNG), GRU(2, 3, RNG)
    layer = Bidirectional(onward, back)
    assert layer.names[:2] == ("forward.W_x", "forward.W_h")
    assert set(layer.grads) == set(layer.parameters()) == set(layer.names)
    assert layer.parameters()["backward.b"] is back.b
    assert layer.grads["forward.b_hn"] is onward.grads["b_hn"]
    assert repr(layer).startswith("Bidirectional(forward=GRU(W_x (2, 9)")


def test_an_optimiser_and_clipping_reach_the_parts():
    layer = Stacked([LSTM(2, 3, RNG), LSTM(3, 3, RNG)])
    outputs, _, cache = layer.forward(RNG.standard_normal((4, 2, 2)))
    layer.backward(np.ones_like(outputs), None, cache)
    before = {name: array.copy() for name, array in layer.parameters().items()}
    norm = clip_grad_norm(layer.grads, 0.5)
    assert norm > 0.5
    assert clip_grad_norm(layer.grads, 10) == pytest.approx(0.5)
    SGD([layer], learning_rate=1.0).step()
    assert_all_close(layer.parameters(), {name: before[name] - grad for name, grad in layer.grads.items()}, 1e-14)
    assert layer.parts["layers[1]"].grads["W_x"].any()
    layer.zero_grads()
    assert not any(grad.any() for grad in layer.grads.values())


def test_the_state_has_a_row_for_each_simple_layer():
    two_ways = [Bidirectional(RNN(width, 3, RNG), RNN(width, 3, RNG)) for width in (2, 6)]
    layer = Stacked(two_ways)
    outputs, state, _ = layer.forward(RNG.standard_normal((4, 5, 2)))
    assert (layer.depth, layer.output_size) == (4, 6)
    assert outputs.shape == (4, 5, 6)
    assert state.shape == (4, 5, 3)
    assert np.array_equal(state[2], outputs[-1, :, :3])  # the second layer, forward
    assert np.array_equal(state[3], outputs[0, :, 3:])  # and backward: its last step is the first


def test_the_arrays_of_a_state_may_differ_in_width():
    layer = Stacked([Unrolled(ElmanJordanCell(width, 5, 2, RNG)) for width in (3, 2)])
    x = RNG.standard_normal((4, 3, 3))
    outputs, state, _ = layer.forward(x[:2])
    again, last, cache = layer.forward(x[2:], state)
    whole, expected, _ = layer.forward(x)
    assert [array.shape for array in state] == [(2, 3, 2), (2, 3, 5)]
    assert np.array_equal(np.concatenate([outputs, again]), whole)
    assert all(np.array_equal(one, other) for one, other in zip(last, expected, strict=True))
    dstate = layer.backward(np.ones_like(again), last, cache)[1]
    assert [array.shape for array in dstate] == [array.shape for array in state]


SAME = RNN(2, 3, RNG)
BAD_PARTS = {
    "not a layer": (lambda: Bidirectional(SAME, Linear(2, 3, RNG)), "backward", "a recurrent layer", "Linear"),
    "a cell": (lambda: Stacked([ElmanCell(2, 3, RNG)]), "layers[0]", "a recurrent layer", "ElmanCell"),
    "a number": (lambda: Bidirectional(SAME, 3), "backward", "a module", "int"),
    "not a cell": (lambda: Unrolled(SAME.forward), "cell", "a cell", "method"),
    "the same twice": (lambda: Bidirectional(SAME, SAME), "forward", "a module of its own", "the same object"),
    "other inputs": (lambda: Bidirectional(SAME, RNN(4, 3, RNG)), "backward_layer", "input size 2", "4"),
    "other states": (lambda: Bidirectional(SAME, LSTM(2, 3, RNG)), "backward", "a state of 1 arrays", "(3, 3)"),
    "other widths": (lambda: Bidirectional(SAME, RNN(2, 4, RNG)), "backward", "of width 3", "(4,)"),
    "other dtypes": (lambda: Bidirectional(SAME, RNN(2, 3, RNG, np.float32)), "backward", "dtype float64", "float32"),
    "no layers": (lambda: Stacked([]), "layers", "a list of at least one layer", "[]"),
    "one layer": (lambda: Stacked(SAME), "layers", "a list of at least one layer", "RNN"),
    "inputs that do not fit": (lambda: Stacked([SAME, RNN(2, 3, RNG)]), "layers[1]", "input size 3", "2"),
    "dense inputs": (lambda: Stacked([SAME, RNN(3, 3, RNG)], "dense"), "layers[1]", "input size 5", "3"),
    "connections": (lambda: Stacked([SAME], "residual"), "connections", "'plain' or 'skip' or 'dense'", "'residual'"),
}


@pytest.mark.parametrize("name", BAD_PARTS)
def test_parts_that_do_not_fit_are_named(name):
    assert_rejects(*BAD_PARTS[name])
