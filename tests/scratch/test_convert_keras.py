"""Conversion of the weights of Keras' layers: by the formulas of its source, and its own published numbers.

Keras is not installed. The formulas are those of ``SimpleRNNCell``, ``LSTMCell`` and ``GRUCell`` in Keras 3; the
numbers are those of its tests in keras/src/layers/rnn, whose weights are all alike and so miss a swapped gate.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch import GRU, LSTM, RNN, Bidirectional, ElmanCell, convert
from rnncourse.scratch.functional import sigmoid

from .checks import assert_all_close, assert_close

FORMS = {
    "SimpleRNN": ("SimpleRNN", {}),
    "SimpleRNN relu": ("SimpleRNN", {"nonlinearity": "relu"}),
    "LSTM": ("LSTM", {}),
    "GRU": ("GRU", {}),
    "GRU before": ("GRU", {"reset_after": False}),
}
OURS = {"SimpleRNN": RNN, "LSTM": LSTM, "GRU": GRU}


def simple_rnn_step(weights, x, states, nonlinearity="tanh"):
    kernel, recurrent_kernel, bias = weights
    activation = np.tanh if nonlinearity == "tanh" else lambda a: np.maximum(a, 0)
    return (activation(x @ kernel + bias + states[0] @ recurrent_kernel),)


def lstm_step(weights, x, states):
    kernel, recurrent_kernel, bias = weights
    h, c = states
    z0, z1, z2, z3 = np.split(x @ kernel + h @ recurrent_kernel + bias, 4, axis=1)
    i, f, o = sigmoid(z0), sigmoid(z1), sigmoid(z3)
    c = f * c + i * np.tanh(z2)
    return o * np.tanh(c), c


def gru_step(weights, x, states, reset_after=True):
    kernel, recurrent_kernel, bias = weights
    (h,), H = states, len(recurrent_kernel)
    input_bias, recurrent_bias = bias if reset_after else (bias, np.zeros(3 * H))
    x_z, x_r, x_h = np.split(x @ kernel + input_bias, 3, axis=1)
    inner = h @ recurrent_kernel + recurrent_bias
    z, r = sigmoid(x_z + inner[:, :H]), sigmoid(x_r + inner[:, H : 2 * H])
    new = r * inner[:, 2 * H :] if reset_after else (r * h) @ recurrent_kernel[:, 2 * H :]
    return (z * h + (1 - z) * np.tanh(x_h + new),)


STEPS = {"SimpleRNN": simple_rnn_step, "LSTM": lstm_step, "GRU": gru_step}


def run_keras(kind, weights, sequence, states, **options):
    """All outputs (B, T, H) and the last states, as a Keras layer with ``return_sequences`` and ``return_state``."""
    outputs = []
    for x in sequence.swapaxes(0, 1):
        states = STEPS[kind](weights, x, states, **options)
        outputs.append(states[0])
    return np.stack(outputs, axis=1), states


def random_weights(kind, D, H, rng, reset_after=True):
    """What ``get_weights()`` might return."""
    G = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}[kind]
    bias = (2, 3 * H) if kind == "GRU" and reset_after else (G * H,)
    return [rng.standard_normal(shape) for shape in ((D, G * H), (H, G * H), bias)]


def check_keras(form, shape=(5, 3, 4, 2), seed=0):
    """Our layer runs Keras' weights as Keras' formula does, and gives them back in a form that computes the same."""
    kind, options = FORMS[form]
    (T, B, D, H), rng = shape, np.random.default_rng(seed)
    weights = random_weights(kind, D, H, rng, options.get("reset_after", True))
    x = rng.standard_normal((B, T, D))
    states = tuple(rng.standard_normal((B, H)) for _ in range(2 if kind == "LSTM" else 1))
    layer = convert.from_keras(kind, weights, **options)
    assert type(layer) is OURS[kind]
    outputs, last, _ = layer.forward(x.swapaxes(0, 1).copy(), states if kind == "LSTM" else states[0])
    for theirs in (weights, convert.to_keras(layer)):
        expected, expected_states = run_keras(kind, theirs, x, states, **options)
        assert_close("outputs", outputs.swapaxes(0, 1), expected, 1e-12)
        for array, wanted in zip(last if kind == "LSTM" else [last], expected_states, strict=True):
            assert_close("state", array, wanted, 1e-12)
    assert [array.shape for array in convert.to_keras(layer)] == [array.shape for array in weights]


def check_both_directions(form):
    """The first half of the weights reads forwards, the second backwards, its last output first."""
    kind, options = FORMS[form]
    rng = np.random.default_rng(1)
    halves = [random_weights(kind, 3, 4, rng, options.get("reset_after", True)) for _ in range(2)]
    x, zeros = rng.standard_normal((2, 5, 3)), (np.zeros((2, 4)),) * (2 if kind == "LSTM" else 1)
    layer = convert.from_keras(kind, halves[0] + halves[1], **options)
    assert type(layer) is Bidirectional
    outputs, last, _ = layer.forward(x.swapaxes(0, 1).copy())
    onward, onward_states = run_keras(kind, halves[0], x, zeros, **options)
    back, back_states = run_keras(kind, halves[1], x[:, ::-1], zeros, **options)
    assert_close("outputs", outputs.swapaxes(0, 1), np.concatenate([onward, back[:, ::-1]], axis=2), 1e-12)
    found = last if kind == "LSTM" else [last]
    for array, *both in zip(found, onward_states, back_states, strict=True):
        assert_close("state", array, np.stack(both), 1e-12)
    again = convert.from_keras(kind, convert.to_keras(layer), **options)
    assert_all_close(again.parameters(), layer.parameters(), 0)


@pytest.mark.parametrize("form", FORMS)
def test_equals_keras_formula(form):
    check_keras(form)
    check_both_directions(form)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(list(FORMS)), st.tuples(*[st.integers(1, 4)] * 4), st.integers(0, 99))
def test_equals_keras_formula_at_any_size(form, shape, seed):
    check_keras(form, shape, seed)


@pytest.mark.parametrize("form", FORMS)
def test_without_biases(form):
    kind, options = FORMS[form]
    kernels = random_weights(kind, 3, 4, np.random.default_rng(2))[:2]
    layer = convert.from_keras(kind, kernels, **options)
    assert not any(layer.parameters()[name].any() for name in layer.names[2:])
    assert_all_close(dict(enumerate(convert.to_keras(layer)[:2])), dict(enumerate(kernels)), 0)
    both = convert.from_keras(kind, kernels + kernels, **options)
    assert_all_close(both.layers[1].parameters(), layer.parameters(), 0)


def test_to_keras_and_back_is_the_same_layer():
    rng = np.random.default_rng(3)
    for layer in (RNN(2, 3, rng), LSTM(2, 3, rng), GRU(2, 3, rng), GRU(2, 3, rng, reset_after=False)):
        name = "SimpleRNN" if type(layer) is RNN else type(layer).__name__
        again = convert.from_keras(name, convert.to_keras(layer), getattr(layer, "reset_after", True))
        assert_all_close(again.parameters(), layer.parameters(), 0)


def test_a_cell_has_the_weights_of_its_layer():
    rng = np.random.default_rng(3)
    cell, layer = ElmanCell(2, 3, rng), RNN(2, 3, rng)
    for name, array in cell.parameters().items():
        setattr(layer, name, array)
    assert_all_close(dict(enumerate(convert.to_keras(cell))), dict(enumerate(convert.to_keras(layer))), 0)


def test_nothing_is_shared_and_float32_stays():
    weights = [array.astype(np.float32) for array in random_weights("GRU", 2, 3, np.random.default_rng(4))]
    layer = convert.from_keras("GRU", weights)
    before = {name: array.copy() for name, array in layer.parameters().items()}
    for array in (*weights, *convert.to_keras(layer)):
        assert array.dtype == np.float32
        array[:] = 7
    assert_all_close(layer.parameters(), before, 0)


PUBLISHED = {  # form, units, steps of the sequence, forget bias of 1, go_backwards, and the last output of each item
    "SimpleRNN": ("SimpleRNN", 4, (2, 3, 4), False, False, [0.405432, 0.73605347]),
    "SimpleRNN backwards": ("SimpleRNN", 4, (2, 3, 4), False, True, [0.11144729, 0.5528889]),
    "LSTM": ("LSTM", 3, (3, 6, 4), True, False, [0.6288687, 0.86899155, 0.9460773]),
    "LSTM backwards": ("LSTM", 3, (3, 6, 4), True, True, [0.35622165, 0.74789524, 0.8872726]),
    "LSTM without forget bias": ("LSTM", 3, (3, 6, 4), False, False, [0.57019705, 0.8661914, 0.9459622]),
    "GRU": ("GRU", 3, (3, 6, 4), False, False, [0.5217289, 0.6371659, 0.39384964]),
    "GRU backwards": ("GRU", 3, (3, 6, 4), False, True, [0.24406259, 0.611516, 0.3928808]),
    "GRU before": ("GRU before", 3, (3, 6, 4), False, False, [0.51447755, 0.6426879, 0.40208298]),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_equals_keras_published_numbers(name):
    form, H, shape, forget_bias, backwards, expected = PUBLISHED[name]
    kind, options = FORMS[form]
    constant = random_weights(kind, shape[2], H, np.random.default_rng(0), options.get("reset_after", True))
    weights = [np.full_like(array, value) for array, value in zip(constant, (0.01, 0.02, 0.03), strict=True)]
    if forget_bias:
        weights[2][H : 2 * H] = 1
    x = np.arange(float(np.prod(shape))).reshape(shape).swapaxes(0, 1)
    outputs, _, _ = convert.from_keras(kind, weights, **options).forward(x[::-1] if backwards else x)
    np.testing.assert_allclose(outputs[-1], np.repeat(np.array(expected)[:, None], H, axis=1), rtol=1e-5, atol=1e-5)
