"""The date reader computes and says in the page what rnncourse.scratch computes and the still says."""

import gzip
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from rnncourse import live
from rnncourse.live import date_network, reader_words
from rnncourse.live.attention_map import CELL, ROW, cover
from rnncourse.live.reader import EXAMPLES
from rnncourse.live.stored import stored
from tools.live import reader as program
from tools.live.sentences import exam

FIGURE = live.DateReader()
NETWORK = date_network.DateNetwork(FIGURE.weights)
SENTENCES = [
    FIGURE.start,
    *EXAMPLES.values(),
    "a",
    " ",
    "7",
    "?",
    "Monday, MAY 3rd, 1979!",
    "31 february 2001",
    "  two blanks, and at the end   ",
    "été 😀 3 мая 1979 — \N{LATIN CAPITAL LETTER I WITH DOT ABOVE}",
    "pneumonoultramicroscopicsilicovolcanoconiosis since 30/9/2001",
    "so on and on " * 20 + "3 may 1979",
]
PHONE = {"width": 390, "height": 844}
HEAVIEST = 120_000
"""Bytes of the figure as a server sends it."""

READ = """sentence => {
  const live = rnnLive.reader, net = live.network(JSON.parse(document.querySelector("figure script").textContent));
  const reading = live.read(sentence, net), steps = [...reading.answer].keys();
  return { letters: reading.letters.join(""), answer: reading.answer, odds: reading.odds.map(row => [...row]),
           weights: reading.weights.map(row => [...row]), result: live.result(reading, net),
           words: [...steps].map(t => live.lookedAt(reading, t, net)) };
}"""


def page_of(figure):
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>t</title><body>{figure._repr_html_()}</body>'


class ReaderOnPage:
    """The figure through what a reader sees of it and what a screen reader is told."""

    def __init__(self, page):
        page.set_content(page_of(FIGURE))
        self.page, self.field = page, page.get_by_label("Type a sentence")
        self.answer, self.letters = page.locator(".rnn-answer"), page.locator(".rnn-letters")
        self.characters, self.cells = self.answer.locator("[role=option]"), self.letters.locator("[role=option]")
        self.result, self.detail, self.note = (page.locator(f".rnn-{part}") for part in ("result", "detail", "note"))

    def selected(self, options):
        marked = options.evaluate_all("all => all.map(e => e.getAttribute('aria-selected') === 'true')")
        outlined = options.evaluate_all(
            "all => all.map(e => getComputedStyle(e).outlineColor !== 'rgba(0, 0, 0, 0)' && e.style.visibility !== 'hidden')"
        )
        assert marked == outlined
        return [i for i, is_marked in enumerate(marked) if is_marked]

    def shades(self, options):
        """How opaque the blue behind each option is."""
        colours = options.evaluate_all("all => all.map(e => getComputedStyle(e).backgroundColor)")
        assert all(colour == "rgba(0, 0, 0, 0)" or colour.startswith("rgba(43, 140, 227") for colour in colours)
        return [float(re.findall(r"[\d.]+", colour)[3]) for colour in colours]


@pytest.fixture
def on_page(new_page):
    return ReaderOnPage(new_page())


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    page.set_content(page_of(FIGURE))
    yield page
    page.close()


def shade_of(weights):
    return [0.6 * cover(weight) for weight in weights]


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence[:20])
def test_the_page_computes_what_scratch_computes(page, sentence):
    found, expected = page.evaluate(READ, sentence), NETWORK.read(sentence)
    assert (found["letters"], found["answer"]) == (expected.letters, expected.answer)
    np.testing.assert_allclose(found["odds"], expected.odds, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found["weights"], expected.weights, rtol=0, atol=1e-12)
    assert found["result"] == reader_words.result(expected)
    assert found["words"] == [reader_words.looked_at(expected, t) for t in range(date_network.STEPS)]


def test_a_sentence_without_letters_has_no_answer(on_page):
    on_page.field.fill("")
    assert on_page.result.inner_text() == "There is no letter to look at, so it writes nothing."
    assert on_page.detail.inner_text() == ""
    assert on_page.characters.all_inner_texts()[0].strip() == "·"
    assert on_page.cells.evaluate_all("all => all.filter(e => e.style.visibility !== 'hidden').length") == 0
    on_page.answer.press("End")
    on_page.letters.press("End")
    on_page.letters.press("Home")
    on_page.field.fill("on 1 may 2020")
    assert on_page.result.inner_text().startswith("It writes 2020-05-01")


@pytest.mark.parametrize("sentence", [FIGURE.start, EXAMPLES["two dates"], "x" * 300])
def test_all_that_is_drawn_says_the_same(on_page, sentence):
    on_page.field.fill(sentence)
    expected = NETWORK.read(sentence)
    rows, columns = expected.weights.shape
    assert on_page.page.locator(".rnn-answer b").all_inner_texts() == list(expected.answer)
    sure = expected.odds.max(axis=1)
    bars = on_page.page.locator(".rnn-answer i").evaluate_all("all => all.map(e => e.style.width)")
    assert [float(bar[:-1]) for bar in bars] == pytest.approx(100 * sure, abs=0.06)
    drawn = np.zeros((rows, columns))
    cells = on_page.page.locator(".rnn-weights rect:not(.rnn-chosen)")
    for x, y, opacity in cells.evaluate_all(
        "all => all.map(e => ['x', 'y', 'fill-opacity'].map(a => e.getAttribute(a)))"
    ):
        drawn[int((float(y) - 20) // ROW), int(float(x) // CELL)] = float(opacity)
    assert drawn == pytest.approx(np.vectorize(cover, otypes=[float])(expected.weights), abs=1e-3)
    assert on_page.shades(on_page.cells)[:columns] == pytest.approx(shade_of(expected.weights[6]), abs=0.01)
    on_page.page.get_by_text("As a table").click()
    expect(on_page.page.locator("tbody tr > :nth-child(2)")).to_have_text(list(expected.answer))  # told once it is open
    table = on_page.page.locator("tbody tr").evaluate_all(
        "all => all.map(row => [...row.cells].map(e => e.textContent))"
    )
    assert [row[0] for row in table] == list(reader_words.PLACES)
    assert [row[2] for row in table] == [reader_words.percent(share) for share in sure]
    assert [row[3] for row in table] == [reader_words.most_seen(expected, t) for t in range(rows)]


def test_the_script_changes_nothing_at_the_start(new_page):
    looks = []
    for scripts in (True, False):
        on_page = ReaderOnPage(new_page(java_script_enabled=scripts))
        note = on_page.note.inner_text().removesuffix(" Try to fool it.")
        texts = [on_page.result.inner_text(), on_page.detail.inner_text(), note]
        svgs = [svg.inner_html() for svg in on_page.page.locator("svg text").all()]
        cells = [cell.get_attribute("style").replace(" ", "").rstrip(";") for cell in on_page.cells.all()[:40]]
        backgrounds = [re.search("background:([^;]*)", style)[1] for style in cells]
        looks.append(
            [texts, svgs, backgrounds, on_page.characters.all_inner_texts(), on_page.selected(on_page.characters)]
        )
        expect(on_page.field).to_be_visible(visible=scripts)
    assert looks[0] == looks[1]


def test_by_keyboard(on_page):
    expected = NETWORK.read(FIGURE.start)
    assert on_page.selected(on_page.characters) == [6]
    on_page.answer.press("ArrowRight")
    assert on_page.selected(on_page.characters) == [7]
    on_page.answer.press("End")
    on_page.answer.press("ArrowDown")  # there is none
    assert on_page.selected(on_page.characters) == [9]
    assert on_page.answer.get_attribute("aria-activedescendant") == on_page.characters.nth(9).get_attribute("id")
    assert on_page.detail.inner_text() == reader_words.looked_at(expected, 9)
    assert on_page.shades(on_page.cells)[: len(expected.letters)] == pytest.approx(
        shade_of(expected.weights[9]), abs=0.01
    )
    on_page.page.keyboard.press("Tab")
    expect(on_page.letters).to_be_focused()
    assert (on_page.selected(on_page.characters), on_page.selected(on_page.cells)) == ([], [0])
    on_page.letters.press("End")
    last = len(expected.letters) - 1
    assert on_page.selected(on_page.cells) == [last]
    assert on_page.letters.get_attribute("aria-activedescendant") == on_page.cells.nth(last).get_attribute("id")
    assert on_page.shades(on_page.characters) == pytest.approx(shade_of(expected.weights[:, last]), abs=0.01)
    on_page.page.keyboard.press("Tab")
    assert on_page.selected(on_page.characters) == [9]


def test_by_pointer(on_page):
    expected = NETWORK.read(FIGURE.start)
    on_page.characters.nth(3).hover()
    assert on_page.selected(on_page.characters) == [3]
    place = int(expected.weights[3].argmax())
    on_page.cells.nth(place).hover()
    assert (on_page.selected(on_page.characters), on_page.selected(on_page.cells)) == ([], [place])
    assert on_page.shades(on_page.characters) == pytest.approx(shade_of(expected.weights[:, place]), abs=0.01)
    assert "is looked at for 9, the fourth digit of the year" in on_page.detail.inner_text()
    on_page.field.hover()
    assert on_page.selected(on_page.characters) == [3]
    box = on_page.page.locator(".rnn-weights").bounding_box()
    on_page.page.mouse.move(box["x"] + 100, box["y"] + 20 + 8.5 * ROW)
    assert on_page.selected(on_page.characters) == [8]
    frame = on_page.page.locator(".rnn-chosen").bounding_box()
    assert frame["y"] - box["y"] == pytest.approx(20 + 8 * ROW, abs=1.5)


def test_by_finger(new_page):
    on_page = ReaderOnPage(new_page(viewport=PHONE, has_touch=True, is_mobile=True))
    on_page.characters.nth(0).tap()
    assert on_page.selected(on_page.characters) == [0]
    on_page.cells.nth(20).tap()
    assert on_page.selected(on_page.cells) == [20]
    sizes = [box for box in on_page.characters.evaluate_all("all => all.map(e => [e.offsetWidth, e.offsetHeight])")]
    assert min(map(min, sizes)) >= 24


MOVES = """sentences => {
  const figure = document.querySelector("figure"), field = figure.querySelector(".rnn-text");
  const answer = figure.querySelector(".rnn-answer"), letters = figure.querySelector(".rnn-letters");
  const parts = [...figure.children, ...answer.children, figure.querySelector(".rnn-map")];
  const places = () => parts.flatMap(e => { const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; });
  const before = places(), moved = [];
  const check = what => {
    const most = Math.max(...places().map((place, i) => Math.abs(place - before[i])));
    if (most > 0.5) moved.push([most, field.value.slice(0, 80), what]);
  };
  const press = (list, key) => list.dispatchEvent(new KeyboardEvent("keydown", { key }));
  sentences.forEach(sentence => {
    field.value = sentence;
    field.dispatchEvent(new Event("input"));
    check("typed");
    press(answer, "Home");
    for (let t = 0; t < 10; t += 1) { check("character " + t); press(answer, "ArrowRight"); }
    press(letters, "Home");
    for (let s = 0; s < 80; s += 1) { check("letter " + s); press(letters, "ArrowRight"); }
  });
  return moved;
}"""


@pytest.mark.parametrize("width", [390, 1200])
def test_nothing_moves_when_it_computes(new_page, width):
    page = new_page(viewport={"width": width, "height": 900})
    page.set_content(page_of(FIGURE))
    wide = ["wednesday, september 30th, 1998 in september or december or so", "W" * 10_000]
    assert page.evaluate(MOVES, ["", *SENTENCES, *wide]) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_odd_input_is_told(on_page):
    usual = on_page.note.inner_text()
    on_page.field.fill("été ?" + "z" * 10_000)
    assert on_page.note.inner_text() == ("It reads the first 80 letters and no more. These are all the same to it: é ?")
    on_page.field.fill("3 may 1979")
    assert on_page.note.inner_text() == usual


def test_examples_do_what_they_are_called(on_page):
    read = {"a date alone": "1979-05-03", "another month": "2016-10-31", "may twice": "2031-06-02"}
    found = {}
    for label, text in EXAMPLES.items():
        on_page.page.get_by_role("button", name=label).click()
        assert on_page.field.input_value() == text
        found[label] = on_page.result.inner_text()[len("It writes ") :][: date_network.STEPS]
    assert {label: found[label] for label in read} == read
    assert found["two dates"] not in ("1979-05-03", "1985-06-12")
    assert found["a year it never saw"] == "1979-03-14"  # a hundred years too late, and sure of it


def test_two_figures_on_a_page(new_page):
    page = new_page()
    page.set_content(FIGURE._repr_html_() + live.DateReader("on 2 june 1999")._repr_html_())
    ids = page.locator("[id]").evaluate_all("all => all.map(e => e.id)")
    assert len(ids) == len(set(ids)) == 2 * (date_network.STEPS + date_network.LONGEST)
    assert [text[10:20] for text in page.locator(".rnn-result").all_inner_texts()] == ["1979-05-03", "1999-06-02"]


def test_the_scores_are_those_of_the_stored_weights():
    about = stored("reader")[1]["exam"]
    few = program.scores(NETWORK, exam(150, np.random.default_rng(about["seed"])))
    assert few["exact"] == pytest.approx(about["exact"], abs=0.02)
    assert few["mass"] == pytest.approx(about["mass"], abs=0.02)
    assert few["chance"] == pytest.approx(about["chance"], abs=0.005)
    assert about["exact"] > 0.98
    assert about["mass"] > 15 * about["chance"]


def test_the_figure_is_light():
    assert len(gzip.compress(FIGURE._repr_html_().encode(), 9)) < HEAVIEST


def test_letters_that_are_code_stay_letters(new_page):
    start = '"<b>3 may 1979</b>" & </script>'
    page = new_page(java_script_enabled=False)
    page.set_content(live.DateReader(start)._repr_html_())
    assert "".join(page.locator(".rnn-letters [role=option]").all_text_contents()) == start
    assert page.locator(".rnn-text").get_attribute("value") == start
    assert "".join(page.locator(".rnn-weights text").all_text_contents()) == start.replace(" ", "")


@pytest.mark.parametrize("start", ["", "x" * 81, None])
def test_a_start_that_is_no_sentence(start):
    with pytest.raises(ValueError, match=r"^start: expected a sentence of 1 to 80 letters, got"):
        live.DateReader(start)


def test_an_alt_of_nothing():
    with pytest.raises(ValueError, match="^alt: expected a sentence"):
        live.DateReader(alt=" ")
