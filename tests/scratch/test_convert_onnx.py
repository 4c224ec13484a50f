"""Conversion of ONNX's recurrent operators: the published cases, and onnx's own evaluator on random weights.

The published weights are nearly all constant and miss a swapped gate, and none of the cases has ``sequence_lens`` or
``linear_before_reset``; the evaluator ignores ``sequence_lens``, so here it runs each sequence alone at its own length.
"""

from collections import Counter

import numpy as np
import onnx.helper
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx.reference import ReferenceEvaluator

from rnncourse.scratch import GRU, LSTM, RNN, Bidirectional, LSTMCell, convert
from rnncourse.scratch.state import join, pack, split, unpack

from .checks import assert_all_close, assert_close
from .onnx_cases import published_cases

WEIGHTS = ("W", "R", "B")
ATTRIBUTES = ("direction", "linear_before_reset", "hidden_size")
GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


def evaluate(operator, inputs, attributes):
    """Y, Y_h and, for the LSTM, Y_c by onnx's evaluator of one node."""
    names = ["X", "W", "R", "B", "", "initial_h", *(["initial_c"] if operator == "LSTM" else [])]
    outputs = ["Y", "Y_h", *(["Y_c"] if operator == "LSTM" else [])]
    node = onnx.helper.make_node(operator, [name if name in inputs else "" for name in names], outputs, **attributes)
    return ReferenceEvaluator(node).run(None, inputs)


def evaluate_ragged(operator, inputs, attributes, lengths):
    """The same with sequences of different lengths, each evaluated alone; Y is 0 in padding."""
    X, states = inputs["X"], [name for name in ("initial_h", "initial_c") if name in inputs]
    parts = []
    for item, length in enumerate(lengths):
        alone = {name: inputs[name][:, item : item + 1] for name in states} | {"X": X[:length, item : item + 1]}
        Y, *last = evaluate(operator, inputs | alone, attributes)
        parts.append([np.pad(Y, [(0, len(X) - length), (0, 0), (0, 0), (0, 0)]), *last])
    return [
        np.concatenate(arrays, axis=axis) for axis, arrays in zip((2, 1, 1), zip(*parts, strict=True), strict=False)
    ]


def run_ours(layer, X, states=None, lengths=None):
    """Our layer's results as ONNX lays them out: Y (T, directions, B, H) and states (directions, B, H)."""
    start = None if states is None else split(pack(states), [layer.state_shapes(X.shape[1])])[0]
    outputs, last, _ = layer.forward(X, start, lengths)
    T, B, _ = X.shape
    Y = outputs.reshape(T, B, layer.depth, -1).swapaxes(1, 2)
    return [Y, *unpack(join([last]))]


def random_node(operator, directions, shape, rng, linear_before_reset=0):
    """A node's inputs and attributes; no bias and no state is 0."""
    T, B, D, H = shape
    G = GATES[operator]
    shapes = {"X": (T, B, D), "W": (directions, G * H, D), "R": (directions, G * H, H), "B": (directions, 2 * G * H)}
    shapes |= {"initial_h": (directions, B, H)} | ({"initial_c": (directions, B, H)} if operator == "LSTM" else {})
    attributes = {"hidden_size": H, "direction": "bidirectional" if directions == 2 else "forward"}
    attributes |= {"linear_before_reset": linear_before_reset} if operator == "GRU" else {}
    return {name: rng.standard_normal(size) for name, size in shapes.items()}, attributes


FORMS = [("RNN", 0), ("LSTM", 0), ("GRU", 0), ("GRU", 1)]


def check_onnx(form, directions=1, shape=(5, 3, 4, 2), ragged=True, seed=0):
    """Our layer gives the evaluator's results for a node, and writes a node that has the same results."""
    operator, linear_before_reset = form
    rng = np.random.default_rng(seed)
    inputs, attributes = random_node(operator, directions, shape, rng, linear_before_reset)
    lengths = (
        np.append(rng.integers(1, shape[0] + 1, shape[1] - 1), shape[0]) if ragged else np.full(shape[1], shape[0])
    )
    weights = {name: inputs[name] for name in WEIGHTS}
    layer = convert.from_onnx(operator, weights, attributes)
    states = [inputs[name] for name in ("initial_h", "initial_c") if name in inputs]
    found = run_ours(layer, inputs["X"], states, lengths)
    same, written, same_attributes = convert.to_onnx(layer)
    assert same == operator
    assert {name: array.shape for name, array in written.items()} == {name: weights[name].shape for name in WEIGHTS}
    for node in ((inputs, attributes), (inputs | written, same_attributes)):
        for name, ours, theirs in zip(
            ("Y", "Y_h", "Y_c"), found, evaluate_ragged(operator, *node, lengths), strict=False
        ):
            assert_close(name, ours, theirs, 1e-12)


@pytest.mark.parametrize("ragged", [False, True], ids=["full length", "ragged"])
@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_equals_the_evaluator(form, directions, ragged):
    check_onnx(form, directions, ragged=ragged)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(FORMS), st.integers(1, 2), st.tuples(*[st.integers(1, 4)] * 4), st.integers(0, 99))
def test_equals_the_evaluator_at_any_size(form, directions, shape, seed):
    check_onnx(form, directions, shape, seed=seed)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_reverse_is_our_layer_on_reversed_sequences(form):
    operator, linear_before_reset = form
    inputs, attributes = random_node(operator, 1, (5, 3, 4, 2), np.random.default_rng(1), linear_before_reset)
    layer = convert.from_onnx(operator, {name: inputs[name] for name in WEIGHTS}, attributes)
    states = [inputs[name] for name in ("initial_h", "initial_c") if name in inputs]
    Y, *last = run_ours(layer, inputs["X"][::-1], states)
    expected = evaluate(operator, inputs, attributes | {"direction": "reverse"})
    for ours, theirs in zip((Y[::-1], *last), expected, strict=True):
        assert_close("results", ours, theirs, 1e-12)


def test_relu_which_the_evaluator_does_not_know():
    rng = np.random.default_rng(2)
    inputs, attributes = random_node("RNN", 2, (1, 3, 4, 2), rng)
    W, R, B = (inputs[name] for name in WEIGHTS)
    layer = convert.from_onnx("RNN", {"W": W, "R": R, "B": B}, attributes | {"activations": ["Relu", "Relu"]})
    arguments = (
        inputs["X"] @ W.swapaxes(1, 2) + inputs["initial_h"] @ R.swapaxes(1, 2) + B[:, None, :2] + B[:, None, 2:]
    )
    assert_close("Y_h", run_ours(layer, inputs["X"], [inputs["initial_h"]])[1], np.maximum(arguments, 0), 1e-12)
    assert convert.to_onnx(layer)[2]["activations"] == ["Relu", "Relu"]
    assert_all_close(convert.from_onnx(*convert.to_onnx(layer)).parameters(), layer.parameters(), 0)


def test_the_bias_and_the_attributes_may_be_left_out():
    inputs, _ = random_node("GRU", 1, (2, 2, 3, 4), np.random.default_rng(3))
    layer = convert.from_onnx("GRU", {"W": inputs["W"], "R": inputs["R"]})
    assert not layer.b.any()
    assert layer.reset_after is False
    zeros = inputs | {"B": np.zeros((1, 24))}
    expected = evaluate("GRU", {name: zeros[name] for name in ("X", *WEIGHTS)}, {"hidden_size": 4})
    assert_close("Y", run_ours(layer, inputs["X"])[0], expected[0], 1e-12)


def test_to_onnx_and_back_is_the_same_layer():
    rng = np.random.default_rng(4)
    simple = [RNN(2, 3, rng), LSTM(2, 3, rng), GRU(2, 3, rng), GRU(2, 3, rng, reset_after=False)]
    for layer in (*simple, Bidirectional(LSTM(2, 3, rng), LSTM(2, 3, rng))):
        again = convert.from_onnx(*convert.to_onnx(layer))
        assert type(again) is type(layer)
        assert_all_close(again.parameters(), layer.parameters(), 0)
    assert convert.to_onnx(simple[2])[2] == {"hidden_size": 3, "direction": "forward", "linear_before_reset": 1}
    assert convert.to_onnx(LSTMCell(2, 3, rng))[0] == "LSTM"


def test_nothing_is_shared_and_float32_stays():
    inputs, attributes = random_node("GRU", 1, (2, 2, 3, 4), np.random.default_rng(5), 1)
    weights = {name: inputs[name].astype(np.float32) for name in WEIGHTS}
    layer = convert.from_onnx("GRU", weights, attributes)
    before = {name: array.copy() for name, array in layer.parameters().items()}
    for array in (*weights.values(), *convert.to_onnx(layer)[1].values()):
        assert array.dtype == np.float32
        array[:] = 7
    assert_all_close(layer.parameters(), before, 0)


PUBLISHED = [case for file in ("rnn.py", "lstm.py", "gru.py") for case in published_cases(file)]
EXPRESSED = {case["name"]: case for case in PUBLISHED if "P" not in case}


@pytest.mark.parametrize("name", EXPRESSED)
def test_equals_the_published_cases(name):
    check_published(EXPRESSED[name])


def check_published(case):
    """Y, Y_h and Y_c where the case has them; batch-major arrays are turned, and a reversed run is our run reversed."""
    turned = case.get("layout") == 1
    backwards = case.get("direction") == b"reverse"
    attributes = {name: case[name] for name in ATTRIBUTES if name in case and not (name == "direction" and backwards)}
    layer = convert.from_onnx(case["operator"], {name: case[name] for name in WEIGHTS if name in case}, attributes)
    X = case["X"].swapaxes(0, 1) if turned else case["X"]
    Y, *last = run_ours(layer, X[::-1] if backwards else X)
    found = {"Y": Y[::-1] if backwards else Y} | dict(zip(("Y_h", "Y_c"), last, strict=False))
    if turned:
        found |= {"Y": Y.transpose(2, 0, 1, 3)} | {name: found[name].swapaxes(0, 1) for name in found if name != "Y"}
    named = [name for name in ("Y", "Y_h", "Y_c") if name in case]
    assert named
    for output in named:
        assert_close(output, found[output], case[output], 1e-6)


def test_how_many_published_cases_there_are_and_which_are_beyond_us():
    assert Counter(case["operator"] for case in EXPRESSED.values()) == {"RNN": 6, "LSTM": 5, "GRU": 6}
    refused = {case["name"]: case for case in PUBLISHED if case["name"] not in EXPRESSED}
    assert list(refused) == ["test_lstm_with_peepholes"]
    case = refused["test_lstm_with_peepholes"]
    with pytest.raises(ValueError, match="got W, R, B, P: our LSTM has no peepholes"):
        convert.from_onnx("LSTM", {name: case[name] for name in (*WEIGHTS, "P")})
