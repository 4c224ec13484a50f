"""The frames player in the static page: by keyboard, by mouse, offline, from a file, and without JavaScript."""

import re

import pytest
from built_book import GALLERY, HTML
from playwright.sync_api import expect

CHAPTER = "book/chapters/03_bptt.html"
PHONE = {"width": 390, "height": 844}


class PlayerOnPage:
    """The first player of a page, through what a reader sees of it."""

    def __init__(self, page):
        self.figure = page.locator("figure.rnn-player").first
        self.slider = self.figure.locator("input[type=range]")
        self.output = self.figure.locator("output")
        self.play = self.figure.locator("button.rnn-play")
        self.frames = self.figure.locator(".rnn-frame")
        self.figure.scroll_into_view_if_needed()

    def shown(self):
        """The positions of the frames that can be seen: it should always be one."""
        return [i for i in range(self.frames.count()) if self.frames.nth(i).is_visible()]

    def label(self):
        return self.output.inner_text()

    def expect_frame(self, position, other_than):
        """Frame ``position`` alone is shown, and both the text and the spoken value have left ``other_than``."""
        expect(self.output).not_to_have_text(other_than)
        assert self.shown() == [position]
        assert self.slider.get_attribute("aria-valuetext") == self.label()


@pytest.fixture
def chapter(new_page, site):
    page = new_page()
    page.goto(site + CHAPTER)
    return page


@pytest.fixture
def player(chapter):
    return PlayerOnPage(chapter)


def walk_by_keyboard(player):
    last, first_label = player.frames.count() - 1, None
    player.slider.focus()
    player.slider.press("Home")
    assert player.shown() == [0]
    first_label = player.label()
    player.slider.press("ArrowRight")
    player.expect_frame(1, other_than=first_label)
    player.slider.press("End")
    player.expect_frame(last, other_than=first_label)
    last_label = player.label()
    player.slider.press("Home")
    player.expect_frame(0, other_than=last_label)


def test_each_player_keeps_the_contract(chapter):
    players = chapter.locator("figure.rnn-player")
    assert players.count() >= 1
    for figure in players.all():
        frames = figure.locator(".rnn-frame")
        assert frames.count() >= 2
        assert figure.locator(".rnn-frame:not([hidden])").count() == 1
        assert figure.locator(".rnn-frame > svg[role=img][aria-label]").count() == frames.count()
        assert figure.locator("input[type=range]").get_attribute("aria-label")


def test_keyboard(player):
    walk_by_keyboard(player)


def test_mouse(player):
    before, shown_before = player.label(), player.shown()
    box = player.slider.bounding_box()
    at_start = player.slider.input_value() == player.slider.get_attribute("min")
    player.slider.click(position={"x": box["width"] * (0.95 if at_start else 0.02), "y": box["height"] / 2})
    expect(player.output).not_to_have_text(before)
    assert player.shown() != shown_before
    assert len(player.shown()) == 1


def test_play_advances_by_itself(player):
    player.slider.focus()
    player.slider.press("Home")
    first_label = player.label()
    player.play.click()
    expect(player.output).not_to_have_text(first_label, timeout=10_000)
    assert player.shown() != [0]


def test_works_when_the_network_is_gone(chapter, player):
    chapter.context.set_offline(True)
    walk_by_keyboard(player)


def test_works_from_a_file(new_page, built_book):
    page = new_page()
    page.goto((HTML / CHAPTER).as_uri())
    walk_by_keyboard(PlayerOnPage(page))


def test_shows_one_frame_without_javascript(new_page, site):
    page = new_page(java_script_enabled=False)
    page.goto(site + CHAPTER)
    figure = page.locator("figure.rnn-player").first
    expect(figure.locator(".rnn-frame >> visible=true")).to_have_count(1)
    assert figure.locator("button >> visible=true").count() == 0, (
        "without JavaScript the controls do nothing: hide them"
    )


def test_the_words_behind_the_pictures_open_without_javascript(new_page, site):
    page = new_page(java_script_enabled=False)
    page.goto(site + GALLERY)
    figure = page.locator("figure.rnn-player").first
    figure.locator("summary").click()
    words = figure.locator("details li").all_inner_texts()
    alts = figure.locator(".rnn-frame > svg").evaluate_all("all => all.map(e => e.getAttribute('aria-label'))")
    assert [text.partition(": ")[2] for text in words] == alts


def test_controls_are_large_enough_for_a_thumb(new_page, site):
    page = new_page(viewport=PHONE)
    page.goto(site + CHAPTER)
    player = PlayerOnPage(page)
    for control in (player.play, player.slider):
        box = control.bounding_box()
        assert box["width"] >= 44
        assert box["height"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]


def test_focus_can_be_seen(player):
    for control in (player.play, player.slider):
        control.focus()
        control.press("Shift")  # a key, so that the browser counts the focus as made by keyboard
        outline = control.evaluate("e => getComputedStyle(e).outlineStyle + ' ' + getComputedStyle(e).outlineWidth")
        assert re.fullmatch(r"solid [2-9]px", outline)
