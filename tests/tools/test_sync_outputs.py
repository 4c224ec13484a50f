"""Running notebooks: what is kept of the outputs, and what a failing cell leaves behind."""

import nbformat
import pytest
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from tools import execute as execution
from tools.errors import SourceError
from tools.notebook import METADATA, plain_cells, to_notebook
from tools.project import Project

TARGET = "book/chapters/03_bptt.ipynb"
PAGE = """\
# Title

```{code-cell} python
import os, pathlib, sys
print("out")
print("warned", file=sys.stderr)
names = "OMP_NUM_THREADS", "MKL_NUM_THREADS"
print(pathlib.Path.cwd().name, *(os.environ[name] for name in names))
```

```{code-cell} python
:tags: [hide-input]
from IPython.display import HTML, display

class Figure:
    def __repr__(self):
        return "a figure"
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": "a figure", "image/png": "AAAA", "text/html": "<b>x</b>",
                "text/latex": "$x$", "image/svg+xml": "<svg/>",
                "application/vnd.jupyter.widget-view+json": {"model_id": "1"}}

display(HTML("<b>only a page</b>"), Figure())
Figure()
```

```{code-cell} python
:tags: [raises-exception]
1 / 0
```
"""


def outputs(notebook: dict) -> list:
    return [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_only_text_is_kept_and_two_runs_are_equal(repository):
    repository.chapter(PAGE)
    assert repository.sync("book/chapters/03_bptt.md") == 0
    first = (repository.root / TARGET).read_bytes()
    check_notebook(repository.notebook(TARGET))
    check_outputs(*outputs(repository.notebook(TARGET)))
    assert first.endswith(b"}\n") and not first.endswith(b"\n\n")
    assert repository.sync() == 0
    assert (repository.root / TARGET).read_bytes() == first
    assert repository.sync("--check") == 0
    assert not list(repository.root.rglob("*.tmp"))


def check_notebook(notebook: dict) -> None:
    nbformat.validate(nbformat.from_dict(notebook))
    assert notebook["metadata"] == METADATA
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == [1, 2, 3, 4]
    assert all(set(cell["metadata"]) <= {"tags"} for cell in notebook["cells"])


def check_outputs(installed, printed, figures, failed) -> None:
    assert installed == []
    streams = [("stdout", "out\nchapters 1 1\n"), ("stderr", "warned\n")]
    assert [(output["name"], "".join(output["text"])) for output in printed] == streams
    texts = ["<IPython.core.display.HTML object>", "a figure", "a figure"]
    assert [output["data"] for output in figures] == [{"text/plain": [text]} for text in texts]
    assert [output.get("execution_count") for output in figures] == [None, None, 3]
    error = {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by zero", "traceback": []}
    assert failed == [error]


def test_a_failing_cell_leaves_the_old_file_and_does_not_stop_the_others(repository, capsys):
    repository.chapter("Text\n\n```{code-cell} python\ndef f():\n    raise KeyError('why')\n\nf()\n```\n")
    repository.write(TARGET, "old")
    repository.chapter("```{code-cell} python\n1 + 1\n```\n", stem="04_next")
    repository.write("book/lecture_map.md", "old")
    assert repository.sync() == 2
    assert capsys.readouterr().err == "book/chapters/03_bptt.md:10: this cell raises KeyError: 'why'\n"
    assert (repository.root / TARGET).read_text() == "old"
    written = repository.notebook("book/chapters/04_next.ipynb")
    assert outputs(written)[-1][0]["data"] == {"text/plain": ["2"]}
    assert (repository.root / "book/lecture_map.md").read_text().startswith("<!-- Generated")


def test_a_fresh_exercise_is_what_runs(repository):
    repository.solution(
        "```{code-cell} python\ndef step():\n    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION\n```\n\n"
        "```{code-cell} python\ntry:\n    step()\nexcept NotImplementedError as error:\n    print(error)\n```\n",
    )
    assert repository.sync("solutions/03_bptt.md") == 0
    assert outputs(repository.notebook("exercises/03_bptt.ipynb"))[-1][0]["text"] == ["step\n"]
    assert not (repository.root / "book/lecture_map.md").exists()


def run_with(repository, monkeypatch, runs: list):
    """Execute a one-cell page whose runs are replaced; each of `runs` raises or edits the notebook."""
    monkeypatch.setattr(execution, "_run", lambda notebook, folder, how: runs.pop(0)(notebook))
    path = repository.chapter("Text\n\n```{code-cell} python\n1\n```\n")
    project = Project(repository.root)
    source = project.read(path)
    cells = plain_cells(source, project)
    return execution.execute(to_notebook(cells, path.stem), cells, source, path.parent)


def printing(text: str):
    """A run whose last cell prints `text`."""

    def run(notebook):
        notebook.cells[-1].outputs = [NotebookNode(output_type="stream", name="stdout", text=text)]
        return notebook

    return run


def stopping(cell: int, may_retry: bool):
    def run(notebook):
        raise execution._Failure(cell, "the kernel stopped", may_retry)

    return run


def test_a_kernel_that_does_not_start_gets_one_more_try(repository, monkeypatch):
    assert run_with(repository, monkeypatch, [stopping(0, True), printing("fine")])
    with pytest.raises(SourceError, match="03_bptt.md:1: the kernel stopped"):
        run_with(repository, monkeypatch, [stopping(1, True), stopping(1, True)])


def test_a_kernel_that_dies_later_gets_none(repository, monkeypatch):
    with pytest.raises(SourceError, match="03_bptt.md:10: the kernel stopped"):
        run_with(repository, monkeypatch, [stopping(2, False), printing("never")])


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("raised", [DeadKernelError("Kernel died"), AssertionError()])  # the second: while cleaning up
def test_a_dead_kernel_may_be_retried_only_before_its_first_cell_is_done(monkeypatch, tmp_path, done, raised):
    class Client:
        def __init__(self, notebook, on_cell_execute, on_cell_executed, **settings):
            assert settings["timeout"] == 300
            on_cell_execute(cell=None, cell_index=3)
            if done:
                on_cell_executed(cell=None, cell_index=3, execute_reply=None)

        def execute(self, env):
            raise raised

    monkeypatch.setattr(execution, "NotebookClient", Client)
    with pytest.raises(execution._Failure) as caught:
        execution._run(NotebookNode(), tmp_path, execution.CHAPTER)
    assert (caught.value.cell, caught.value.may_retry) == (3, not done)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<object at 0x7f10c20adf90>", "a memory address"),
        ("/tmp/ipykernel_12/3.py:1: UserWarning", "a temporary file's name"),
        ("{root}/rnncourse/a.py", "a path of this machine"),
        ("/opt/python/site-packages/a.py", "a path of this machine"),
    ],
)
def test_outputs_that_differ_elsewhere_are_refused(repository, monkeypatch, text, what):
    run = printing(text.format(root=repository.root))
    with pytest.raises(SourceError) as caught:
        run_with(repository, monkeypatch, [run])
    mistake = f"book/chapters/03_bptt.md:10: this cell prints {what}, which differs elsewhere: print less"
    assert str(caught.value) == mistake
