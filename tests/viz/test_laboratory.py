"""The laboratory: every combination is in the page, in the right place, and what is drawn at first is the start."""

import html
import json
import re
import xml.etree.ElementTree as ET
from itertools import product

import numpy as np
import pytest

from rnncourse import viz

LAGS = np.arange(5)
CONTROLS = {"radius": [0.5, 1.0, 2.0], "<kind>": ["straight", "bent"]}
SETTINGS = {"x": LAGS, "x_label": "lag (steps)", "y_label": "length", "limits": (1e-2, 1e2), "alt": "lengths & lags"}


def measure(radius, kind):
    bent = np.where(LAGS == 2, 0.0, radius**LAGS)
    return {"power": radius**LAGS * 1.0, "other": bent if kind == "bent" else np.full(5, 3.0)}


def laboratory(measure=measure, controls=CONTROLS, **changes):
    return viz.Laboratory(measure, controls, **SETTINGS | changes)


def view_of(laboratory):
    return json.loads(html.unescape(re.search(r'data-view="([^"]*)"', laboratory._repr_html_())[1]))


def test_the_page_holds_the_logarithms_of_every_combination():
    view = view_of(laboratory())
    assert view["counts"] == [3, 2]
    assert view["labels"] == [["0.5", "1", "2"], ["straight", "bent"]]
    for i, values in enumerate(product(*CONTROLS.values())):
        for name, y in measure(*values).items():
            for thousandths, value in zip(view["curves"][name][i], y, strict=True):
                if value == 0:
                    assert thousandths is None
                else:
                    assert 10 ** (thousandths / 1000) == pytest.approx(value, rel=2e-3)


def test_without_javascript_the_curves_of_the_start_are_drawn_where_the_axes_say():
    paths = re.findall(r'<path d="([^"]*)"', laboratory(start={"radius": 2.0, "<kind>": "bent"})._repr_html_())
    drawn = dict(zip(("power", "other"), paths[-2:], strict=True))
    steps = [(letter, float(x), float(y)) for letter, x, y in re.findall(r"([ML])([\d.-]+) ([\d.-]+)", drawn["power"])]
    assert [letter for letter, _, _ in steps] == list("MLLLL")
    assert [x for _, x, _ in steps] == [0, 250, 500, 750, 1000]
    heights = 1000 * (1 - (np.log10(2.0**LAGS) + 2) / 4)  # from 1e-2 at the bottom to 1e2 at the top
    assert [y for _, _, y in steps] == pytest.approx(heights, abs=0.2)
    assert re.sub(r"[^ML]", "", drawn["other"]) == "MLML"  # a gap where it is 0


def rows_of_table(laboratory):
    table = ET.fromstring(re.search(r"<table>.*</table>", laboratory._repr_html_())[0])
    return table.find("caption").text, [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]


def test_without_javascript_a_table_has_the_numbers_of_the_start():
    caption, rows = rows_of_table(laboratory(start={"radius": 0.5, "<kind>": "bent"}))
    assert caption == "length, for radius = 0.5, <kind> = bent"
    assert rows[0] == ["lag (steps)", "power", "other"]
    assert rows[1:] == [
        ["0", "1", "1"],
        ["1", "0.5", "0.5"],
        ["2", "0.25", "0"],
        ["3", "0.13", "0.13"],  # of 0.125, kept in thousandths of a power of ten
        ["4", "0.063", "0.063"],
    ]


def test_the_table_writes_far_numbers_as_powers_of_ten():
    x = np.arange(100)
    _, rows = rows_of_table(laboratory(lambda *_: {"y": 0.1 ** (x / 10.0)}, {"radius": [1]}, x=x))
    assert [row[0] for row in rows[1:]] == [*map(str, range(0, 91, 10)), "99"]
    assert [row[1] for row in rows[1:6]] == ["1", "0.1", "0.01", "0.001", "1.0e-4"]


def test_it_is_well_formed_and_asks_no_server():
    page = laboratory()._repr_html_()
    figure = page.partition("<script>")[0].replace(" hidden", ' hidden=""').replace("<svg", '<svg xmlns="http://x"')
    figure = figure.replace("<option selected>", "<option>")
    figure = re.sub(r"(<input[^>]*)>", r"\1/>", figure)
    assert [option.text for option in ET.fromstring(figure).iter("option")] == ["straight", "bent"]
    assert "http" not in page.replace("http://www.w3.org/1999/xlink", "")
    assert "<kind>" not in page


def test_as_text_it_says_what_it_is_over():
    assert repr(laboratory()) == "Laboratory over radius (3), <kind> (2): lengths & lags"


def refuse(error, **changes):
    with pytest.raises(ValueError, match="^" + re.escape(error)):
        laboratory(**changes)


def test_bad_input_is_named():
    refuse("x: expected at least two rising numbers", x=[0, 2, 1, 3, 4])
    refuse("limits: expected two numbers 0 < low < high, got (0, 1)", limits=(0, 1))
    refuse("start: expected names of controls, got 'size'", start={"size": 1})
    refuse("start['radius']: expected one of [0.5, 1.0, 2.0], got 3", start={"radius": 3})
    refuse("controls: expected 1 to 250 combinations of their values, got 0", controls={"radius": []})
    refuse("controls: expected 1 to 250 combinations", controls={"radius": range(16), "kind": range(16)})
    refuse("measure(0.5, 'straight')['a']: expected shape (5,)", measure=lambda *_: {"a": np.ones(4)})
    refuse("measure(0.5, 'straight')['a']: expected numbers of at least 0", measure=lambda *_: {"a": -np.ones(5)})
    refuse("measure(0.5, 'straight')['a']: expected finite numbers", measure=lambda *_: {"a": np.full(5, np.nan)})
    refuse("measure(0.5, 'bent'): expected the curves ['straight']", measure=lambda _, kind: {kind: np.ones(5)})
    refuse("measure: expected at most 6 curves, got 7", measure=lambda *_: {i: np.ones(5) for i in range(7)})
