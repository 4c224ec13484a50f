"""A page on paper: its text, all of its code, light colours; and nothing that only a screen can use."""

import pytest

CHAPTER = "book/chapters/04_vanishing_gradients.html"
SEEN = "e => e.getClientRects().length > 0"


@pytest.fixture(scope="module")
def printed(browser, site):
    """A chapter as it is printed by a reader who has it dark."""
    page = browser.new_page(color_scheme="dark", viewport={"width": 660, "height": 980})
    page.goto(site + CHAPTER)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    yield page
    page.close()


def visible(page, selector):
    return [e for e in page.locator(selector).all() if e.evaluate(SEEN)]


def test_what_only_a_screen_can_use_is_left_out(printed):
    for useless in (
        ".bd-sidebar-primary",
        ".bd-sidebar-secondary",
        ".bd-header-article",
        ".prev-next-footer",
        ".copybtn",
    ):
        assert printed.locator(useless).count()
        assert visible(printed, useless) == []
    assert visible(printed, "main button, main input[type=range]") == []


def test_the_title_is_there_once_and_so_is_the_text(printed):
    assert len(visible(printed, "h1")) == 1
    assert len(visible(printed, "article h2")) == printed.locator("article h2").count()


def test_all_code_is_there_and_fits_the_paper(printed):
    code = printed.locator("article pre")
    assert len(visible(printed, "article pre")) == code.count() > 20
    assert printed.evaluate("document.documentElement.scrollWidth <= innerWidth")
    printed.set_viewport_size({"width": 430, "height": 640})  # half a sheet
    cut = code.evaluate_all("all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)")
    assert cut == []


def test_figures_stay_whole(printed):
    breaks = printed.locator("article figure").evaluate_all("all => all.map(e => getComputedStyle(e).breakInside)")
    assert set(breaks) == {"avoid"}


def test_paper_is_white_and_the_screen_is_dark_again_afterwards(printed):
    assert printed.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    closed = printed.locator("details:not([open])")
    assert closed.count() == 0
    printed.evaluate("dispatchEvent(new Event('afterprint'))")
    assert printed.locator("html").get_attribute("data-theme") == "dark"
    assert closed.count() > 5
