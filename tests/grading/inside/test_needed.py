"""Needed: everything that a wanted function rests on, and neither the plots nor the training around it."""

import ast

import pytest

from rnncourse.grading.inside.needed import needed
from rnncourse.grading.inside.reading import Cell
from rnncourse.grading.inside.statements import statements

F = "def f(x):\n    return np.tanh(x) + a"


def kept(*sources, wanted=("f",)):
    """Which of the sources, each one statement, are needed."""
    found, notes = statements([Cell(str(i), source) for i, source in enumerate(sources)])
    assert notes == []
    assert len(found) == len(sources)
    return [sources[int(statement.place)] for statement in needed(found, wanted)]


NEEDED = [
    "import numpy as np",
    "from numpy import tanh as np",
    "import np.linalg",
    "from numpy import *",
    "from __future__ import annotations",
    "a = 3",
    "a: int = 3",
    "a += 1",
    "b, (a, *c) = values",
    "[*a] = values",
    "for a in range(3): pass",
    "with open('x') as a: pass",
    "print(a := 3)",
    "[a := i for i in range(3)]",
    "if True:\n    a = 1",
    "try:\n    import np\nexcept ImportError:\n    np = None",
    "while a < 3: a += 1",
    "match b:\n    case [a]: pass",
    "match b:\n    case {'x': 1, **a}: pass",
    "def a(): pass",
    "async def a(): pass",
    "class a: pass",
    "a['x'] = 3",
    "a.b[0].c = 3",
    "a[0] += 1",
    "a.update(b=2)",
    "a.x.append(c)",
    "for i in b: a.append(i)",
    "np.seterr(all='raise')",
    "np.set_printoptions(precision=np.pi)",
]
NOT_NEEDED = [
    "check(f)",
    "print(f(3), a)",
    "f(a)",
    "x = np.ones(3)",
    "for i in range(10): print(a, f(i))",
    "while True: W -= f(W)",
    "assert f(1) == a",
    "del a",
    "a",
    "a: int",
    "b.update(a)",
    "np.testing.assert_allclose(f(y), y)",
    "import matplotlib.pyplot as plt",
    "lambda: (a := 3)",
    "def g():\n    a = np = 3",
    "[a for a in range(3)]",
    "if __name__ == '__main__': f(3)",
    "f",
]


@pytest.mark.parametrize("statement", NEEDED)
def test_what_binds_or_changes_a_needed_name_is_needed(statement):
    sources = ["import numpy as np", "a = {}", F, statement]
    assert kept(*sources) == sources


PREPARED = [
    ["def prepare():\n    global a\n    a = 1", "prepare()"],
    ["def tell(x):\n    print(x)\n    global a\n    a = x", "tell(3)"],
    ["def add_to(x):\n    return x", "@add_to(a)\ndef other(): pass"],
    ["@a.register\ndef other(): pass"],
    ["@a.register(int)\nclass Other: pass"],
]
NOT_PREPARED = [
    ["def prepare():\n    a = 1", "prepare()"],
    ["def prepare():\n    global b\n    b = 1", "prepare()"],
    ["def train():\n    return f(a)", "train()"],
    ["def timed(g):\n    return g", "@timed\ndef train(): pass"],
    ["@np.vectorize\ndef train(): return data"],
]


@pytest.mark.parametrize("more", PREPARED)
def test_what_a_call_or_a_decorator_does_to_a_needed_name_is_needed(more):
    sources = ["import numpy as np", "a = {}", F, *more]
    assert kept(*sources) == sources


@pytest.mark.parametrize("more", NOT_PREPARED)
def test_other_calls_and_decorators_are_not(more):
    sources = ["import numpy as np", "a = {}", F]
    assert kept(*sources, *more) == sources


@pytest.mark.parametrize("statement", NOT_NEEDED)
def test_what_only_uses_the_function_is_not(statement):
    sources = ["import numpy as np", "a = {}", F, "y = f(0)"]
    assert kept(*sources, statement) == sources[:3]


READS = [
    "def f(x=w): pass",
    "def f(x: w): pass",
    "def f() -> w: pass",
    "@w\ndef f(): pass",
    "@p.q(w)\ndef f(): pass",
    "f = w",
    "f = lambda x: w",
    "def f():\n    def g():\n        return w\n    return g",
    "def f():\n    return [w(i) for i in x]",
    "def f():\n    return {i for i in w}",
    "def f():\n    global w\n    w = 1",
    "def f():\n    class A(w): pass",
    "class f:\n    def w(self):\n        return w()",
    "class f(w): pass",
    "class f:\n    x = w",
    "def f():\n    w += 1\n    def g():\n        global w\n        return w",
    "def f():\n    return f'{w}'",
    "def f():\n    w.x = 3",
    "def f():\n    w[0] = 3",
    "if w:\n    def f(): pass",
    "for f in w: pass",
    "async def f():\n    await w",
]
DOES_NOT_READ = [
    "def f(w): return w",
    "def f(*w): return w",
    "def f(*, w): return w",
    "def f():\n    w = 1\n    return w",
    "def f():\n    w = 1\n    return lambda: w",
    "def f():\n    w = 1\n    def g():\n        nonlocal w\n        w += 1",
    "def f():\n    for w in x:\n        print(w)",
    "def f():\n    return [w for w in x]",
    "def f():\n    import w\n    w.a()",
    "def f():\n    import w.a\n    w.a()",
    "def f():\n    with x as w: print(w)",
    "def f(x): return x.w",
    "f = lambda w: w",
    "def f():\n    def w(): pass\n    w()",
    "def f():\n    try: pass\n    except E as w: print(w)",
    "def f():\n    match x:\n        case A(b=w): print(w)",
    "def f(): return g(w=1)",
]


@pytest.mark.parametrize("statement", READS)
def test_names_that_it_reads_are_needed(statement):
    assert kept("w = 3", statement) == ["w = 3", statement]


@pytest.mark.parametrize("statement", DOES_NOT_READ)
def test_its_own_names_are_not(statement):
    assert kept("w = 3", statement) == [statement]


def test_needs_are_followed_to_their_end_in_either_order():
    chain = ["def f(): return g()", "def g(): return h()", "def h(): return W", "W = start", "start = 3", "other = W"]
    assert kept(*chain) == chain[:-1]
    assert kept(*chain[::-1]) == chain[-2::-1]


STUB = 'def f(x):\n    """Doc."""\n    raise NotImplementedError("f")'


@pytest.mark.parametrize(
    "stub", [STUB, "def f(x): raise NotImplementedError", "def f(x):\n    'a'\n    raise NotImplementedError"]
)
def test_a_stub_never_replaces_what_is_filled_in(stub):
    assert kept("def f(x): return x", stub) == ["def f(x): return x"]
    assert kept("f = abs", stub) == ["f = abs"]
    assert kept(stub, "def f(x): return x")[-1] == "def f(x): return x"
    assert kept(stub) == [stub]
    assert kept(stub, stub) == [stub, stub]


@pytest.mark.parametrize("other", ["def f(x):\n    y = x\n    raise NotImplementedError", "def f(x): raise ValueError"])
def test_only_the_handed_out_form_is_a_stub(other):
    assert kept("def f(x): return x", other)[-1] == other


def test_thousands_of_statements_are_quick(cpu_seconds):
    cells = [f"def f{i}(x):\n    return [y + f{i + 1}(x) * W{i} for y in x]\nW{i} = np.zeros(3)" for i in range(1000)]
    found, _ = statements([Cell("here", "\n".join(cells))])
    assert len(needed(found, ["f0"])) == 2000
    assert cpu_seconds(needed, found, ["f0"]) < 0.8  # 0.15 s when nothing else runs


def test_deep_trees_are_walked():
    tree = ast.parse("f = " + "lambda: " * 150 + "+".join(["w"] * 800)).body
    found, _ = statements([Cell("here", "w = 1")])
    deep = type(found[0])(tree[0], "here", "")
    assert needed([*found, deep], ["f"]) == [*found, deep]
