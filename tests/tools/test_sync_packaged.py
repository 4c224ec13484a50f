"""The package's copy of the solutions: which functions, without markers, and told when it is not up to date."""

import json

import pytest

from tools import execute as execution
from tools.errors import SourceError
from tools.project import Project
from tools.solutions import packaged

PACKAGED = "rnncourse/exercises/solutions/03_bptt.json"
SOLUTION = '''\
# Exercise

```{code-cell} python
%precision 3
import functools

def given(x):
    return x


@functools.cache
def second(x):
    """Äpfel."""
    # BEGIN SOLUTION
    y = 2 * x

    return y
    # END SOLUTION
```

```{code-cell} python
!ls
def first(x):
    if x:
        ### BEGIN SOLUTION
        return x
        ### END SOLUTION
    return 0
```
'''
SECOND = '@functools.cache\ndef second(x):\n    """Äpfel."""\n    y = 2 * x\n\n    return y'
FIRST = "def first(x):\n    if x:\n        return x\n    return 0"


@pytest.fixture
def in_step(repository, monkeypatch):
    monkeypatch.setattr(execution, "_run", lambda notebook, folder, how: notebook)
    repository.solution(SOLUTION)
    assert repository.sync("solutions/03_bptt.md") == 0
    return repository


def test_it_holds_the_functions_with_a_solution_sorted_by_name(in_step):
    text = (in_step.root / PACKAGED).read_text(encoding="utf-8")
    assert list(json.loads(text).items()) == [("first", FIRST), ("second", SECOND)]
    assert text.endswith('"\n}\n')
    assert "Äpfel" in text


def test_a_chapter_has_none(repository, monkeypatch):
    monkeypatch.setattr(execution, "_run", lambda notebook, folder, how: notebook)
    repository.chapter("# Title\n")
    assert repository.sync() == 0
    assert not (repository.root / PACKAGED).parent.exists()


def test_it_is_told_when_it_drifts(in_step, capsys):
    assert in_step.sync("--check", "solutions/03_bptt.md") == 0
    (in_step.root / PACKAGED).write_text("{}\n")
    capsys.readouterr()
    assert in_step.sync("--check", "solutions/03_bptt.md") == 1
    assert capsys.readouterr().err == f"{PACKAGED} differs from solutions/03_bptt.md\nmend it with: make sync\n"
    in_step.solution(SOLUTION.replace("2 * x", "3 * x"))
    assert in_step.sync("solutions/03_bptt.md") == 0
    assert "3 * x" in (in_step.root / PACKAGED).read_text()
    assert in_step.sync("--check", "solutions/03_bptt.md") == 0


def test_a_solution_that_changes_is_a_drift_though_the_notebook_stays(in_step, capsys):
    in_step.solution(SOLUTION.replace("2 * x", "3 * x"))
    capsys.readouterr()
    assert in_step.sync("--check", "solutions/03_bptt.md") == 1
    assert capsys.readouterr().err == f"{PACKAGED} differs from solutions/03_bptt.md\nmend it with: make sync\n"


def test_missing_and_orphaned(in_step, capsys):
    (in_step.root / PACKAGED).rename((in_step.root / PACKAGED).with_name("09_old.json"))
    assert in_step.sync() == 0
    (in_step.root / PACKAGED).unlink()
    capsys.readouterr()
    assert in_step.sync("--check") == 1
    assert capsys.readouterr().err == (
        f"{PACKAGED} is missing; its source is solutions/03_bptt.md\n"
        "rnncourse/exercises/solutions/09_old.json has no source solutions/09_old.md; "
        "delete it or write the source\nmend it with: make sync\n"
    )


def test_a_solution_that_is_not_python_is_named_with_its_line(repository):
    path = repository.solution(SOLUTION.replace("y = 2 * x", "y = 2 *"))
    project = Project(repository.root)
    with pytest.raises(SourceError) as caught:
        packaged(project.read(path))
    assert str(caught.value) == "solutions/03_bptt.md:22: with its solution this cell is not Python (invalid syntax)"


def test_notebooks_run_without_the_authors_progress(monkeypatch, tmp_path):
    seen = {}

    class Client:
        def __init__(self, notebook, **settings):
            pass

        def execute(self, env):
            seen.update(env)

    monkeypatch.setattr(execution, "NotebookClient", Client)
    monkeypatch.setenv("RNNCOURSE_PROGRESS", str(tmp_path / "progress.json"))
    execution._run(execution.NotebookNode(), tmp_path, execution.CHAPTER)
    assert seen["RNNCOURSE_PROGRESS"] == "memory"
