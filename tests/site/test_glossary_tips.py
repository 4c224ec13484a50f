"""A term shows its meaning, and a citation what it cites, to a mouse, a keyboard and a finger (WCAG 1.4.13)."""

import re

import pytest
from built_book import HTML, page_names

from tools.page_loads import TYPESET

PAGE = "book/chapters/03_bptt.html"
TERM = "a[aria-describedby='tip-term-hidden-state']"
TIP = "#tip-term-hidden-state"
CITATION = ".bibtex-citation a[aria-describedby]"


@pytest.fixture(scope="module")
def page(browser, site):
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(site + PAGE, wait_until="load")
    yield page
    page.close()


@pytest.fixture(autouse=True)
def _closed(page):
    yield
    page.keyboard.press("Escape")
    page.mouse.move(1, 1)


def shown(page):
    return page.locator(".rnn-tip:visible").all_inner_texts()


def test_a_mouse_sees_it_and_may_rest_on_it(page):
    assert shown(page) == []
    page.locator(TERM).first.hover()
    page.wait_for_selector(TIP, state="visible")
    assert "carries from step to step" in shown(page)[0]
    page.locator(TIP).hover()
    page.wait_for_timeout(500)
    assert len(shown(page)) == 1
    page.mouse.move(1, 1)
    page.wait_for_selector(TIP, state="hidden")


def test_it_stays_until_the_mouse_leaves_or_escape_is_pressed(page):
    page.locator(TERM).first.hover()
    page.wait_for_selector(TIP, state="visible")
    page.wait_for_timeout(1000)
    assert len(shown(page)) == 1
    page.keyboard.press("Escape")
    assert shown(page) == []


def test_a_keyboard_sees_it(page):
    page.keyboard.press("Tab")
    page.locator(TERM).first.focus()
    assert len(shown(page)) == 1
    page.keyboard.press("Escape")
    assert shown(page) == []
    assert page.evaluate("term => document.activeElement.matches(term)", TERM)
    page.locator(TERM).first.blur()


def test_a_citation_says_what_it_cites(page):
    link = page.locator(CITATION).first
    assert link.get_attribute("title") is None  # or the browser would show it a second time
    page.keyboard.press("Tab")
    link.focus()
    assert re.search(r"Elman\. Finding structure in time\. .*1990", shown(page)[0])
    link.blur()
    assert shown(page) == []


def test_it_is_bound_to_its_link_for_those_who_listen(page):
    roles = page.evaluate(
        """() => [...document.querySelectorAll("main a[aria-describedby^=tip-]")].map(
             link => document.getElementById(link.getAttribute("aria-describedby"))?.getAttribute("role"))"""
    )
    assert set(roles) == {"tooltip"}


def test_a_finger_sees_it_first_and_follows_the_link_then(new_page, site):
    phone = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.goto(site + PAGE, wait_until="load")
    phone.locator(TERM).first.tap()
    assert len(shown(phone)) == 1
    box = phone.locator(TIP).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert phone.url.endswith(PAGE)
    phone.locator("main article p").first.tap(position={"x": 4, "y": 4})
    assert shown(phone) == []
    phone.locator(TERM).first.tap()
    phone.locator(TERM).first.tap()
    phone.wait_for_url("**/glossary.html#term-hidden-state")


def test_without_javascript_it_is_a_link(new_page, site):
    page = new_page(java_script_enabled=False)
    page.goto(site + PAGE)
    assert shown(page) == []
    page.locator(TERM).first.click()
    page.wait_for_url("**/glossary.html#term-hidden-state")


@pytest.mark.parametrize("name", page_names())
def test_each_page_carries_the_definitions_of_its_terms(built_book, name):
    html = (HTML / f"{name}.html").read_text(encoding="utf-8")
    linked = re.findall(r'href="[^"]*glossary\.html#(term-[^"]+)"[^>]*><span class="xref std std-term">', html)
    tips = dict(
        re.findall(r'<div class="rnn-tip" role="tooltip" id="tip-(term-[^"]+)" hidden>(.*?)</div>', html, re.DOTALL)
    )
    assert set(tips) == set(linked)
    assert not [term for term, tip in tips.items() if "<a " in tip or "id=" in tip or len(tip) < 40]


def test_formulas_in_it_are_typeset(new_page, site):
    page = new_page()
    page.goto(site + "book/chapters/02_rnn.html", wait_until="load")
    page.evaluate(TYPESET)
    formulas = page.locator(".rnn-tip .math")
    assert formulas.count() > 0
    assert page.locator(".rnn-tip .math:has(mjx-container)").count() == formulas.count()
