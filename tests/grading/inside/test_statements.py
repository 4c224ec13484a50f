"""Statements: Python stays as it is, magics go, and what is not Python costs only its own lines."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.grading.inside.ipython import python_of
from rnncourse.grading.inside.reading import Cell
from rnncourse.grading.inside.statements import statements


def taken(source):
    """The statements of one cell as text, and the notes without the place."""
    found, notes = statements([Cell("here", source)])
    assert all(note.startswith("here, line ") for note in notes)
    return [ast.unparse(s.node) for s in found], [note.removeprefix("here, ") for note in notes]


MAGICS = [
    ("%matplotlib inline", "pass"),
    ("% matplotlib inline", "pass"),
    ("!pip install -q 'x", "pass"),
    ("    !ls (", "    pass"),
    ("?np.tanh", "pass"),
    ("np.tanh??", "pass"),
    ("files = !ls", "files = []"),
    ("  a, b = %who", "  a, b = None"),
    ("%time x = f(3)", "x = f(3)"),
    ("!pip install \\\n  numpy\nx = 1", "pass\n\nx = 1"),
    ("%%time\nx = 1", "\nx = 1"),
    ("\n%%capture out\n%%time\nx = 1", "\n\n\nx = 1"),
    ("%%bash\nls", ""),
    ("%%writefile a.py\nx = 1", ""),
    ("%%!\nls", ""),
    ("x = (a\n% b\n)\n%ls", "x = (a\n% b\n)\npass"),
    ('x = """\n%ls\n!ls\nx?\n"""\n!ls', 'x = """\n%ls\n!ls\nx?\n"""\npass'),
    ("x = a \\\n% b", "x = a \\\n% b"),
    ("x = 'it\\'s' # (\n%ls", "x = 'it\\'s' # (\npass"),
    ("x = 7 % 3", "x = 7 % 3"),
    ("x != y", "x != y"),
]


@pytest.mark.parametrize(("source", "plain"), MAGICS)
def test_lines_for_the_kernel_become_python(source, plain):
    assert python_of(source) == plain


def test_a_cell_that_parses_is_not_touched():
    source = "x = (7\n% 4)\ny = '''\n!ls\n%%bash\n'''"
    assert taken(source) == (["x = 7 % 4", "y = '\\n!ls\\n%%bash\\n'"], [])


def test_line_numbers_place_and_source_are_those_of_the_cell():
    source = "%ls\nthis was prose\n\n@mine\ndef f():\n    return 1\nthat too\n\nx = 1"
    found, notes = statements([Cell("a", "y = 0"), Cell("b", source)])
    assert [(s.node.lineno, s.place, s.source) for s in found[2:]] == [(5, "b", source), (9, "b", source)]
    assert found[2].node.decorator_list[0].lineno == 4
    assert notes == [
        "b, line 2: SyntaxError: invalid syntax; these lines were left out",
        "b, line 7: SyntaxError: invalid syntax; these lines were left out",
    ]


KEPT = [
    ("Here's the answer (see\ndef f(): pass", ["def f():\n    pass"]),
    ("def g(x:\n    return\ndef f(): pass", ["def f():\n    pass"]),
    ("W = zeros((3, 4)\nb = 2\nc = 3", ["b = 2", "c = 3"]),
    ('def g():\n    """Doc\n    x = 1\n\ndef f():\n    """Doc."""', ['def f():\n    """Doc."""']),
    ("x = 'open\ny = 1", ["y = 1"]),
    ("if a:\n    x = 1\nelse:\n    x = 2\nno way", ["if a:\n    x = 1\nelse:\n    x = 2"]),
    ("x = 1\nexcept for this\ny = 2", ["x = 1", "y = 2"]),
    ("f(\n    1,\n)\nno way", ["f(1)"]),
    ("@a(\n    1,\n)\n# why\n@b\ndef f(): pass\nno way", ["@a(1)\n@b\ndef f():\n    pass"]),
    ("class A:\n\n# a comment\n    x = 1\nno way", ["class A:\n    x = 1"]),
    (
        "try:\n    a\nexcept (A, B):\n    b\nfinally:\n    c\nno way",
        ["try:\n    a\nexcept (A, B):\n    b\nfinally:\n    c"],
    ),
    ("\fx = 1\n\f\ny = 2\nno way", ["x = 1", "y = 2"]),
    ("x = 1; y = 2\nno way", ["x = 1", "y = 2"]),
    ("async def f(): pass\nno way\nx: int = 3", ["async def f():\n    pass", "x: int = 3"]),
    ("no way\n" * 300 + "x = 1", ["x = 1"]),
    ("-" * 100_000 + "1\nx = 1", ["x = 1"]),
]


@pytest.mark.parametrize(("source", "kept"), KEPT)
def test_what_is_python_is_kept(source, kept):
    found, notes = taken(source)
    assert found == kept
    assert len(notes) == 1


@pytest.mark.parametrize(
    "source", ["    x = 1\n    y = 2", "\n\tx = 1\n\ty = 2\n", "# note\n    x = 1\n    y = 2\n# end"]
)
def test_an_indented_cell_is_moved_to_the_margin(source):
    assert taken(source) == (["x = 1", "y = 2"], [])


def test_a_note_names_the_first_line_of_what_was_left_out():
    assert taken("x = 1\ny = (\n")[1] == ["line 2: SyntaxError: '(' was never closed; these lines were left out"]
    assert taken("a b\nc d\nx = 1\ne f")[1][1].startswith("line 4: ")


LONG = {
    "prose": "what was this\n" * 75_000,
    "brackets": "(" * 1_000_000,
    "open brackets": "x(\n" * 300_000,
    "closing brackets": ")\n" * 60_000,
    "decorators": "@a\n" * 60_000,
    "magics": "%a\n" * 60_000,
    "blanks": "a" + " " * 1_000_000 + "b",
    "quotes": '"""' + '" ' * 500_000,
    "statements": "x = 1\n" * 30_000 + "a b",
    "names": "a.b " * 250_000,
    "definitions": "def f(:\n" * 20_000,
}


@pytest.mark.parametrize("name", LONG)
def test_garbage_is_cheap(name, cpu_seconds):
    assert cpu_seconds(statements, [Cell("here", LONG[name])]) < 2


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(["(", ")", '"""', "'", "\\", "\n", " ", "def f", ":", "x", "=", "%", "!", "#", "@"])))
def test_any_text_leaves_statements_in_the_order_of_their_lines(pieces):
    source = "".join(pieces)
    found, _ = statements([Cell("here", source)])
    lines = [s.node.lineno for s in found]
    assert lines == sorted(lines)
    assert all(1 <= line <= source.count("\n") + 1 for line in lines)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(["x = 1", "def f():\n    return (1,\n2)", "y = '''a\nb'''", "no way (", "it's \\"])))
def test_good_statements_survive_any_neighbours(pieces):
    found, _ = taken("\n\n".join([*pieces, "", "def last():\n    pass"]))
    assert found[-1] == "def last():\n    pass"
