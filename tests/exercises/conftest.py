"""The functions of the solutions, by name."""

from pathlib import Path

import nbformat
import pytest

from rnncourse.exercises import EXERCISES
from rnncourse.grading.inside.loading import load
from tools.notebook import solved_notebook
from tools.project import Project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def solutions():
    functions = {}
    for chapter in sorted({exercise.chapter for exercise in EXERCISES.values()}):
        notebook = solved_notebook(ROOT / "solutions" / f"{chapter}.md", Project(ROOT))
        functions |= load(f"{chapter}.ipynb", nbformat.writes(notebook).encode(), list(EXERCISES)).namespace
    return functions
