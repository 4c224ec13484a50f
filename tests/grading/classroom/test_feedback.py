"""A feedback page says what it should, to everybody who can read, and runs nothing that a student typed."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from docutils import nodes
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import sync_playwright
from records import ADDED_ONCE, HOSTILE, a_class, a_hostile_class, record, verdict

from rnncourse.exercises import EXERCISES
from rnncourse.grading import book
from rnncourse.grading.classroom import feedback
from rnncourse.grading.classroom.feedback_style import DARK, LIGHT
from rnncourse.grading.verdict import STAGES

ROOT = Path(__file__).parents[3]
ANY_TEXT = st.text(st.characters(), max_size=40) | st.sampled_from(HOSTILE)
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "header", "footer", "section", "article"}
TAGS |= {"p", "h1", "h2", "h3", "bdi", "strong", "svg", "rect", "ul", "li", "code", "wbr", "a", "span"}
TAGS |= {"table", "caption", "thead", "tbody", "tr", "th", "td"}
VOID = {"meta", "wbr", "rect"}


class Page(HTMLParser):
    """Tags, attributes and text of a page; every tag must be closed in turn."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text, self.attributes = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def values(self, name):
        return [value for _, attribute, value in self.attributes if attribute == name]


def words(page):
    """The page's text without its style, blanks made one."""
    return " ".join("".join(Page(re.sub("<style>.*?</style>", "", page, flags=re.DOTALL)).text).split())


def assert_harmless(page):
    page.encode("utf-8")
    parsed = Page(page)
    assert set(parsed.tags) <= TAGS
    assert not [name for _, name, _ in parsed.attributes if name.startswith("on") or name in ("src", "style", "action")]
    links = parsed.values("href")
    assert all(link.startswith((f"{book.ADDRESS}book/", "#")) for link in links)
    assert {link[1:] for link in links if link.startswith("#")} <= set(parsed.values("id"))
    assert len(parsed.values("id")) == len(set(parsed.values("id")))
    assert parsed.tags.count("script") == 0


def test_a_page_says_what_was_reached_and_what_went_wrong():
    page = feedback.page(a_class()[2])
    said = words(page)
    assert "Feedback for carl 10 of 70 points" in said
    assert "3. Backpropagation through time" in said
    assert "bptt ✗ Wrong values Right for T = 1, wrong from T = 2: dW_hh is wrong by 43%." in said
    assert ADDED_ONCE in said
    assert "NameError: name 'dz' is not defined" in said
    assert "cell 3 of carl.ipynb: SyntaxError: invalid syntax (line 2)" in said
    assert f'href="{book.ADDRESS}book/chapters/03_bptt.html#the-six-gradients"' in page
    assert_harmless(page)


def test_a_mistake_that_the_message_tells_is_not_told_twice():
    told = record(stages=[("bptt", "values", f"dW_hh is wrong. {ADDED_ONCE}", ADDED_ONCE)])
    assert words(feedback.page(told)).count(ADDED_ONCE) == 1


def test_a_submission_that_could_not_be_graded_says_why_and_nothing_else():
    said = words(feedback.page(a_class()[3]))
    assert "could not be graded dora.ipynb is no notebook: it is empty." in said
    assert said.count("Not graded") == 4
    assert "There is no function" not in said
    assert_harmless(feedback.page(a_class()[3]))


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_words(stage):
    assert stage in feedback._WORDS
    assert feedback._WORDS[stage] in words(feedback.page(record() | {"verdicts": [verdict("bptt", stage)]}))


def test_two_chapters_have_a_score_each():
    both = [verdict("bptt"), verdict("lstm_step", "values", "wrong", chapter="99_untitled")]
    said = words(feedback.page(record() | {"verdicts": both}))
    assert "25 of 55 points" in said
    assert "3. Backpropagation through time 25 of 25 points" in said
    assert "99_untitled 0 of 30 points" in said


def test_a_page_is_made_for_screen_readers():
    page = Page(feedback.page(a_class()[2]))
    assert page.values("lang") == ["en"]
    assert page.tags.count("h1") == page.tags.count("main") == page.tags.count("caption") == 1
    assert page.values("scope").count("row") == 4
    assert page.values("scope").count("col") == 3
    assert set(page.values("aria-labelledby")) <= set(page.values("id"))


def test_long_texts_and_many_notes_are_cut():
    page = feedback.page(record("x" * 10_000, [("bptt", "values", "y" * 10_000)], notes=["z" * 10_000] * 200))
    assert len(page) < 150_000
    assert "and 150 more" in words(page)
    assert_harmless(page)


def test_hostile_records_are_harmless_and_get_a_file_each(tmp_path):
    records = a_hostile_class()
    feedback.write(records, tmp_path)
    pages = [path.read_bytes().decode("utf-8") for path in (tmp_path / "feedback").iterdir()]
    assert len(pages) == len(records)
    for page in pages:
        assert_harmless(page)


@settings(deadline=None, max_examples=60)
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_any_text_anywhere_is_harmless(student, message, note, section):
    hostile = verdict("bptt", "values", message, mistake=note, section=section)
    assert_harmless(feedback.page(record(student, problem=note, notes=[note], file=student)))
    assert_harmless(feedback.page(record(student, notes=[note], file=student) | {"verdicts": [hostile]}))


def _luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("text", ["ink", "muted", "link", "good", "bad", "open"])
@pytest.mark.parametrize("ground", ["paper", "panel"])
def test_text_stands_out(colours, text, ground):
    light, dark = sorted((_luminance(colours[text]), _luminance(colours[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


# The published book ------------------------------------------------------------------------------------------------


def test_the_address_is_that_of_the_book():
    assert yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["html"]["baseurl"] == book.ADDRESS


@pytest.mark.parametrize("chapter", sorted({exercise.chapter for exercise in EXERCISES.values()}))
def test_titles_are_those_of_the_chapters(chapter):
    source = (ROOT / "book" / "chapters" / f"{chapter}.md").read_text("utf-8")
    assert book.chapter_title(chapter) == re.search("^# (.+)$", source, re.MULTILINE)[1]


HEADINGS = [
    "Blame at the output",
    "How far back does it reach?",
    "3. Backpropagation",
    "Zoë's  LSTM & GRU",
    "A - b -",
    "42",
]


@pytest.mark.parametrize("heading", HEADINGS)
def test_identifiers_are_those_of_docutils(heading):
    assert book._identifier(heading) == nodes.make_id(heading)


@settings(deadline=None)
@given(st.text(st.characters(max_codepoint=127)))
def test_identifiers_of_ascii_are_those_of_docutils(heading):
    assert book._identifier(heading) == nodes.make_id(heading)


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda exercise: exercise.name)
def test_every_section_to_reread_is_in_the_chapter(exercise):
    address = book.section_address(exercise.chapter, exercise.section)
    page, _, identifier = address.removeprefix(book.ADDRESS).partition("#")
    source = (ROOT / page).with_suffix(".md").read_text("utf-8")
    assert identifier in {nodes.make_id(heading) for heading in re.findall("^#+ (.+)$", source, re.MULTILINE)}
    built = ROOT / "_build" / "html" / page
    if built.exists():
        assert f'<section id="{identifier}"' in built.read_text("utf-8")


def test_a_chapter_without_a_section_is_its_page():
    assert book.section_address("03_bptt") == f"{book.ADDRESS}book/chapters/03_bptt.html"


# In a browser --------------------------------------------------------------------------------------------------------

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
PLANTED = "<img src=https://example.org/x onerror=alert(1)>"


@pytest.fixture
def phone():
    """A page of a dark phone, and a list of what it asks for and complains of."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page, happened = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme="dark"), []
        page.on("request", lambda request: happened.append(("asked", request.url)))
        page.on("requestfailed", lambda request: happened.append((request.failure, request.url)))
        page.on("console", lambda message: happened.append(("said", message.text)))
        page.on("dialog", lambda dialog: happened.append(("dialog", dialog.message)))
        yield page, happened
        browser.close()


@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium here")
def test_a_hostile_page_runs_nothing_asks_nobody_and_fits_a_phone(phone, tmp_path):
    page, happened = phone
    functions = [verdict(f"f{k}", "values", text, mistake=text) for k, text in enumerate(HOSTILE)]
    hostile = record("\n".join(HOSTILE), notes=HOSTILE) | {"verdicts": functions}
    (tmp_path / "page.html").write_text(feedback.page(hostile), "utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    assert happened == [("asked", (tmp_path / "page.html").as_uri())]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == "rgb(18, 20, 23)"  # so the style sheet passed the page's own policy
    page.evaluate(f"document.body.insertAdjacentHTML('beforeend', '{PLANTED}')")
    page.wait_for_timeout(100)
    assert ("csp", "https://example.org/x") in happened
    assert all("Content Security Policy" in text for kind, text in happened if kind == "said")
    assert not [text for kind, text in happened if kind == "dialog"]
