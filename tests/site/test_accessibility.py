"""Every page by axe-core's rules, in both colour schemes, wide and on a phone; and what axe cannot see, by keyboard."""

import axe
import pytest
from built_book import GALLERY, page_names

from tools.page_loads import TYPESET

CHAPTER = "book/chapters/03_bptt.html"
EXERCISE = "exercises/03_bptt.html"
"""A page that is loaded fast and has all parts of the theme."""
WIDE, PHONE, NARROW = 1200, 390, 320
"""320 pixels is a wide page at a zoom of 400 %, and WCAG 1.4.10's least width."""
PAGES = [*page_names(), "search"]
SPACED = "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}"
"""The spacing that WCAG 1.4.12 lets a reader ask for."""
CUT_OFF = """spans => spans.filter(span => {
  const formula = span.querySelector("mjx-math"), style = getComputedStyle(span);
  const cut = formula.getBoundingClientRect().right - span.getBoundingClientRect().right;
  return cut > 2 && (style.overflowX !== "auto" || span.tabIndex !== 0);
}).map(span => span.textContent)"""
OUTSIDE = """() => {
  const scrolls = e => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
  const isOut = e => {
    const box = e.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || box.right <= innerWidth + 1) { return false; }
    for (let around = e; around; around = around.parentElement) { if (scrolls(around)) { return false; } }
    return true;
  };
  const parts = document.querySelectorAll(".bd-header-article *, .bd-article *, .prev-next-footer *, footer *");
  return [...parts].filter(e => !e.closest("svg *, mjx-assistive-mml") && isOut(e)).map(e => e.outerHTML.slice(0, 120));
}"""


def _opened(browser, address, width=WIDE):
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(address)
    return page


@pytest.fixture(scope="module", params=[*(f"{name}.html" for name in PAGES), "search.html?q=attention"])
def reader(request, browser, site):
    """A page with all folds opened, as axe is to read it."""
    page = _opened(browser, site + request.param)
    if "?q=" in request.param:
        page.locator("#rnn-results li").first.wait_for()
    axe.open_what_is_folded(page)
    yield page
    page.close()


def test_reflows_at_four_times_the_size(reader):
    axe.show(reader, width=NARROW)
    assert reader.evaluate("document.documentElement.scrollWidth") <= NARROW


def test_nothing_is_cut_off_when_a_reader_spaces_the_text(reader):
    axe.show(reader, width=PHONE)
    style = reader.add_style_tag(content=SPACED)
    outside = reader.evaluate(OUTSIDE)
    style.evaluate("e => e.remove()")
    assert outside == []


def test_no_formula_in_the_text_is_cut_off(reader):
    reader.evaluate(TYPESET)
    axe.show(reader, width=NARROW)
    reader.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert reader.locator(".bd-article span.math").evaluate_all(CUT_OFF) == []


def test_headings_leave_no_level_out(reader):
    levels = reader.evaluate(
        "[...document.querySelectorAll('article :is(h1, h2, h3, h4, h5, h6)')].map(e => +e.tagName[1])"
    )
    assert [(a, b) for a, b in zip([0, *levels], levels, strict=False) if b > a + 1] == []


def test_axe_finds_nothing(reader):
    axe.make_ready(reader)
    found = {}
    for scheme, width, only in (
        ("light", WIDE, None),
        ("dark", WIDE, ["color-contrast"]),  # what is not colour is the same there
        ("dark", PHONE, None),
        ("light", PHONE, ["color-contrast"]),
    ):
        axe.show(reader, scheme, width)
        found[scheme, width] = axe.violations(reader, only)
    assert {mode: rules for mode, rules in found.items() if rules} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_what_opens_over_a_page(browser, site, scheme):
    page = _opened(browser, site + EXERCISE, PHONE)
    axe.make_ready(page)
    axe.show(page, scheme)
    found = {}
    for button in (".search-button", ".primary-toggle", ".secondary-toggle", ".dropdown-source-buttons > button"):
        page.locator(f"{button} >> visible=true").first.click()
        page.evaluate("markKindsOfText()")
        found[button] = axe.violations(page)
        page.keyboard.press("Escape")
    page.close()
    assert {button: rules for button, rules in found.items() if rules} == {}


@pytest.mark.parametrize(
    ("button", "name"),
    [(".search-button", "Search"), (".primary-toggle", "Pages"), (".secondary-toggle", "On this page")],
)
def test_a_dialog_is_named_and_escape_leads_back(browser, site, button, name):
    page = _opened(browser, site + EXERCISE, PHONE)
    page.locator(f"{button} >> visible=true").first.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    assert dialog.get_attribute("aria-label").startswith(name)
    for _ in range(3):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    page.wait_for_function("button => document.activeElement.matches(button)", arg=button)
    page.close()


@pytest.mark.parametrize("button", [".search-button", ".primary-toggle", ".secondary-toggle"])
def test_what_opens_over_a_page_has_a_button_to_leave_it(browser, site, button):
    page = _opened(browser, site + EXERCISE, PHONE)
    page.locator(f"{button} >> visible=true").first.click()
    page.get_by_role("button", name="Close").click()
    assert page.locator("dialog[open]").count() == 0
    assert page.get_by_role("button", name="Close").count() == 0
    page.close()


def test_a_place_chosen_on_a_phone_is_not_covered(browser, site):
    page = _opened(browser, site + EXERCISE, PHONE)
    page.locator(".secondary-toggle").click()
    page.locator("dialog[open] a[href='#how-far-are-you']").click()
    assert page.locator("dialog[open]").count() == 0
    assert page.url.endswith("#how-far-are-you")
    page.close()


def test_the_skip_link_leads_past_the_lists_of_pages(browser, site):
    page = _opened(browser, site + EXERCISE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.wait_for_function("document.activeElement.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.close()


def test_the_open_page_is_marked_in_the_list(browser, site):
    page = _opened(browser, site + EXERCISE)
    assert page.locator("nav [aria-current=page]").all_inner_texts() == ["3. Backpropagation through time"]
    assert page.locator("nav p:has-text('Exercises') + ul [aria-current=page]").count() == 1  # not the chapter's line
    page.close()


STOP = """() => {
  const element = document.activeElement, last = window.lastStop, box = element.getBoundingClientRect();
  if (element === document.body) return null;
  window.lastStop = element;
  const style = getComputedStyle(element);
  const shown = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const after = !last || last.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING;
  return {
    name: element.outerHTML.slice(0, 100),
    unseen: !shown || box.right <= 0 || box.left >= innerWidth,
    plain: !(parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none"),
    back: !after,
  };
}"""
"""Where the keyboard is: can it be seen, and does it come after the last place, as the eye goes?"""


@pytest.mark.parametrize(("name", "width"), [(CHAPTER, WIDE), (GALLERY, PHONE)])
def test_the_keyboard_gets_through_a_page_and_sees_where_it_is(browser, site, name, width):
    page = browser.new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page.goto(site + name)
    stops = []
    for _ in range(400):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:  # past the end
            break
        stops.append(stop)
    page.close()
    assert 30 < len(stops) < 400
    assert [stop["name"] for stop in stops if stop["unseen"] or stop["plain"] or stop["back"]] == []


def test_formulas_code_and_tables_that_scroll_can_be_scrolled_by_keyboard(browser, site):
    page = _opened(browser, site + CHAPTER, PHONE)
    axe.open_what_is_folded(page)
    page.evaluate(TYPESET)
    axe.show(page, width=NARROW)
    scrolling = page.evaluate(
        "[...document.querySelectorAll('main :is(pre, mjx-container, span.math, .pst-scrollable-table-container, .rnn-scroll)')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 2 && getComputedStyle(e).overflowX === 'auto')"
        ".map(e => [e.localName, e.tabIndex])"
    )
    page.close()
    assert {"pre", "mjx-container"} <= {name for name, _ in scrolling}
    assert [name for name, index in scrolling if index != 0] == []


def test_nothing_moves_for_who_wants_no_motion(browser, site):
    page = browser.new_page(reduced_motion="reduce")
    page.goto(site + CHAPTER)
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);"
        "return s.animationName !== 'none' || s.transitionDuration.split(', ').some(d => parseFloat(d) > 0)"
        "|| s.scrollBehavior === 'smooth'; }).map(e => e.outerHTML.slice(0, 100))"
    )
    page.close()
    assert moving == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_do_not_vanish_where_the_system_sets_the_colours(browser, site, scheme):
    page = browser.new_page(forced_colors="active", color_scheme=scheme)
    page.goto(site + GALLERY)
    papers, inks = (
        set(page.evaluate(f"[...document.querySelectorAll('{where}')].map(e => getComputedStyle(e).{what})"))
        for where, what in (
            ("figure svg[role=img]", "backgroundColor"),
            ("figure.rnn-laboratory svg[role=img] > g text", "fill"),
        )
    )
    words = page.locator("figure.rnn-linked [role=listbox]").first.locator("[role=option]")
    framed = words.evaluate_all("all => all.filter(e => getComputedStyle(e).outlineStyle !== 'none').length")
    bar = page.locator("figure.rnn-linked [role=option] i").first.evaluate("e => getComputedStyle(e).backgroundColor")
    page.close()
    assert framed == 1
    assert len(papers) == 1
    assert papers.isdisjoint({*inks, bar, "rgba(0, 0, 0, 0)"})
