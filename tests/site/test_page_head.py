"""What a page's head says to a search engine, to those with whom it is shared, and to a reader's list of tabs."""

import json
import struct
from functools import cache

import pytest
from bs4 import BeautifulSoup
from built_book import CONFIG, HTML, page_names

BASE = CONFIG["html"]["baseurl"]
BOOK = CONFIG["title"]
PAGES = page_names()


@cache
def head(name):
    text = (HTML / f"{name}.html").read_text(encoding="utf-8")
    return BeautifulSoup(text[: text.index("</head>")], "html.parser")


def said(name, key):
    found = head(name).select(f'meta[name="{key}"], meta[property="{key}"]')
    assert len(found) == 1, f"{name} has {len(found)} of {key}"
    return found[0]["content"]


def test_titles_tell_pages_apart(built_book):
    titles = [head(name).title.text for name in PAGES]
    assert len(set(titles)) == len(PAGES)
    assert all(title.endswith(BOOK) for title in titles[1:])
    assert titles[0].lower() == BOOK.lower()


@pytest.mark.parametrize("name", PAGES)
def test_describes_the_page_in_a_sentence_or_two(built_book, name):
    description = said(name, "description")
    assert 50 <= len(description) <= 160
    assert not set("\\${}") & set(description)
    assert said(name, "og:description") == said(name, "twitter:description") == description


def test_no_two_pages_are_described_alike(built_book):
    assert len({said(name, "description") for name in PAGES}) == len(PAGES)


@pytest.mark.parametrize("name", [*PAGES, "index"])
def test_names_its_address_and_title(built_book, name):
    page = PAGES[0] if name == "index" else name  # the root of the site is shared most, and leads to the landing page
    assert [link["href"] for link in head(name).select('link[rel="canonical"]')] == [f"{BASE}{page}.html"]
    assert said(name, "og:url") == f"{BASE}{page}.html"
    assert said(name, "og:title") == said(name, "twitter:title") == head(page).title.text.split(" \u2014 ")[0]
    assert said(name, "og:site_name") == BOOK


@pytest.mark.parametrize("name", PAGES)
def test_tells_machines_what_it_is(built_book, name):
    data = json.loads(head(name).select_one('script[type="application/ld+json"]').string)
    course = data if name == PAGES[0] else data["isPartOf"]
    assert course["@type"] == "Course"
    assert course["name"] == BOOK
    assert data["url"] == f"{BASE}{name}.html"
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert data["description"] == said(name, "description")


@pytest.mark.parametrize("name", PAGES)
def test_is_shared_with_a_picture(built_book, name):
    address = said(name, "og:image")
    assert address == said(name, "twitter:image")
    assert said(name, "og:image:alt")
    picture = (HTML / address.removeprefix(BASE)).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (1200, 630)


def test_each_chapter_has_a_picture_of_its_own(built_book):
    chapters = [name for name in PAGES if name.startswith("book/chapters/")]
    assert len({(HTML / said(name, "og:image").removeprefix(BASE)).read_bytes() for name in chapters}) == len(chapters)


@pytest.mark.parametrize("name", ["search", "404"])
def test_what_is_no_content_is_not_to_be_found(built_book, name):
    assert said(name, "robots") == "noindex"
