"""The colours of figures on the page: readable in the light and in the dark theme."""

import re

import pytest
from playwright.sync_api import expect

from rnncourse.viz.style import CSS_VARIABLES, SERIES

CHAPTER = "book/chapters/03_bptt.html"
TEXT_CONTRAST = 4.5
"""WCAG 2.2's minimum for text; lines need 3."""


def _luminance(colour):
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """The contrast ratio of two colours ``rgb(r, g, b)``, from 1 to 21."""
    darker, lighter = sorted([_luminance(one), _luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_and_white_is_21():
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)


@pytest.fixture(scope="module", params=["light", "dark"])
def themed(request, browser, site):
    page = browser.new_page(color_scheme=request.param)
    page.goto(site + CHAPTER)
    expect(page.locator("html")).to_have_attribute("data-theme", request.param)
    yield page
    page.close()


def _resolved(page, variable):
    """What a CSS variable comes to on the page, as ``rgb(r, g, b)``."""
    return page.evaluate(
        "name => { const e = document.createElement('i'); e.style.color = `var(${name}, transparent)`;"
        "document.body.append(e); return getComputedStyle(e).color; }",
        variable,
    )


def test_every_colour_of_a_figure_is_set_by_the_page(themed):
    unset = [name for name in CSS_VARIABLES.values() if _resolved(themed, name) == "rgba(0, 0, 0, 0)"]
    assert unset == []


def test_lines_and_labels_stand_out_from_the_page(themed):
    page_colour = _resolved(themed, "--pst-color-background")
    series = [f"--rnn-c{i}" for i in range(len(SERIES))]
    contrasts = {name: contrast(_resolved(themed, name), page_colour) for name in [*series, "--rnn-ink", "--rnn-muted"]}
    assert {name: ratio for name, ratio in contrasts.items() if ratio < TEXT_CONTRAST} == {}


def test_figures_have_no_plate_of_another_colour(themed):
    plates = themed.evaluate(
        "[...document.querySelectorAll('.rnn-figure, .rnn-player, .rnn-laboratory')].map("
        "e => getComputedStyle(e.closest('.output') ?? e).backgroundColor)"
    )
    assert plates
    assert set(plates) == {"rgba(0, 0, 0, 0)"}
