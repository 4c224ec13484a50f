"""Every case study is built alike, and what the book shows of it is a full run whose claims held."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from rnncourse import viz
from tools.project import Project
from tools.sync import ROOT

from .page_cells import calls, predictions

PROJECT = Project(ROOT)
FIGURES = set(viz.__all__) - {"Picture", "Player", "LinkedView"}
EACH = pytest.mark.parametrize("study", PROJECT.case_studies(), ids=lambda path: path.stem)
TOPICS = ["01_characters", "02_traffic", "03_sentiment", "04_translation", "05_words"]
LAST_SECTIONS = ["What did not work", "Beside the published figure", "Go on", "Record"]


def printed(study: Path) -> str:
    """All that the stored run printed."""
    cells = nbformat.read(PROJECT.notebook_of(study), as_version=4).cells
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    return "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")


def test_all_five_are_there():
    assert [study.stem for study in PROJECT.case_studies()] == TOPICS


@EACH
def test_it_begins_with_data_published_figure_time_and_needs(study):
    text = study.read_text("utf-8")
    box = re.search(r":::\{admonition\} This case study\n(.*?)^:::$", text, re.MULTILINE | re.DOTALL)[1]
    assert re.findall(r"\*\*(\w+)\*\*", box) == ["Data", "Published", "Takes", "Needs"]
    assert "{cite:" in box
    assert text.index(box) < text.index("```{code-cell}")


@EACH
def test_its_sections_stand_in_the_order_of_its_siblings(study):
    headings = re.findall(r"^## (.+)$", study.read_text("utf-8"), re.MULTILINE)
    assert headings[0].startswith("The data")
    assert headings[-4:] == LAST_SECTIONS
    assert len(headings) >= 8


@EACH
def test_the_reader_commits_before_a_run(study):
    boxes = predictions(study)
    assert len(boxes) >= 2
    assert all("?" in box for box in boxes)


@EACH
def test_it_has_a_figure_that_moves_and_every_figure_says_what_it_shows(study):
    found = calls(study, "viz")
    assert any(call.func.attr in ("Player", "LinkedView") for call in found)
    drawn = [call for call in found if call.func.attr in FIGURES]
    assert len(drawn) >= 3
    for call in drawn:
        assert any(keyword.arg == "alt" for keyword in call.keywords), ast.unparse(call)


@EACH
def test_the_stored_run_is_a_full_one_whose_claims_held(study):
    text = printed(study)
    assert re.search(r"^run +in full, \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    for line in ("machine", "versions", "seeds", "threads +1"):
        assert re.search(rf"^{line}\b", text, re.MULTILINE), line
    assert "not judged" not in text
    claims = [call for call in calls(study, "study") if call.func.attr == "claim"]
    assert text.count("holds: ") >= len(claims) >= 4


@EACH
def test_the_stored_figures_are_there(study):
    cells = nbformat.read(PROJECT.notebook_of(study), as_version=4).cells
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    assert sum("<svg" in output.get("data", {}).get("text/html", "") for output in outputs) >= 3
    assert not [output for output in outputs if output.output_type == "stream" and output.name == "stderr"]
