"""The table of notations: every deck's equations, written as the deck writes them, against our cells."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch import GRU, LSTM, RNN, ElmanCell, GRUCell, LSTMCell, convert
from rnncourse.scratch.convert import NOTATIONS
from rnncourse.scratch.functional import sigmoid
from rnncourse.scratch.state import pack, unpack

from .checks import assert_all_close, assert_close
from .test_convert_keras import gru_step, lstm_step, simple_rnn_step
from .test_convert_onnx import evaluate

CELLS = {"RNN": ElmanCell, "LSTM": LSTMCell, "GRU": GRUCell}
LAYERS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
DECKS = ("KGP", "KGP after Olah", "EDI", "RN2", "PKU", "ISM")


def kgp_rnn(w, x, s):
    """Rows, no bias."""
    return (np.tanh(x @ w["U"] + s @ w["W"]),)


def columns_rnn(U, W, b):
    """ISM, EDI and RN2: columns."""
    return lambda w, x, h: (np.tanh(w[W] @ h.T + w[U] @ x.T + w[b][:, None]).T,)


def pku_rnn(w, x, h):
    """The pattern of the deck's gates, ``[h, x] W + b``."""
    return (np.tanh(np.hstack([h, x]) @ w["W"] + w["b"]),)


def kgp_lstm(w, x, s, c):
    i, f, o, g = (squash(x @ w[f"U^{k}"] + s @ w[f"W^{k}"]) for squash, k in zip(SQUASH, "ifog", strict=True))
    c = c * f + g * i
    return np.tanh(c) * o, c


def olah_lstm(w, x, h, c):
    both = np.hstack([h, x]).T
    f, i, o, C = (squash(w[f"W_{k}"] @ both + w[f"b_{k}"][:, None]).T for squash, k in zip(SQUASH, "fioC", strict=True))
    c = f * c + i * C
    return o * np.tanh(c), c


def edi_lstm(w, x, h, c, content=np.tanh):
    """The deck prints g(t) without tanh: ``content=lambda a: a`` is what stands there."""
    I, F, O = (sigmoid(w[f"W_{k}x"] @ x.T + w[f"W_{k}h"] @ h.T + w[f"b_{k}"][:, None]).T for k in "ifo")
    g = content(w["W_hx"] @ x.T + w["W_hh"] @ h.T + w["b_h"][:, None]).T
    c = F * c + I * g
    return O * np.tanh(c), c


def rn2_lstm(w, x, h, c):
    f, i, o, new = (
        squash(w[f"W_{k}"] @ h.T + w[f"U_{k}"] @ x.T + w[f"b_{k}"][:, None]).T
        for squash, k in zip(SQUASH, "fioc", strict=True)
    )
    c = f * c + i * new
    return o * np.tanh(c), c


def pku_lstm(w, x, h, c):
    both = np.hstack([h, x])
    f, i, o, C = (squash(both @ w[f"W_{k}"] + w[f"b_{k}"]) for squash, k in zip(SQUASH, "fioC", strict=True))
    c = f * c + i * C
    return o * np.tanh(c), c


def rn2_gru(w, x, h):
    """u = 0 keeps h, and r comes before the product."""
    u, r = (sigmoid(w[f"W_{k}"] @ h.T + w[f"U_{k}"] @ x.T + w[f"b_{k}"][:, None]).T for k in "ur")
    new = np.tanh(w["W_h"] @ (r * h).T + w["U_h"] @ x.T + w["b_h"][:, None]).T
    return ((1 - u) * h + u * new,)


SQUASH = (sigmoid, sigmoid, sigmoid, np.tanh)
FORMULAS = {
    ("KGP", "RNN"): kgp_rnn,
    ("ISM", "RNN"): columns_rnn("U", "W", "b"),
    ("EDI", "RNN"): columns_rnn("W_hx", "W_hh", "b_h"),
    ("RN2", "RNN"): columns_rnn("W_x", "W_h", "b_1"),
    ("PKU", "RNN"): pku_rnn,
    ("KGP", "LSTM"): kgp_lstm,
    ("KGP after Olah", "LSTM"): olah_lstm,
    ("EDI", "LSTM"): edi_lstm,
    ("RN2", "LSTM"): rn2_lstm,
    ("PKU", "LSTM"): pku_lstm,
    ("RN2", "GRU"): rn2_gru,
}


def random_cell(kind, D, H, seed=0, source=None):
    """A cell as a deck can write it: reset before the product, and no bias where the deck has none."""
    rng = np.random.default_rng(seed)
    cell = CELLS[kind](D, H, rng, **({"reset_after": False} if kind == "GRU" else {}))
    for name, array in cell.parameters().items():
        array[...] = rng.standard_normal(array.shape) * (0 if source == "KGP" and name in ("b", "b_h") else 1)
    return cell


def check_deck(source, kind, sizes=(2, 3, 3), seed=0):
    """The deck's equations, with our weights in its notation, give our step; and its weights come back as ours."""
    B, D, H = sizes
    cell, rng = random_cell(kind, D, H, seed, source), np.random.default_rng(seed + 1)
    x, *state = (rng.standard_normal((B, size)) for size in (D, *cell.state_sizes))
    weights = convert.to_notation(cell, source)
    expected, _ = cell.forward(x, pack(state))
    found = FORMULAS[source, kind](weights, x, *state)
    for i, pair in enumerate(zip(found, unpack(expected), strict=True)):
        assert_close(f"array {i} of the state", *pair, 1e-12)
    layer = convert.from_notation(source, kind, weights)
    assert type(layer) is LAYERS[kind]
    assert_all_close(layer.parameters(), cell.parameters(), 0)


@pytest.mark.parametrize(("source", "kind"), FORMULAS)
def test_equals_the_decks_equations(source, kind):
    check_deck(source, kind)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(list(FORMULAS)), st.tuples(*[st.integers(1, 4)] * 3), st.integers(0, 99))
def test_equals_the_decks_equations_at_any_size(row, sizes, seed):
    check_deck(*row, sizes, seed)


def test_every_deck_of_the_table_has_a_formula():
    rows = {(row.source, row.kind) for row in NOTATIONS if row.source in DECKS}
    assert rows == set(FORMULAS)


def test_edis_content_without_tanh_is_another_network():
    cell = random_cell("LSTM", 3, 3)
    weights, (x, h, c) = convert.to_notation(cell, "EDI"), np.random.default_rng(1).standard_normal((3, 2, 3))
    (expected, _), _ = cell.forward(x, (h, c))
    assert np.abs(edi_lstm(weights, x, h, c, lambda a: a)[0] - expected).max() > 0.01
    assert [row.remark for row in NOTATIONS if row.remark] == ["g without tanh"]


def test_rn2s_update_gate_is_one_minus_ours():
    cell = random_cell("GRU", 3, 4)
    w, (x, h) = convert.to_notation(cell, "RN2"), (np.ones((2, 3)), np.ones((2, 4)))
    u = sigmoid(w["W_u"] @ h.T + w["U_u"] @ x.T + w["b_u"][:, None]).T
    H = slice(4, 8)
    z = sigmoid(x @ cell.W_x[:, H] + h @ cell.W_h[:, H] + cell.b[H])
    assert_close("u", u, 1 - z, 1e-14)
    w["b_u"][:] = -1e3
    kept, _, _ = convert.from_notation("RN2", "GRU", w).forward(x[None], h)
    assert_close("h where u = 0", kept[0], h, 0)


def check_row(row):
    """The row's arrays have the names, shapes and dtype that it says, read back as ours, and share no memory."""
    rng = np.random.default_rng(2)
    options = {"reset_after": row.reset_after} if row.kind == "GRU" else {}
    layer = LAYERS[row.kind](2, 5, rng, np.float32, **options)
    if not row.biases:
        layer.parameters()[layer.names[2]][:] = 0
    expected = {name: array.copy() for name, array in layer.parameters().items()}
    weights = convert.to_notation(layer, row.source)
    assert {name: array.shape for name, array in weights.items()} == row.shapes(2, 5)
    assert {array.dtype for array in weights.values()} == {np.dtype(np.float32)}
    again = convert.from_notation(row.source, row.kind, weights, row.reset_after)
    assert_all_close(again.parameters(), expected, 0)
    for array in weights.values():
        array[:] = 7
    assert_all_close(layer.parameters(), expected, 0)
    assert_all_close(again.parameters(), expected, 0)
    assert all(array.flags.c_contiguous for array in (*weights.values(), *again.parameters().values()))


@pytest.mark.parametrize("row", NOTATIONS, ids=lambda row: f"{row.source} {row.kind} {row.reset_after}")
def test_every_row_of_the_table_writes_what_it_says_and_reads_it_back(row):
    check_row(row)


def test_no_row_stands_twice():
    rows = [(row.source, row.kind, row.reset_after) for row in NOTATIONS]
    assert len(set(rows)) == len(rows) == 22


def check_all_together(kind):
    """One module's weights: PyTorch, the formula of Keras, ONNX's evaluator and ours give one result."""
    torch.manual_seed(0)
    module = getattr(torch.nn, kind)(3, 4, dtype=torch.float64)
    layer = convert.from_torch(module)
    rng = np.random.default_rng(1)
    x, *state = (rng.standard_normal(shape) for shape in ((5, 2, 3), *([(2, 4)] * len(layer.state_sizes))))
    outputs, last, _ = layer.forward(x, pack(state))
    start = tuple(torch.tensor(array[None]) for array in state)
    expected, _ = module(torch.tensor(x), start if len(state) > 1 else start[0])
    assert_close("PyTorch", outputs, expected.detach().numpy(), 1e-12)
    step, weights, states = KERAS[kind], convert.to_keras(layer), tuple(state)
    for x_t, output in zip(x, outputs, strict=True):
        states = step(weights, x_t, states)
        assert_close("Keras", states[0], output, 1e-12)
    operator, inputs, attributes = convert.to_onnx(layer)
    arrays = inputs | {"X": x} | dict(zip(("initial_h", "initial_c"), (array[None] for array in state), strict=False))
    Y, *last_states = evaluate(operator, arrays, attributes)
    assert_close("ONNX", Y[:, 0], outputs, 1e-12)
    for name, array, ours in zip(("Y_h", "Y_c"), last_states, unpack(last), strict=False):
        assert_close(name, array[0], ours, 1e-12)


KERAS = {"RNN": simple_rnn_step, "LSTM": lstm_step, "GRU": gru_step}


@pytest.mark.parametrize("kind", KERAS)
def test_pytorch_keras_onnx_and_ours_are_one_network(kind):
    check_all_together(kind)


@pytest.mark.parametrize("kind", ["RNN", "LSTM"])
def test_from_any_notation_into_any_other(kind):
    cell = random_cell(kind, 3, 4, source="KGP")
    sources = [row.source for row in NOTATIONS if row.kind == kind]
    for source in sources:
        layer = convert.from_notation(source, kind, convert.to_notation(cell, source))
        for other in sources:
            again = convert.from_notation(other, kind, convert.to_notation(layer, other))
            assert_all_close(again.parameters(), cell.parameters(), 0)
