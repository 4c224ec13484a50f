"""rnncourse check FILE: the same verdicts in a terminal, and one sentence with exit code 2 for a file it cannot read."""

import json

import pytest
from click.testing import CliRunner

from rnncourse.cli import main

RIGHT = """
import numpy as np
def rnn_step_forward(x, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x @ W_xh + h_prev @ W_hh + b_h)
"""


def run(path):
    return CliRunner().invoke(main, ["check", str(path)])


def notebook(*sources):
    cells = [{"cell_type": "code", "source": source.splitlines(keepends=True)} for source in sources]
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": ["text"]}, *cells]})


def test_a_script_gets_points_for_what_it_has(tmp_path):
    (tmp_path / "mine.py").write_text(RIGHT)
    result = run(tmp_path / "mine.py")
    assert result.exit_code == 1
    assert "rnn_step_forward: right" in result.output
    assert "bptt: no function of this name in mine.py. (0 of 25 points)" in result.output
    assert result.output.splitlines()[-1] == "total: 10 of 100 points"


def test_a_broken_cell_costs_its_own_functions_only(tmp_path):
    text = notebook("%matplotlib inline\nif True:\n    !ls\nprint('noise')", RIGHT, "def bptt(:\n    pass", "1 / 0")
    (tmp_path / "mine.ipynb").write_text(text)
    result = run(tmp_path / "mine.ipynb")
    assert "noise" not in result.output
    assert "cell 1" not in result.output
    assert "note: mine.ipynb, cell 3, line 1: SyntaxError" in result.output
    assert "cell 4" not in result.output  # no function needs it, so it is not run
    assert result.output.splitlines()[-1] == "total: 10 of 100 points"


def test_an_error_in_a_students_function_quotes_its_line(tmp_path):
    (tmp_path / "mine.ipynb").write_text(notebook(RIGHT.replace("h_prev @ W_hh", "h_prev @ W_xh")))
    result = run(tmp_path / "mine.ipynb")
    assert "ValueError at `return np.tanh(x @ W_xh + h_prev @ W_xh + b_h)`" in result.output


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("broken.ipynb", b'{"cells": [', "broken JSON at line 1"),
        ("list.ipynb", b"[]", "no list of cells"),
        ("cells.ipynb", b'{"cells": [{"cell_type": "code"}]}', "no function of an exercise found"),
        ("binary.ipynb", b"\xff\xfe\x00", "not a notebook"),
        ("essay.txt", b"hello", "expected a notebook (.ipynb) or a script (.py)"),
        ("empty.py", b"", "no function of an exercise found"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    result = run(tmp_path / name)
    assert result.exit_code == 2
    assert name in result.output
    assert reason in result.output
    assert "Traceback" not in result.output


def test_a_missing_file_is_named(tmp_path):
    result = run(tmp_path / "nowhere.ipynb")
    assert result.exit_code == 2
    assert "nowhere.ipynb: cannot be read: No such file" in result.output
