"""The command line: choosing sources, and --check, which runs nothing and finds every drift."""

import json

import pytest

from tools import execute as execution

NOTEBOOK, EXERCISE = "book/chapters/03_bptt.ipynb", "exercises/03_bptt.ipynb"
MEND = "mend it with: make sync\n"


@pytest.fixture
def in_step(repository, monkeypatch):
    """A repository just made by sync, whose kernels print one fixed line."""

    def run(notebook, folder, how):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [execution.NotebookNode(output_type="stream", name="stdout", text="ran\n")]
        return notebook

    monkeypatch.setattr(execution, "_run", run)
    repository.chapter("(item-B01)=\n# Title\n\n```{code-cell} python\n:tags: [a]\nx = 1\n```\n\nEnd\n")
    repository.solution("# Exercise\n\n```{code-cell} python\nx = 1\n```\n")
    assert repository.sync() == 0
    return repository


def edit(repository, name: str, change) -> None:
    """Change a generated notebook behind the tools' back."""
    notebook = repository.notebook(name)
    change(notebook)
    repository.write(name, json.dumps(notebook, indent=1))


def test_after_sync_nothing_has_drifted(in_step, monkeypatch, capsys):
    monkeypatch.setattr(execution, "_run", None)
    assert in_step.sync("--check") == 0
    assert capsys.readouterr().err == ""


def test_outputs_are_not_compared(in_step):
    edit(in_step, NOTEBOOK, lambda notebook: notebook["cells"][1].update(outputs=[], execution_count=None))
    assert in_step.sync("--check") == 0


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda notebook: notebook["cells"][2].update(source="x = 2"), ":11 in cell 03-bptt-003"),
        (lambda notebook: notebook["cells"][2].update(id="x"), ":11 in cell 03-bptt-003"),
        (lambda notebook: notebook["cells"][2].update(metadata={}), ":11 in cell 03-bptt-003"),
        (lambda notebook: notebook["cells"][0].update(cell_type="raw"), ":8 in cell 03-bptt-001"),
        (lambda notebook: notebook["cells"].reverse(), ":8 in cell 03-bptt-001"),
        (lambda notebook: notebook["cells"].pop(), ", as it has 3 cells for 4"),
        (lambda notebook: notebook["metadata"].update(x=1), " in the notebook's metadata"),
        (lambda notebook: notebook.update(nbformat_minor=4), " in the notebook's metadata"),
    ],
)
def test_an_edited_notebook(in_step, capsys, change, where):
    edit(in_step, NOTEBOOK, change)
    capsys.readouterr()
    assert in_step.sync("--check") == 1
    assert capsys.readouterr().err == f"{NOTEBOOK} differs from book/chapters/03_bptt.md{where}\n{MEND}"


def test_an_edited_source_drifts_until_the_next_sync(in_step, capsys):
    in_step.chapter("(item-B01)=\n# Other title\n")
    assert in_step.sync("--check") == 1
    sentences = capsys.readouterr().err
    assert f"{NOTEBOOK} differs from book/chapters/03_bptt.md:8 in cell 03-bptt-001\n" in sentences
    assert "book/lecture_map.md differs from the syllabus and the labels of the book\n" in sentences
    assert in_step.sync() == 0
    assert in_step.sync("--check") == 0


def test_an_edited_map(in_step, capsys):
    path = in_step.root / "book/lecture_map.md"
    path.write_text(path.read_text().replace("1 of 2", "2 of 2"))
    assert in_step.sync("--check") == 1
    assert in_step.sync("--check", "book/syllabus.yml") == 1
    assert in_step.sync("--check", "solutions/03_bptt.md") == 0
    capsys.readouterr()
    path.unlink()
    assert in_step.sync("--check") == 1
    assert capsys.readouterr().err == f"book/lecture_map.md is missing\n{MEND}"


def test_missing_and_orphaned_notebooks(in_step, capsys):
    (in_step.root / EXERCISE).rename(in_step.root / "exercises/09_old.ipynb")
    assert in_step.sync("--check") == 1
    assert capsys.readouterr().err == (
        f"{EXERCISE} is missing; its source is solutions/03_bptt.md\n"
        f"exercises/09_old.ipynb has no source solutions/09_old.md; delete it or write the source\n{MEND}"
    )


def test_only_the_named_files_are_checked(in_step):
    edit(in_step, NOTEBOOK, lambda notebook: notebook["cells"].pop())
    assert in_step.sync("--check", "solutions/03_bptt.md") == 0
    assert in_step.sync("--check", "book/chapters/03_bptt.md", "solutions/03_bptt.md") == 1


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('{\n"cells": [', f"{NOTEBOOK}:2: not a notebook, as it is not JSON (Expecting value)\n"),
        ("[]", f"{NOTEBOOK}: not a notebook, as it has no cells\n"),
        ('{"cells": [1]}', f"{NOTEBOOK}: not a notebook, as it has no cells\n"),
    ],
)
def test_a_generated_file_that_is_no_notebook(in_step, capsys, text, mistake):
    in_step.write(NOTEBOOK, text)
    capsys.readouterr()
    assert in_step.sync("--check") == 2
    assert capsys.readouterr().err == mistake
    assert in_step.sync() == 0
    assert in_step.sync("--check") == 0


@pytest.mark.parametrize("mode", [[], ["--check"]])
@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ("book/chapters/08_none.md", "book/chapters/08_none.md: no such file\n"),
        (
            "book/notation.md",
            "book/notation.md: not a source of notebooks; expected "
            + " or ".join(f"{folder}/NN_topic.md" for folder in ("book/chapters", "solutions", "book/case_studies"))
            + "\n",
        ),
    ],
)
def test_a_file_that_is_no_source(in_step, capsys, mode, name, mistake):
    capsys.readouterr()
    assert in_step.sync(*mode, name) == 2
    assert capsys.readouterr().err == mistake


def test_a_wrong_source_counts_for_more_than_a_drift(in_step, capsys):
    in_step.chapter("{ref}`x`\n")
    in_step.solution("# Changed\n")
    capsys.readouterr()
    assert in_step.sync("--check") == 2
    sentences = capsys.readouterr().err
    assert "exercises/03_bptt.ipynb differs from solutions/03_bptt.md:8" in sentences
    assert "book/chapters/03_bptt.md:8: unknown role {ref}" in sentences


def test_the_same_mistake_in_a_shared_file_is_told_once(in_step, capsys):
    in_step.chapter("[x](#the-decks)\n")
    in_step.chapter("[x](#the-decks)\n", stem="04_next")
    in_step.write("book/other.md", "(the-decks)=\n# Other\n")
    capsys.readouterr()
    assert in_step.sync() == 2
    assert capsys.readouterr().err == "book/other.md:1: the label (the-decks)= stands already in book/notation.md:3\n"
