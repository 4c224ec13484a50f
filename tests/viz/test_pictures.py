"""Pictures: inline SVG that may stand many times in one page, with alt text, in colours a page may change."""

import re
import xml.etree.ElementTree as ET

import pytest
from every_picture import ALL, PICTURES, STEPS, svg_of

from rnncourse import viz
from rnncourse.viz.style import CSS_VARIABLES, SERIES


@pytest.fixture(params=PICTURES)
def make(request):
    return PICTURES[request.param]


def test_it_is_well_formed_and_says_what_it_shows(make):
    picture = make('a "quoted" <alt> & more')
    root = ET.fromstring(re.sub(r"^<svg", '<svg xmlns="http://www.w3.org/2000/svg"', picture.svg))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'a "quoted" <alt> & more'
    assert repr(picture) == 'Figure: a "quoted" <alt> & more'


def test_it_is_the_same_each_time_and_refers_to_its_own_ids_only(make):
    first, second = make("one").svg, make("two").svg
    assert make("one").svg == first
    ids = [set(re.findall(r' id="([^"]+)"', svg)) for svg in (first, second)]
    used = set(re.findall(r'(?:url\(#|href="#)([\w-]+)', first))
    assert used == ids[0]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize("name", ALL)
def test_every_colour_of_the_course_can_be_changed_by_the_page(name):
    svg = svg_of(name)
    for colour, variable in CSS_VARIABLES.items():
        bare = re.findall(rf"(?<!{variable}, ){colour}", svg)
        assert not bare, f"{colour} stands outside {variable}"
    assert "<style" not in svg  # it would restyle the page
    assert "DejaVu" not in svg


@pytest.mark.parametrize("name", ALL)
def test_it_scales_with_the_page(name):
    opening = svg_of(name).split(">")[0]
    assert "viewBox" in opening
    assert "width:100%" in opening
    assert not re.search(r'\s(width|height)="', opening)


@pytest.mark.parametrize("alt", [r"the angle \alpha", r"folder \new \1", r"\g<0>", r"\d"])
def test_backslashes_of_the_alt_text_stay(alt):
    svg = PICTURES["bars"](alt).svg
    assert ET.fromstring(re.sub(r"^<svg", '<svg xmlns="http://www.w3.org/2000/svg"', svg)).attrib["aria-label"] == alt


def test_the_alt_text_is_not_optional():
    with pytest.raises(ValueError, match="alt: expected a sentence"):
        PICTURES["bars"](" ")


def test_numbers_reach_the_drawing():
    tall, low = (viz.bars([1, height], x_label="x", y_label="y", alt="a", limits=(0, 4)).svg for height in (4, 1))
    heights = [
        [abs(y - 0) for y in map(float, re.findall(r"L [\d.]+ ([\d.]+)", path))]
        for svg in (tall, low)
        for path in re.findall(rf'd="([^"]+)"[^>]*fill: var\(--rnn-c0, {SERIES[0]}\)', svg)[1:2]
    ]
    assert max(heights[0]) - min(heights[0]) > 3 * (max(heights[1]) - min(heights[1]))


def test_the_readers_own_matplotlib_settings_are_left_alone(make):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    make()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(("x", "halves"), [([0, 1, 2], False), ([0.0, 1.0, 2.0], False), ([0, 0.5, 2], True)])
def test_whole_numbers_have_no_ticks_between_them(x, halves):
    picture = viz.lines({"a": (x, [5, 6, 7])}, x_label="attractors", y_label="y", alt="a")
    texts = re.findall(r">([\d.−]+)<", picture.svg)
    assert ("0.5" in texts or "0.25" in texts) == halves
    assert "1" in texts or "1.0" in texts or "1.00" in texts


def test_curves_differ_in_more_than_colour():
    svg = viz.lines(
        {name: (STEPS, STEPS * k) for k, name in enumerate("abcd", 1)}, x_label="x", y_label="y", alt="a"
    ).svg
    dashes = set(re.findall(r"stroke-dasharray: ([^;\"]+)", svg))
    assert len(dashes) >= 3


LABELS = {"x_label": "x", "y_label": "y", "alt": "a"}
REFUSED = {
    "series: expected a dict with a name for each part of the figure": lambda: viz.lines([1, 2], **LABELS),
    "heights: expected an array of real numbers, got dict": lambda: viz.bars({"one": 1}, **LABELS),
    r"heights: expected shape \(N,\), got \(1, 2\)": lambda: viz.bars([[1, 2]], **LABELS),
    "heights: expected finite numbers, got NaN": lambda: viz.bars([1, float("nan")], **LABELS),
    "names: expected 2 words": lambda: viz.bars([1, 2], names=["one"], **LABELS),
    "intervals: expected one for each of one, two, got two": lambda: viz.seeds(
        {"one": [1, 2], "two": [1, 2]}, {"two": (1, 1)}, y_label="y", alt="a"
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_charts_of_wrong_arrays_are_refused(message):
    with pytest.raises(ValueError, match=message):
        REFUSED[message]()
