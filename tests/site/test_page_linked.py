"""The linked words and heatmap in the static page: by keyboard, pointer and finger, offline, and without JavaScript."""

import html
import json
import re

import pytest
from built_book import GALLERY, HTML
from playwright.sync_api import expect

PHONE = {"width": 390, "height": 844}
ROWS, COLUMNS = 0, 1
TOUCH = 24
"""WCAG 2.2's least size in pixels of what is touched; words stand too close together for more."""


class LinkedOnPage:
    """The linked view of a page, through what a reader sees of it and what a screen reader is told."""

    def __init__(self, page):
        self.page, self.figure = page, page.locator("figure.rnn-linked").first
        self.lists = self.figure.locator("[role=listbox]")
        self.output = self.figure.locator("output")
        self.row_frame, self.cell_frame = self.figure.locator(".rnn-chosen").all()
        self.values = json.loads(html.unescape(self.figure.get_attribute("data-view")))["values"]
        self.largest = max(abs(value) for row in self.values for value in row)
        self.figure.scroll_into_view_if_needed()

    def words(self, axis):
        return self.lists.nth(axis).locator("[role=option]")

    def selected(self, axis):
        """The one word of a list that is said to be selected; the list must name it as the active one."""
        marked = [word for word in self.words(axis).all() if word.get_attribute("aria-selected") == "true"]
        assert len(marked) == 1
        assert self.lists.nth(axis).get_attribute("aria-activedescendant") == marked[0].get_attribute("id")
        outlined = self.words(axis).evaluate_all(
            "words => words.map(e => getComputedStyle(e).outlineColor !== 'rgba(0, 0, 0, 0)')"
        )
        (place,) = [i for i, is_outlined in enumerate(outlined) if is_outlined]
        assert marked[0].get_attribute("id") == self.words(axis).nth(place).get_attribute("id")
        return place

    def bars(self):
        """The heights of the bars over the columns' words, as shares of the room that a bar has."""
        return self.words(COLUMNS).evaluate_all(
            "words => words.map(e => e.querySelector('i').getBoundingClientRect().height /"
            "e.querySelector('[aria-hidden]').getBoundingClientRect().height)"
        )

    def cells(self):
        """Where the heatmap's cells are: the largest picture in its SVG, apart from what the script computes."""
        boxes = [image.bounding_box() for image in self.figure.locator("svg image").all()]
        return max(boxes, key=lambda box: box["width"] * box["height"])

    def strongest(self, row):
        return max(range(len(self.values[row])), key=lambda column: abs(self.values[row][column]))

    def expect_chosen(self, row, column):
        """All that answers to a choice says the same: words, bars, number, both frames."""
        assert (self.selected(ROWS), self.selected(COLUMNS)) == (row, column)
        assert self.bars() == pytest.approx([abs(v) / self.largest for v in self.values[row]], abs=0.03)
        said = self.output.inner_text()
        words = [self.words(axis).nth(i).get_attribute("data-word") for axis, i in ((ROWS, row), (COLUMNS, column))]
        assert said.startswith(f"“{words[0]}”, “{words[1]}”: ")
        assert float(said.split()[-1]) == self.values[row][column]
        self._expect_frames(row, column)

    def _expect_frames(self, row, column):
        cells, height = self.cells(), self.cells()["height"] / len(self.values)
        width = cells["width"] / len(self.values[0])
        top, left = cells["y"] + row * height, cells["x"] + column * width
        whole = {"x": cells["x"], "y": top, "width": cells["width"], "height": height}
        one = {"x": left, "y": top, "width": width, "height": height}
        assert self.row_frame.bounding_box() == pytest.approx(whole, abs=1.5)
        assert self.cell_frame.bounding_box() == pytest.approx(one, abs=1.5)

    def point_at(self, row, column, across=0.5, down=0.5):
        """Move the mouse into a cell of the heatmap and return where it is then."""
        cells = self.cells()
        x = cells["x"] + (column + across) * cells["width"] / len(self.values[0])
        y = cells["y"] + (row + down) * cells["height"] / len(self.values)
        self.page.mouse.move(x, y)
        return x, y


@pytest.fixture
def linked(gallery):
    return LinkedOnPage(gallery)


def walk_by_keyboard(linked):
    last = [linked.words(axis).count() - 1 for axis in (ROWS, COLUMNS)]
    assert min(last) >= 3
    rows, columns = linked.lists.nth(ROWS), linked.lists.nth(COLUMNS)
    rows.press("End")
    linked.expect_chosen(last[ROWS], linked.strongest(last[ROWS]))
    rows.press("ArrowDown")  # there is none below
    linked.expect_chosen(last[ROWS], linked.strongest(last[ROWS]))
    rows.press("ArrowUp")
    linked.expect_chosen(last[ROWS] - 1, linked.strongest(last[ROWS] - 1))
    rows.press("Home")
    linked.expect_chosen(0, linked.strongest(0))
    rows.press("ArrowRight")
    linked.expect_chosen(1, linked.strongest(1))
    columns.press("Home")
    linked.expect_chosen(1, 0)
    columns.press("ArrowLeft")
    linked.expect_chosen(1, 0)
    columns.press("ArrowRight")
    linked.expect_chosen(1, 1)
    columns.press("End")
    linked.expect_chosen(1, last[COLUMNS])


def test_it_begins_with_a_row_and_its_strongest_column(linked):
    linked.expect_chosen(0, linked.strongest(0))


def test_keyboard(linked):
    walk_by_keyboard(linked)


def test_arrow_keys_do_not_scroll_the_page(gallery, linked):
    linked.lists.nth(ROWS).focus()
    before = gallery.evaluate("window.scrollY")
    for key in ("ArrowDown", "ArrowDown", "End", "Home"):
        gallery.keyboard.press(key)
    gallery.wait_for_timeout(300)  # scrolling is smooth
    assert gallery.evaluate("window.scrollY") == before


def test_tab_goes_on_from_list_to_list(gallery, linked):
    linked.lists.nth(ROWS).focus()
    gallery.keyboard.press("Tab")
    expect(linked.lists.nth(COLUMNS)).to_be_focused()


@pytest.mark.parametrize("way", ["hover", "click"])
def test_pointer_on_a_word(linked, way):
    getattr(linked.words(ROWS).nth(2), way)()
    linked.expect_chosen(2, linked.strongest(2))
    getattr(linked.words(COLUMNS).nth(3), way)()
    linked.expect_chosen(2, 3)


def test_pointing_at_a_row_and_going_on_by_keyboard(linked):
    linked.words(ROWS).nth(2).hover()
    linked.lists.nth(ROWS).press("ArrowRight")
    linked.expect_chosen(3, linked.strongest(3))


@pytest.mark.parametrize("viewport", [{"width": 1200, "height": 900}, PHONE], ids=["desktop", "phone"])
def test_pointing_in_the_heatmap(new_page, site, viewport):
    page = new_page(viewport=viewport)
    page.goto(site + GALLERY)
    linked = LinkedOnPage(page)
    linked.figure.locator(".rnn-map").scroll_into_view_if_needed()
    last_row, last_column = len(linked.values) - 1, len(linked.values[0]) - 1
    for row, column in ((0, 0), (0, last_column), (last_row, 0), (last_row, last_column), (1, 2)):
        for across, down in ((0.1, 0.1), (0.9, 0.9)):
            x, y = linked.point_at(row, column, across, down)
            linked.expect_chosen(row, column)
            marked = linked.cell_frame.bounding_box()
            assert marked["x"] <= x <= marked["x"] + marked["width"]
            assert marked["y"] <= y <= marked["y"] + marked["height"]


def test_pointing_beside_the_cells_changes_nothing(gallery, linked):
    linked.point_at(1, 1)
    for row, column in ((-1, 1), (1, -1), (len(linked.values), 1), (1, len(linked.values[0]))):
        linked.point_at(row, column)
        linked.expect_chosen(1, 1)


def test_a_finger_chooses_a_word_and_a_cell(new_page, site):
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(site + GALLERY)
    linked = LinkedOnPage(page)
    linked.words(ROWS).nth(2).tap()
    linked.expect_chosen(2, linked.strongest(2))
    linked.words(COLUMNS).nth(1).tap()
    linked.expect_chosen(2, 1)
    linked.figure.locator(".rnn-map").scroll_into_view_if_needed()
    cells = linked.cells()
    x = cells["x"] + 0.5 * cells["width"] / len(linked.values[0])
    page.touchscreen.tap(x, cells["y"] + 0.5 * cells["height"] / len(linked.values))
    linked.expect_chosen(0, 0)


def test_words_are_large_enough_for_a_finger(new_page, site):
    page = new_page(viewport=PHONE)
    page.goto(site + GALLERY)
    linked = LinkedOnPage(page)
    boxes = [word.bounding_box() for axis in (ROWS, COLUMNS) for word in linked.words(axis).all()]
    assert [box for box in boxes if min(box["width"], box["height"]) < TOUCH] == []
    assert all(0 <= box["x"] and box["x"] + box["width"] <= PHONE["width"] for box in boxes)


def test_words_stay_where_they_are_when_another_is_chosen(linked):
    places = [word.bounding_box() for axis in (ROWS, COLUMNS) for word in linked.words(axis).all()]
    linked.lists.nth(ROWS).press("End")
    linked.expect_chosen(len(linked.values) - 1, linked.strongest(len(linked.values) - 1))
    assert [word.bounding_box() for axis in (ROWS, COLUMNS) for word in linked.words(axis).all()] == places


def test_works_when_the_network_is_gone(gallery, linked):
    gallery.context.set_offline(True)
    walk_by_keyboard(linked)


def test_works_from_a_file(new_page, built_book):
    page = new_page()
    page.goto((HTML / GALLERY).as_uri())
    walk_by_keyboard(LinkedOnPage(page))


def test_the_first_row_stands_still_without_javascript(new_page, site):
    page = new_page(java_script_enabled=False)
    page.goto(site + GALLERY)
    linked = LinkedOnPage(page)
    assert linked.bars() == pytest.approx([abs(v) / linked.largest for v in linked.values[0]], abs=0.03)
    shown = [word.get_attribute("aria-selected") for word in linked.words(ROWS).all()]
    assert shown == ["true", *["false"] * (len(shown) - 1)]
    expect(linked.figure.locator("svg[role=img]")).to_be_visible()
    expect(linked.row_frame).to_be_hidden()
    expect(linked.cell_frame).to_be_hidden()


def test_the_table_behind_the_figure_opens_without_javascript(new_page, site):
    page = new_page(java_script_enabled=False)
    page.goto(site + GALLERY)
    linked = LinkedOnPage(page)
    linked.figure.locator("summary").click()
    rows = linked.figure.locator("tbody tr").evaluate_all("all => all.map(row => [...row.cells].map(e => e.innerText))")
    for row, values in zip(rows, linked.values, strict=True):
        assert [float(number) for number in row[1:]] == pytest.approx(values, abs=linked.largest / 100)


def test_lists_are_named_and_their_words_are_options(linked):
    names = [linked.lists.nth(axis).get_attribute("aria-label") for axis in (ROWS, COLUMNS)]
    assert all(names)
    assert names[ROWS] != names[COLUMNS]
    assert [linked.words(axis).count() for axis in (ROWS, COLUMNS)] == [len(linked.values), len(linked.values[0])]
    assert linked.output.get_attribute("aria-live") == "polite"


def test_words_have_ids_of_their_own(gallery):
    ids = gallery.locator("[id]").evaluate_all("all => all.map(e => e.id)")
    assert gallery.locator("[role=option]:not([id])").count() == 0
    assert len(ids) == len(set(ids))


def test_focus_can_be_seen(linked):
    for axis in (ROWS, COLUMNS):
        linked.lists.nth(axis).focus()
        linked.page.keyboard.press("Shift")  # a key, so that the browser counts the focus as made by keyboard
        outline = linked.lists.nth(axis).evaluate(
            "e => getComputedStyle(e).outlineStyle + ' ' + getComputedStyle(e).outlineWidth"
        )
        assert re.fullmatch(r"solid [2-9]px", outline)
