"""Taking solutions out of exercises, and keeping them in for the tests."""

import ast
import json

import pytest

from tools.notebook import solved_notebook
from tools.project import Project
from tools.solutions import packaged

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


REPAIR = code(
    "def f(x):",
    "    # BEGIN SOLUTION",
    "    return x + 1",
    "    # END SOLUTION",
    "    # BEGIN BROKEN",
    "    # if x:",
    "    #     return x - 1  # one",
    "    #",
    "    # return 1",
    "    # END BROKEN",
    "",
    "",
    "def g(x):",
    "    # BEGIN SOLUTION",
    "    return x",
    "    # END SOLUTION",
)


def test_broken_code_takes_the_place_of_its_solution(repository):
    text = repository.cells(repository.solution(REPAIR))[-1].text
    broken = "def f(x):\n    if x:\n        return x - 1  # one\n\n    return 1\n\n\n"
    assert text == broken + 'def g(x):\n    raise NotImplementedError("g")'


def test_no_broken_code_is_in_the_solved_notebook_and_in_the_package(repository):
    path = repository.solution(REPAIR)
    notebook = solved_notebook(path, Project(repository.root))
    assert notebook.cells[-1].source == "def f(x):\n    return x + 1\n\n\ndef g(x):\n    return x"
    functions = json.loads(packaged(Project(repository.root).read(path)))
    assert functions == {"f": "def f(x):\n    return x + 1", "g": "def g(x):\n    return x"}


def test_the_innermost_function_is_named(repository):
    body = code(
        "def outer():", "    def inner():", "        # BEGIN SOLUTION", "        x = 1", "        # END SOLUTION"
    )
    assert 'NotImplementedError("inner")' in repository.cells(repository.solution(body))[-1].text


SOLVED = ["def f():", "    # BEGIN SOLUTION", "    x = 1", "    # END SOLUTION"]


@pytest.mark.parametrize(
    ("rows", "mistake"),
    [
        (["def f():", "    # BEGIN SOLUTION", "    x = 1"], "10: BEGIN SOLUTION without END SOLUTION"),
        (["def f():", "    # END SOLUTION"], "10: END SOLUTION without BEGIN SOLUTION"),
        (
            ["def f():", "    # BEGIN SOLUTION", "    # BEGIN SOLUTION", "    # END SOLUTION"],
            "11: BEGIN SOLUTION inside the solution that begins in line 10",
        ),
        (
            ["def f():", "    # BEGIN BROKEN", "    # x", "    # END BROKEN"],
            "10: BEGIN BROKEN stands apart; expected it in",
        ),
        (
            [*SOLVED, "    y = 1", "    # BEGIN BROKEN", "    # x", "    # END BROKEN"],
            "14: BEGIN BROKEN stands apart; expected it in the line after END SOLUTION",
        ),
        (
            [*SOLVED, "    # BEGIN BROKEN", "    x = 2", "    # END BROKEN"],
            "14: broken code is commented out; expected a line that begins with '# ', got 'x = 2'",
        ),
        ([*SOLVED, "    # BEGIN BROKEN", "    # x = 2"], "13: BEGIN BROKEN without END BROKEN"),
        (
            [*SOLVED, "    # BEGIN BROKEN", "    # x = 2", "    # END SOLUTION"],
            "15: END SOLUTION without BEGIN SOLUTION",
        ),
        (
            ["def f():", "    # BEGIN SOLUTION", "    # BEGIN BROKEN", "    # x", "    # END BROKEN"],
            "11: BEGIN BROKEN inside the solution that begins in line 10",
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
