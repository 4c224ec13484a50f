"""The laboratory in the static page: every control by keyboard, its curves and numbers, offline, without JavaScript."""

import html
import json
import re

import pytest
from built_book import GALLERY, HTML
from playwright.sync_api import expect

PHONE = {"width": 390, "height": 844}


class LaboratoryOnPage:
    """The first laboratory of a page, through what a reader sees of it."""

    def __init__(self, page):
        self.figure = page.locator("figure.rnn-laboratory").first
        self.quantities = self.figure.locator(".rnn-quantity")
        self.place = self.figure.locator(".rnn-place")
        self.reading = self.figure.locator(".rnn-reading")
        self.view = json.loads(html.unescape(self.figure.get_attribute("data-view")))
        self.figure.scroll_into_view_if_needed()

    def positions(self):
        """The position of each control's value."""
        return [
            int(control.evaluate("e => e.tagName === 'SELECT' ? e.selectedIndex : e.value"))
            for control in self.quantities.all()
        ]

    def paths(self):
        return [path.get_attribute("d") for path in self.figure.locator(".rnn-curves path").all()]

    def expect_consistent(self):
        """Curves, mark and written numbers all belong to the values that the controls show."""
        combination = 0
        for position, count in zip(self.positions(), self.view["counts"], strict=True):
            combination = combination * count + position
        at = int(self.place.input_value())
        low, high = self.view["range"]
        said = dict(part.rsplit(": ", 1) for part in self.reading.inner_text().split(", "))
        for path, (name, at_all) in zip(self.paths(), self.view["curves"].items(), strict=False):
            curve = at_all[combination]
            heights = [float(y) for y in re.findall(r"[ML][\d.-]+ ([\d.-]+)", path)]
            expected = [1000 * (1 - (v / 1000 - low) / (high - low)) for v in curve if v is not None]
            assert heights == pytest.approx(expected, abs=0.1)
            assert float(said[name]) == pytest.approx(10 ** (curve[at] / 1000), rel=0.06)
        self._expect_table(combination)
        x = self.view["x"]
        across = 1000 * (x[at] - x[0]) / (x[-1] - x[0])
        assert float(re.match(r"M([\d.]+)", self.paths()[-1])[1]) == pytest.approx(across, abs=0.1)

    def table(self):
        return self.figure.locator("table tr").evaluate_all(
            "all => all.map(row => [...row.cells].map(e => e.textContent))"
        )

    def _expect_table(self, combination):
        """The table that opens under the figure has the numbers of the curves as they are drawn."""
        head, *rows = self.table()
        assert head[1:] == list(self.view["curves"])
        for at, (_, *numbers) in zip(self.view["rows"], rows, strict=True):
            curves = [at_all[combination][at] for at_all in self.view["curves"].values()]
            expected = [0 if v is None else 10 ** (v / 1000) for v in curves]
            assert [float(number) for number in numbers] == pytest.approx(expected, rel=0.06)


@pytest.fixture
def laboratory(gallery):
    return LaboratoryOnPage(gallery)


def walk_by_keyboard(laboratory):
    seen = {laboratory.paths()[1]}
    for control in [*laboratory.quantities.all(), laboratory.place]:
        for key in ("End", "ArrowLeft", "Home", "ArrowRight"):
            control.focus()
            control.press(key)
            laboratory.expect_consistent()
            seen.add(laboratory.paths()[1])
    assert len(seen) > 4


def test_it_starts_with_what_the_controls_show(laboratory):
    laboratory.expect_consistent()
    assert laboratory.positions() == [2, 1]  # the gallery's start: 0.9, little


def test_keyboard(laboratory):
    walk_by_keyboard(laboratory)


def test_works_when_the_network_is_gone(gallery, laboratory):
    gallery.context.set_offline(True)
    walk_by_keyboard(laboratory)


def test_works_from_a_file(new_page, built_book):
    page = new_page()
    page.goto((HTML / GALLERY).as_uri())
    walk_by_keyboard(LaboratoryOnPage(page))


def test_shows_the_start_without_javascript(new_page, site, laboratory):
    page = new_page(java_script_enabled=False)
    page.goto(site + GALLERY)
    still = LaboratoryOnPage(page)
    assert still.paths()[:-1] == laboratory.paths()[:-1]  # drawn by Python here, by the script there
    assert still.table() == laboratory.table()
    assert still.figure.locator("caption").text_content() == laboratory.figure.locator("caption").text_content()
    assert not still.place.is_visible(), "without JavaScript the controls do nothing: hide them"


def test_controls_are_large_enough_for_a_thumb(new_page, site):
    page = new_page(viewport=PHONE)
    page.goto(site + GALLERY)
    laboratory = LaboratoryOnPage(page)
    for control in [*laboratory.quantities.all(), laboratory.place]:
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]


def test_controls_say_what_they_are(laboratory):
    for control in [*laboratory.quantities.all(), laboratory.place]:
        assert control.get_attribute("aria-label")
    slider = laboratory.figure.locator("input.rnn-quantity").first
    slider.focus()
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", laboratory.view["labels"][0][-1])
