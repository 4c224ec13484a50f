"""The checks of the conversions, checked: each classic mistake, planted alone, fails the check that should see it."""

from dataclasses import replace

import pytest

from rnncourse.scratch import convert
from rnncourse.scratch.convert import Notation, keras, onnx, pytorch, weights

from .planting import with_bug
from .test_convert_keras import check_both_directions, check_keras
from .test_convert_notations import check_all_together, check_deck, check_row
from .test_convert_onnx import EXPRESSED, check_onnx, check_published
from .test_convert_torch import check_equals_torch, module_of, own_layer

SQUARE = (4, 3, 3, 3)  # T, B, D, H: no shape betrays a missing transpose or a wrong order


def from_torch(kind="GRU", layers=1, directions=1):
    module = module_of(kind, SQUARE[2:], num_layers=layers, bidirectional=directions == 2)
    check_equals_torch(convert.from_torch(module), module, SQUARE, ragged=True)


def to_torch(kind="GRU", layers=1, directions=1):
    layer = own_layer(kind, SQUARE[2:], layers, directions)
    check_equals_torch(layer, convert.to_torch(layer), SQUARE)


def of_onnx(operator, linear_before_reset=0, directions=1):
    check_onnx((operator, linear_before_reset), directions, SQUARE)


ROWS = {  # the row: source, kind, reset_after; what a tired author might have put there; and the check that sees it
    "Keras' LSTM in ONNX's order": (("Keras", "LSTM", None), {"gates": "iofg"}, (check_keras, "LSTM")),
    "Keras' LSTM, i and f": (("Keras", "LSTM", None), {"gates": "figo"}, (check_keras, "LSTM")),
    "Keras' GRU in PyTorch's order": (("Keras", "GRU", True), {"gates": "rzn"}, (check_keras, "GRU")),
    "Keras' other GRU in PyTorch's order": (("Keras", "GRU", False), {"gates": "rzn"}, (check_keras, "GRU before")),
    "Keras' update gate": (("Keras", "GRU", True), {"update": "1 - z"}, (check_keras, "GRU")),
    "Keras' biases": (("Keras", "GRU", True), {"biases": ("bias[1]", "bias[0]")}, (check_keras, "GRU")),
    "ONNX's LSTM in PyTorch's order": (("ONNX", "LSTM", None), {"gates": "ifgo"}, (of_onnx, "LSTM")),
    "ONNX's LSTM, i and f": (("ONNX", "LSTM", None), {"gates": "foig"}, (of_onnx, "LSTM")),
    "ONNX's GRU in PyTorch's order": (("ONNX", "GRU", False), {"gates": "rzn"}, (of_onnx, "GRU")),
    "ONNX's biases": (("ONNX", "GRU", True), {"biases": ("Rb", "Wb")}, (of_onnx, "GRU", 1)),
    "ONNX not transposed": (("ONNX", "RNN", None), {"transposed": False}, (of_onnx, "RNN")),
    "PyTorch's LSTM in KGP's order": (("PyTorch", "LSTM", None), {"gates": "ifog"}, (from_torch, "LSTM")),
    "PyTorch's GRU in Keras' order": (("PyTorch", "GRU", True), {"gates": "zrn"}, (from_torch,)),
    "PyTorch's update gate": (("PyTorch", "GRU", True), {"update": "1 - z"}, (from_torch,)),
    "PyTorch's reset before the product": (("PyTorch", "GRU", True), {"reset_after": False}, (from_torch,)),
    "PyTorch's biases": (("PyTorch", "GRU", True), {"biases": ("bias_hh", "bias_ih")}, (from_torch,)),
    "PyTorch not transposed": (("PyTorch", "RNN", None), {"transposed": False}, (from_torch, "RNN tanh")),
    "all but PyTorch swap r and z": (("PyTorch", "GRU", True), {"gates": "zrn"}, (check_all_together, "GRU")),
    "KGP's U and W": (
        ("KGP", "LSTM", None),
        {"input_weight": "W^{}", "recurrent_weight": "U^{}"},
        (check_deck, "KGP", "LSTM"),
    ),
    "RN2's U and W": (
        ("RN2", "LSTM", None),
        {"input_weight": "W_{}", "recurrent_weight": "U_{}"},
        (check_deck, "RN2", "LSTM"),
    ),
    "EDI in rows": (("EDI", "LSTM", None), {"transposed": False}, (check_deck, "EDI", "LSTM")),
    "EDI's output gate under h": (("EDI", "LSTM", None), {"letters": "ifho"}, (check_deck, "EDI", "LSTM")),
    "PKU's gates": (("PKU", "LSTM", None), {"letters": "ifCo"}, (check_deck, "PKU", "LSTM")),
    "Olah's gates": (("KGP after Olah", "LSTM", None), {"gates": "ifgo"}, (check_deck, "KGP after Olah", "LSTM")),
    "z for RN2's u": (("RN2", "GRU", False), {"update": "z"}, (check_deck, "RN2", "GRU")),
    "RN2's u for r": (("RN2", "GRU", False), {"letters": "ruh"}, (check_deck, "RN2", "GRU")),
}

KGP_LSTM = weights.find_notation("KGP", "LSTM")
DEEP = (from_torch, "LSTM", 3, 1)
BOTH_DEEP = (from_torch, "GRU", 2, 2)
WEIGHTS = {  # module, function, what it says and what it might have said, and the check that sees it
    "second bias dropped": (weights, "_read", "sum(second, b)", "b", (from_torch, "LSTM")),
    "second bias of r and z dropped": (weights, "_read", "(b + second[0])[: 2", "b[: 2", (from_torch,)),
    "second bias of n outside the reset": (weights, "_read", ", b[2 * H", ", (b + second[0])[2 * H", (from_torch,)),
    "b_hn dropped": (weights, "_read", "]), second", "]), 0 * second", (from_torch,)),
    "[x, h] read for [h, x]": (weights, "_read", "W_h, W_x =", "W_x, W_h =", (check_deck, "PKU", "LSTM")),
    "[x, h] written": (
        weights,
        "to_notation",
        "W_h[gate], W_x[gate]",
        "W_x[gate], W_h[gate]",
        (check_deck, "PKU", "RNN"),
    ),
    "read in the source's order": (weights, "_columns", "in GATES[notation.kind]]", "in ours]", (check_keras, "GRU")),
    "written in our order": (weights, "_written", "in notation.gates", "in blocks", (of_onnx, "LSTM")),
    "b_hn not written": (weights, "to_notation", '["n"] = layer', '["r"] = layer', (to_torch,)),
    "a bias written twice": (weights, "to_notation", "np.zeros_like(block)", "block", (to_torch, "LSTM")),
    "memory shared": (weights, "_written", 'np.array(array, order="C")', "array", (check_row, KGP_LSTM)),
    "one sigmoid for the other": (Notation, "oriented", "-block", "block", (check_deck, "RN2", "GRU")),
    "directions": (pytorch, "_recurrent", '("", "_reverse")', '("_reverse", "")', BOTH_DEEP),
    "layers from last to first": (pytorch, "_recurrent", "range(module.num_layers)", "reversed(range(3))", DEEP),
    "the first layer again and again": (pytorch, "_recurrent", "_l{depth}", "_l0", DEEP),
    "biases forgotten": (pytorch, "_simple", "4 if module.bias else 2", "2", (from_torch, "LSTM")),
    "relu forgotten": (
        pytorch,
        "_simple",
        'getattr(module, "nonlinearity", "tanh")',
        '"tanh"',
        (from_torch, "RNN relu"),
    ),
    "directions to PyTorch": (pytorch, "to_torch", '("", "_reverse")', '("_reverse", "")', (to_torch, "LSTM", 1, 2)),
    "layers to PyTorch": (pytorch, "to_torch", "enumerate(rows)", "enumerate(rows[::-1])", (to_torch, "LSTM", 3, 1)),
    "relu to PyTorch": (pytorch, "to_torch", '{"nonlinearity": first.nonlinearity}', "{}", (to_torch, "RNN relu")),
    "Keras' directions": (
        keras,
        "from_keras",
        "Bidirectional(*layers)",
        "Bidirectional(*layers[::-1])",
        (check_both_directions, "LSTM"),
    ),
    "Keras' rows of biases": (keras, "_named", '"bias[0]": bias[0]', '"bias[0]": bias[1]', (check_keras, "GRU")),
    "rows of biases to Keras": (keras, "_listed", "np.stack(biases)", "np.stack(biases[::-1])", (check_keras, "GRU")),
    "ONNX's directions": (
        onnx,
        "from_onnx",
        "Bidirectional(*layers)",
        "Bidirectional(*layers[::-1])",
        (of_onnx, "GRU", 1, 2),
    ),
    "ONNX's halves of B": (onnx, "from_onnx", '("Wb", "Rb")', '("Rb", "Wb")', (of_onnx, "GRU", 1)),
    "linear_before_reset": (onnx, "from_onnx", "0) == 1", "0) == 0", (of_onnx, "GRU", 1)),
    "linear_before_reset to ONNX": (onnx, "to_onnx", "int(first.reset_after)", "0", (of_onnx, "GRU", 1)),
    "halves of B to ONNX": (
        onnx,
        "to_onnx",
        '[arrays["Wb"], arrays["Rb"]]',
        '[arrays["Rb"], arrays["Wb"]]',
        (of_onnx, "GRU", 1),
    ),
    "directions to ONNX": (onnx, "to_onnx", "for one in layers]", "for one in layers[::-1]]", (of_onnx, "LSTM", 0, 2)),
}


def plant_row(monkeypatch, key, change):
    """The table with one row changed."""
    rows = [(row.source, row.kind, row.reset_after) for row in weights.NOTATIONS]
    assert rows.count(key) == 1
    changed = [replace(row, **change) if at == key else row for at, row in zip(rows, weights.NOTATIONS, strict=True)]
    monkeypatch.setattr(weights, "NOTATIONS", tuple(changed))


def plant(monkeypatch, owner, name, right, wrong):
    """One function with a bug, wherever it has been imported to."""
    correct = getattr(owner, name)
    buggy = with_bug(correct, right, wrong)
    for place in (owner, convert, weights, pytorch, keras, onnx):
        if getattr(place, name, None) is correct:
            monkeypatch.setattr(place, name, buggy)
    for module, reader in list(pytorch._READERS.items()):
        if reader is correct:
            monkeypatch.setitem(pytorch._READERS, module, buggy)


@pytest.mark.parametrize("bug", ROWS)
def test_a_wrong_row_is_caught(bug, monkeypatch):
    key, change, (check, *arguments) = ROWS[bug]
    check(*arguments)
    plant_row(monkeypatch, key, change)
    with pytest.raises(AssertionError, match="relative error"):
        check(*arguments)


@pytest.mark.parametrize("bug", WEIGHTS)
def test_a_wrong_conversion_is_caught(bug, monkeypatch):
    owner, name, right, wrong, (check, *arguments) = WEIGHTS[bug]
    check(*arguments)
    plant(monkeypatch, owner, name, right, wrong)
    with pytest.raises(AssertionError, match="relative error"):
        check(*arguments)


def test_the_published_cases_alone_would_let_a_swapped_gate_pass(monkeypatch):
    plant_row(monkeypatch, ("ONNX", "LSTM", None), {"gates": "foig"})
    for case in EXPRESSED.values():
        check_published(case)
