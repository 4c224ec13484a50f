"""Progress in the browser: what has been read and ticked is noted, shown on the first page, and forgotten on request."""

import json

import pytest
from built_book import HTML
from playwright.sync_api import expect

KEY = "rnncourse.progress.1"
FIRST_PAGE = "book/index"
CHAPTER = "book/chapters/03_bptt"
EXERCISES = "exercises/03_bptt"
READY = "domcontentloaded"
"""By then the script has run; the formulas need not be typeset."""
STORED = f"JSON.parse(localStorage.getItem('{KEY}'))"


@pytest.fixture
def page(new_page):
    """A page that must not report an error of its own."""
    page, errors = new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


@pytest.fixture
def visit(page, site):
    """A function that goes to a page of the book."""

    def go(name):
        page.goto(f"{site}{name}.html", wait_until=READY)
        return page

    return go


def read_on(page, stored):
    """Put something into the store, as another window does, and tell the page so."""
    page.evaluate(
        "([key, text]) => { localStorage.setItem(key, text); dispatchEvent(new StorageEvent('storage')); }",
        [KEY, stored if isinstance(stored, str) else json.dumps(stored)],
    )


def box(page):
    return page.get_by_role("group", name="Your progress")


def card(page, name):
    return page.locator(f'[data-page="{name}"]')


def shown_on(page, name):
    """The words beside the bar of a card, and how far its bar is."""
    room = card(page, name).locator(".rnn-card-progress").first
    return room.locator("span").inner_text(), room.locator("progress").evaluate("bar => [bar.value, bar.max]")


def sections_of(page, name):
    return json.loads(card(page, name).get_attribute("data-sections"))


WHEN_STORED = f"""
    const set = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {{
        if (key === "{KEY}") window.storedAt = window.storedAt || performance.now();
        return set.call(this, key, value);
    }};"""


def test_a_section_counts_when_its_end_was_seen_for_a_moment(visit, page):
    page.add_init_script(WHEN_STORED)
    visit(CHAPTER)
    expect(box(page)).to_contain_text("0 of 14 sections read")
    second = page.locator("article section > section:has(> h2)").nth(1)
    seen_at = second.locator(":scope > .rnn-section-end").evaluate(
        "end => { end.scrollIntoView({block: 'center', behavior: 'instant'}); return performance.now(); }"
    )
    page.wait_for_function("window.storedAt")
    assert page.evaluate("window.storedAt") - seen_at > 1400  # milliseconds: passing by is not reading
    assert second.get_attribute("id") in page.evaluate(STORED)["read"][CHAPTER]
    expect(box(page)).not_to_contain_text("0 of 14")


def test_a_chapter_is_marked_and_unmarked_by_keyboard(visit):
    page = visit(CHAPTER)
    button = box(page).get_by_role("button", name="Mark all as read")
    button.focus()
    button.press("Enter")
    expect(box(page)).to_contain_text("14 of 14 sections read")
    expect(box(page).get_by_label("14 of 14 sections read")).to_have_js_property("value", 14)
    page.reload(wait_until=READY)
    button = box(page).get_by_role("button", name="Mark all as not read")
    button.press("Space")
    expect(box(page)).to_contain_text("0 of 14 sections read")
    assert page.evaluate(STORED)["read"][CHAPTER] == []


def test_exercises_are_ticked(visit):
    page = visit(EXERCISES)
    ticks = page.get_by_role("checkbox", name="Done with exercise")
    assert ticks.count() == 6
    assert len({ticks.nth(i).evaluate("tick => tick.labels[0].textContent") for i in range(6)}) == 6
    ticks.nth(2).focus()
    ticks.nth(2).press("Space")
    expect(box(page)).to_contain_text("1 of 6 exercises done")
    page.reload(wait_until=READY)
    expect(ticks.nth(2)).to_be_checked()
    expect(ticks.nth(1)).not_to_be_checked()
    visit(FIRST_PAGE)
    assert shown_on(page, EXERCISES) == ("1 of 6 exercises", [1, 6])


def test_cards_show_what_was_read_and_the_way_on(visit):
    page = visit(FIRST_PAGE)
    sections = sections_of(page, CHAPTER)
    assert shown_on(page, CHAPTER) == ("0 of 14 sections", [0, 14])
    expect(page.get_by_role("link", name="Start chapter 1")).to_be_visible()
    read = {CHAPTER: [sections[0][0], sections[1][0], sections[3][0]]}
    read_on(page, {"read": read, "done": {}, "last": CHAPTER})
    assert shown_on(page, CHAPTER) == ("3 of 14 sections", [3, 14])
    page.get_by_role("link", name=f"Continue: chapter 3, {sections[2][1]}").click()
    page.wait_for_url(f"**/{CHAPTER}.html#{sections[2][0]}")
    assert page.locator(f"section[id='{sections[2][0]}'] > h2").count() == 1


def test_after_the_last_section_the_next_chapter_comes(visit):
    page = visit(FIRST_PAGE)
    read = {CHAPTER: [section[0] for section in sections_of(page, CHAPTER)]}
    read_on(page, {"read": read, "last": CHAPTER})
    expect(page.get_by_role("link", name="Continue: chapter 4, ")).to_be_visible()


def test_each_section_on_a_card_is_one_of_its_page(visit, page, site):
    visit(FIRST_PAGE)
    for name in (CHAPTER, EXERCISES, "book/case_studies/02_traffic"):
        ids = [section[0] for section in sections_of(page, name)]
        page.goto(f"{site}{name}.html", wait_until=READY)
        expect(box(page)).to_contain_text(f"0 of {len(ids)} ")
        assert [
            i for i in ids if not page.evaluate("id => document.getElementById(id)?.localName === 'section'", i)
        ] == []
        page.goto(f"{site}{FIRST_PAGE}.html", wait_until=READY)


def test_all_is_forgotten_on_request_and_not_by_mistake(visit):
    page = visit(FIRST_PAGE)
    read_on(page, {"read": {CHAPTER: ["summary"]}, "last": CHAPTER})
    button = page.get_by_role("button", name="Forget my progress")
    page.once("dialog", lambda dialog: dialog.dismiss())
    button.press("Enter")
    assert shown_on(page, CHAPTER)[0] == "1 of 14 sections"
    page.once("dialog", lambda dialog: dialog.accept())
    button.press("Enter")
    expect(page.locator(".rnn-forget [role=status]")).to_have_text("Forgotten.")
    assert shown_on(page, CHAPTER)[0] == "0 of 14 sections"
    assert page.evaluate(f"localStorage.getItem('{KEY}')") is None
    expect(page.get_by_role("link", name="Start chapter 1")).to_be_visible()
    expect(page.locator(".rnn-forget")).to_contain_text("Nothing is sent")


OLD_OR_BROKEN = [
    "not JSON",
    "null",
    "[1, 2]",
    '{"read": 3, "done": "x", "last": {}}',
    '{"read": {"book/chapters/03_bptt": "summary"}}',
    '{"read": {"book/chapters/03_bptt": ["a-section-of-last-year", 7]}, "last": "book/chapters/99_gone"}',
]


def test_what_is_stored_may_be_old_or_broken(visit):
    page = visit(FIRST_PAGE)
    for stored in OLD_OR_BROKEN:
        read_on(page, {"read": {CHAPTER: ["summary"]}, "last": CHAPTER})
        assert shown_on(page, CHAPTER) == ("1 of 14 sections", [1, 14])
        read_on(page, stored)
        assert shown_on(page, CHAPTER) == ("0 of 14 sections", [0, 14])
        expect(page.get_by_role("link", name="Start chapter 1")).to_be_visible()


def test_a_changed_chapter_is_counted_anew(visit):
    page = visit(CHAPTER)
    read_on(page, OLD_OR_BROKEN[-1])
    expect(box(page)).to_contain_text("0 of 14 sections read")
    box(page).get_by_role("button", name="Mark all as read").click()
    expect(box(page)).to_contain_text("14 of 14 sections read")


# The theme itself reads its colour mode from the store, so only what we write is refused here.
FORBIDDEN = """
    const set = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
        if (key.startsWith("rnncourse")) throw new DOMException("denied", "SecurityError");
        return set.call(this, key, value);
    };"""


@pytest.mark.parametrize("name", [FIRST_PAGE, CHAPTER, EXERCISES])
def test_where_nothing_may_be_stored_nothing_is_offered(visit, page, name):
    page.add_init_script(FORBIDDEN)
    visit(name)
    expect(page.locator("article h1")).to_be_visible()
    assert page.locator(".rnn-progress, .rnn-tick, .rnn-forget, .rnn-shown").count() == 0


def test_no_store_at_all_is_no_error(page, site):
    """In a frame without an origin the mere mention of `localStorage` is refused."""
    script = (HTML / "_static" / "progress.js").read_text(encoding="utf-8")
    page.goto(f"{site}{FIRST_PAGE}.html", wait_until=READY)
    caught = page.evaluate(
        """script => new Promise(done => {
            addEventListener("message", event => done(event.data));
            const frame = document.createElement("iframe");
            frame.sandbox = "allow-scripts";
            frame.srcdoc = `<article></article><script>try { localStorage; parent.postMessage("there is one", "*") }
                catch (refused) { try { ${script}; parent.postMessage("silent", "*") }
                catch (error) { parent.postMessage(String(error), "*") } }<\\/script>`;
            document.body.append(frame);
        })""",
        script,
    )
    assert caught == "silent"


def test_works_from_a_file(page, built_book):
    page.goto((built_book / f"{CHAPTER}.html").as_uri(), wait_until=READY)
    box(page).get_by_role("button", name="Mark all as read").click()
    page.goto((built_book / f"{FIRST_PAGE}.html").as_uri(), wait_until=READY)
    assert shown_on(page, CHAPTER) == ("14 of 14 sections", [14, 14])


def test_without_javascript_no_bar_is_shown(new_page, site):
    page = new_page(java_script_enabled=False)
    page.goto(f"{site}{FIRST_PAGE}.html", wait_until=READY)
    expect(page.locator(".rnn-card")).to_have_count(14)
    expect(page.locator("progress >> visible=true")).to_have_count(0)
