"""The crosswalk tables of book/notation.md: one step of the same network by every row's formula."""

from pathlib import Path

import numpy as np
import pytest
import torch

from rnncourse.scratch import ElmanCell, GRUCell, LSTMCell
from rnncourse.scratch.functional import sigmoid

PAGE = Path(__file__).resolve().parents[2] / "book" / "notation.md"
rng = np.random.default_rng(0)
B, D, H, V = 2, 3, 4, 5
x, h, c = (rng.normal(size=(B, size)) for size in (D, H, H))
W_xh, W_hh, b_h = (rng.normal(size=shape) for shape in [(D, H), (H, H), (H,)])
W_hy, b_y = rng.normal(size=(H, V)), rng.normal(size=V)
LSTM = [rng.normal(size=shape) for shape in [(D, 4 * H), (H, 4 * H), (4 * H,)]]  # W_x, W_h, b
GRU = [rng.normal(size=shape) for shape in [(D, 3 * H), (H, 3 * H), (3 * H,)]]
b_hn = rng.normal(size=H)


def blocks(order, gates, arrays):
    """W_x, W_h and b with their blocks, which stand in the order of ``gates``, put into another order."""
    named = [dict(zip(gates, np.split(array, len(gates), axis=-1), strict=True)) for array in arrays]
    return [np.concatenate([array[gate] for gate in order], axis=-1) for array in named]


def each(order, gates, arrays):
    """For each gate of the order its own W_x, W_h and b."""
    return [blocks(gate, gates, arrays) for gate in order]


def by_kgp():
    U, W = W_xh, W_hh
    return np.tanh(x @ U + h @ W)


def by_columns():
    """ISM, EDI and RN2: column vectors, transposed weights."""
    U, W, b = W_xh.T, W_hh.T, b_h[:, None]
    return np.tanh(b + W @ h.T + U @ x.T).T


def by_pku():
    W = np.concatenate([W_hh, W_xh])
    return np.tanh(np.concatenate([h, x], axis=1) @ W + b_h)


def in_pytorch(module, W_x, W_h, first_bias, second_bias, *state):
    """What the module returns for one step, with these weights: transposed, and with two biases."""
    arrays = {"weight_ih_l0": W_x.T, "weight_hh_l0": W_h.T, "bias_ih_l0": first_bias, "bias_hh_l0": second_bias}
    state = tuple(torch.tensor(array)[None] for array in state)
    with torch.no_grad():
        for name, array in arrays.items():
            getattr(module, name).copy_(torch.tensor(array))
        return module(torch.tensor(x)[None], state if len(state) > 1 else state[0])


def by_pytorch():
    net = torch.nn.RNN(D, H, dtype=torch.float64)
    return in_pytorch(net, W_xh, W_hh, 0.3 * b_h, 0.7 * b_h, h)[0][0].numpy()


def by_keras():
    """SimpleRNN.call of Keras: inputs @ kernel + bias + prev_output @ recurrent_kernel."""
    kernel, recurrent_kernel, bias = W_xh, W_hh, b_h
    return np.tanh(x @ kernel + bias + h @ recurrent_kernel)


def by_onnx():
    """ONNX operator RNN: Ht = f(Xt * Wi^T + Ht-1 * Ri^T + Wbi + Rbi)."""
    W, R, bias = W_xh.T[None], W_hh.T[None], np.concatenate([0.4 * b_h, 0.6 * b_h])[None]
    return np.tanh(x @ W[0].T + h @ R[0].T + bias[0, :H] + bias[0, H:])


def lstm_step(f, i, o, content, c_prev, squash=np.tanh):
    """What all rows share: from the arguments of the gates to h and c."""
    c_t = sigmoid(f) * c_prev + sigmoid(i) * squash(content)
    return sigmoid(o) * np.tanh(c_t), c_t


def by_kgp_lstm():
    i, f, o, g = (x @ U + h @ W for U, W, _ in each("ifog", "ifgo", LSTM))
    return lstm_step(f, i, o, g, c)


def by_olah_lstm():
    gates = [(np.hstack([W_h.T, W_x.T]), b[:, None]) for W_x, W_h, b in each("figo", "ifgo", LSTM)]
    f, i, C, o = (W @ np.vstack([h.T, x.T]) + b for W, b in gates)
    return [array.T for array in lstm_step(f, i, o, C, c.T)]


def by_edi_lstm(squash=np.tanh):
    """The deck prints g without tanh; ``squash=lambda a: a`` is what stands there."""
    gates = [(W_x.T, W_h.T, b[:, None]) for W_x, W_h, b in each("ifog", "ifgo", LSTM)]
    (W_ix, W_ih, b_i), (W_fx, W_fh, b_f), (W_ox, W_oh, b_o), (W_hx, W_hh, b_h) = gates
    i, f, o = W_ix @ x.T + W_ih @ h.T + b_i, W_fx @ x.T + W_fh @ h.T + b_f, W_ox @ x.T + W_oh @ h.T + b_o
    return [array.T for array in lstm_step(f, i, o, W_hx @ x.T + W_hh @ h.T + b_h, c.T, squash)]


def by_rn2_lstm():
    gates = [(W_x.T, W_h.T, b[:, None]) for W_x, W_h, b in each("fiog", "ifgo", LSTM)]
    f, i, o, new = (W @ h.T + U @ x.T + b for U, W, b in gates)
    return [array.T for array in lstm_step(f, i, o, new, c.T)]


def by_pku_lstm():
    gates = [(np.vstack([W_h, W_x]), b) for W_x, W_h, b in each("figo", "ifgo", LSTM)]
    f, i, C, o = (np.hstack([h, x]) @ W + b for W, b in gates)
    return lstm_step(f, i, o, C, c)


def by_pytorch_lstm():
    W_x, W_h, b = LSTM
    output, (_, c_n) = in_pytorch(torch.nn.LSTM(D, H, dtype=torch.float64), W_x, W_h, 0.3 * b, 0.7 * b, h, c)
    return output[0].numpy(), c_n[0].numpy()


def by_keras_lstm():
    """LSTMCell.call of Keras, whose columns are i f c o."""
    kernel, recurrent_kernel, bias = blocks("ifgo", "ifgo", LSTM)
    i, f, new, o = np.split(x @ kernel + h @ recurrent_kernel + bias, 4, axis=1)
    return lstm_step(f, i, o, new, c)


def by_onnx_lstm():
    """ONNX operator LSTM, whose rows are i o f c."""
    W, R, b = (array.T[None] for array in blocks("iofg", "ifgo", LSTM))
    bias = np.concatenate([0.4 * b, 0.6 * b], axis=1)
    i, o, f, new = np.split(x @ W[0].T + h @ R[0].T + bias[0, : 4 * H] + bias[0, 4 * H :], 4, axis=1)
    return lstm_step(f, i, o, new, c)


def by_rn2_gru():
    """u = 1 - z has the negative of z's weights and bias."""
    (U_z, W_z, b_z), (U_r, W_r, b_r), (U_h, W_h, b_h) = (
        (W_x.T, W_h.T, b[:, None]) for W_x, W_h, b in each("zrn", "rzn", GRU)
    )
    U_u, W_u, b_u = -U_z, -W_z, -b_z
    u = sigmoid(W_u @ h.T + U_u @ x.T + b_u)
    r = sigmoid(W_r @ h.T + U_r @ x.T + b_r)
    new = np.tanh(W_h @ (r * h.T) + U_h @ x.T + b_h)
    return ((1 - u) * h.T + u * new).T


def two_biases(b):
    """Two parts of b, but for the new content, which stands last and has b and ``b_hn``."""
    return np.append(0.3 * b[: 2 * H], b[2 * H :]), np.append(0.7 * b[: 2 * H], b_hn)


def by_pytorch_gru():
    W_x, W_h, b = GRU
    return in_pytorch(torch.nn.GRU(D, H, dtype=torch.float64), W_x, W_h, *two_biases(b), h)[0][0].numpy()


def zrh_step(from_x, recurrent_kernel, recurrent_bias, reset_after):
    """What Keras and ONNX share: z r h, and z keeps."""
    x_z, x_r, x_h = np.split(from_x, 3, axis=1)
    h_z, h_r, h_h = np.split(h @ recurrent_kernel + recurrent_bias, 3, axis=1)
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    before = (r * h) @ recurrent_kernel[:, 2 * H :] + recurrent_bias[2 * H :]
    return z * h + (1 - z) * np.tanh(x_h + (r * h_h if reset_after else before))


def by_keras_gru():
    kernel, recurrent_kernel, b = blocks("zrn", "rzn", GRU)
    bias = np.stack(two_biases(b))
    return zrh_step(x @ kernel + bias[0], recurrent_kernel, bias[1], reset_after=True)


def by_keras_gru_before():
    kernel, recurrent_kernel, bias = blocks("zrn", "rzn", GRU)
    return zrh_step(x @ kernel + bias, recurrent_kernel, np.zeros(3 * H), reset_after=False)


def by_onnx_gru():
    W, R, b = (array.T[None] for array in blocks("zrn", "rzn", GRU))
    bias = np.concatenate([0.4 * b, 0.6 * b], axis=1)
    return zrh_step(x @ W[0].T + bias[0, : 3 * H], R[0].T, bias[0, 3 * H :], reset_after=False)


def by_onnx_gru_linear_before_reset():
    W, R, b = (array.T[None] for array in blocks("zrn", "rzn", GRU))
    bias = np.concatenate(two_biases(b[0]))[None]
    return zrh_step(x @ W[0].T + bias[0, : 3 * H], R[0].T, bias[0, 3 * H :], reset_after=True)


def our_rnn(with_bias=True):
    cell = ElmanCell(D, H, rng)
    cell.W_xh, cell.W_hh, cell.b_h = W_xh, W_hh, b_h * with_bias
    return cell.forward(x, h)[0]


def our_lstm(with_bias=True):
    cell = LSTMCell(D, H, rng)
    cell.W_x, cell.W_h, cell.b = LSTM[0], LSTM[1], LSTM[2] * with_bias
    return cell.forward(x, (h, c))[0]


def our_gru(reset_after):
    cell = GRUCell(D, H, rng, reset_after=reset_after)
    cell.W_x, cell.W_h, cell.b = GRU
    cell.b_hn = b_hn
    return cell.forward(x, h)[0]


TABLES = {  # label of the table, and for each row after ours the formula and our step that it must equal
    "notation-decks": {
        "KGP deck": (by_kgp, lambda: our_rnn(with_bias=False)),
        "ISM deck": (by_columns, our_rnn),
        "EDI deck": (by_columns, our_rnn),
        "RN2 deck": (by_columns, our_rnn),
        "PKU deck": (by_pku, our_rnn),
        "PyTorch `nn.RNN`": (by_pytorch, our_rnn),
        "Keras `SimpleRNN`": (by_keras, our_rnn),
        "ONNX `RNN`": (by_onnx, our_rnn),
    },
    "notation-lstm": {
        "KGP deck": (by_kgp_lstm, lambda: our_lstm(with_bias=False)),
        "KGP deck, figures after Olah": (by_olah_lstm, our_lstm),
        "EDI deck": (by_edi_lstm, our_lstm),
        "RN2 deck": (by_rn2_lstm, our_lstm),
        "PKU deck": (by_pku_lstm, our_lstm),
        "PyTorch `nn.LSTM`": (by_pytorch_lstm, our_lstm),
        "Keras `LSTM`": (by_keras_lstm, our_lstm),
        "ONNX `LSTM`": (by_onnx_lstm, our_lstm),
    },
    "notation-gru": {
        "RN2 deck": (by_rn2_gru, lambda: our_gru(False)),
        "PyTorch `nn.GRU`": (by_pytorch_gru, lambda: our_gru(True)),
        "Keras `GRU`": (by_keras_gru, lambda: our_gru(True)),
        "Keras `GRU(reset_after=False)`": (by_keras_gru_before, lambda: our_gru(False)),
        "ONNX `GRU`": (by_onnx_gru, lambda: our_gru(False)),
        "ONNX `GRU`, `linear_before_reset=1`": (by_onnx_gru_linear_before_reset, lambda: our_gru(True)),
    },
}


@pytest.mark.parametrize(("table", "row"), [(table, row) for table in TABLES for row in TABLES[table]])
def test_every_row_computes_our_step(table, row):
    formula, ours = TABLES[table][row]
    np.testing.assert_allclose(formula(), ours(), rtol=1e-12)


@pytest.mark.parametrize("table", TABLES)
def test_the_page_has_these_rows_and_no_others(table):
    section = PAGE.read_text(encoding="utf-8").partition(f"({table})=")[2].partition("\n(")[0]
    first_cells = [line.split("|")[1].partition("{cite")[0].strip() for line in section.splitlines() if line[:1] == "|"]
    assert first_cells == ["Source", "---", "**this course**", *TABLES[table]]


def test_edi_without_tanh_is_not_our_step():
    assert np.abs(np.subtract(by_edi_lstm(lambda a: a), our_lstm())).max() > 0.1


def test_the_two_resets_are_two_networks():
    assert np.abs(our_gru(True) - our_gru(False)).max() > 0.1


def test_the_output_weights_of_the_table():
    linear = torch.nn.Linear(H, V, dtype=torch.float64)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor(W_hy.T))
        linear.bias.copy_(torch.tensor(b_y))
    np.testing.assert_allclose(linear(torch.tensor(h)).detach().numpy(), h @ W_hy + b_y, rtol=1e-12)
    np.testing.assert_allclose((b_y[:, None] + W_hy.T @ h.T).T, h @ W_hy + b_y, rtol=1e-12)
