"""What becomes of a built page on its way to paper."""

import re
from collections import Counter

import lxml.html
import pytest
from made_book import collected, write_made_book

from tools.paper.__main__ import main
from tools.paper.code import with_few_colours
from tools.paper.stills import chosen_frames

SITE = "https://example-org.github.io/course/"


@pytest.fixture(scope="module")
def articles(tmp_path_factory):
    return collected(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def chapter(articles):
    return articles["chapters-01_gates"].element


def _text(element):
    return " ".join(element.text_content().split())


def test_pages_stand_in_the_order_of_the_contents(articles):
    assert [(a.title, a.page.part) for a in articles.values()] == [("Welcome", ""), ("1. Gates", "Chapters")]


def test_links_lead_inside_the_document_or_to_the_site(articles):
    links = [link.get("href") for link in articles["index"].element.iter("a")]
    assert links == [
        "#chapters-01_gates.item-a01",
        "#chapters-01_gates",  # a place that is not there: its page is
        f"{SITE}book/data.html#cats",
        "#chapters-01_gates",
        "https://example.org/a#b",
    ]


def test_a_page_that_is_not_printed_is_linked_at_its_address(tmp_path):
    only = collected(tmp_path, ["book/index"])["index"].element
    assert only.xpath("string(.//a/@href)") == f"{SITE}book/chapters/01_gates.html#item-a01"


def test_ids_are_unique_and_all_that_refers_to_them_follows(articles):
    ids = Counter(
        place for article in articles.values() for place in article.element.xpath("descendant-or-self::*/@id")
    )
    assert max(ids.values()) == 1
    for article in articles.values():
        html = lxml.html.tostring(article.element, encoding="unicode")
        targets = re.findall(r'(?:href="#|url\(#)([^")]+)', html)
        assert targets
        assert set(targets) <= set(ids)


def test_a_heading_is_what_links_to_its_section_reach(articles, chapter):
    heading = chapter.find(".//h2")
    assert heading.get("id") == "chapters-01_gates.one-gate"
    assert heading[0].get("id") == "chapters-01_gates.item-a01"
    assert [h.id for h in articles["chapters-01_gates"].headings()] == [
        "chapters-01_gates.gates",
        "chapters-01_gates.one-gate",
    ]
    assert articles["chapters-01_gates"].headings()[1].text == "One gate g"


def test_nothing_is_folded_and_nothing_can_be_pressed(chapter):
    text = _text(chapter)
    assert "An answer It closes." in text
    assert "Show code cell source" not in text
    assert "Before and after." in text
    assert not chapter.xpath(
        ".//script|.//button|.//input|.//select|.//details|.//output|.//*[@hidden]|.//*[@tabindex]|.//*[@role='listbox']"
    )
    assert not chapter.find_class("headerlink")


def test_code_keeps_every_character(chapter):
    code = chapter.find_class("highlight")[0]
    assert code.text_content() == "def gate(x):"
    assert [span.get("class") for span in code.iter("span")] == ["code-keyword", "code-definition"]


def test_an_unknown_kind_of_word_has_no_colour():
    article = lxml.html.fragment_fromstring('<div><div class="highlight"><span class="nb">len</span>(x)</div></div>')
    with_few_colours(article)
    assert lxml.html.tostring(article) == b'<div><div class="highlight">len(x)</div></div>'


def test_colours_are_those_of_a_light_page_written_out(chapter):
    styles = set(chapter.xpath(".//path/@style"))
    assert styles == {"stroke: #0072b2"}


@pytest.mark.parametrize(
    ("count", "start", "chosen"), [(1, 0, [0]), (2, 0, [0, 1]), (5, 0, [0, 2, 4]), (5, 4, [0, 2, 4]), (9, 1, [0, 1, 8])]
)
def test_first_and_last_frame_and_the_one_at_the_start(count, start, chosen):
    assert chosen_frames(count, start) == chosen


def test_a_player_stands_still_in_three_frames(chapter):
    stills = chapter.find_class("paper-stills")[0]
    assert stills.xpath(".//svg/@aria-label") == ["Frame 0.", "Frame 3.", "Frame 4."]
    assert [caption.text for caption in stills.iter("figcaption")] == ["x = 1", "x = 4", "x = 5"]
    note = stills.find_class("paper-note")[0]
    assert _text(note) == "On the page, a slider goes through all 5 pictures, from x = 1 to x = 5."
    assert note.find("a").get("href") == f"{SITE}book/chapters/01_gates.html"


def test_a_laboratory_says_what_it_was_drawn_for_and_keeps_its_numbers(chapter):
    stills = chapter.find_class("paper-stills")[1]
    assert "T (here 10) and network (here LSTM)" in _text(stills)
    assert "In numbers 0.5" in _text(stills)


def test_a_linked_view_is_words_and_its_map(chapter):
    stills = chapter.find_class("paper-stills")[2]
    assert stills.xpath(".//svg/@aria-label") == ["A map."]
    assert _text(stills).startswith("cat")


def test_a_book_that_is_not_built_is_one_sentence(tmp_path, capsys):
    root = write_made_book(tmp_path)
    (root / "_build/html/book/index.html").unlink()
    assert main(["pdf"], root) == 2
    assert capsys.readouterr().err.strip().endswith("run `make book` first.")


def test_an_unknown_page_is_one_sentence(tmp_path, capsys):
    assert main(["epub", "book/gone"], write_made_book(tmp_path)) == 2
    error = capsys.readouterr().err.strip()
    assert "has no page book/gone" in error
    assert "\n" not in error
