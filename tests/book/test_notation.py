"""The crosswalk table of book/notation.md: one step of the same network by every row's formula."""

from pathlib import Path

import numpy as np
import pytest
import torch

from rnncourse.scratch import ElmanCell

PAGE = Path(__file__).resolve().parents[2] / "book" / "notation.md"
rng = np.random.default_rng(0)
B, D, H, V = 2, 3, 4, 5
x, h, W_xh, W_hh, b_h = (rng.normal(size=shape) for shape in [(B, D), (B, H), (D, H), (H, H), (H,)])
W_hy, b_y = rng.normal(size=(H, V)), rng.normal(size=V)


def by_kgp(no_bias):
    U, W = W_xh, W_hh
    return np.tanh(x @ U + h @ W + no_bias)


def by_columns():
    """ISM, EDI and RN2: column vectors, transposed weights."""
    U, W, b = W_xh.T, W_hh.T, b_h[:, None]
    return np.tanh(b + W @ h.T + U @ x.T).T


def by_pku():
    W = np.concatenate([W_hh, W_xh])
    return np.tanh(np.concatenate([h, x], axis=1) @ W + b_h)


def by_pytorch():
    net = torch.nn.RNN(D, H, dtype=torch.float64)
    with torch.no_grad():
        net.weight_ih_l0.copy_(torch.tensor(W_xh.T))
        net.weight_hh_l0.copy_(torch.tensor(W_hh.T))
        net.bias_ih_l0.copy_(torch.tensor(0.3 * b_h))
        net.bias_hh_l0.copy_(torch.tensor(0.7 * b_h))
        return net(torch.tensor(x)[None], torch.tensor(h)[None])[0][0].numpy()


def by_keras():
    """SimpleRNN.call of Keras: inputs @ kernel + bias + prev_output @ recurrent_kernel."""
    kernel, recurrent_kernel, bias = W_xh, W_hh, b_h
    return np.tanh(x @ kernel + bias + h @ recurrent_kernel)


def by_onnx():
    """ONNX operator RNN: Ht = f(Xt * Wi^T + Ht-1 * Ri^T + Wbi + Rbi)."""
    W, R, bias = W_xh.T[None], W_hh.T[None], np.concatenate([0.4 * b_h, 0.6 * b_h])[None]
    return np.tanh(x @ W[0].T + h @ R[0].T + bias[0, :H] + bias[0, H:])


@pytest.mark.parametrize("formula", [lambda: by_kgp(b_h), by_columns, by_pku, by_pytorch, by_keras, by_onnx])
def test_every_row_computes_our_step(formula):
    cell = ElmanCell(D, H, rng)
    cell.W_xh, cell.W_hh, cell.b_h = W_xh, W_hh, b_h
    np.testing.assert_allclose(formula(), cell.forward(x, h)[0], rtol=1e-12)


def test_the_output_weights_of_the_table():
    linear = torch.nn.Linear(H, V, dtype=torch.float64)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor(W_hy.T))
        linear.bias.copy_(torch.tensor(b_y))
    np.testing.assert_allclose(linear(torch.tensor(h)).detach().numpy(), h @ W_hy + b_y, rtol=1e-12)
    np.testing.assert_allclose((b_y[:, None] + W_hy.T @ h.T).T, h @ W_hy + b_y, rtol=1e-12)


def test_the_table_has_a_row_for_each_of_them():
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    for source in (
        "this course",
        "KGP deck",
        "ISM deck",
        "EDI deck",
        "RN2 deck",
        "PKU deck",
        "PyTorch",
        "Keras",
        "ONNX",
    ):
        assert sum(line.split("|")[1].strip().strip("*").startswith(source) for line in rows) == 1
