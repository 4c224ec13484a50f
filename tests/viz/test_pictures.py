"""Pictures: inline SVG that may stand many times in one page, with alt text, in colours a page may change."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from rnncourse import viz
from rnncourse.viz.style import CSS_VARIABLES, SERIES

STEPS = np.arange(1, 9)
EDGES = [(("x", 1), ("h", 1), "$W_{xh}$"), (("h", 0), ("h", 1), "$W_{hh}$"), (("h", 1), ("o", 1), "$W_{hy}$")]

PICTURES = {
    "lines": lambda alt="lines": viz.lines(
        {"a": (STEPS, 1 / STEPS), "b": (STEPS, 2 / STEPS, 1 / STEPS, 3 / STEPS)},
        x_label="x",
        y_label="y",
        alt=alt,
        scales=("log", "log"),
        levels={"bound": 0.5},
    ),
    "bars": lambda alt="bars": viz.bars([3, 2, 1], x_label="x", y_label="y", alt=alt, highlight=[1]),
    "heatmap": lambda alt="heatmap": viz.heatmap(
        np.eye(4), x_label="x", y_label="y", value_label="v", alt=alt, x_names="abcd", y_names="efgh"
    ),
    "seeds": lambda alt="seeds": viz.seeds(
        {"one": [0.1, 0.4], "two": [0.2, 0.3]},
        {"one": (0.25, 0.2), "two": (0.25, 0.1)},
        y_label="accuracy",
        alt=alt,
        levels={"chance": 0.5},
    ),
    "graph": lambda alt="graph": viz.unrolled_graph(
        EDGES, alt=alt, notes={("h", 1): "0.5"}, highlight=[("h", 1)], backward=[(("h", 1), ("o", 1))]
    ),
}


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
    assert make().svg == make().svg
    first, second = make("one").svg, make("two").svg
    ids = [set(re.findall(r' id="([^"]+)"', svg)) for svg in (first, second)]
    used = set(re.findall(r'(?:url\(#|href="#)([\w-]+)', first))
    assert used == ids[0]
    assert not ids[0] & ids[1]


def test_every_colour_of_the_course_can_be_changed_by_the_page(make):
    svg = make().svg
    for colour, variable in CSS_VARIABLES.items():
        bare = re.findall(rf"(?<!{variable}, ){colour}", svg)
        assert not bare, f"{colour} stands outside {variable}"
    assert "<style" not in svg  # it would restyle the page
    assert "DejaVu" not in svg


def test_it_scales_with_the_page(make):
    opening = make().svg.split(">")[0]
    assert "viewBox" in opening
    assert "width:100%" in opening
    assert not re.search(r'\s(width|height)="', opening)


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


def test_curves_differ_in_more_than_colour():
    svg = viz.lines(
        {name: (STEPS, STEPS * k) for k, name in enumerate("abcd", 1)}, x_label="x", y_label="y", alt="a"
    ).svg
    dashes = set(re.findall(r"stroke-dasharray: ([^;\"]+)", svg))
    assert len(dashes) >= 3
