"""What no conversion can express is refused, with a sentence that says what was expected and what to do."""

import numpy as np
import pytest
import torch

from rnncourse.scratch import GRU, LSTM, RNN, Bidirectional, ElmanCell, Linear, Stacked, Unrolled, convert

from .checks import assert_rejects


def lstm(**options):
    return convert.from_torch(torch.nn.LSTM(2, 3, **options))


def to_torch(*layers, **options):
    return convert.to_torch(Stacked(list(layers), **options))


RNG = np.random.default_rng(0)
EQUAL = [RNN(3, 3, RNG), RNN(3, 3, RNG)]
BOTH = Bidirectional(RNN(3, 3, RNG), RNN(3, 3, RNG))
Variant = type("Variant", (LSTM,), {})
TORCH = {
    "batch_first": (lambda: lstm(batch_first=True), "batch_first", "False", "True: transpose the input and build"),
    "proj_size": (lambda: lstm(proj_size=1), "proj_size", "0", "1: our layers put out the whole state"),
    "dropout": (
        lambda: lstm(num_layers=2, dropout=0.5),
        "dropout",
        "none in training mode",
        "0.5: call the module's .eval()",
    ),
    "half precision": (
        lambda: lstm(dtype=torch.bfloat16),
        "weight_ih_l0",
        "torch.float32 or torch.float64",
        "torch.bfloat16",
    ),
    "another module": (
        lambda: convert.from_torch(torch.nn.Conv1d(1, 1, 1)),
        "module",
        "nn.GRUCell, nn.Linear",
        "Conv1d",
    ),
    "a subclass": (
        lambda: convert.from_torch(type("LSTM", (torch.nn.LSTM,), {})(2, 3)),
        "module",
        "one of nn.RNN, nn.LSTM, nn.GRU",
        "LSTM",
    ),
    "our own layer": (lambda: convert.from_torch(EQUAL[0]), "module", "one of nn.RNN", "RNN"),
    "a string": (lambda: convert.from_torch("LSTM"), "module", "one of nn.RNN", "str"),
    "padding_idx": (
        lambda: convert.from_torch(torch.nn.Embedding(4, 2, padding_idx=0)),
        "padding_idx",
        "None",
        "0: every row",
    ),
    "max_norm": (
        lambda: convert.from_torch(torch.nn.Embedding(4, 2, max_norm=1.0)),
        "max_norm",
        "None",
        "1.0: the rows",
    ),
    "reset before": (
        lambda: convert.to_torch(GRU(2, 3, RNG, reset_after=False)),
        "reset_after",
        "True, as PyTorch",
        "False",
    ),
    "skip": (
        lambda: to_torch(*EQUAL, connections="skip"),
        "connections",
        "'plain', as PyTorch has no others",
        "'skip'",
    ),
    "dense": (lambda: to_torch(EQUAL[0], RNN(6, 3, RNG), connections="dense"), "connections", "'plain'", "'dense'"),
    "unequal kinds": (
        lambda: to_torch(EQUAL[0], GRU(3, 3, RNG)),
        "layer",
        "all alike",
        "GRU(reset_after=True) and RNN(",
    ),
    "unequal functions": (
        lambda: to_torch(EQUAL[0], RNN(3, 3, RNG, nonlinearity="relu")),
        "layer",
        "all alike",
        "RNN(nonlinearity=relu) and RNN(",
    ),
    "one and both directions": (
        lambda: to_torch(EQUAL[0], BOTH),
        "layer",
        "one direction or all in both",
        "some of each",
    ),
    "unrolled": (lambda: convert.to_torch(Unrolled(ElmanCell(2, 3, RNG))), "layer", "an RNN, LSTM or GRU", "Unrolled"),
    "a stack in a stack": (lambda: to_torch(Stacked(EQUAL)), "layer", "an RNN, LSTM or GRU", "Stacked"),
    "a variant": (lambda: convert.to_torch(Variant(2, 3, RNG)), "layer", "an RNN, LSTM or GRU", "Variant"),
    "no layer": (lambda: convert.to_torch(None), "layer", "an RNN, LSTM or GRU", "NoneType"),
    "float16": (lambda: convert.to_torch(Linear(2, 3, RNG, np.float16)), "dtype", "float32 or float64", "float16"),
}


D, H = 2, 3
KERNEL, RECURRENT, BIAS = np.ones((D, 3 * H)), np.ones((H, 3 * H)), np.ones((2, 3 * H))
SIMPLE = [np.ones((D, H)), np.ones((H, H)), np.ones(H)]


def keras(*weights, kind="GRU", **options):
    return convert.from_keras(kind, list(weights), **options)


KERAS = {
    "another kind": (lambda: keras(kind="Dense"), "kind", "'SimpleRNN' or 'LSTM' or 'GRU'", "'Dense'"),
    "no list": (
        lambda: convert.from_keras("GRU", KERNEL),
        "weights",
        "a list of 2 or 3 arrays, or twice that",
        "ndarray",
    ),
    "one array": (lambda: keras(KERNEL), "weights", "a list of 2 or 3 arrays", "1 arrays"),
    "five arrays": (lambda: keras(*SIMPLE, *SIMPLE[:2]), "weights", "a list of 2 or 3 arrays", "5 arrays"),
    "one row of biases": (lambda: keras(KERNEL, RECURRENT, BIAS[0]), "bias", "shape (2, 3H)", "(9,)"),
    "two rows of biases": (lambda: keras(KERNEL, RECURRENT, BIAS, reset_after=False), "bias", "shape (9,)", "(2, 9)"),
    "width of a bias": (lambda: keras(KERNEL, RECURRENT, BIAS[:, 1:]), "bias[0]", "shape (9,)", "(8,)"),
    "kernel of lists": (lambda: keras(KERNEL.tolist(), RECURRENT, BIAS), "kernel", "NumPy array of floats", "list"),
    "kernel of integers": (lambda: keras(KERNEL.astype(int), RECURRENT, BIAS), "kernel", "array of floats", "int64"),
    "kernel's width": (lambda: keras(KERNEL[:, 1:], RECURRENT, BIAS), "kernel", "shape (2, 9)", "(2, 8)"),
    "kernel's rank": (lambda: keras(KERNEL[0], RECURRENT, BIAS), "kernel", "shape (from, to)", "(9,)"),
    "recurrent width": (lambda: keras(KERNEL, RECURRENT[:, 1:], BIAS), "recurrent_kernel", "shape (3, 9)", "(3, 8)"),
    "mixed dtypes": (
        lambda: keras(KERNEL, RECURRENT.astype("f"), BIAS),
        "recurrent_kernel",
        "dtype float64",
        "float32",
    ),
    "relu in a GRU": (lambda: keras(KERNEL, RECURRENT, BIAS, nonlinearity="relu"), "nonlinearity", "'tanh'", "'relu'"),
    "sigmoid": (
        lambda: keras(*SIMPLE, kind="SimpleRNN", nonlinearity="sigmoid"),
        "nonlinearity",
        "'relu'",
        "'sigmoid'",
    ),
    "reset_after": (
        lambda: keras(KERNEL, RECURRENT, reset_after="yes"),
        "reset_after",
        "True or False, as Keras",
        "'yes'",
    ),
    "a stack": (lambda: convert.to_keras(Stacked(EQUAL)), "layer", "an RNN, LSTM or GRU", "Stacked"),
    "two kinds": (
        lambda: convert.to_keras(Bidirectional(GRU(2, 3, RNG), GRU(2, 3, RNG, reset_after=False))),
        "layer",
        "all alike",
        "GRU(reset_after=False) and GRU(reset_after=True)",
    ),
}

W, R, B = np.ones((1, 3 * H, D)), np.ones((1, 3 * H, H)), np.ones((1, 6 * H))


def node(operator="GRU", W=W, R=R, B=B, **attributes):
    return convert.from_onnx(operator, {"W": W, "R": R, "B": B}, attributes)


ONNX = {
    "operator": (lambda: node("Attention"), "operator", "'RNN' or 'LSTM' or 'GRU'", "'Attention'"),
    "inputs": (lambda: convert.from_onnx("GRU", W), "inputs", "a dictionary of W, R and perhaps B", "ndarray"),
    "no R": (lambda: convert.from_onnx("GRU", {"W": W}), "inputs", "a dictionary of W, R", "W"),
    "X": (lambda: convert.from_onnx("GRU", {"W": W, "R": R, "X": W}), "inputs", "a dictionary of W, R", "W, R, X"),
    "peepholes": (
        lambda: convert.from_onnx("LSTM", {"W": W, "R": R, "P": B}),
        "inputs",
        "of W, R",
        "W, R, P: our LSTM has no peep",
    ),
    "W's rank": (lambda: node(W=W[0]), "W", "shape (directions, GH, D)", "(9, 2)"),
    "three directions": (lambda: node(W=np.ones((3, 9, 2))), "W", "1 or 2 directions", "3"),
    "W's gates": (lambda: node(W=W[:, 1:]), "W", "shape (9, 2)", "(8, 2)"),
    "R's directions": (lambda: node(W=np.ones((2, 9, 2))), "R", "shape (2, GH, H)", "(1, 9, 3)"),
    "gates of another operator": (lambda: node("LSTM"), "W", "shape (12, 2)", "(9, 2)"),
    "B": (lambda: node(B=B[:, 1:]), "B", "shape (1, 18)", "(1, 17)"),
    "hidden_size": (lambda: node(hidden_size=4), "hidden_size", "3", "4"),
    "layout": (lambda: node(layout=1), "layout", "0", "1: convert it with layout 0, and swap the first two axes"),
    "reverse": (lambda: node(direction="reverse"), "direction", "'forward'", "'reverse': W has the weights of as many"),
    "bytes": (lambda: node(direction=b"bidirectional"), "direction", "'forward'", "'bidirectional'"),
    "clip": (lambda: node(clip=3.0), "clip", "no such attribute", "3.0"),
    "input_forget": (lambda: node(input_forget=1), "input_forget", "0", "1"),
    "activations": (
        lambda: node(activations=[b"Sigmoid", b"Relu"]),
        "activations",
        "['Sigmoid', 'Tanh']",
        "['Sigmoid', 'R",
    ),
    "reset of another kind": (
        lambda: node("LSTM", linear_before_reset=1),
        "linear_before_reset",
        "no such attribute",
        "1",
    ),
    "a stack": (lambda: convert.to_onnx(Stacked(EQUAL)), "layer", "an RNN, LSTM or GRU", "Stacked"),
}

KGP = {"U": np.ones((2, 3)), "W": np.ones((3, 3))}
PKU = {f"{name}_{gate}": np.ones((5, 3) if name == "W" else 3) for gate in "fiCo" for name in "Wb"}


def noted(source="PKU", kind="LSTM", weights=PKU, change=None, **options):
    return convert.from_notation(source, kind, weights | (change or {}), **options)


NOTATION = {
    "kind": (lambda: noted(kind="CNN"), "kind", "'RNN' or 'LSTM' or 'GRU'", "'CNN'"),
    "source": (lambda: noted("Elman"), "source", "'KGP' or 'KGP after Olah' or 'EDI'", "'Elman'"),
    "a deck without GRU": (lambda: noted("PKU", "GRU"), "source", "'RN2' or 'PyTorch' or 'Keras' or 'ONNX'", "'PKU'"),
    "weights": (lambda: convert.from_notation("KGP", "RNN", None), "weights", "a dictionary of U, W", "NoneType"),
    "names": (lambda: noted("KGP", "RNN", KGP, {"V": KGP["U"]}), "weights", "a dictionary of U, W", "U, W, V"),
    "some biases": (
        lambda: convert.from_notation("PKU", "LSTM", {name: PKU[name] for name in PKU if name != "b_o"}),
        "weights",
        "a dictionary of W_f, W_i, W_C, W_o, b_f, b_i, b_C, b_o",
        "W_f, b_f, W_i, b_i, W_C, b_C, W_o",
    ),
    "joined without input": (lambda: noted(change={"W_f": np.ones((3, 3))}), "W_f", "shape (4, 3)", "(3, 3)"),
    "another gate's size": (lambda: noted(change={"W_o": np.ones((6, 3))}), "W_o", "shape (5, 3)", "(6, 3)"),
    "transposed": (lambda: noted("KGP", "RNN", KGP, {"U": KGP["U"].T}), "U", "shape (3, 3)", "(3, 2)"),
    "empty": (lambda: noted("KGP", "RNN", KGP, {"U": np.ones((0, 3))}), "U", "at least one element", "shape (0, 3)"),
    "reset_after": (
        lambda: noted("RN2", "GRU", reset_after=True),
        "reset_after",
        "False, as RN2 has it in the GRU",
        "True",
    ),
    "reset of an LSTM": (lambda: noted(reset_after=True), "reset_after", "None, as PKU has it in the LSTM", "True"),
    "biases for KGP": (
        lambda: convert.to_notation(EQUAL[0], "KGP"),
        "layer",
        "biases of 0, as KGP writes none",
        "others",
    ),
    "a GRU after the product": (
        lambda: convert.to_notation(GRU(2, 3, RNG), "RN2"),
        "reset_after",
        "False, as RN2",
        "True",
    ),
    "a linear layer": (lambda: convert.to_notation(Linear(2, 3, RNG), "KGP"), "layer", "an RNN, LSTM or GRU", "Linear"),
}
ALL = {"torch": TORCH, "keras": KERAS, "onnx": ONNX, "notation": NOTATION}


@pytest.mark.parametrize(("side", "name"), [(side, name) for side in ALL for name in ALL[side]])
@pytest.mark.filterwarnings("ignore:dropout option")
def test_what_has_no_equal_is_refused(side, name):
    assert_rejects(*ALL[side][name])
