"""What must hold on each page of the book, whatever it is about."""

import re

import pytest
from built_book import page_names, source_of

from tools.page_loads import TYPESET

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1200, "height": 900}
PAGES = [*page_names(), "search"]


class Visit:
    """A loaded page, with what it asked for and what went wrong meanwhile."""

    def __init__(self, browser, site, name):
        self.site, self.name = site, name
        self.requests, self.refusals, self.errors = [], [], []
        self.page = browser.new_page(viewport=DESKTOP)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.refusals.append(request.url))
        self.page.on("response", self._note_response)
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{site}{name}.html", wait_until="load")
        self.page.evaluate(TYPESET)

    def _note_response(self, response):
        if response.status >= 400:
            self.refusals.append(f"{response.status} {response.url}")


@pytest.fixture(scope="module", params=PAGES)
def visit(request, browser, site):
    visit = Visit(browser, site, request.param)
    yield visit
    visit.page.close()


def test_asks_no_other_server(visit):
    elsewhere = [url for url in visit.requests if not url.startswith((visit.site, "data:", "blob:"))]
    assert not elsewhere


def test_finds_every_file_it_asks_for(visit):
    assert not visit.refusals


def test_reports_no_error(visit):
    assert not visit.errors


def test_loads_no_code_of_live_widgets(visit):
    heavy = re.compile(r"require(\.min)?\.js|html-manager|embed-amd|thebe|fontawesome\.js|polyfill")
    assert not [url for url in visit.requests if heavy.search(url)]


def test_typesets_its_maths(visit):
    if visit.name == "search":
        return
    prose = re.sub(r"(`{3,}|~{3,}).*?\1|`[^`\n]*`", "", source_of(visit.name), flags=re.DOTALL)
    formulas = visit.page.locator("main .math")
    assert formulas.count() > 0 or not re.search(r"(?<!\\)\$[^$\s]", prose)
    if formulas.count():
        visit.page.evaluate(TYPESET)
        untyped = visit.page.evaluate(
            "[...document.querySelectorAll('main .math')].filter(e => !e.querySelector('mjx-container')).length"
        )
        assert untyped == 0
        assert visit.page.locator("mjx-merror").all_inner_texts() == []


def test_shows_no_raw_dollars(visit):
    text = visit.page.evaluate(
        "() => { const copy = document.querySelector('main').cloneNode(true);"
        "copy.querySelectorAll('pre, code, script').forEach(e => e.remove()); return copy.textContent; }"
    )
    assert "$$" not in text


def _open_what_is_folded(page):
    page.evaluate(
        "() => { document.querySelectorAll('details').forEach(e => { e.open = true; });"
        "document.querySelectorAll('.toggle-hidden').forEach(e => e.classList.remove('toggle-hidden')); }"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_a_phone(visit, scheme):
    _open_what_is_folded(visit.page)
    visit.page.set_viewport_size(PHONE)
    visit.page.emulate_media(color_scheme=scheme)
    visit.page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
    too_wide = visit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    visit.page.set_viewport_size(DESKTOP)
    assert too_wide <= 0


def test_names_every_picture_for_those_who_cannot_see_it(visit):
    nameless = visit.page.evaluate(
        """() => {
          const name = e => (e.getAttribute("alt") ?? e.getAttribute("aria-label") ?? "").trim();
          const ornament = e => e.closest("[aria-hidden=true], button, summary, .sd-summary-title");
          const svgs = [...document.querySelectorAll("main svg:not(svg svg)")].filter(e => !ornament(e) && e.querySelector("*"));
          return [...document.querySelectorAll("img"), ...svgs]
            .filter(e => !name(e) || (e.localName === "svg" && e.getAttribute("role") !== "img"))
            .map(e => e.outerHTML.slice(0, 200));
        }"""
    )
    assert nameless == []


def test_has_one_main_heading_and_a_language(visit):
    assert visit.page.locator("main h1:visible").count() == 1
    assert visit.page.locator("html").get_attribute("lang") == "en"
