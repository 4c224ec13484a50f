"""A GitHub Action for the repository that students start from: it shows points and messages at every push."""

import re
from pathlib import Path

from rnncourse import whole_file
from rnncourse.grading.book import ADDRESS
from rnncourse.grading.export.contents import template


def write(folder, chapters):
    """Write ``.github/workflows/exercises.yml`` below the folder and return its path."""
    path = Path(folder) / ".github" / "workflows" / "exercises.yml"
    whole_file.write(path, workflow(chapters))
    return path


def workflow(chapters):
    """The text of the workflow for the notebooks of these chapters."""
    notebooks = " ".join(f"{chapter}.ipynb" for chapter in chapters)
    text = template("github/exercises.yml")
    return text.replace("NOTEBOOKS_HERE", notebooks).replace("ADDRESS_HERE", f"git+{repository()}")


def repository():
    """The address of the repository, which GitHub Pages puts into that of the book."""
    owner, name = re.fullmatch(r"https://([\w-]+)\.github\.io/([\w.-]+)/", ADDRESS).groups()
    return f"https://github.com/{owner}/{name}"
