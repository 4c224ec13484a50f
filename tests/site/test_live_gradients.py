"""The gradient laboratory as a reader meets it: by keyboard, on a phone, without JavaScript, and its challenges."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from rnncourse import live
from rnncourse.live.gradients_network import states_and_lengths

PHONE = {"width": 390, "height": 844}
FIGURE = live.GradientLaboratory()
PAGE = f'<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><body>{FIGURE._repr_html_()}'


class GradientsOnPage:
    """The laboratory of a page, through what a reader sees of it."""

    def __init__(self, page):
        page.set_content(PAGE)
        self.page, self.figure = page, page.locator("figure.rnn-gradients")
        self.reading, self.ticks = self.figure.locator(".rnn-reading"), self.figure.locator(".rnn-tick")
        self.moving, self.still = self.figure.locator(".rnn-moving"), self.figure.locator(".rnn-still")

    def slider(self, name):
        return self.figure.get_by_role("slider", name=name)

    def choose(self, name):
        self.figure.get_by_role("radio", name=name).check()

    def set(self, name, value):
        self.slider(name).fill(str(value))

    def curve(self, name):
        """The lengths that a curve shows, by lag."""
        path = self.figure.locator(f".rnn-curves .rnn-{name}").get_attribute("d")
        places = np.array(re.findall(r"[ML]([\d.]+) ([\d.-]+)", path), dtype=float)
        return places[:, 0], 10 ** (6 - 18 * places[:, 1] / 1000)


@pytest.fixture(scope="module")
def shared(browser):
    page = browser.new_page(viewport=PHONE)
    yield page
    page.close()


@pytest.fixture
def laboratory(shared):
    return GradientsOnPage(shared)


def test_it_draws_what_scratch_measures(laboratory):
    across, drawn = laboratory.curve("measured")
    lengths = states_and_lengths(FIGURE.network, FIGURE.start)[1]
    assert across == pytest.approx(np.linspace(0, 1000, 61), abs=0.06)
    assert drawn == pytest.approx(lengths, rel=0.003)
    tenths = np.zeros((FIGURE.steps, FIGURE.units))  # by lag and unit
    for i, path in enumerate(laboratory.figure.locator(".rnn-map g path").all()):
        for lag, unit in re.findall(r"M(\d+) (\d+)h1v1h-1z", path.get_attribute("d")):
            tenths[int(lag), int(unit)] = i + 1
    taken = states_and_lengths(FIGURE.network, FIGURE.start)[0][::-1, 0] ** 2  # 1 - slope, the last step first
    assert np.abs(tenths / 10 - taken).max() <= 0.0501


def test_the_mark_stands_at_the_lag(laboratory):
    laboratory.set("lag", 15)
    assert laboratory.figure.locator(".rnn-curves .rnn-mark").get_attribute("d") == "M250.00 0V1000"
    assert laboratory.figure.locator(".rnn-map .rnn-mark").get_attribute("d") == f"M15.00 0V{FIGURE.units}"
    assert laboratory.reading.inner_text().startswith("At lag 15,")


def test_everything_by_keyboard(laboratory):
    seen = set()
    for name in ("spectral radius", "size of the inputs", "lag"):
        slider = laboratory.slider(name)
        for key in ("ArrowRight", "End", "Home"):
            slider.focus()
            slider.press(key)
            seen.add((laboratory.reading.inner_text(), slider.input_value()))
    assert len(seen) == 9
    laboratory.figure.get_by_role("radio", name="tanh").focus()
    for name in ("ReLU", "LSTM"):
        laboratory.page.keyboard.press("ArrowRight")
        expect(laboratory.figure.get_by_role("radio", name=name)).to_be_checked()
    laboratory.slider("forget bias").press("End")
    expect(laboratory.figure.locator(".rnn-legend .rnn-gated")).to_be_visible()


def test_the_forget_bias_is_there_for_the_lstm_alone(laboratory):
    bias = laboratory.figure.locator('input[name="forget bias"]')
    expect(bias).to_be_hidden()
    laboratory.choose("LSTM")
    expect(bias).to_be_visible()
    for name in laboratory.figure.locator(".rnn-legend .rnn-simple").all():
        expect(name).to_be_hidden()
    assert laboratory.figure.locator(".rnn-curves .rnn-bound").get_attribute("d") == ""


def test_the_challenges_are_ticked_off_and_stay_so(laboratory):
    reached = laboratory.figure.locator(".rnn-reached")
    expect(reached).to_have_text("0 of 3 reached.")
    laboratory.set("size of the inputs", 3)
    laboratory.set("spectral radius", 1.2)
    expect(laboratory.ticks).to_have_text(["○", "✓", "○"])
    laboratory.set("size of the inputs", 0.5)
    laboratory.set("spectral radius", 2)
    expect(laboratory.ticks).to_have_text(["○", "✓", "✓"])
    laboratory.set("size of the inputs", 0.1)
    laboratory.choose("orthogonal")
    laboratory.set("spectral radius", 1.1)
    expect(reached).to_have_text("3 of 3 reached.")


def test_nothing_jumps_and_all_fits_a_phone(laboratory):
    def height():
        return laboratory.figure.bounding_box()["height"]

    before = height()
    for cell, radius, size, lag in (
        ("linear", 2.5, 3, 60),
        ("LSTM", 0.3, 0, 1),
        ("ReLU", 2.5, 1, 0),
        ("tanh", 0.3, 3, 60),
    ):
        laboratory.choose(cell)
        for name, value in (("spectral radius", radius), ("size of the inputs", size), ("lag", lag)):
            laboratory.set(name, value)
        assert height() == pytest.approx(before, abs=0.5)
        assert laboratory.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_controls_are_named_and_large_enough_for_a_thumb(laboratory):
    laboratory.choose("LSTM")
    for control in [*laboratory.figure.get_by_role("slider").all(), *laboratory.figure.locator("label").all()]:
        assert min(control.bounding_box()["width"], control.bounding_box()["height"]) >= 44
    for control in laboratory.figure.get_by_role("slider").all():
        assert control.get_attribute("aria-label")
    groups = [group.get_attribute("aria-label") for group in laboratory.figure.get_by_role("radiogroup").all()]
    assert groups == ["cell", "matrix"]


def test_a_table_stands_behind_the_curves(laboratory):
    laboratory.figure.locator("summary").click()
    rows = laboratory.figure.locator("tbody tr")
    expect(rows).to_have_count(10)
    lag, measured, *_ = rows.nth(4).locator("td").all_inner_texts()
    assert int(lag) == 10
    assert float(measured) == pytest.approx(states_and_lengths(FIGURE.network, FIGURE.start)[1][10], rel=0.06)
    laboratory.choose("LSTM")
    assert "forget gates alone" in laboratory.figure.locator("thead").inner_text()


def test_a_click_in_the_axes_chooses_a_lag(laboratory):
    axes = laboratory.figure.locator(".rnn-axes")
    axes.scroll_into_view_if_needed()
    middle = axes.evaluate(
        "e => e.getBoundingClientRect().left + e.getBoundingClientRect().width * (46 + 278 / 2) / 331.2"
    )
    laboratory.page.mouse.click(middle, axes.bounding_box()["y"] + 60)
    assert laboratory.slider("lag").input_value() == "30"


def test_two_figures_in_a_page_do_not_share_their_controls(laboratory):
    other = live.GradientLaboratory(start={"cell": "LSTM", "forget bias": 3})
    laboratory.page.set_content(PAGE + other._repr_html_())
    figures = laboratory.page.locator("figure.rnn-gradients")
    expect(figures.nth(0).get_by_role("radio", name="tanh")).to_be_checked()
    expect(figures.nth(1).get_by_role("radio", name="LSTM")).to_be_checked()
    assert figures.nth(1).get_by_role("slider", name="forget bias").input_value() == "3"


def test_without_javascript_three_settings_stand_still(new_page, laboratory):
    expect(laboratory.still).to_be_hidden()
    expect(laboratory.moving).to_be_visible()
    still = GradientsOnPage(new_page(java_script_enabled=False))
    expect(still.moving).to_be_hidden()
    picture = still.still.get_by_role("img")
    expect(picture).to_be_visible()
    for name in ("tanh, radius 0.9", "LSTM, forget bias 4", "ReLU, radius 1.8"):
        assert name in picture.inner_html()
    vanished, kept, exploded = map(float, re.findall(r"\d(?:\.\d+)?e[+-]\d+", picture.get_attribute("aria-label")))
    assert vanished < 1e-5
    assert 0.3 < kept < 2
    assert exploded > 1e3
