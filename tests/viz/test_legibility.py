"""Texts in figures: large enough on a phone, never over one another, never cut off."""

import re
from itertools import combinations

import numpy as np
import pytest
from every_picture import ALL, drawn, recorded_texts, svg_of
from matplotlib.figure import Figure

from rnncourse import viz
from rnncourse.viz import ticks
from rnncourse.viz.style import POINTS

FORMULAS = ("graph", "seven steps", "long word at the end")  # their indices are smaller than letters
PHONE_COLUMN = 390 - 2 * 16
"""Pixels that the text of a page has on a phone of 390."""


def overlapping(boxes):
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 0.1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.1
    ]


@pytest.mark.parametrize("name", ALL)
def test_no_two_texts_overlap_and_none_is_cut_off(name):
    svg, boxes = drawn(name)
    height = float(re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', svg)[1])
    assert boxes
    assert overlapping(boxes) == []
    outside = [
        text for text, box in boxes if box.x0 < -0.5 or box.x1 > POINTS + 0.5 or box.y0 < -0.5 or box.y1 > height
    ]
    assert outside == []


def test_texts_over_one_another_are_found():
    figure = Figure(figsize=(4.6, 2))
    figure.subplots()
    for x in (0.5, 0.52):
        figure.text(x, 0.5, f"at {x}")
    with recorded_texts() as boxes:
        viz.Picture(figure, "a")
    assert ("at 0.5", "at 0.52") in overlapping(boxes)


def test_words_that_were_not_turned_would_be_found(monkeypatch):
    monkeypatch.setattr(ticks, "fit", lambda words, spacing: True)
    with recorded_texts() as boxes:
        ALL["words"]()
    assert len(overlapping(boxes)) > 5


@pytest.mark.parametrize("name", ALL)
def test_letters_are_10_pixels_high_on_a_phone(name):
    sizes = {float(size) * PHONE_COLUMN / POINTS for size in re.findall(r"font-size: ([\d.]+)px", svg_of(name))}
    assert min(sizes) >= (8.3 if name in FORMULAS else 10)
    assert max(sizes) >= 10


def test_every_one_of_many_words_is_written():
    svg = svg_of("20 x 25")
    assert svg.count("rotate(-90") == 25
    assert "dangerous" in svg


def test_a_line_of_numbers_is_thinned_rather_than_crowded():
    svg = svg_of("many bars")
    under_the_bars = re.findall(r"rotate\(-90[^>]*>(\d+)</text>", svg) or re.findall(r"middle[^>]*>(\d+)</text>", svg)
    assert 15 <= len(under_the_bars) <= 35
    assert len(set(np.diff(list(map(int, under_the_bars))))) == 1


def test_dollar_signs_in_words_are_no_mathematics():
    assert "$5" in viz.gate_traces(["$5", "and", "$6"], {"gate": [0, 1, 0]}, alt="a").svg
