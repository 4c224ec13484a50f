"""The first page and its cards: made from the pages they lead to, and on one screen what the course is."""

import json
import re
import sys

import pytest
from bs4 import BeautifulSoup
from built_book import HTML, ROOT, page_names
from playwright.sync_api import expect
from sphinx.errors import ExtensionError

sys.path.insert(0, str(ROOT / "book" / "_ext"))

import reading_time

FIRST_PAGE = "book/index.html"
CARDS = [name for name in page_names() if re.match(r"book/(chapters|case_studies)/\d|exercises/\d", name)]


@pytest.fixture(scope="module")
def parsed(built_book):
    return BeautifulSoup((HTML / FIRST_PAGE).read_text(encoding="utf-8"), "html.parser")


def test_every_chapter_exercise_and_case_study_has_a_card(parsed):
    assert [card["data-page"] for card in parsed.select("[data-page]")] == sorted(
        CARDS, key=lambda name: ("case_studies" in name, name[-30:].rpartition("/")[2], name.startswith("exercises"))
    )


def test_a_card_has_the_title_and_the_sections_of_its_page(parsed):
    for card in parsed.select("[data-page]"):
        page = BeautifulSoup((HTML / f"{card['data-page']}.html").read_text(encoding="utf-8"), "html.parser")
        headings = {
            e.parent["id"]: e.get_text().removesuffix("#") for e in page.select("article section > section > h2")
        }
        assert card["data-title"] == page.h1.get_text().removesuffix("#")
        listed = json.loads(card["data-sections"])
        assert [section for section in listed if headings.get(section[0]) != section[1]] == []
        left_out = [title for title in headings.values() if title not in [section[1] for section in listed]]
        assert left_out == ([] if card["data-page"].startswith("book/") else ["How far are you?"])


def test_no_link_or_bar_of_a_card_is_inside_another_link(parsed):
    assert parsed.select("a a, a progress, a button") == []
    assert all(card.name == "li" and card.parent.name == "ul" for card in parsed.select(".rnn-card"))
    names = [link.get_text() for link in parsed.select(".rnn-cards a")]
    assert len(names) == len(set(names)) == len(CARDS)


def test_a_card_says_how_long_its_page_takes(parsed):
    times = [card.select_one(".rnn-card-time").get_text() for card in parsed.select(".rnn-card")]
    assert all(re.fullmatch(r"\d+ minutes", time) for time in times[:9])
    assert all(re.fullmatch(r"(about )?\d+( to \d+)? CPU-minutes", time) for time in times[9:])
    assert times[2] == "75 minutes"  # as chapter 3 says in its box
    exercises = [foot.get_text() for foot in parsed.select(".rnn-card-exercises p > span")]
    assert len(exercises) == 9
    assert all(re.fullmatch(r"\d+ minutes", time) for time in exercises)


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("about 75 minutes, and 60 more", 75),
        ("about 2 hours, and 60 minutes more", 120),
        ("about two and a quarter hours, with a rest", 135),
        ("about an hour", 60),
        ("about an hour\nand a half", 90),
        ("about one and a half hours", 90),
        ("about seventeen hours", None),
        ("a while", None),
    ],
)
def test_durations_are_read(words, minutes):
    assert reading_time.minutes(words) == minutes


def test_a_page_without_its_time_stops_the_build():
    with pytest.raises(ExtensionError, match="book/chapters/10_new: it does not say how long it takes"):
        reading_time.page_time("# 10. New\n\n**Time** a while.\n", "book/chapters/10_new")
    with pytest.raises(ExtensionError, match="exercises/10_new: it does not say"):
        reading_time.exercise_minutes("**100 points.**", "exercises/10_new")
    assert reading_time.page_time("- **Takes** 10 to 14 CPU-minutes on one thread", "a") == "10 to 14 CPU-minutes"


@pytest.mark.parametrize(("width", "height", "figure_height"), [(1200, 900, 250), (390, 844, 150)])
def test_one_screen_says_what_the_course_is(new_page, site, width, height, figure_height):
    page = new_page(viewport={"width": width, "height": height})
    page.goto(site + FIRST_PAGE)
    for seen in (page.locator("article h1"), page.locator(".rnn-lead"), *page.locator(".rnn-start a").all()):
        box = seen.bounding_box()
        assert box["y"] + box["height"] < height
    figure = page.locator(".tag_opening-figure figure").bounding_box()
    assert height - figure["y"] >= figure_height
    assert figure["x"] + figure["width"] <= width
    if width > 1000:
        promises = page.locator(".rnn-promises").bounding_box()
        assert promises["y"] + promises["height"] < height
        assert promises["x"] + promises["width"] < figure["x"]


def test_all_of_a_card_is_its_link_but_its_foot(new_page, site):
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(site + FIRST_PAGE)
    card = page.locator(".rnn-card").nth(2)
    card.scroll_into_view_if_needed()
    expect(card.locator("progress").first).to_be_visible()
    href = "(e, [x, y]) => { const b = e.getBoundingClientRect();" + (
        "return document.elementFromPoint(b.left + x * b.width, b.top + y * b.height).closest('a')?.getAttribute('href') }"
    )
    assert card.evaluate(href, [0.5, 0.3]) == "chapters/03_bptt.html"
    foot = card.locator(".rnn-card-exercises a")
    assert foot.evaluate(href, [0.5, 0.5]) == "../exercises/03_bptt.html"
