"""The stand-in for Colab: what is in it, how it stands in for our address, and that its errors are sentences."""

import os
import re
import subprocess
import sys
import tomllib

import nbformat
import pytest
import yaml

from tools import colab
from tools.notebook import INSTALL
from tools.project import Project
from tools.sync import ROOT

PROJECT = Project(ROOT)
NOTEBOOKS = [PROJECT.notebook_of(source) for source in PROJECT.sources()]
# What a notebook must not show: directives, roles, labels and comments are Sphinx's, raw on Colab and in Jupyter.
RAW_MYST = re.compile(r"^\s*:{3,}|\{[\w:]+\}`|^\([\w-]+\)=|^%\s|^```\{", re.MULTILINE)


def cells(path, kind):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_first_cell_installs_the_package_and_the_text_is_plain(notebook):
    assert cells(notebook, "code")[0] == INSTALL.format(address=PROJECT.setting("repository", "url"))
    prose = cells(notebook, "markdown")
    assert [found for text in prose for found in RAW_MYST.findall(text)] == []
    links = [link for text in prose for link in re.findall(r"\]\(([^)\s]*)\)", re.sub(r"`[^`\n]*`", "", text))]
    assert links
    assert [link for link in links if not link.startswith(("https://", "http://", "#", "mailto:"))] == []


def test_all_chapters_and_exercises_are_copied(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "old.ipynb").write_text("{}")
    colab.copy_notebooks(ROOT, tmp_path / "notebooks")
    copies = {path.relative_to(tmp_path / "notebooks") for path in tmp_path.rglob("*.ipynb")}
    assert copies == {path.relative_to(ROOT) for path in NOTEBOOKS if "case_studies" not in path.parts}
    assert len(copies) == 18


def test_git_fetches_the_files_as_they_are_now_from_our_address(tmp_path):
    root, address = tmp_path / "project", "https://github.com/example-org/course"
    root.mkdir()
    (root / "changed.txt").write_text("not committed anywhere")
    (root / ".gitignore").write_text("_build/\n")
    (root / "_build").mkdir()
    (root / "_build" / "page.html").write_text("generated")
    variables = colab.stand_in(address, colab.clone_of(root, tmp_path))
    fetched = tmp_path / "fetched"
    subprocess.run(["git", "clone", "-q", address, str(fetched)], env={**os.environ, **variables}, check=True)
    assert sorted(path.name for path in fetched.iterdir()) == [".git", ".gitignore", "changed.txt"]
    assert (fetched / "changed.txt").read_text() == "not committed anywhere"
    assert not (root / ".git").exists()


def test_a_folder_in_the_repository_is_refused(capsys):
    assert colab.main([str(ROOT / "_build" / "colab")]) == 1
    assert "is inside the repository" in capsys.readouterr().err
    assert not (ROOT / "_build" / "colab").exists()


def test_a_failing_command_is_one_sentence(tmp_path):
    with pytest.raises(colab.StandInError, match=r"^no packages \(.*No module named 'nowhere'\)$"):
        colab._call([sys.executable, "-c", "import nowhere"], "no packages")
    with pytest.raises(colab.StandInError, match="no-such-program is not installed"):
        colab._call(["no-such-program"], "no repository")


def test_binder_installs_all_that_the_package_and_the_notebooks_import():
    environment = yaml.safe_load((ROOT / "binder" / "environment.yml").read_text(encoding="utf-8"))
    installed = {re.split(r"[<>=]", package)[0] for package in environment["dependencies"]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[<>=]", package)[0] for package in project["dependencies"]} | {"pytorch-cpu", "jupyterlab"}
    assert needed <= installed
    assert project["requires-python"] == ">=3.11"
    assert "python=3.12" in environment["dependencies"]
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK)
