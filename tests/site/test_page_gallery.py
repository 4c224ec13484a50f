"""Figures in a real browser: every one in the book can be read, and the gallery shows every kind."""

import ast
import re
from itertools import combinations
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from built_book import HTML, page_names, source_of
from test_page_colours import contrast

from rnncourse import viz
from tools.page_loads import TYPESET

GALLERY = "book/gallery"
WITH_FIGURES = [name for name in page_names() if re.search(r"\bviz\b", source_of(name))]
MEASURE = (Path(__file__).parent / "drawn_figures.js").read_text(encoding="utf-8")
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1200, "height": 900}}
KINDS = set(viz.__all__) - {"Picture"}
"""What draws; a Picture is what it returns."""

SMALLEST_LETTERS, SMALLEST_INDICES = 10, 7
"""Pixels on a phone. The indices in formulas, as in W_xh, are the one exception to the first."""
TEXT_CONTRAST, LINE_CONTRAST = 4.5, 3
"""WCAG 2.2's minima."""
RECEDING = 0.3
"""Lines no more opaque than this are the grid, which need not be seen to read the figure."""
BLACK_AND_WHITE = [[0, 0, 0], [255, 255, 255]]
"""A frame on a photograph has both colours, one beside the other, so that one of them is always seen."""


@pytest.fixture(scope="module", params=WITH_FIGURES)
def name(request):
    return request.param


@pytest.fixture(scope="module", params=["phone-light", "phone-dark", "desktop-light", "desktop-dark"])
def figures(request, browser, site, name):
    """What a reader sees of each figure of a page, the hidden frames of players too."""
    device, scheme = request.param.split("-")
    context = browser.new_context(color_scheme=scheme, **(PHONE if device == "phone" else DESKTOP))
    page = context.new_page()
    page.goto(f"{site}{name}.html", wait_until="load")
    page.evaluate(TYPESET)
    figures = page.evaluate(MEASURE)
    context.close()
    for figure in figures:
        figure["screen"] = (PHONE if device == "phone" else DESKTOP)["viewport"]["width"]
    return figures


def _rgb(channels):
    return f"rgb({', '.join(str(round(channel)) for channel in channels)})"


def _contrast(one, other):
    return contrast(_rgb(one), _rgb(other))


def _overlap(one, other):
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return min(across, down)


def overlapping(figure):
    pairs = combinations(figure["texts"], 2)
    return [(one["words"], other["words"]) for one, other in pairs if _overlap(one, other) > 0.5]


def cut_off(figure):
    inside = {"left": -0.5, "top": -0.5, "right": figure["width"] + 0.5, "bottom": figure["height"] + 0.5}
    return [
        text["words"]
        for text in figure["texts"]
        if min(text["left"] - inside["left"], text["top"] - inside["top"]) < 0
        or max(text["right"] - inside["right"], text["bottom"] - inside["bottom"]) > 0
    ]


def too_small(figure):
    least = {True: SMALLEST_INDICES, False: SMALLEST_LETTERS}
    return [(text["words"], text["size"]) for text in figure["texts"] if text["size"] < least[text["is_formula"]]]


def too_pale(figure):
    ratios = [(text["words"], _contrast(text["colour"], text["behind"])) for text in figure["texts"]]
    return [(words, ratio) for words, ratio in ratios if ratio < TEXT_CONTRAST]


def pale_lines(figure):
    pale = [
        line["colour"]
        for line in figure["lines"]
        if line["alpha"] > RECEDING and _contrast(line["colour"], figure["page"]) < LINE_CONTRAST
    ]
    drawn = [line["colour"] for line in figure["lines"]]
    framed = all(colour in drawn for colour in BLACK_AND_WHITE)
    return [colour for colour in pale if not (framed and colour in BLACK_AND_WHITE)]


def _wrong(figures, fault):
    return {figure["alt"][:60]: found for figure in figures if (found := fault(figure))}


def test_there_are_texts_and_lines_to_look_at(figures, name):
    assert figures
    texts = [(text, figure["page"]) for figure in figures for text in figure["texts"]]
    assert all(figure["texts"] for figure in figures)
    assert sum(len(figure["lines"]) for figure in figures) > len(texts) / 4
    if name == GALLERY:
        assert len(figures) > len(KINDS)
        assert any(text["is_formula"] for text, _ in texts)
        assert sum(text["behind"] != page for text, page in texts) > 20  # numbers on cells, signs in nodes


def test_no_text_overlaps_another(figures):
    assert _wrong(figures, overlapping) == {}


def test_no_text_is_cut_off(figures):
    assert _wrong(figures, cut_off) == {}
    assert all(figure["left"] >= 0 and figure["left"] + figure["width"] <= figure["screen"] for figure in figures)


def test_letters_are_large_enough(figures):
    assert _wrong(figures, too_small) == {}


def test_texts_stand_out_from_what_is_behind_them(figures):
    assert _wrong(figures, too_pale) == {}


def test_lines_stand_out_from_the_page(figures):
    assert _wrong(figures, pale_lines) == {}


def test_each_figure_has_an_alt_text_of_its_own(figures):
    assert {figure["role"] for figure in figures} == {"img"}
    alts = [figure["alt"].strip() for figure in figures]
    assert all(len(alt.split()) >= 5 for alt in alts)
    assert [alt for alt in alts if alts.count(alt) > 1] == []


def drawn_by(code):
    """The function of ``viz`` whose figure is a cell's value, or None."""
    last = ast.parse(code).body[-1]
    call = last.value.func if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) else None
    is_ours = isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name) and call.value.id == "viz"
    return call.attr if is_ours else None


def test_every_kind_of_figure_is_shown(built_book):
    page = BeautifulSoup((HTML / f"{GALLERY}.html").read_text(encoding="utf-8"), "html.parser")
    cells = [cell for cell in page.select("main div.cell") if cell.select(".cell_output figure svg")]
    shown = {drawn_by(cell.select_one(".cell_input pre").get_text()) for cell in cells}
    assert shown - {None} == KINDS


def test_every_kind_has_a_heading():
    headings = re.findall(r"^###? .*`(\w+)`", source_of(GALLERY), re.MULTILINE)
    assert sorted(headings) == sorted(KINDS)


# The checks themselves, on figures that are wrong --------------------------------------------------------------------


def _figure(*texts, **changes):
    return {"width": 300, "height": 200, "page": [255, 255, 255], "texts": list(texts), "lines": []} | changes


def _text(**changes):
    whole = {"words": "a", "is_formula": False, "size": 10.2, "left": 0, "right": 20, "top": 0, "bottom": 10}
    return whole | {"colour": [0, 0, 0], "behind": [255, 255, 255]} | changes


def _line(*colour, alpha=1):
    return {"colour": list(colour), "alpha": alpha}


def test_a_figure_that_is_right_has_no_fault():
    right = _figure(_text(), _text(left=21, right=40), lines=[_line(90, 90, 90), _line(240, 240, 240, alpha=0.3)])
    assert [fault(right) for fault in (overlapping, cut_off, too_small, too_pale, pale_lines)] == [[]] * 5


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        (overlapping, _figure(_text(), _text(left=19))),
        (cut_off, _figure(_text(left=-1))),
        (cut_off, _figure(_text(bottom=201))),
        (too_small, _figure(_text(size=9.9))),
        (too_small, _figure(_text(size=6.9, is_formula=True))),
        (too_pale, _figure(_text(colour=[120, 120, 120]))),
        (too_pale, _figure(_text(behind=[90, 90, 90]))),
        (pale_lines, _figure(lines=[_line(150, 150, 150)])),
        (pale_lines, _figure(lines=[_line(255, 255, 255)])),
    ],
)
def test_a_figure_that_is_wrong_is_found(fault, wrong):
    assert len(fault(wrong)) == 1


def test_a_frame_in_black_and_white_is_seen_on_any_page():
    assert pale_lines(_figure(lines=[_line(255, 255, 255), _line(0, 0, 0)])) == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [("x = 1\nviz.bars(x)", "bars"), ("def f():\n    return viz.bars(1)", None), ("print(viz.bars(1))", None)],
)
def test_a_cell_is_known_by_its_last_line(code, kind):
    assert drawn_by(code) == kind
