"""The figure Characters as a reader meets it: typing, going back, letting it write; by keyboard, on a phone, without JavaScript."""

import html
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from rnncourse import live
from rnncourse.live.character_lstm import CharacterLSTM
from rnncourse.live.shades import palettes, paths_html, shades

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1200, "height": 900}
NETWORK, FIGURE = CharacterLSTM(), live.Characters()
PAGE = f'<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><body>{FIGURE._repr_html_()}'
SHOWN = {"\n": "↵", " ": "␣"}


class CharactersOnPage:
    """The figure of a page, through what a reader sees of it."""

    def __init__(self, page):
        page.set_content(PAGE)
        self.page, self.figure = page, page.locator("figure.rnn-characters")
        self.text = self.figure.get_by_role("textbox")
        self.strip = self.figure.locator(".rnn-letters")
        self.unit = self.figure.get_by_role("combobox")
        self.write = self.figure.locator(".rnn-write")
        self.output = self.figure.locator("output")

    def choose(self, part):
        self.figure.get_by_role("radio", name=f"{part}, ").check()

    def letters(self):
        return self.strip.locator("span").all_inner_texts()

    def now(self):
        """Which of the letters shown is marked, in the strip and in the picture."""
        places = self.strip.locator("span").evaluate_all(
            "all => all.flatMap((span, i) => span.className === 'rnn-now' ? [i] : [])"
        )
        assert places == [int(self.figure.locator("svg .rnn-now").get_attribute("x"))]
        return places[0]

    def paths(self):
        return self.figure.locator("svg g path").evaluate_all("all => all.map(path => path.getAttribute('d'))")

    def odds(self):
        buttons = self.figure.locator(".rnn-odds button")
        return list(
            zip(
                buttons.locator("b").all_inner_texts(),
                buttons.locator("small").all_inner_texts(),
                buttons.evaluate_all("all => all.map(button => button.className)"),
                strict=True,
            )
        )

    def expect_consistent(self, text, now=None, part="c"):
        """Letters, picture, colours and odds are those of NumPy for this text, of which the first ``now`` are read."""
        before, count = "\n\n" + text, int(self.figure.locator("svg").get_attribute("viewBox").split()[2])
        now = len(before) - 1 if now is None else now + 1
        reading = NETWORK.read(before)
        first = now - self.now()
        seen = slice(first, first + count)
        cells = np.tanh(reading.c) if part == "c" else getattr(reading, part)
        signed = cells if part in "hc" else 2 * cells - 1
        assert self.letters() == [SHOWN.get(letter, letter) for letter in before[seen]]
        assert self.paths() == re.findall(r'<path stroke="[^"]*" d="([^"]*)"', paths_html(signed[seen], count, 0, "x"))
        palette = palettes()["signed" if part in "hc" else "gates"]
        unit = int(self.unit.input_value())
        strokes = self.figure.locator("svg g path").evaluate_all("all => all.map(path => path.getAttribute('stroke'))")
        assert strokes == [colour for colour, _ in palette]
        wanted = [palette[shade][0] for shade in shades(signed[seen, unit])]
        assert self._backgrounds() == self._as_browser_writes(wanted)
        self._expect_odds(before, now, reading.odds[now])

    def _expect_odds(self, before, now, odds):
        best, came = np.argsort(-odds, kind="stable")[:8], before[now + 1 : now + 2]
        for (letter, said, mark), i in zip(self.odds(), best, strict=True):
            assert letter == SHOWN.get(NETWORK.alphabet[i], NETWORK.alphabet[i])
            assert said == ("< 1 %" if odds[i] < 0.005 else f"{int(100 * odds[i] + 0.5)} %")
            assert mark == ("rnn-came" if NETWORK.alphabet[i] == came else "")
        if came:
            surprise = -np.log2(odds[NETWORK.alphabet.index(came)])
            expect(self.output).to_contain_text(f"a surprise of {surprise:.1f} bits")

    def _backgrounds(self):
        return self.strip.locator("span").evaluate_all("all => all.map(span => getComputedStyle(span).backgroundColor)")

    def _as_browser_writes(self, colours):
        return self.page.evaluate(
            "all => { const one = document.createElement('i'); document.body.append(one); const seen = all.map(colour => {"
            "one.style.background = colour; return getComputedStyle(one).backgroundColor; }); one.remove(); return seen; }",
            colours,
        )


@pytest.fixture(scope="module")
def shared(browser):
    page = browser.new_page(viewport=DESKTOP)
    yield page
    page.close()


@pytest.fixture
def figure(shared):
    return CharactersOnPage(shared)


def test_it_begins_with_what_stands_still(figure, browser):
    page = browser.new_page(viewport=DESKTOP, java_script_enabled=False)
    still = CharactersOnPage(page)
    assert still.paths() == figure.paths()
    assert still.letters() == figure.letters()
    assert still.odds() == figure.odds()
    assert still.output.inner_text() == figure.output.inner_text()
    assert still._backgrounds() == figure._backgrounds()
    for control in (still.text, still.write, still.unit, still.figure.get_by_role("radio").first):
        expect(control).to_be_hidden()
    page.close()
    figure.expect_consistent("LADY ANNE:\nWhat letter comes ne")


def test_typing(figure):
    figure.text.fill("")
    figure.expect_consistent("")
    figure.text.press_sequentially("First Lord:\nBut soft")
    figure.expect_consistent("First Lord:\nBut soft")
    figure.text.press_sequentially(", what light through yonder window breaks?")
    figure.expect_consistent("First Lord:\nBut soft, what light through yonder window breaks?")
    assert figure.now() == 37  # the last of as many letters as there is room for
    figure.text.press("Home")  # of the line as it is broken here
    caret = figure.text.evaluate("text => text.selectionEnd")
    assert 0 < caret < 60
    figure.expect_consistent("First Lord:\nBut soft, what light through yonder window breaks?", now=caret)


@pytest.mark.parametrize("part", "hcifo")
def test_each_part_of_the_network(figure, part):
    figure.choose(part)
    figure.unit.select_option("17")
    figure.expect_consistent("LADY ANNE:\nWhat letter comes ne", part=part)
    captions = figure.figure.locator(".rnn-caption:visible")
    assert captions.count() == 1
    assert captions.get_attribute("data-part") == part


def test_going_back_by_keyboard(figure):
    text = "LADY ANNE:\nWhat letter comes ne"
    for key, now in (("ArrowLeft", 30), ("ArrowDown", 29), ("PageDown", 19), ("ArrowRight", 20), ("PageUp", 30)):
        figure.strip.press(key)
        figure.expect_consistent(text, now=now)
        expect(figure.strip).to_have_attribute("aria-valuenow", str(now))
    for key, now in (("End", 31), ("ArrowRight", 31), ("Home", 0), ("ArrowLeft", 0)):
        figure.strip.press(key)
        figure.expect_consistent(text, now=now)
    expect(figure.strip).to_have_attribute("aria-valuetext", "a line break, letter 0 of 31")


def test_going_back_beyond_what_is_shown(figure):
    text = "Now is the winter of our discontent made glorious summer by this sun of York"
    figure.text.fill(text)
    figure.strip.press("Home")
    figure.expect_consistent(text, now=0)
    figure.strip.press("End")
    figure.expect_consistent(text)


def test_pointing_at_a_letter_and_at_a_unit(figure):
    figure.strip.locator("span").nth(9).click()
    figure.expect_consistent("LADY ANNE:\nWhat letter comes ne", now=8)
    box = figure.figure.locator("svg").bounding_box()
    figure.page.mouse.click(box["x"] + 12.5 * 14, box["y"] + 40.5 * 2)
    assert figure.unit.input_value() == "40"
    figure.expect_consistent("LADY ANNE:\nWhat letter comes ne", now=11)


def test_odds_type_their_letter(figure):
    figure.figure.locator(".rnn-odds button").nth(1).click()
    figure.expect_consistent("LADY ANNE:\nWhat letter comes new")
    figure.strip.press("Home")
    figure.figure.locator(".rnn-odds button").first.click()
    expect(figure.text).to_have_value("ELADY ANNE:\nWhat letter comes new")
    figure.expect_consistent("ELADY ANNE:\nWhat letter comes new", now=1)


def test_it_writes_on_and_repeats_itself(browser):
    page = browser.new_page(viewport=DESKTOP, reduced_motion="reduce")
    figure, written = CharactersOnPage(page), []
    for temperature in ("0.7", "0.7", "1.5"):
        figure.text.fill("KING:\n")
        figure.figure.get_by_role("slider", name="temperature").fill(temperature)
        figure.write.click()  # all at once, for a reader who wants no motion
        written.append(figure.text.input_value())
        figure.expect_consistent(written[-1])
        assert len(written[-1]) == 66
    page.close()
    assert written[0] == written[1] != written[2]


def test_it_stops_when_told_or_when_one_types(browser):
    page = browser.new_page(viewport=DESKTOP)
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # from here on time passes only when the test says so
    figure = CharactersOnPage(page)
    figure.write.click()
    expect(figure.write).to_have_text("Stop")
    expect(figure.output).to_have_attribute("aria-live", "off")
    page.clock.run_for(370)
    stopped = figure.text.input_value()
    assert len(stopped) == len(FIGURE.start) + 5
    figure.write.click()
    expect(figure.write).to_have_text("Write on")
    expect(figure.output).to_have_attribute("aria-live", "polite")
    page.clock.run_for(370)
    expect(figure.text).to_have_value(stopped)
    figure.expect_consistent(stopped)
    figure.write.click()
    page.clock.run_for(10_000)
    expect(figure.write).to_have_text("Write on")
    assert len(figure.text.input_value()) == len(stopped) + 60
    figure.write.click()
    figure.text.fill("mine")
    expect(figure.write).to_have_text("Write on")
    page.clock.run_for(370)
    expect(figure.text).to_have_value("mine")
    page.close()


def test_clear(figure):
    figure.figure.get_by_role("button", name="Clear").click()
    expect(figure.text).to_have_value("")
    expect(figure.text).to_be_focused()
    figure.expect_consistent("")


def test_odd_texts_are_read_as_far_as_it_can(figure):
    figure.text.fill("“Grüße” 😀 日本 1603")
    figure.expect_consistent(NETWORK.letters("“Grüße” 😀 日本 1603"))
    expect(figure.output).to_contain_text(
        "It has never read “ß”, “😀”, “日”, “本” and others: left out. Next it expects"
    )
    figure.text.fill("word " * 2000)
    expect(figure.output).to_contain_text("It reads the first 1,000 letters.")
    figure.expect_consistent(("word " * 2000)[:1000])
    figure.write.click()
    expect(figure.write).to_have_text("Write on")  # there is no room for more
    figure.text.fill("\n\n  \n")
    figure.expect_consistent("\n\n  \n")


def test_table_behind_the_picture(figure):
    figure.figure.locator("summary").click()
    rows = figure.figure.locator("tbody tr")
    still = re.findall(r"<tr><th scope=row>.*?</tr>", FIGURE.still())
    cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row) for row in still]
    assert [row.locator("th, td").all_inner_texts() for row in rows.all()] == [
        [html.unescape(c) for c in row] for row in cells
    ]
    assert cells[1][1:3] == ["–", "–"]  # nobody typed it
    text, reading = "\n\n" + FIGURE.start, NETWORK.read("\n\n" + FIGURE.start)
    assert rows.count() == len(text)
    figure.choose("f")
    expect(figure.figure.locator("thead th").last).to_have_text("unit 0: f")
    odd = reading.odds[14, NETWORK.alphabet.index(text[15])]
    row = [
        SHOWN.get(text[15], text[15]),
        f"{int(100 * odd + 0.5)} %",
        f"{-np.log2(odd):.1f}",
        f"{reading.f[15, 0]:.2f}",
    ]
    assert rows.nth(15).locator("th, td").all_inner_texts() == row


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_room_and_targets(browser, viewport):
    page = browser.new_page(viewport=viewport)
    figure = CharactersOnPage(page)
    height = figure.figure.bounding_box()["height"]
    assert height <= (640 if viewport == PHONE else 500)
    controls = [figure.text, figure.write, figure.unit, *figure.figure.get_by_role("radio").all()]
    controls += [*figure.figure.get_by_role("button").all()]
    for control in controls:
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 42
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= viewport["width"]
    for text in ("", "q", "“Grüße” 😀 日本 1603", "word " * 300, "long " * 20):
        figure.text.fill(text)
        figure.strip.press("ArrowLeft")
        assert figure.figure.bounding_box()["height"] == height
    for part in "hcifo":
        figure.choose(part)
        assert figure.figure.bounding_box()["height"] == height
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.close()


def test_two_figures_do_not_disturb_each_other(browser):
    page = browser.new_page(viewport=DESKTOP)
    page.set_content(PAGE + live.Characters("Another")._repr_html_())
    one, other = page.locator("figure.rnn-characters").all()
    other.get_by_role("radio", name="o, ").check()
    assert one.get_by_role("radio", name="c, ").is_checked()
    expect(other.locator("textarea")).to_have_value("Another")
    page.close()
