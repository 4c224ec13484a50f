"""The student's notebook earns nothing as it is handed out, and everything with the solution in it."""

from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from rnncourse.cli import main
from rnncourse.exercises import EXERCISES
from tools.notebook import solved_notebook
from tools.project import Project

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted({exercise.chapter for exercise in EXERCISES.values()})


def total_of(path):
    result = CliRunner().invoke(main, ["check", str(path)])
    return result, result.output.splitlines()[-1]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_fresh_notebook_has_0_points_and_says_not_attempted(chapter):
    result, last = total_of(ROOT / "exercises" / f"{chapter}.ipynb")
    assert last == "total: 0 of 100 points"
    assert result.exit_code == 1
    assert result.output.count("not attempted yet") == sum(e.chapter == chapter for e in EXERCISES.values())


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_solution_has_every_point(chapter, tmp_path):
    notebook = solved_notebook(ROOT / "solutions" / f"{chapter}.md", Project(ROOT))
    nbformat.write(notebook, tmp_path / f"{chapter}.ipynb")
    result, last = total_of(tmp_path / f"{chapter}.ipynb")
    assert last == "total: 100 of 100 points"
    assert result.exit_code == 0


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_broken_code_is_handed_out_with_a_clue_that_is_no_answer(chapter):
    result, _ = total_of(ROOT / "exercises" / f"{chapter}.ipynb")
    said = " ".join(result.output.split())
    to_repair = [exercise for exercise in EXERCISES.values() if exercise.chapter == chapter and exercise.repair]
    assert said.count("it still does what the code handed out does") == len(to_repair)
    for exercise in to_repair:
        assert exercise.mistakes[0].sentence in said


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_solution_is_left_in_the_fresh_notebook(chapter):
    text = (ROOT / "exercises" / f"{chapter}.ipynb").read_text(encoding="utf-8")
    assert "SOLUTION" not in text
    for exercise in EXERCISES.values():
        if exercise.chapter == chapter and not exercise.repair:
            assert f'raise NotImplementedError(\\"{exercise.name}\\")' in text
