"""Loading: what the functions need runs, once and in silence, and each failure costs itself only."""

import json
import linecache
import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from rnncourse.grading.inside import loading
from rnncourse.grading.inside.loading import load
from rnncourse.grading.inside.reading import Unreadable


def loaded(*sources, wanted=("f",)):
    """A notebook with these code cells, loaded."""
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return load("ada.ipynb", json.dumps({"cells": cells}).encode(), wanted)


def test_a_failing_statement_costs_itself_and_is_noted():
    result = loaded("a = 1 / 0\nb = 2\ndef f(): return b + a", "a = exit()", "a = undefined")
    assert result.namespace["f"].__code__.co_name == "f"
    assert result.namespace["b"] == 2
    assert "a" not in result.namespace
    assert result.notes[0] == "ada.ipynb, cell 1: ZeroDivisionError: division by zero"
    assert result.notes[1].startswith("ada.ipynb, cell 2: SystemExit")
    assert result.notes[2:] == ["ada.ipynb, cell 3: NameError: name 'undefined' is not defined"]


def test_notes_come_in_order_of_reading_parsing_and_running():
    result = loaded("x = 1\0", "a b", "def f(x=1 / 0): pass")
    assert [note.split(": ")[0] for note in result.notes] == [
        "ada.ipynb, cell 1",
        "ada.ipynb, cell 2, line 1",
        "ada.ipynb, cell 3",
    ]


def test_only_what_is_needed_runs():
    assert loaded("1 / 0", "while True: pass", "input()", "def f(): return 3").notes == []


def test_cells_in_the_wrong_order_run_again():
    result = loaded("@d\ndef f(): return W", "W = V + 1", "V = n.pi * 0", "import math as n", "def d(f): return f")
    assert result.namespace["f"]() == 1
    assert result.notes == []


def test_running_again_does_not_replace_what_comes_later():
    result = loaded("@late\ndef f(): return 1", "def f(): return 2", "def late(f): return f", "a = 1")
    assert result.namespace["f"]() == 2
    assert result.notes == []


def test_what_ran_does_not_run_again():
    assert loaded("a = [late]", "n = 0", "n += 1", "late = 1", "def f(): return n, a").namespace["f"]() == (1, [1])


def test_the_name_of_the_module_hides_the_main_part():
    result = loaded("if __name__ == '__main__':\n    b = 1\nelse:\n    b = 2", "def f(): return b, __name__")
    assert result.namespace["f"]() == (2, "submission")


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_classes_find_their_module(future):
    net = "from dataclasses import dataclass, field\nimport typing, enum, pickle\n\n@dataclass\nclass Net:\n"
    net += "    size: int = 3\n    parts: list = field(default_factory=list)\n\nclass Kind(enum.Enum):\n    A = 1\n"
    net += "class Pair(typing.NamedTuple):\n    a: 'int'\n"
    source = f"{future}{net}\ndef f(): return pickle.loads(pickle.dumps([Net(4), Kind.A, Pair(1)]))"
    result = loaded(source)
    assert result.notes == []
    assert str(result.namespace["f"]()) == "[Net(size=4, parts=[]), <Kind.A: 1>, Pair(a=1)]"


def test_future_imports_hold_for_all_cells_below():
    result = loaded("def g(x: int): pass", "from __future__ import annotations", "def f(x: Undefined): return g")
    assert result.namespace["f"].__annotations__ == {"x": "Undefined"}
    assert result.namespace["g"].__annotations__ == {"x": int}
    assert result.notes == []


def test_a_traceback_quotes_the_line_of_the_cell():
    result = loaded("x = 0", "%time y = 1\nnot python\n\ndef f():\n    # why\n    return 1 / 0  # here")
    with pytest.raises(ZeroDivisionError) as caught:
        result.namespace["f"]()
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (frame.filename, frame.lineno, frame.line) == ("ada.ipynb, cell 2", 6, "return 1 / 0  # here")
    linecache.checkcache()
    assert linecache.getline("ada.ipynb, cell 2", 4) == "def f():\n"


def test_it_is_silent_and_nothing_can_be_read(capfd):
    noise = "import sys\nb = [print('noise'), sys.stdout.write('noise'), sys.stderr.buffer.write(b'noise')]\n"
    noise += "c = '\\d' is 3\nd = sys.stdin.read()\ne = input()\nsys.stdout.close()\ndef f(): return b, c, d, e"
    before = sys.stdin, sys.stdout, sys.stderr
    result = loaded(noise)
    assert (sys.stdin, sys.stdout, sys.stderr) == before
    assert capfd.readouterr() == ("", "")
    assert result.namespace["d"] == ""
    assert result.notes == ["ada.ipynb, cell 1: EOFError: EOF when reading a line"]


def test_an_interrupt_goes_through_and_leaves_the_streams():
    before = sys.stdin, sys.stdout, sys.stderr
    with pytest.raises(KeyboardInterrupt):
        loaded("def interrupt(f): raise KeyboardInterrupt", "@interrupt\ndef f(): pass")
    assert (sys.stdin, sys.stdout, sys.stderr) == before


def test_notes_are_few_and_short():
    raising = "class E(Exception):\n    def __str__(self): return 'x\\n' * 10**6\ndef g(): raise E"
    notes = loaded(raising, *["a = g()"] * 40, "def f(): return a").notes
    assert len(notes) == 20
    assert max(map(len, notes)) <= 300
    assert "\n" not in notes[0]
    assert notes[-1] == "and 21 more of this kind"


def test_an_exception_that_cannot_be_shown_is_named():
    source = "class E(Exception):\n    def __str__(self): raise E\ndef g(): raise E\na = g()\ndef f(): return a"
    assert loaded(source).notes == ["ada.ipynb, cell 1: E"]


def test_what_the_course_owns_is_said_in_words():
    (note,) = loaded("from rnncourse.scratch import RNN\nlayer = RNN(3, 4)\ndef f(): return layer").notes
    assert note == "ada.ipynb, cell 1: it uses rnncourse.scratch.RNN, which is not there when it is graded"


def test_a_compile_error_costs_its_statement():
    result = loaded("def f(): return 3\nreturn 4\nb = await x\ndef g(a, a): pass", wanted=("f", "b", "g"))
    assert result.namespace["f"]() == 3
    assert [note.split(": ")[1] for note in result.notes] == ["SyntaxError"] * 2


def test_an_empty_script_has_no_functions_and_an_empty_notebook_is_unreadable():
    assert "f" not in load("ada.py", b"", ("f",)).namespace
    with pytest.raises(Unreadable):
        load("ada.ipynb", b"", ("f",))


def test_the_same_source_gives_the_same_outcome():
    program = (
        "import sys; sys.path[:0] = [sys.argv[1]]\nfrom inside.loading import load\n"
        "cells = [f'def f{i}(): return f{i + 1}, g{i}' for i in range(50)] + ['a b', 'g7 = {1, 2}', 'f3 = g9']\n"
        "result = load('ada.py', '\\n'.join(cells).encode(), ['f0'])\nprint(list(result.namespace), result.notes)\n"
        "print([name for name in sys.modules if name.startswith(('rnncourse', 'numpy'))])"
    )
    folder = str(Path(loading.__file__).parents[1])
    runs = [
        subprocess.run(
            [sys.executable, "-I", "-c", program, folder],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in "123"
    ]
    assert len(set(runs)) == 1
    assert runs[0].endswith(b"\n[]\n")  # as `inside`, alone, it loads neither our package nor NumPy
