"""Linked words and heatmap: everything a browser needs is in the page, and the numbers are the right ones."""

import html
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from rnncourse import viz

ROWS, COLUMNS = ["la", "<b> & co"], ["the", "red apple", "!"]
VALUES = np.array([[0.12345, 0.5, 0.3], [0.25, 0.0, 0.75]])
LABELS = {"row_label": "French", "column_label": "English", "value_label": "weight", "alt": "what attends to what"}


def view_of(view):
    return json.loads(html.unescape(re.search(r'data-view="([^"]*)"', view._repr_html_())[1]))


def bar_heights(view):
    return [float(height) for height in re.findall(r"<i style=\"width:100%;height:([\d.]+)em", view._repr_html_())]


def test_the_page_holds_the_words_and_the_numbers():
    view = viz.LinkedView(ROWS, COLUMNS, VALUES, **LABELS, chosen=1)
    assert view_of(view)["values"] == [[0.123, 0.5, 0.3], [0.25, 0.0, 0.75]]
    assert view_of(view)["row"] == 1
    words = [html.unescape(word) for word in re.findall(r'data-word="([^"]*)"', view._repr_html_())]
    assert words == ROWS + COLUMNS
    assert "<b>" not in view._repr_html_()
    assert "<span>red apple</span>" in view._repr_html_()


def test_a_blank_can_be_seen_and_pointed_at():
    view = viz.LinkedView(["a", " "], ["the", " ", "!"], VALUES, **LABELS)
    assert view._repr_html_().count("<span>␣</span>") == 2


def test_dollar_signs_are_no_mathematics():
    view = viz.LinkedView(["$$", "b"], ["$x$", "c", "d"], VALUES, **LABELS)
    assert ">$$<" in view.picture.svg
    assert ">$x$<" in view.picture.svg


def test_it_is_well_formed_and_asks_no_server():
    page = viz.LinkedView(ROWS, COLUMNS, VALUES, **LABELS)._repr_html_()
    figure = page.partition("<script>")[0].replace(" hidden ", ' hidden="" ').replace("<svg", '<svg xmlns="http://x"')
    assert len(ET.fromstring(figure).findall(".//*[@role='option']")) == 5
    assert "http" not in page.replace("http://www.w3.org/1999/xlink", "")


def test_without_javascript_the_bars_show_the_chosen_row():
    view = viz.LinkedView(ROWS, COLUMNS, VALUES, **LABELS, chosen=1)
    assert bar_heights(view) == pytest.approx([1.6 * share for share in (0.25 / 0.75, 0, 1)], abs=0.006)


def test_without_javascript_the_chosen_row_is_marked():
    page = viz.LinkedView(ROWS, COLUMNS, VALUES, **LABELS, chosen=1)._repr_html_()
    options = re.findall(r'aria-selected="(\w+)" style="[^"]*outline:2px solid (\w+)', page)
    assert options == [("true" if i == 1 else "false", "currentColor" if i == 1 else "transparent") for i in range(5)]


def test_all_numbers_are_in_a_table_that_needs_no_script():
    page = viz.LinkedView([*ROWS[:1], " "], COLUMNS, VALUES, **LABELS)._repr_html_()
    table = ET.fromstring(re.search(r"<table>.*</table>", page)[0])
    cells = [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]
    assert cells == [
        ["French", "the", "red apple", "!"],
        ["la", "0.123", "0.500", "0.300"],
        ["␣", "0.250", "0.000", "0.750"],
    ]
    assert [head.get("scope") for head in table.iter("th")] == ["col"] * 4 + ["row"] * 2
    assert table.find("caption").text == "weight: a row for each French, a column for each English"


def test_negative_values_hang_below():
    view = viz.LinkedView(ROWS, COLUMNS, VALUES - 0.5, **LABELS)
    heights = bar_heights(view)
    assert heights[::2] == pytest.approx([0, 0, 0])
    assert heights[1::2] == pytest.approx([1.6 * share for share in (0.37655 / 0.5, 0, 0.2 / 0.5)], abs=0.006)


def test_the_marked_square_lies_on_the_heatmap():
    left, top, width, height = view_of(viz.LinkedView(ROWS, COLUMNS, VALUES, **LABELS))["box"]
    assert 0 < left < left + width < 1
    assert 0 < top < top + height < 1
    assert width > 0.5


def test_a_matrix_of_zeros_has_no_bars():
    assert bar_heights(viz.LinkedView(ROWS, COLUMNS, 0 * VALUES, **LABELS)) == [0, 0, 0]


def test_the_words_have_no_ids_that_two_views_in_a_page_would_share():
    page = viz.LinkedView(ROWS, COLUMNS, VALUES, **LABELS)._repr_html_()
    words = page[: page.index('<div class="rnn-map"')]
    assert 'role="option"' in words
    assert " id=" not in words


def test_as_text_it_is_its_alt_text():
    assert repr(viz.LinkedView(ROWS, COLUMNS, VALUES, **LABELS)) == "Figure: what attends to what"


@pytest.mark.parametrize(
    ("rows", "values", "options", "message"),
    [
        (ROWS, VALUES.T, {}, r"values: expected shape \(2, 3\), rows by columns, got \(3, 2\)"),
        ([], np.zeros((0, 3)), {}, r"got \(0, 3\)"),
        (ROWS, np.full((2, 3), np.nan), {}, "values: expected finite numbers"),
        (ROWS, np.ma.masked_array(VALUES, mask=VALUES == 0.5), {}, "values: expected finite numbers"),
        (ROWS, VALUES, {"chosen": 2}, "chosen: expected a row from 0 to 1, got 2"),
        (["r"] * 2000, np.zeros((2000, 3)), {}, "at most 4000 squares"),
    ],
)
def test_errors_say_what_was_expected(rows, values, options, message):
    with pytest.raises(ValueError, match=message):
        viz.LinkedView(rows, COLUMNS, values, **LABELS, **options)
