"""What the tests hold every recurrent layer to, whatever is inside; ``test_planted_bugs`` hands the checks wrong ones."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from rnncourse.scratch import GRU, LSTM, RNN, Bidirectional, ElmanCell, GRUCell, LSTMCell, Stacked, Unrolled
from rnncourse.scratch.state import pack, unpack

from . import torch_oracles
from .checks import AUTOGRAD, assert_all_close, assert_close, assert_gradients, inner, named

SHAPES = [(1, 1, 1, 1), (1, 3, 2, 5), (4, 1, 3, 2), (6, 2, 5, 3), (5, 4, 2, 3)]  # T, B, D, H

SIMPLE = {
    "RNN": (RNN, ElmanCell),
    "RNN relu": (partial(RNN, nonlinearity="relu"), partial(ElmanCell, nonlinearity="relu")),
    "LSTM": (LSTM, LSTMCell),
    "GRU": (GRU, GRUCell),
    "GRU reset before": (partial(GRU, reset_after=False), partial(GRUCell, reset_after=False)),
}


def both_ways(build):
    """Two layers of this kind, one in each direction."""
    return lambda D, H, rng, dtype=np.float64: Bidirectional(build(D, H, rng, dtype), build(D, H, rng, dtype))


def stack(build, connections, depth=3):
    """Layers of this kind on each other, each as wide as what it reads."""

    def stacked(D, H, rng, dtype=np.float64):
        layers, width = [], D
        for _ in range(depth):
            layers.append(build(width, H, rng, dtype))
            width = width + layers[-1].output_size if connections == "dense" else layers[-1].output_size
        return Stacked(layers, connections)

    return stacked


COMBINED = {
    "unrolled LSTM": lambda D, H, rng, dtype=np.float64: Unrolled(LSTMCell(D, H, rng, dtype)),
    "bidirectional RNN": both_ways(RNN),
    "bidirectional LSTM": both_ways(LSTM),
    "bidirectional GRU": both_ways(GRU),
    "stacked GRU": stack(GRU, "plain"),
    "stacked LSTM, skip": stack(LSTM, "skip"),
    "stacked RNN, dense": stack(RNN, "dense"),
    "stacked bidirectional LSTM": stack(both_ways(LSTM), "plain", 2),
    "bidirectional stack": both_ways(stack(GRU, "skip", 2)),
}
LAYERS = {name: build for name, (build, _) in SIMPLE.items()} | COMBINED


@dataclass
class Case:
    """A layer and everything that goes in, forward and back."""

    layer: object
    x: np.ndarray
    state: object
    doutputs: np.ndarray
    dstate: object
    lengths: np.ndarray | None

    def forward(self):
        return self.layer.forward(self.x, self.state, self.lengths)

    def backward(self, cache):
        return self.layer.backward(self.doutputs, self.dstate, cache)

    def run(self):
        """Outputs and state, and every gradient by name."""
        self.layer.zero_grads()
        outputs, state, cache = self.forward()
        dx, dstate = self.backward(cache)
        gradients = {name: grad.copy() for name, grad in self.layer.grads.items()}
        return {"outputs": outputs} | named("last state", state), gradients | {"x": dx} | named("state", dstate)

    def loss(self):
        outputs, state, _ = self.forward()
        return float((outputs * self.doutputs).sum()) + inner(state, self.dstate)

    def with_batch(self, rows):
        """The same for some sequences of the batch, in this order."""
        pick = lambda state: pack(array[..., rows, :] for array in unpack(state))
        lengths = None if self.lengths is None else self.lengths[rows]
        return Case(self.layer, self.x[:, rows], pick(self.state), self.doutputs[:, rows], pick(self.dstate), lengths)


def case(build, shape=SHAPES[3], ragged=False, dtype=np.float64, seed=1):
    """A case whose state matters: the recurrent weights are doubled, or the gradient of h_0 would all but vanish."""
    T, B, D, H = shape
    rng = np.random.default_rng(seed)
    layer = build(D, H, rng, dtype)
    for name, array in layer.parameters().items():
        if name.endswith(("W_hh", "W_h")):
            array *= 2

    def draw(*size):
        return rng.standard_normal(size).astype(dtype)

    states = [pack(draw(*size) for size in layer.state_shapes(B)) for _ in range(2)]
    lengths = rng.integers(1, T + 1, B) if ragged else None
    return Case(layer, draw(T, B, D), states[0], draw(T, B, layer.output_size), states[1], lengths)


def check_differences(build, shape=SHAPES[3], ragged=False, through="both"):
    """All gradients against differences, through the outputs, the last state or both."""
    c = case(build, shape, ragged)
    if through == "state":
        c.doutputs[:] = 0
    if through == "outputs":
        c.dstate = pack(np.zeros_like(array) for array in unpack(c.dstate))
    gradients = c.run()[1]
    arrays = c.layer.parameters() | {"x": c.x} | named("state", c.state)
    assert_gradients(c.loss, arrays, gradients, 1e-7)


def check_torch(build, shape=SHAPES[3], ragged=False):
    """Outputs, last state and all gradients against ``torch.nn``."""
    c = case(build, shape, ragged)
    results, gradients = c.run()
    outputs, state, expected = torch_oracles.recurrent(
        c.layer, c.x, unpack(c.state), c.doutputs, unpack(c.dstate), c.lengths
    )
    assert_all_close(results, {"outputs": outputs} | named("last state", tuple(state)), AUTOGRAD)
    assert_all_close(gradients, expected, AUTOGRAD)


def check_is_its_cell(kind, shape=SHAPES[3], ragged=False, dtype=np.float64, tolerance=1e-12, build=None):
    """The layer gives the results of its cell unrolled: outputs, state and every gradient."""
    build_layer, build_cell = SIMPLE[kind]
    c = case(build or build_layer, shape, ragged, dtype)
    cell = build_cell(*shape[2:], np.random.default_rng(0), dtype)
    for name, array in c.layer.parameters().items():
        setattr(cell, name, array.copy())
    slow = Case(Unrolled(cell), c.x, c.state, c.doutputs, c.dstate, c.lengths)
    (results, gradients), (expected, expected_gradients) = c.run(), slow.run()
    assert_all_close(results, expected, tolerance)
    expected_gradients = {name.removeprefix("cell."): array for name, array in expected_gradients.items()}
    assert_all_close(gradients, expected_gradients, tolerance)
    assert {array.dtype for array in (*results.values(), *gradients.values())} == {np.dtype(dtype)}


def check_adds(build, shape=SHAPES[3]):
    """A second ``backward`` adds the same gradients again, and returns the same gradients of the inputs."""
    c = case(build, shape)
    once = c.run()[1]
    dx, dstate = c.backward(c.forward()[2])
    assert_close("dx", dx, once["x"], 0)
    assert_all_close(named("state", dstate), {name: once[name] for name in named("state", dstate)}, 0)
    assert_all_close(c.layer.grads, {name: 2 * once[name] for name in c.layer.grads}, 1e-15)


def check_each_sequence_alone(build, shape=(6, 5, 3, 4)):
    """A ragged batch gives each sequence what it would get alone; outputs and gradients of padding are 0."""
    c = case(build, shape, ragged=True)
    results, gradients = c.run()
    weights = {name: 0 for name in c.layer.grads}
    for row, length in enumerate(c.lengths):
        alone = c.with_batch([row])
        alone.x, alone.doutputs, alone.lengths = alone.x[:length], alone.doutputs[:length], None
        expected, expected_gradients = alone.run()
        assert_close("outputs", results["outputs"][:length, [row]], expected.pop("outputs"), 1e-12)
        assert_all_close({name: results[name][..., [row], :] for name in expected}, expected, 1e-12)
        assert_close("dx", gradients["x"][:length, [row]], expected_gradients.pop("x"), 1e-12)
        assert not results["outputs"][length:, row].any()
        assert not gradients["x"][length:, row].any()
        for name, array in expected_gradients.items():
            if name in weights:
                weights[name] = weights[name] + array
            else:
                assert_close(name, gradients[name][..., [row], :], array, 1e-12)
    assert_all_close({name: gradients[name] for name in weights}, weights, 1e-12)
