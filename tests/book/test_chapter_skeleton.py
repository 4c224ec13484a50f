"""Every chapter is built alike: the parts that a reader looks for are in it, in their order."""

import ast
import re

import pytest

from rnncourse import viz
from tools.project import Project
from tools.sync import ROOT

from .page_cells import calls, predictions

CHAPTERS = sorted((ROOT / "book" / "chapters").glob("*.md"))
EACH = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
LAST_SECTIONS = ["How it fails", "Summary", "Questions to think about", "Exercises", "Read next"]
FIGURES = set(viz.__all__) - {"Picture", "Player"}


def section(text: str, heading: str) -> str:
    """What stands under a heading of the second level."""
    return re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)[1]


@EACH
def test_it_begins_with_what_the_reader_will_be_able_to_do(chapter):
    text = chapter.read_text(encoding="utf-8")
    promised = re.search(r":::\{admonition\} After this chapter you can\n(.*?)^:::$", text, re.MULTILINE | re.DOTALL)[1]
    assert 3 <= promised.count("\n- ") <= 5
    assert "**You need**" in promised
    assert "**Time**" in promised
    assert f"../../exercises/{chapter.stem}.ipynb" in promised
    assert text.index(promised) < text.index("```{code-cell}")


@EACH
def test_it_ends_with_failures_summary_questions_exercises_and_reading(chapter):
    text = chapter.read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[-len(LAST_SECTIONS) :] == LAST_SECTIONS
    assert section(text, "How it fails").count("```{code-cell}") >= 3
    assert section(text, "Questions to think about").count(":::{dropdown} ") >= 3
    reading = section(text, "Read next")
    assert reading.count("\n- ") >= 3
    assert reading.count("{cite:t}`") >= 3


@EACH
def test_the_reader_commits_before_each_of_many_runs(chapter):
    boxes = predictions(chapter)
    assert len(boxes) >= 8
    assert all("?" in box for box in boxes)


@EACH
def test_it_has_two_interactive_figures_and_every_figure_says_what_it_shows(chapter):
    found = calls(chapter, "viz")
    assert sum(call.func.attr in ("Player", "LinkedView") for call in found) >= 2
    drawn = [call for call in found if call.func.attr in FIGURES]
    assert len(drawn) >= 5
    for call in drawn:
        assert any(keyword.arg == "alt" for keyword in call.keywords), ast.unparse(call)


@EACH
def test_claims_are_asserted(chapter):
    cells = [cell for cell in Project(ROOT).read(chapter).cells if cell.kind == "code"]
    printing = [cell for cell in cells if "print(" in cell.text and "nbval-ignore-output" not in cell.tags]
    asserting = [cell for cell in printing if "assert" in cell.text]
    assert len(asserting) >= 0.8 * len(printing)
