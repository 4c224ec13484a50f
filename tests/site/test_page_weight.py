"""What each page costs a reader on a phone who opens it for the first time, and whether its figures stand still."""

import pytest
from built_book import ROOT

from tools.page_loads import kind_of, load, page_names, served

MOST = {"text": 450, "experiments": 900}  # kB over the wire; what readers were promised is 500 and 1500
STILL = 0.1  # Google's bound for a good cumulative layout shift


@pytest.fixture(scope="module")
def address(built_book):
    with served(built_book) as address:
        yield address


@pytest.fixture(scope="module", params=page_names(ROOT))
def visit(request, browser, address):
    visit = load(browser, f"{address}{request.param}.html")
    visit.name = request.param
    return visit


def test_is_light(visit):
    heaviest = sorted(visit.files.items(), key=lambda file: -file[1][1])[:5]
    assert visit.total() <= MOST[kind_of(visit.name)], heaviest


def test_loads_everything_from_its_own_site(visit, address):
    assert [file for file in visit.files if not file.startswith(address)] == []
    assert visit.errors == []


def test_loads_no_font_but_those_of_its_formulas(visit):
    assert [file for file, (kind, _) in visit.files.items() if kind == "fonts" and "/mathjax/" not in file] == []


def test_moves_nothing_for_its_figures(visit):
    assert visit.seen["resized"] == []


def test_stands_still_while_it_loads_and_is_read(visit):
    assert visit.seen["shift"] <= STILL, visit.seen["shifts"]


def test_asks_for_the_words_of_the_search_only_where_they_are_searched(visit):
    assert any("searchsections" in file for file in visit.files) == (visit.name == "search")


def test_keeps_the_room_of_the_contents_that_arrive_after_the_text(new_page, address):
    page = new_page(viewport={"width": 1200, "height": 900})
    page.goto(address + "book/notation.html")
    text = page.locator(".bd-article-container")
    complete = text.bounding_box()
    page.locator(".bd-sidebar-secondary").evaluate("e => e.remove()")
    assert text.bounding_box()["width"] == complete["width"]
    assert text.bounding_box()["x"] == complete["x"]
