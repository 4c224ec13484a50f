"""Taking solutions out of exercises, and keeping them in for the tests."""

import ast

import pytest

from tools.notebook import solved_notebook
from tools.project import Project

EXERCISE = '''\
# Exercise

```{code-cell} python
:tags: [exercise]

%precision 3
class Cell:
    def step(
        self,
        x,
    ):
        """Take one step."""
        # BEGIN SOLUTION
        y = x + 1

        z = 2 * y
        # END SOLUTION
        return z


def loss(x):
    if x:
        ### BEGIN SOLUTION
        return x
        ### END SOLUTION
    # BEGIN SOLUTION
    # END SOLUTION
```
'''
STRIPPED = '''\
%precision 3
class Cell:
    def step(
        self,
        x,
    ):
        """Take one step."""
        raise NotImplementedError("step")
        return z


def loss(x):
    if x:
        raise NotImplementedError("loss")
    raise NotImplementedError("loss")'''


def code(*rows: str) -> str:
    return "\n".join(["```{code-cell} python", *rows, "```", ""])


def test_each_solution_becomes_an_error_that_names_its_function(repository):
    cell = repository.cells(repository.solution(EXERCISE))[-1]
    assert cell.text == STRIPPED
    assert cell.tags == ["exercise"]


def test_the_solved_notebook_keeps_the_solution(repository):
    path = repository.solution(EXERCISE)
    notebook = solved_notebook(path, Project(repository.root))
    text = notebook.cells[-1].source
    assert "SOLUTION" not in text
    assert "NotImplementedError" not in text
    names = [node.name for node in ast.walk(ast.parse(text.replace("%precision 3", ""))) if hasattr(node, "name")]
    assert names == ["Cell", "loss", "step"]
    assert "        y = x + 1\n\n        z = 2 * y\n        return z" in text


def test_the_innermost_function_is_named(repository):
    body = code(
        "def outer():", "    def inner():", "        # BEGIN SOLUTION", "        x = 1", "        # END SOLUTION"
    )
    assert 'NotImplementedError("inner")' in repository.cells(repository.solution(body))[-1].text


@pytest.mark.parametrize(
    ("rows", "mistake"),
    [
        (["def f():", "    # BEGIN SOLUTION", "    x = 1"], "10: BEGIN SOLUTION without END SOLUTION"),
        (["def f():", "    # END SOLUTION"], "10: END SOLUTION without BEGIN SOLUTION"),
        (
            ["def f():", "    # BEGIN SOLUTION", "    # BEGIN SOLUTION", "    # END SOLUTION"],
            "11: BEGIN SOLUTION inside the solution that begins in line 10",
        ),
        (["# BEGIN SOLUTION", "x = 1", "# END SOLUTION"], "9: this solution stands outside a function"),
        ([":tags: [a]", "", "# BEGIN SOLUTION", "# END SOLUTION"], "11: this solution stands outside a function"),
        (
            ["def f():", "# BEGIN SOLUTION", "    return 1", "# END SOLUTION"],
            "10: without its solution this cell is not Python (expected an indented block",
        ),
    ],
)
def test_what_is_refused(repository, rows, mistake):
    assert repository.mistake(repository.solution(code(*rows))).startswith(f"solutions/03_bptt.md:{mistake}")
