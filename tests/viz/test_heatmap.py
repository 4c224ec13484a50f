"""Heatmaps: every number has its colour, its place and, where there is room, its letters."""

import numpy as np
import pytest
from drawn import cells, texts

from rnncourse import viz
from rnncourse.viz.style import SIGNED, SIZES

LABELS = {"x_label": "column", "y_label": "row", "value_label": "value", "alt": "a"}


def test_each_number_has_its_colour_in_its_cell():
    values = np.array([[0.0, 1.0, 2.0], [4.0, 3.0, np.nan]])
    (drawn,) = cells(viz.heatmap(values, **LABELS))
    np.testing.assert_allclose(
        drawn[:, :, :3][~np.isnan(values)], SIZES(values[~np.isnan(values)] / 4)[:, :3], atol=0.01
    )
    assert drawn[1, 2, 3] == 0  # no number: the page shows
    assert (drawn[:, :, 3].sum()) == 5


def test_what_is_masked_is_not_drawn():
    picture = viz.heatmap(np.ma.masked_array([[1.0, 7.0], [3.0, 4.0]], mask=[[0, 1], [0, 0]]), **LABELS)
    (drawn,) = cells(picture)
    assert drawn[0, 1, 3] == 0
    assert "7" not in texts(picture)


def test_no_number_is_looked_at_where_cells_have_no_room(monkeypatch):
    monkeypatch.setattr("rnncourse.viz.cells._short", None)
    viz.heatmap(np.ones((60, 3)), **LABELS)
    viz.heatmap(np.ones((3, 60)), **LABELS)


def test_zero_is_grey_between_two_signs():
    (drawn,) = cells(viz.heatmap([[-1.0, 0.0, 4.0]], **LABELS))
    np.testing.assert_allclose(drawn[0, :, :3], SIGNED(np.array([3 / 8, 1 / 2, 1]))[:, :3], atol=0.01)
    red, green, blue = drawn[0, 1, :3]
    assert max(red, green, blue) - min(red, green, blue) < 0.05


def test_limits_are_the_ends_of_the_colours():
    (drawn,) = cells(viz.heatmap([[0.2, 0.4]], limits=(0, 0.4), **LABELS))
    np.testing.assert_allclose(drawn[0, 0, :3], SIZES(0.5)[:3], atol=0.01)


def test_numbers_are_written_where_they_fit():
    assert {"0.25", "−0.50", "0.00"} < set(texts(viz.heatmap([[0.25, -0.5], [-0.001, 0.1]], **LABELS)))
    assert "7" in texts(viz.heatmap([[7, 1], [2, 3]], **LABELS))
    assert "0.25" not in texts(viz.heatmap(np.full((3, 30), 0.25), **LABELS))


@pytest.mark.parametrize("number", [-1.0, -0.51, 0.0, 0.52, 1.0])
def test_letters_stand_out_from_their_cells(number):
    picture = viz.heatmap([[number, 0.33]], limits=(-1, 1), **LABELS)
    cell = cells(picture)[0][0, 0, :3]
    light = 0.2126 * cell[0] ** 2.2 + 0.7152 * cell[1] ** 2.2 + 0.0722 * cell[2] ** 2.2
    letters = picture.svg.partition(f">{number:.2f}<".replace("-", "−"))[0].rpartition("<text")[2]
    contrast = 1.05 / (light + 0.05) if "#ffffff" in letters else (light + 0.05) / 0.05
    assert contrast > 4.5


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([1, 2], {}, r"values: expected shape \(rows, columns\), got \(2,\)"),
        ([[1, np.inf]], {}, "values: expected finite numbers or NaN, got infinity"),
        ([[np.nan]], {}, "values: expected at least one number, got only NaN"),
        ([["a"]], {}, "values: expected an array of real numbers, got list"),
        ([[1, 2]], {"x_names": ["a"]}, "x_names: expected 2 words, one for each row of numbers, got 1"),
        ([[1, 2]], {"y_names": []}, "y_names: expected at least one word, got none"),
    ],
)
def test_what_cannot_be_drawn_is_named(values, options, message):
    with pytest.raises(ValueError, match=message):
        viz.heatmap(values, **LABELS, **options)
