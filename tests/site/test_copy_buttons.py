"""The buttons at code and citations put just that into the clipboard."""

import re

import pytest
from built_book import ROOT


@pytest.fixture
def copied(new_page, site):
    """A function that presses the button of a block on a page and returns what is then in the clipboard."""

    def press(name, block):
        page = new_page(permissions=["clipboard-read", "clipboard-write"])
        page.goto(f"{site}{name}.html", wait_until="load")
        page.locator(block).first.evaluate("block => { for (let e = block; e; e = e.parentElement) e.open = true; }")
        page.locator(block).first.locator("button.copybtn").click()
        return page.evaluate("navigator.clipboard.readText()")

    return press


def test_copies_the_code_of_a_cell_and_not_its_output(copied):
    source = (ROOT / "book/chapters/03_bptt.md").read_text(encoding="utf-8")
    cells = re.findall(r"```\{code-cell\} python\n(?::.*\n)*\n*(.*?)\n```", source, re.DOTALL)
    text = copied("book/chapters/03_bptt", ".cell:has(.cell_output) .cell_input .highlight:visible")
    assert text.strip() in [cell.strip() for cell in cells]


def test_copies_a_command(copied):
    assert copied("book/versions", ".highlight").startswith("git clone --branch v")


def test_copies_how_to_cite_the_course_and_a_chapter(copied):
    assert copied("book/cite", ".highlight:has-text('@book')").startswith("@book{rnncourse")
    chapter = copied("book/chapters/03_bptt", ".rnn-colophon .highlight:has-text('@incollection')")
    assert chapter.startswith("@incollection{rnncourse")
    assert chapter.rstrip().endswith("}")
