"""The gradient laboratory computes in the page what rnncourse.scratch computes: states, gates, gradients and words."""

import base64
import gzip
import json
import re

import numpy as np
import pytest
import torch

from rnncourse import live
from rnncourse.live.gradients_network import cell_of, states_and_lengths
from rnncourse.scratch import LSTMCell, bptt

START = {"cell": "tanh", "matrix": "Gaussian", "spectral radius": 0.9, "size of the inputs": 1, "forget bias": 0}
IN_SCRIPT = {"spectral radius": "radius", "size of the inputs": "size", "forget bias": "bias"}
CASES = [
    {},
    {"size of the inputs": 0},
    {"spectral radius": 0.3, "size of the inputs": 3},
    {"spectral radius": 2.5, "size of the inputs": 0.5},
    {"matrix": "orthogonal", "spectral radius": 1.1, "size of the inputs": 0.1},
    {"cell": "ReLU"},
    {"cell": "ReLU", "matrix": "orthogonal", "spectral radius": 2.5, "size of the inputs": 2},
    {"cell": "LSTM"},
    {"cell": "LSTM", "forget bias": 4, "size of the inputs": 0},
    {"cell": "LSTM", "forget bias": -2, "matrix": "orthogonal", "spectral radius": 0.3},
    {"cell": "LSTM", "forget bias": 3, "spectral radius": 2.5, "size of the inputs": 3},
]
LINEAR = [{"spectral radius": 0.7}, {"spectral radius": 2.5}, {"matrix": "orthogonal", "spectral radius": 1.0}]
FIGURES = {"as in the book": live.GradientLaboratory(), "small": live.GradientLaboratory(units=3, steps=41, seed=1)}

RUN = """([data, settings]) => {
  const run = rnnLive.gradients.run(rnnLive.unpackedAll(data.network), settings);
  const plain = value => value === null || typeof value === "number" ? value
    : value.shape ? Array.from(value.values) : Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value, plain)
    : Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, plain(inside)]));
  return { ...plain(run), reached: rnnLive.gradients.reached(run),
           words: [...Array(run.T + 1).keys()].map(lag => rnnLive.gradients.inWords(run, lag)) };
}"""


class InPage:
    """The page's own functions on one figure's weights, and those weights as NumPy reads them from the page."""

    def __init__(self, page, figure):
        self.page, self.figure = page, figure
        self.data = json.loads(re.search(r'<script type="application/json">(.*?)</script>', figure._repr_html_())[1])
        self.network = {name: self._unpacked(**packed) for name, packed in self.data["network"].items()}

    @staticmethod
    def _unpacked(shape, float32):
        return np.frombuffer(base64.b64decode(float32), "<f4").reshape(shape).astype(float)

    def run(self, settings):
        in_script = {IN_SCRIPT.get(name, name): value for name, value in settings.items()}
        in_script["singular"] = self.data["singular"][settings["matrix"]]
        return self.page.evaluate(RUN, [self.data, in_script])


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    page.set_content(FIGURES["small"]._repr_html_())
    yield page
    page.close()


@pytest.fixture(scope="module", params=FIGURES)
def in_page(request, page):
    return InPage(page, FIGURES[request.param])


def assert_equal(ours, expected):
    """Equal to 1e-9 of the largest number of each row, that is of each step; an explosion magnifies rounding."""
    expected = np.asarray(expected)
    ours = np.asarray(ours, dtype=float).reshape(expected.shape)
    for mine, row in zip(np.atleast_2d(ours), np.atleast_2d(expected), strict=True):
        assert np.abs(mine - row).max() <= 1e-9 * np.abs(row).max()


def steps_back(cell, caches, end):
    """The gradient of the whole state after every step, t = 0 to T, each as one row."""
    gradients = [end]
    for cache in reversed(caches):
        gradients.insert(0, cell.backward(gradients[0], cache)[1])
    return [np.hstack(gradient)[0] if isinstance(gradient, tuple) else gradient[0] for gradient in gradients]


@pytest.mark.parametrize("changed", CASES, ids=str)
def test_states_gates_and_gradients_are_those_of_scratch(in_page, changed):
    settings, network = START | changed, in_page.network
    ours, cell, lstm = in_page.run(settings), cell_of(network, settings), changed.get("cell") == "LSTM"
    x, h_0, c_0, end = (
        settings["size of the inputs"] * network["x"][:, None],
        *(network[name][None] for name in ("h_0", "c_0", "end")),
    )
    outputs, _, caches = bptt.unroll(cell, x, (h_0, c_0) if lstm else h_0)
    dstate = (end, np.zeros_like(end)) if lstm else end
    bptt.backward(cell, np.zeros_like(outputs), caches, dstate)
    for name, expected in cell.grads.items():
        assert_equal(np.reshape(ours["grads"][name], expected.shape), expected)
    assert_equal(ours["h"], np.concatenate([h_0[None], outputs])[:, 0])
    back = steps_back(cell, caches, dstate)
    assert_equal(np.hstack([ours["dh"], ours["dc"]]) if lstm else ours["dh"], back)
    assert_equal(ours["lengths"][:-1], bptt.gradient_sizes(cell, end, caches)[-1])
    assert_equal(ours["lengths"][-1:], [np.linalg.norm(back[0])])
    assert_equal(ours["lengths"], states_and_lengths(network, settings)[1])
    if lstm:
        assert isinstance(cell, LSTMCell)
        gates = np.stack([np.concatenate(cache[3:7]) for cache in caches])  # (T, 4, H)
        assert_equal([[step[gate] for gate in "ifgo"] for step in ours["steps"]], gates)
        assert_equal(ours["through"], gates[:, 1])
    else:
        assert_equal(ours["through"], 1 - outputs[:, 0] ** 2 if settings["cell"] == "tanh" else outputs[:, 0] > 0)


def by_torch(network, settings):
    """The simple cell with PyTorch: states, the gradient of each, and those of the weights."""
    squash = {"linear": lambda a: a, "tanh": torch.tanh, "ReLU": torch.relu}[settings["cell"]]
    tensors = {name: torch.tensor(array) for name, array in network.items()}
    weights = {name: tensors[name].requires_grad_() for name in ("W_xh", "b_h")}
    weights["W_hh"] = (settings["spectral radius"] * tensors[f"W_hh {settings['matrix']}"]).requires_grad_()
    states = [tensors["h_0"].requires_grad_()]
    for x_t in settings["size of the inputs"] * tensors["x"]:
        states.append(squash(x_t @ weights["W_xh"] + states[-1] @ weights["W_hh"] + weights["b_h"]))
        states[-1].retain_grad()
    (states[-1] @ tensors["end"]).backward()
    return states, weights


@pytest.mark.parametrize("changed", [*({"cell": "linear"} | more for more in LINEAR), {}, {"cell": "ReLU"}], ids=str)
def test_simple_cells_are_those_of_pytorch(in_page, changed):
    settings = START | changed
    ours, (states, weights) = in_page.run(settings), by_torch(in_page.network, settings)
    assert_equal(ours["h"], [state.detach().numpy() for state in states])
    assert_equal(ours["dh"], [state.grad.numpy() for state in states])
    for name, weight in weights.items():
        assert_equal(np.reshape(ours["grads"][name], weight.shape), weight.grad.numpy())


@pytest.mark.parametrize(
    "changed", [{"matrix": "orthogonal"}, {"cell": "ReLU"}, *({"cell": "linear"} | l for l in LINEAR)], ids=str
)
def test_what_it_is_compared_with(in_page, changed):
    """All slopes 1: powers of the matrix; the bound: powers of its largest singular value, never crossed."""
    settings, T = START | changed, in_page.figure.steps
    ours = in_page.run(settings)
    W_hh = settings["spectral radius"] * in_page.network[f"W_hh {settings['matrix']}"]
    powers = [np.linalg.norm(in_page.network["end"] @ np.linalg.matrix_power(W_hh.T, lag)) for lag in range(T + 1)]
    for mine, power, bound, lag in zip(ours["others"], powers, ours["bound"], range(T + 1), strict=True):
        assert mine == pytest.approx(power, rel=1e-6)
        assert bound == pytest.approx(np.linalg.norm(W_hh, 2) ** lag, rel=1e-9)
    assert (np.array(ours["lengths"]) <= np.array(ours["bound"]) * (1 + 1e-6)).all()
    if settings["cell"] == "linear":
        assert ours["lengths"] == pytest.approx(ours["others"], rel=1e-9)


@pytest.mark.parametrize("bias", [-2, 3])
def test_the_road_of_the_cell_alone_is_the_product_of_forget_gates(in_page, bias):
    settings = START | {"cell": "LSTM", "forget bias": bias}
    ours, network = in_page.run(settings), in_page.network
    cell, T = cell_of(network, settings), in_page.figure.steps
    _, _, caches = bptt.unroll(cell, network["x"][:, None], (network["h_0"][None], network["c_0"][None]))
    *_, o, tanh_c = caches[-1]
    road, expected = network["end"] * o * (1 - tanh_c**2), []
    for cache in [None, *reversed(caches)]:
        road = road if cache is None else road * cache[4]
        expected.append(np.linalg.norm(road))
    assert len(expected) == T + 1
    assert ours["others"] == pytest.approx(expected, rel=1e-6)


def test_the_last_ten_steps_of_a_weights_gradient(in_page):
    ours, network, cell = in_page.run(START), in_page.network, cell_of(in_page.network, START)
    _, _, caches = bptt.unroll(cell, network["x"][:, None], network["h_0"][None])
    bptt.backward(cell, np.zeros((10, 1, in_page.figure.units)), caches[-10:], network["end"][None])
    assert ours["recent"] == pytest.approx(np.linalg.norm(cell.grads["W_hh"]), rel=1e-6)


CHALLENGED = [
    ({"cell": "linear", "matrix": "orthogonal", "spectral radius": 1, "size of the inputs": 0.1}, [True, False, False]),
    ({"matrix": "orthogonal", "spectral radius": 1.1, "size of the inputs": 0.1}, [True, False, False]),
    ({"spectral radius": 1.2, "size of the inputs": 3}, [False, True, False]),
    ({"spectral radius": 2, "size of the inputs": 0.5}, [False, False, True]),
    ({"cell": "linear", "spectral radius": 2}, [False, False, False]),  # it explodes loudly
    ({"spectral radius": 0.3, "size of the inputs": 3}, [False, False, False]),  # it vanishes with all slopes 1 as well
    ({"cell": "LSTM", "forget bias": -2}, [False, False, False]),
    ({}, [False, False, False]),
]


@pytest.mark.parametrize(("changed", "expected"), CHALLENGED, ids=str)
def test_challenges_are_judged_by_what_was_measured(page, changed, expected):
    in_page = InPage(page, FIGURES["as in the book"])
    assert in_page.run(START | changed)["reached"] == expected


def test_words_say_what_scratch_measures(page):
    in_page = InPage(page, FIGURES["as in the book"])
    lengths, words = states_and_lengths(in_page.network, START)[1], in_page.run(START)["words"]
    assert words[0].startswith("At lag 0 the loss begins")
    assert float(re.search(r"([\d.]+) % of the gradient", words[20])[1]) == pytest.approx(100 * lengths[20], rel=0.06)
    assert "cannot tell" in words[20]
    assert f"It is halved after {np.argmax(lengths < 0.5)} steps" in words[20]
    assert float(re.search(r"by ([\d.]+) at each step", words[20])[1]) == pytest.approx(
        lengths[20] ** (1 / 20), rel=0.006
    )
    factor, power = re.search(r"([\d.]+)·10(⁻\S+)", words[40]).groups()
    power = int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
    assert float(factor) * 10.0**power == pytest.approx(lengths[40], rel=0.06)


def test_words_for_extremes(page):
    in_page = InPage(page, FIGURES["as in the book"])
    exploded = in_page.run(START | {"cell": "linear", "spectral radius": 2.5})["words"]
    assert "it has exploded" in exploded[60]
    assert "It is never halved" in exploded[60]
    lost = in_page.run(START | {"spectral radius": 0.3, "size of the inputs": 3})["words"]
    assert "too little for float32" in lost[60]
    dead = page.evaluate("rnnLive.gradients.inWords({ lengths: [1, 0.4, 0] }, 2)")
    assert dead == "At lag 2 nothing at all is left: every road is shut. It is halved after 1 step."


def test_it_is_light_and_asks_no_server():
    page = FIGURES["as in the book"]._repr_html_()
    assert len(gzip.compress(page.encode(), 9)) < 40_000
    assert "http" not in page.replace("http://www.w3.org/1999/xlink", "")
    assert page == live.GradientLaboratory()._repr_html_()


def test_as_text_it_says_what_it_is():
    assert repr(FIGURES["small"]).startswith("Live figure: A laboratory of the gradient through time")


def refuse(error, **arguments):
    with pytest.raises(ValueError, match="^" + re.escape(error)):
        live.GradientLaboratory(**arguments)


def test_bad_input_is_named():
    refuse("units: expected a whole number from 2 to 32, got 33", units=33)
    refuse("steps: expected a whole number from 41 to 120, got 40", steps=40)
    refuse("steps: expected a whole number from 41 to 120, got 50.0", steps=50.0)
    refuse("start: expected names of controls, ['cell', 'matrix', 'spectral radius',", start={"radius": 1})
    refuse("start['cell']: expected one of ['linear', 'tanh', 'ReLU', 'LSTM'], got 'GRU'", start={"cell": "GRU"})
    refuse("start['lag']: expected a number from 0 to 60, got 61", start={"lag": 61})
    refuse(
        "start['spectral radius']: expected a number from 0.3 to 2.5, got 'large'", start={"spectral radius": "large"}
    )
    refuse("alt: expected a sentence", alt=" ")


def test_the_figure_tells_its_lengths_in_python():
    figure = FIGURES["as in the book"]
    settings = {"cell": "LSTM", "forget bias": 3}
    expected = states_and_lengths(figure.network, START | settings)[1]
    np.testing.assert_array_equal(figure.lengths(settings), expected)
    assert figure.lengths({})[0] == pytest.approx(1)
    with pytest.raises(ValueError, match="expected 'tanh', 'ReLU' or 'LSTM', got 'linear'"):
        figure.lengths({"cell": "linear"})
    with pytest.raises(ValueError, match="expected names of controls"):
        figure.lengths({"radius": 1})
