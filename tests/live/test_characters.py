"""The figure Characters computes in the page what rnncourse.scratch computes, and says of its network what is measured."""

import gzip
import json
import re

import numpy as np
import pytest

from rnncourse import data, live
from rnncourse.live.character_lstm import CharacterLSTM
from rnncourse.live.figure import packed
from rnncourse.scratch import LSTM
from rnncourse.scratch.functional import log_softmax, sigmoid

NETWORK, FIGURE = CharacterLSTM(), live.Characters()
H = NETWORK.units
PARTS = ("i", "f", "g", "o", "c", "h", "odds")
TEXTS = {
    "empty": "",
    "one letter": "e",
    "a speech": "\n\nROMEO:\nSo far, so good; 'tis late!\n",
    "every letter": NETWORK.alphabet,
    "long": "It was the best of times, it was the worst of times.\n" * 18,
}
ODD_TEXTS = (
    "",
    "plain",
    "‘curly’ — “quotes”…",
    "Ärger, naïve café, señor",
    "1603 is 42% of 😀 👩‍👩‍👧 and 日本語",
    "tab\tand\u00a0space",
    "__proto__ constructor",
)
RUN = """([text, state, earlier]) => {
  const lists = one => Object.fromEntries(Object.entries(one).map(([name, value]) => [name, Array.from(value)]));
  const kept = earlier === null ? undefined : rnnLive.characters.run(earlier, net);
  const steps = rnnLive.characters.run(text, net, kept, state || undefined);
  return JSON.stringify({ steps: steps.map(lists), given: rnnLive.characters.given(steps, net) });
}"""


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    page.set_content(FIGURE._repr_html_())
    page.evaluate(
        "window.data = JSON.parse(document.querySelector('figure script').textContent);"
        "window.net = rnnLive.characters.network(data);"
    )
    yield page
    page.close()


def one_hot(text):
    return np.eye(len(NETWORK.alphabet))[[NETWORK.alphabet.index(letter) for letter in text], None]


def layer():
    """The course's LSTM with the stored weights; NETWORK itself steps through the cell."""
    lstm = LSTM(len(NETWORK.alphabet), H, np.random.default_rng(0))
    lstm.W_x, lstm.W_h, lstm.b = (NETWORK.weights[name] for name in ("W_x", "W_h", "b"))
    return lstm


def scores(h):
    return h @ NETWORK.weights["W_y"] + NETWORK.weights["b_y"]


def run(page, text, state=None, earlier=None):
    """What the page's own code finds: its parts, each (T, .), and the odds that each letter had."""
    given = None if state is None else {name: array[0].tolist() for name, array in zip("hc", state, strict=True)}
    found = json.loads(page.evaluate(RUN, [text, given, earlier]))  # a text of numbers crosses faster than numbers
    return {part: np.array([step[part] for step in found["steps"]]) for part in PARTS}, found["given"]


def some_state():
    rng = np.random.default_rng(7)
    return np.tanh(rng.standard_normal((1, H))), 2 * rng.standard_normal((1, H))


@pytest.mark.parametrize("state", [None, some_state()], ids=["from zero", "from a state"])
@pytest.mark.parametrize("text", [text for text in TEXTS.values() if text], ids=[name for name in TEXTS if TEXTS[name]])
def test_states_gates_and_odds_are_those_of_scratch(page, text, state):
    ours, given = run(page, text, state)
    h, last, _ = layer().forward(one_hot(text), state)
    odds = np.exp(log_softmax(scores(h[:, 0])))
    np.testing.assert_allclose(ours["h"], h[:, 0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours["c"][-1:], last[1], rtol=0, atol=1e-11)
    np.testing.assert_allclose(ours["odds"], odds, rtol=0, atol=1e-12)
    for part, by_cell in NETWORK.read(text, state)._asdict().items():
        np.testing.assert_allclose(ours[part], by_cell, rtol=0, atol=1e-11, err_msg=part)
    came = [NETWORK.alphabet.index(letter) for letter in text[1:]]
    np.testing.assert_allclose(given[1:], odds[np.arange(len(came)), came], rtol=0, atol=1e-12)


def test_nothing_read_is_no_step(page):
    assert json.loads(page.evaluate(RUN, ["", None, None])) == {"steps": [], "given": []}


@pytest.mark.parametrize("earlier", ["", "The quick", "The quiet fox", "The quick fox runs", "the"])
def test_steps_kept_from_an_earlier_text_change_nothing(page, earlier):
    fresh, kept = run(page, "The quick fox"), run(page, "The quick fox", earlier=earlier)
    for part in PARTS:
        assert np.array_equal(fresh[0][part], kept[0][part])
    assert fresh[1] == kept[1]


def test_float16_in_the_page_is_numpys(page):
    numbers = np.array([0, 1, -1, 1.5, 65504, -(2.0**-14), 2.0**-24, 1023 * 2.0**-24, 0.0999755859375])
    unpacked = page.evaluate("packed => Array.from(rnnLive.unpacked(packed).values)", packed(numbers, "float16"))
    assert unpacked == numbers.tolist()
    with pytest.raises(ValueError, match=r"^array: expected numbers that are the same in float16, got others$"):
        packed([0.1], "float16")


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_page_and_python_read_the_same_letters(page, text):
    found = page.evaluate("text => rnnLive.characters.letters(text, net)", text)
    assert found == {"read": NETWORK.letters(text), "leftOut": NETWORK.left_out(text)}


def test_typographic_and_foreign_letters_are_read_as_plain_ones():
    assert NETWORK.letters("‘café’ — “naïve”…") == "'cafe' - 'naive'."
    assert NETWORK.left_out("1603 😀 😀") == ["1", "6", "0", "😀"]  # a 3 is in the text: $3 was somebody's slip


def mulberry32(seed):
    """The generator of the page, in Python's integers."""
    while True:
        seed = (seed + 0x6D2B79F5) % 2**32
        mixed = (seed ^ seed >> 15) * (1 | seed) % 2**32
        mixed = (mixed + (mixed ^ mixed >> 7) * (61 | mixed) % 2**32) % 2**32 ^ mixed
        yield (mixed ^ mixed >> 14) / 2**32


@pytest.mark.parametrize("temperature", [0.1, 0.7, 1.5])
def test_it_writes_what_its_odds_and_random_numbers_say(page, temperature):
    start = "\n\nKING:\nI am"
    written = page.evaluate("([text, heat]) => rnnLive.characters.writeOn(text, 60, heat, net)", [start, temperature])
    text, random = start, mulberry32(len(start))
    for _ in range(60):
        cold = np.exp(np.log(NETWORK.read(text).odds[-1]) / temperature)
        text += NETWORK.alphabet[int(np.searchsorted(np.cumsum(cold / cold.sum()), next(random), side="right"))]
    assert start + written == text


def test_the_page_draws_the_likeliest_first(page):
    odds = NETWORK.read("\n\n").odds[0]
    found = page.evaluate("odds => rnnLive.characters.best(odds, 8)", odds.tolist())
    assert found == np.argsort(-odds, kind="stable")[:8].tolist()


def test_weight_of_the_page():
    assert len(gzip.compress(FIGURE._repr_html_().encode(), 6)) < 120_000


def test_what_is_wrong_with_a_start():
    with pytest.raises(ValueError, match=r"^start: expected a text of at most 1,000 letters, got 1,001 characters$"):
        live.Characters("a" * 1001)
    with pytest.raises(ValueError, match=r"^start: expected a text of at most 1,000 letters, got 5$"):
        live.Characters(5)
    with pytest.raises(ValueError, match=r"^start: expected letters of tiny Shakespeare, got 'é'$"):
        live.Characters("café")
    with pytest.raises(ValueError, match=r"^alt: expected a sentence"):
        live.Characters(alt=" ")


def test_it_says_what_was_measured():
    still, about = FIGURE.still(), NETWORK.about
    assert f"{about['bits']:.2f} bits a letter" in still
    assert {unit["what"] for unit in about["named"]} == {"is on in a speaker's name", "rises along a line"}
    for unit in about["named"]:
        assert f"{unit['r']:.3f} ± {unit['pieces'][1]:.3f}" in still
        assert unit["r"] > 0.1 + max(unit["letter"], unit["untrained"])


@pytest.fixture(scope="module")
def held_out():
    """The last tenth of tiny Shakespeare, and h and tanh c after each of its characters.

    It is read in thirty pieces at once, each from 300 characters before it on: by then a state no longer depends on
    where the reading began.
    """
    if not data.real.is_here("tiny_shakespeare"):
        pytest.skip("tiny Shakespeare is not on this machine: `rnncourse data fetch tiny_shakespeare` brings it.")
    text = data.real.load("tiny_shakespeare")
    text, lanes, warm = text[int(0.9 * len(text)) :], 30, 300
    length = len(text) // lanes
    pieces = [text[max(0, end - length - warm) : end] for end in range(length, lanes * length + 1, length)]
    pieces[0] = " " * warm + pieces[0]
    x, lstm = np.concatenate([one_hot(piece) for piece in pieces], axis=1), layer()
    h = lstm.forward(x)[0]
    before = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    tanh_c = h / sigmoid(x @ lstm.W_x[:, 3 * H :] + before @ lstm.W_h[:, 3 * H :] + lstm.b[3 * H :])  # h = o tanh(c)
    h, tanh_c = (array[warm:].swapaxes(0, 1).reshape(-1, H) for array in (h, tanh_c))
    return text[: len(h)], h, tanh_c


def test_bits_a_character_on_what_it_has_not_read(held_out):
    text, h, _ = held_out
    came = np.array([NETWORK.alphabet.index(letter) for letter in text[1:]])
    bits = -log_softmax(scores(h[:-1]))[np.arange(len(came)), came].mean() / np.log(2)
    assert bits == pytest.approx(NETWORK.about["bits"], abs=1e-3)
    assert bits < 2.45


def test_named_units_keep_track_of_what_is_said(held_out):
    text, _, tanh_c = held_out
    truths = {"rises along a line": _line(text), "is on in a speaker's name": _names(text)}
    half = len(text) // 2
    for unit in NETWORK.about["named"]:
        r = np.corrcoef(tanh_c[half:, unit["unit"]], truths[unit["what"]][half:])[0, 1]
        assert r == pytest.approx(unit["r"], abs=1e-3)


def _line(text):
    """How many characters the line has had when each is read; none at a line break."""
    counts, count = [], 0
    for letter in text:
        count = 0 if letter == "\n" else count + 1
        counts.append(count)
    return np.array(counts)


def _names(text):
    """Whether each character is of the name, with its colon, that stands alone on a line after an empty one."""
    marks = np.zeros(len(text))
    for match in re.finditer(r"\n\n([A-Z][^\n:]*:)(?=\n)", text):
        marks[slice(*match.span(1))] = 1
    return marks
