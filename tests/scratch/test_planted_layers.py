"""Classic mistakes planted in the cells and layers, one at a time: the checks of ``layer_checks`` see each of them."""

import pytest

from rnncourse.scratch import cells
from rnncourse.scratch.recurrent import (
    bidirectional,
    blocks,
    gru,
    layer,
    lstm,
    products,
    ragged,
    rnn,
    stacked,
    unrolled,
)

from . import checks, layer_checks
from .layer_checks import LAYERS, SIMPLE
from .planting import with_bug


def check_everything(name):
    """What test_recurrent asks of a layer, at a few odd shapes."""
    for shape, ragged_batch in (((6, 3, 5, 4), True), ((5, 1, 2, 3), False)):
        if name in SIMPLE:
            layer_checks.check_is_its_cell(name, shape, ragged_batch)
        if name in SIMPLE and name != "GRU reset before":
            layer_checks.check_torch(LAYERS[name], shape, ragged_batch)
        layer_checks.check_differences(LAYERS[name], shape, ragged_batch)
    layer_checks.check_adds(LAYERS[name])
    layer_checks.check_each_sequence_alone(LAYERS[name])


@pytest.mark.parametrize("rows", [8, blocks.ROWS])
def test_without_a_bug_nothing_is_caught(rows, monkeypatch):
    monkeypatch.setattr(blocks, "ROWS", rows)
    for name in ("RNN", "RNN relu", "LSTM", "GRU", "GRU reset before", "stacked LSTM, skip", "bidirectional GRU"):
        check_everything(name)


FORWARD = "_forward_steps"
LAYER_BUGS = {
    # name: (layer, owner, function, right, wrong)
    "RNN: h_0 ignored": ("RNN", rnn.RNN, FORWARD, "h[0] = state[0]", "h[0] = 0"),
    "RNN: first state returned": ("RNN", rnn.RNN, FORWARD, "batch.last(h)", "h[1].copy()"),
    "RNN: no slope": ("RNN", rnn.RNN, "_slope", "slope = h * h", "slope = 0 * h"),
    "RNN: 1 - h for 1 - h^2": ("RNN", rnn.RNN, "_slope", "slope = h * h", "slope = h.copy()"),
    "RNN: slope of h_{t-1}": ("RNN", rnn.RNN, "_backward_steps", "_slope(h[1:][w])", "_slope(h[w])"),
    "RNN: slope of relu is its value": ("RNN relu", rnn.RNN, "_slope", "(h > 0).astype(h.dtype)", "h.copy()"),
    "RNN: h_t for h_{t-1} in dW_hh": (
        "RNN",
        rnn.RNN,
        "_backward_steps",
        '["W_hh"], h[w]',
        '["W_hh"], h[1:][w].copy()',
    ),
    "RNN: outputs ignored": ("RNN", rnn.RNN, "_backward_steps", "np.add(dh_t, dy, out=dh_t)", "pass"),
    "RNN: nothing sent back in time": ("RNN", rnn.RNN, "_backward_steps", "np.add(dh_t, dy,", "np.add(0 * dh_t, dy,"),
    "RNN: padding not cleared": ("RNN", rnn.RNN, "_backward_steps", "batch.clear_padding(da, w)", "pass"),
    "LSTM: gates i and f swapped": ("LSTM", lstm, "_forward_window", "multiply(gates, contents", "multiply(gates[::-1], contents"),
    "LSTM: c_0 ignored": ("LSTM", lstm.LSTM, FORWARD, "h[0], c[0] = state", "h[0], c[0] = state[0], 0"),
    "LSTM: no tanh of c": ("LSTM", lstm, "_forward_window", "tanh(c, tanh_c)", "tanh_c[...] = c"),
    "LSTM: sigmoid of 2a": ("LSTM", lstm.LSTM, FORWARD, "W_x[1:] *= 0.5", "pass"),
    "LSTM: bias of 2a": ("LSTM", lstm.LSTM, FORWARD, "b[1:] *= 0.5", "pass"),
    "LSTM: c for h in the last state": ("LSTM", lstm.LSTM, FORWARD, "(batch.last(h),", "(batch.last(c),"),
    "LSTM: dc not carried": ("LSTM", lstm, "_backward_window", "multiply(dc, f, dc)", "dc[...] = 0"),
    "LSTM: dc not forgotten": ("LSTM", lstm, "_backward_window", "multiply(dc, f, dc)", "pass"),
    "LSTM: h's way to c left out": ("LSTM", lstm, "_backward_window", "add(dc, dc_dh, dc)", "pass"),
    "LSTM: no slope of tanh(c)": ("LSTM", lstm, "_slopes", "subtract(o, da_o, out", "add(o, 0 * da_o, out"),
    "LSTM: f c_{t-1} for c_{t-1}": ("LSTM", lstm, "_slopes", "multiply(gates, slots[:, CONTENTS], out=da_fi)", "multiply(gates, slots[:, CONTENTS], out=da_fi); da_fi[:, 0] *= slots[:, 2]"),
    "LSTM: h_{t-1} for h_t": ("LSTM", lstm.LSTM, "_backward_steps", "_slopes(slots[w], h[1:][w]", "_slopes(slots[w], h[w]"),
    "LSTM: no slope of f and i": ("LSTM", lstm, "_slopes", "subtract(da_fi, da_fi * gates, out=da_fi)", "pass"),
    "LSTM: slopes of f and i swapped": ("LSTM", lstm, "_slopes", "da_fi * gates, out", "da_fi * gates[:, ::-1], out"),
    "LSTM: no slope of g": ("LSTM", lstm, "_slopes", "subtract(i, da_g, out=da_g)", "da_g[...] = i"),
    "LSTM: no slope of o": ("LSTM", lstm, "_slopes", "subtract(h, da_o, out=da_o)", "da_o[...] = h"),
    "LSTM: h_t in dW_h": ("LSTM", lstm.LSTM, "_backward_steps", '["W_h"], h[w]', '["W_h"], h[1:][w].copy()'),
    "LSTM: gates not put back in order": ("LSTM", lstm.LSTM, "_backward_steps", "as_rows(da, ORDER)", "as_rows(da, (0, 1, 2, 3))"),
    "GRU: z and 1 - z swapped": ("GRU", gru, "_forward_window", "subtract(h_prev, n, h)", "subtract(n, h_prev, h)"),
    "GRU: r and z swapped": ("GRU", gru, "_forward_window", "multiply(r, q, n)", "multiply(z, q, n)"),
    "GRU: recurrent bias of n dropped": ("GRU", gru, "_forward_window", "add(q, b_hn, q)", "pass"),
    "GRU: recurrent bias outside the reset": (
        "GRU",
        gru,
        "_forward_window",
        "add(n, projected_n, n)",
        "add(n, projected_n + b_hn - r * b_hn, n)",
    ),
    "GRU: the way through z left out": ("GRU", gru, "_backward_window", "multiply(dh, z, through_z)", "through_z[...] = 0"),
    "GRU: the way through z with 1 - z": ("GRU", gru, "_backward_window", "multiply(dh, z,", "multiply(dh, 1 - z,"),
    "GRU: r's gradient without its slope": ("GRU", gru, "_slopes", "subtract(1, r, out=da_r)", "da_r[...] = 1"),
    "GRU: n - h for h - n": ("GRU", gru, "_slopes", "subtract(h_prev, n, out=da_z)", "subtract(n, h_prev, out=da_z)"),
    "GRU: no 1 - n^2": ("GRU", gru, "_slopes", "subtract(1, da_n, out=da_n)", "da_n[...] = 1"),
    "GRU: recurrent gradient of n without r": ("GRU", gru, "_slopes", "multiply(da_n, r, out=da_q)", "da_q[...] = da_n"),
    "GRU: b_hn gets the input's gradient": ("GRU", gru.GRU, "_backward_steps", '["b_hn"], to_q', '["b_hn"], to_rzn[:, 2 * H :]'),
    "GRU: padding not cleared": ("GRU", gru.GRU, "_backward_steps", "batch.clear_padding(da, w)", "pass"),
    "weight gradients overwritten": ("LSTM", blocks, "add_product", "total += np.matmul(rows.T", "total[...] = np.matmul(rows.T"),
    "not transposed back": ("LSTM", blocks, "add_product", "dtype)).T\n", "dtype)).reshape(total.shape)\n"),
    "bias averaged over the batch": ("GRU", blocks, "add_sum", "@ rows", "@ rows / len(rows)"),
    "bias gradient overwritten": ("RNN", blocks, "add_sum", "total +=", "total[...] ="),
    "bias forgotten": ("LSTM", blocks, "project", "np.add(projected, b,", "np.add(projected, 0 * b,"),
    "recurrent weight not transposed": ("LSTM", products.TransposedProduct, "__init__", "order).swapaxes(1, 2)", "order)"),
    "recurrent weight not transposed, one row": ("GRU", products.TransposedProduct, "__init__", "columns(W, order).T", "columns(W, order).reshape(W.T.shape)"),
    "dstate ignored": ("LSTM", layer.RecurrentLayer, "_enter_state", "if state is None", "if name == 'dstate' or state is None"),
    "dstate changed in place": ("RNN", ragged.RaggedBatch, "enter_state", "array.copy() if", "-array if"),
    "lengths ignored": ("GRU", layer.RecurrentLayer, "forward", "RaggedBatch(lengths, T, B)", "RaggedBatch(None, T, B)"),
    "last state of the padded end": ("LSTM", ragged.RaggedBatch, "last", "if self.order is None", "if True"),
    "batch not put back in order": ("RNN", ragged.RaggedBatch, "leave_state", "original[self.order] = array", "original[...] = array"),
    "one step too many": ("GRU", ragged.RaggedBatch, "__init__", "lengths > t", "lengths >= t"),
    "outputs not put back in order": ("RNN", ragged.RaggedBatch, "leave", "slice(None) if self.order is None else self.order", "slice(None)"),
    "cell's state changed under its cache": ("GRU reset before", unrolled, "forward_steps", "pack(array.copy() for array in arrays)", "pack(arrays)"),
    "unrolled: outputs ignored": ("unrolled LSTM", unrolled, "backward_steps", "pack([dh + dy, *others])", "pack([dh, *others])"),
    "backward direction not turned back": ("bidirectional GRU", bidirectional.Bidirectional, "forward", "[onward, _reordered(back, order)]", "[onward, back]"),
    "both directions' gradients mixed": ("bidirectional RNN", bidirectional.Bidirectional, "backward", "onward, back = doutputs[..., :H], _reordered(doutputs[..., H:], order)", "back, onward = doutputs[..., :H], _reordered(doutputs[..., H:], order)"),
    "backward direction's gradient of x dropped": ("bidirectional GRU", bidirectional.Bidirectional, "backward", "dx + _reordered(dx_back, order)", "dx"),
    "reversed with the padding": ("bidirectional LSTM", bidirectional, "_reversal", "np.where(t < lengths, lengths - 1 - t, t)", "np.broadcast_to(T - 1 - t, (T, B))"),
    "skip without its gradient": ("stacked LSTM, skip", stacked.Stacked, "backward", "dreads = dreads + dy", "pass"),
    "skip left out": ("stacked LSTM, skip", stacked.Stacked, "forward", "outputs = outputs + reads", "pass"),
    "dense without the earlier layers' gradient": ("stacked RNN, dense", stacked.Stacked, "backward", "dreads + dearlier", "dreads"),
    "states of the layers mixed up": ("stacked GRU", stacked.Stacked, "backward", "join(dstates)", "join(dstates[::-1])"),
}  # fmt: skip


def plant(monkeypatch, owner, function, right, wrong):
    monkeypatch.setattr(owner, function, with_bug(getattr(owner, function), right, wrong))


@pytest.mark.parametrize("bug", LAYER_BUGS)
def test_a_buggy_layer_is_caught(bug, monkeypatch):
    name, *where = LAYER_BUGS[bug]
    monkeypatch.setattr(blocks, "ROWS", 8)  # so that small cases are what large ones are elsewhere
    plant(monkeypatch, *where)
    with pytest.raises((AssertionError, ValueError), match=r"relative error|shape|assert|finite"):
        check_everything(name)


CELL_BUGS = {
    "LSTM: h_t for h_{t-1}": ("LSTM", cells.LSTMCell, "backward", "h_prev.T @ da", "(o * tanh_c).T @ da"),
    "LSTM: peeps at the new cell": ("LSTM", cells.LSTMCell, "backward", "f * (1 - f) * c_prev", "f * (1 - f) * (f * c_prev + i * g)"),
    "LSTM: forget gate for input gate": ("LSTM", cells.LSTMCell, "forward", "c = f * c_prev + i * g", "c = i * c_prev + f * g"),
    "LSTM: no tanh'": ("LSTM", cells.LSTMCell, "backward", "o * (1 - tanh_c**2) * dh", "o * dh"),
    "LSTM: dc overwritten by dh": ("LSTM", cells.LSTMCell, "backward", "dc = dc + o *", "dc = o *"),
    "LSTM: gradient of c_prev without f": ("LSTM", cells.LSTMCell, "backward", "f * dc)", "dc)"),
    "GRU: reset on the wrong side": ("GRU", cells.GRUCell, "forward", "n = np.tanh(a[:, 2 * H :] + r * recurrent)", "n = np.tanh(r * a[:, 2 * H :] + recurrent)"),
    "GRU: recurrent bias dropped": ("GRU", cells.GRUCell, "forward", "self.W_h[:, 2 * H :] + self.b_hn", "self.W_h[:, 2 * H :]"),
    "GRU: u for 1 - u": ("GRU", cells.GRUCell, "forward", "(1 - z) * n + z * h_prev", "z * n + (1 - z) * h_prev"),
    "GRU: direct way to h_prev dropped": ("GRU", cells.GRUCell, "backward", " + z * dh", ""),
    "GRU, reset before: r's way left out": ("GRU reset before", cells.GRUCell, "backward", "drecurrent * h_prev", "0 * drecurrent"),
    "GRU, reset before: r forgotten on the way back": ("GRU reset before", cells.GRUCell, "backward", "drecurrent * r, recurrent.T", "drecurrent, recurrent.T"),
    "GRU, reset before: h for r h in dW": ("GRU reset before", cells.GRUCell, "backward", "recurrent.T @ da_n", "h_prev.T @ da_n"),
    "relu: slope everywhere": ("RNN relu", cells.ElmanCell, "backward", "(h > 0) * dh", "dh"),
}  # fmt: skip


@pytest.mark.parametrize("bug", CELL_BUGS)
def test_a_buggy_cell_is_caught(bug, monkeypatch):
    """A wrong step fails against torch or the layer, a wrong gradient against differences."""
    name, *where = CELL_BUGS[bug]
    plant(monkeypatch, *where)
    with pytest.raises(AssertionError, match="relative error|exercise"):
        checks.check_cell(SIMPLE[name][1])
        layer_checks.check_is_its_cell(name)
