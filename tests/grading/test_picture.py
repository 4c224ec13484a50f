"""A verdict as HTML: self-contained, escaped whatever a student wrote, readable on every background and by ear."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from rnncourse.grading.book import section_address
from rnncourse.grading.picture import LARGEST_TABLE, NEGATIVE, POSITIVE, STRONGEST, VerdictPicture, as_html
from rnncourse.grading.report import as_text
from rnncourse.grading.verdict import Evidence, Verdict

SECTION = "Blame at the output"
VOID = {"br", "img", "input", "meta", "link", "hr"}
BACKGROUNDS = {  # page and letters of notebooks, as red, green, blue
    "JupyterLab light": ((255, 255, 255), (33, 33, 33)),
    "JupyterLab dark": ((17, 17, 17), (224, 224, 224)),
    "VS Code dark": ((30, 30, 30), (204, 204, 204)),
    "Colab dark": ((56, 56, 56), (227, 227, 227)),
}


class Page(HTMLParser):
    """The elements and words of a piece of HTML, which must be properly nested."""

    def __init__(self, html):
        super().__init__()
        self.open, self.elements, self.words, self.titles = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)
        if self.open[-1] == "figcaption":
            self.titles.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def verdict(yours, expected, message="dW_hh is wrong.", output="dW_hh"):
    evidence = Evidence("x (2, 1, 2)", output, yours, expected)
    return Verdict("03_bptt", "bptt", "gradient", 0, 25, message, section=SECTION, evidence=evidence)


def page_of(yours, expected, **words):
    return Page(as_html(verdict(yours, expected, **words)))


def colours(page):
    """The colours of all cells of the page."""
    styles = [cell["style"] for cell in page.all("td")]
    return [re.search(r"background:rgba\(([\d,]+),(\.?[\d.]+)\)", style).groups() for style in styles]


def test_three_heatmaps_hold_the_numbers_that_the_text_holds():
    expected = np.array([[0.5, -1.0, 0.25], [10.0, 0.0, 1 / 3]])
    page = page_of(expected / 2, expected)
    assert page.titles == ["your dW_hh", "expected", "difference"]
    assert [table["aria-label"] for table in page.all("table")] == page.titles
    assert len(page.all("tr")) == 6
    text = as_text(verdict(expected / 2, expected))
    numbers = [word for word in page.words if re.fullmatch(r"-?[\d.]+", word)]
    assert len(numbers) == 18
    assert all(number in text.split() for number in numbers)
    assert any("relative error 0.5" in word for word in page.words)


def test_the_colour_is_the_sign_and_its_strength_the_size():
    page = page_of(np.array([2.0, -1.0, 0.0]), np.array([4.0, -1.0, 0.0]))
    assert [share for _, share in colours(page)] == [
        "0.25",
        "0.12",
        "0.00",
        "0.50",
        "0.12",
        "0.00",
        "0.50",
        "0.00",
        "0.00",
    ]
    assert [colour for colour, share in colours(page) if share != "0.00"] == [
        *(POSITIVE, NEGATIVE, POSITIVE, NEGATIVE),
        NEGATIVE,
    ]


def test_a_large_array_is_dots_with_titles():
    expected = np.zeros((9, 3))
    expected[8, 1] = -3.0
    page = page_of(np.zeros((9, 3)), expected)
    assert [cell["title"] for cell in page.all("td")].count("[8, 1] -3") == 1
    labels = [table["aria-label"] for table in page.all("table")]
    assert labels[1] == "expected: 9 rows, 3 columns, from -3 to 0"
    assert {table["role"] for table in page.all("table")} == {"img"}
    assert not any(re.fullmatch(r"-?\d+", word) for word in page.words)


def test_of_a_huge_array_a_piece_is_shown_and_each_dot_knows_its_place():
    expected = np.zeros((3, 200, 100))
    expected[1, 150, 70] = 1.0
    page = page_of(np.zeros_like(expected), expected)
    assert len(page.all("td")) == 3 * LARGEST_TABLE**2
    assert "[1, 150, 70] 1" in [cell["title"] for cell in page.all("td")]
    assert any("dW_hh[1, 138:162, 58:82] of shape (3, 200, 100)" in word for word in page.words)
    assert len(as_html(verdict(np.zeros_like(expected), expected))) < 300_000


def test_a_vector_is_one_row_of_dots():
    page = page_of(np.zeros(12), np.arange(12.0))
    assert len(page.all("tr")) == 3
    assert "[11] 11" in [cell["title"] for cell in page.all("td")]


@pytest.mark.filterwarnings("error")
def test_what_is_not_finite_is_grey_or_full():
    page = page_of(np.array([np.nan, np.inf, 1.0]), np.array([1.0, -np.inf, 2.0]))
    assert colours(page)[:3] == [("128,128,128", ".5"), (POSITIVE, "0.50"), (POSITIVE, "0.25")]


@pytest.mark.parametrize(
    "yours", [None, "<b>", ["a", ["b"]], 3 + 4j, np.ones((2, 2)), np.zeros(0), float("nan"), object()]
)
def test_any_value_makes_a_page(yours):
    assert page_of(yours, np.ones(3)).titles == ["your dW_hh", "expected"]


HOSTILE = "</div><script>alert(1)</script><img src=x onerror='y'>\" onclick=\"z `<b>` \ud800 \x1b[2J at 0x7f00aa"


def test_nothing_a_student_writes_becomes_markup():
    plain = Page(as_html(verdict("text", "text", message="plain `code`")))
    hostile = verdict(HOSTILE, HOSTILE, message=HOSTILE, output=HOSTILE)
    page = Page(as_html(hostile))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    assert [sorted(found) for _, found in page.elements] == [sorted(found) for _, found in plain.elements]
    as_html(hostile).encode("utf-8")
    assert "0x7f" not in as_html(hostile)
    assert "<script>alert(1)</script>" in "".join(page.words)
    numbers = Page(as_html(verdict(np.ones(9), np.zeros(9), output=HOSTILE)))
    assert {tag for tag, _ in numbers.elements} <= {
        "div",
        "p",
        "strong",
        "figure",
        "figcaption",
        "table",
        "tbody",
        "tr",
        "td",
        "a",
    }


def test_it_needs_nothing_from_elsewhere_and_takes_the_colours_of_the_page():
    html = as_html(verdict(np.ones((3, 3)), np.zeros((3, 3))))
    assert not re.search(r"<(script|link|style|img|iframe)|url\(| on\w+=|\sid=", html)
    assert re.findall(r"[^-]color:(\w+)", html) == ["inherit"] * len(re.findall(r"[^-]color:", html))
    assert re.findall(r'href="([^"]*)"', html) == [section_address("03_bptt", SECTION)]


@pytest.mark.parametrize("colour", [POSITIVE, NEGATIVE])
@pytest.mark.parametrize("name", BACKGROUNDS)
def test_numbers_can_be_read_on_the_strongest_colour(name, colour):
    page, letters = (np.array(rgb) / 255 for rgb in BACKGROUNDS[name])
    cell = STRONGEST * np.array([int(part) for part in colour.split(",")]) / 255 + (1 - STRONGEST) * page
    light, dark = sorted((luminance(letters), luminance(cell)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def luminance(rgb):
    """Relative luminance of the WCAG 2."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_a_verdict_in_a_notebook_has_both_forms():
    shown = VerdictPicture(Verdict("03_bptt", "bptt", "passed", 25, 25, "right, on 5 inputs."))
    assert repr(shown) == "bptt: right, on 5 inputs. (25 of 25 points)\n  Grading uses other inputs."
    page = Page(shown._repr_html_())
    assert "".join(page.words) == "bptt: right, on 5 inputs. (25 of 25 points)Grading uses other inputs."
    assert page.all("div")[0]["aria-label"] == "check of bptt"


def test_code_in_a_sentence_is_set_as_code():
    page = page_of(np.ones(1), np.zeros(1), message="`=` stands where `+=` should, not `.")
    assert len(page.all("code")) == 2
    assert " should, not `. (0 of 25 points)" in page.words
