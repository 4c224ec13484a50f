"""Case studies: run in full their text and figures are stored, on a slice nothing is, and prose changes need no run."""

import json

import pytest

from conftest import HEADER
from tools.case_studies import main, run_on_a_slice
from tools.project import Project

NAME = "book/case_studies/02_toy.md"
BODY = """\
# Toy

Text.

```{code-cell} python
import numpy as np

from rnncourse import viz
from rnncourse.case_study import CaseStudy

study = CaseStudy("toy", seeds=[0])
steps = study.size(20, on_a_slice=2)
```

```{code-cell} python
def count():
    with open("counted", "a") as file:
        file.write("x")
    return np.arange(steps)


numbers = study.part("counting", count)
study.claim(len(numbers) == 20, "there are twenty")
```

```{code-cell} python
viz.lines({"numbers": (numbers, numbers)}, x_label="step", y_label="number",
          alt="A line that rises.")
```
"""


@pytest.fixture
def toy(repository):
    repository.write(NAME, HEADER + BODY)
    return repository


def run(toy, *options: str) -> int:
    return main([*options, str(toy.root / NAME)], root=toy.root)


def outputs(notebook: dict) -> list:
    return [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"]


def times_counted(toy) -> int:
    return len((toy.root / "book/case_studies/counted").read_text())


def test_a_full_run_stores_text_and_figures(toy):
    assert run(toy) == 0
    _, _, said, drawn = outputs(toy.notebook(NAME.replace(".md", ".ipynb")))
    assert "".join(said[0]["text"]) == "holds: there are twenty\n"
    assert "<svg" in "".join(drawn[0]["data"]["text/html"])
    assert drawn[0]["data"]["text/plain"] == ["Figure: A line that rises."]
    assert toy.sync("--check", NAME) == 0


def test_a_slice_stores_nothing_and_judges_nothing(toy):
    assert run(toy, "--slice") == 0
    assert not (toy.root / NAME).with_suffix(".ipynb").exists()
    project = Project(toy.root)
    said = outputs(json.loads(json.dumps(run_on_a_slice(toy.root / NAME, project))))[2]
    assert said[0]["text"] == "not judged on a slice: there are twenty\n"
    assert times_counted(toy) == 2  # no part is kept


def test_a_finished_part_is_taken_over_until_a_cell_before_it_changes(toy):
    assert run(toy) == 0
    source = toy.root / NAME
    source.write_text(source.read_text().replace('y_label="number"', 'y_label="counted"'))
    assert run(toy) == 0
    assert times_counted(toy) == 1
    source.write_text(source.read_text().replace("study.size(20,", "study.size(10 + 10,"))
    assert run(toy) == 0
    assert times_counted(toy) == 2


def test_a_claim_that_does_not_hold_stops_the_run_and_leaves_the_old_notebook(toy, capsys):
    assert run(toy) == 0
    stored, source = (toy.root / NAME).with_suffix(".ipynb"), toy.root / NAME
    before = stored.read_bytes()
    source.write_text(source.read_text().replace("== 20", "== 21"))
    assert run(toy) == 2
    line = 1 + source.read_text().split("\n").index("def count():") - 1
    assert (
        capsys.readouterr().err == f"{NAME}:{line}: this cell raises AssertionError: does not hold: there are twenty\n"
    )
    assert stored.read_bytes() == before


def test_new_prose_takes_over_the_outputs(toy):
    assert run(toy) == 0
    before = outputs(toy.notebook(NAME.replace(".md", ".ipynb")))
    source = toy.root / NAME
    source.write_text(source.read_text().replace("Text.", "Better text."))
    assert toy.sync("--check", NAME) == 1
    assert toy.sync(NAME) == 0
    after = toy.notebook(NAME.replace(".md", ".ipynb"))
    assert outputs(after) == before
    assert "Better text." in json.dumps(after)
    assert times_counted(toy) == 1


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "study.size(20,",
            "study.size(30,",
            "{name}:12: this cell has changed since it ran: run `make case-studies`\n",
        ),
        (
            "```{code-cell} python\nviz",
            "```python\nviz",
            "{name}: a cell of its last run is gone: run `make case-studies`\n",
        ),
    ],
)
def test_new_code_needs_a_run(toy, capsys, old, new, sentence):
    assert run(toy) == 0
    source = toy.root / NAME
    source.write_text(source.read_text().replace(old, new))
    assert toy.sync(NAME) == 2
    assert capsys.readouterr().err == sentence.format(name=NAME)


def test_what_never_ran_and_what_is_none_are_refused(toy, capsys):
    assert toy.sync(NAME) == 2
    assert capsys.readouterr().err == f"{NAME}: it never ran: run `make case-studies`\n"
    chapter = toy.chapter("Text\n")
    assert main([str(chapter)], root=toy.root) == 2
    expected = "book/chapters/03_bptt.md: not a case study; expected book/case_studies/NN_topic.md\n"
    assert capsys.readouterr().err == expected
