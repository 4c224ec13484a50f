"""Honest notebooks whose functions are written in another way: each builder makes new code cells of the solved ones."""

import re

from mangled_cells import defined, each_function, functions, mangled, with_body_line


@mangled
def star_import(cells):
    head = "from numpy import *\nfrom builtins import sum, max, min, abs, any, all"  # numpy's sum refuses generators
    return each_function([head, *cells], lambda cell: re.sub(r"\bnp\.", "", cell))


@mangled
def renamed_import(cells):
    rest = [cell for cell in cells if not cell.startswith("import")]
    return ["import numpy", *each_function(rest, lambda cell: re.sub(r"\bnp\.", "numpy.", cell))]


@mangled
def import_of_a_submodule(cells):
    line = "norm = la.norm(np.eye(2)) + linalg.det(np.eye(2))"
    return [
        "import numpy.linalg as la\nfrom numpy import linalg",
        *each_function(cells, lambda c: with_body_line(c, line)),
    ]


@mangled
def import_that_is_tried(cells):
    guard = "try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np"
    return [guard, *(cell for cell in cells if not cell.startswith("import"))]


@mangled
def helpers_at_top_level(cells):
    helper = "scale = 2\n\ndef half(x):\n    return x / scale\n\ndouble = lambda x: x * scale"
    line = "assert half(double(3)) == 3"
    return [*each_function(cells, lambda cell: with_body_line(cell, line)), helper]


@mangled
def helpers_nested(cells):
    line = "square = lambda x: x * x; nested = [square(i) for i in range(3)]"
    return each_function(cells, lambda cell: with_body_line(cell, line))


@mangled
def assigned_from_others(cells):
    renamed = each_function(cells, lambda cell: cell.replace(f"def {defined(cell)}(", f"def my_{defined(cell)}("))
    return [*renamed, "\n".join(f"{name} = my_{name}" for name in functions(cells))]


@mangled
def assigned_in_the_same_cell_as_prose(cells):
    lines = "\n".join(f"{name} = same({name})" for name in functions(cells))
    return [*cells, f"def same(f):\n    return f\n\nThese are mine:\n{lines}"]


@mangled
def decorated(cells):
    decorator = (
        "import functools\n\ndef counted(f):\n    @functools.wraps(f)\n    def inner(*args, **kwargs):\n"
        "        calls[f.__name__] = calls.get(f.__name__, 0) + 1\n        return f(*args, **kwargs)\n    return inner"
    )
    return [decorator, "calls = {}", *each_function(cells, lambda cell: re.sub(r"^def ", "@counted\ndef ", cell))]


@mangled
def decorator_defined_below(cells):
    return [*each_function(cells, lambda cell: re.sub(r"^def ", "@mine\ndef ", cell)), "def mine(f):\n    return f"]


@mangled
def type_annotations(cells):
    annotated = each_function(cells, lambda cell: re.sub(r"\):\n", ") -> Array:\n", cell, count=1))
    return ["from __future__ import annotations", "from typing import Any", *annotated]


@mangled
def methods_of_a_class(cells):
    def moved(cell):
        name = defined(cell)
        method = re.sub(r"^", "    ", cell, flags=re.MULTILINE)
        return f"class Answer_{name}:\n    @staticmethod\n{method}\n\n{name} = Answer_{name}().{name}"

    return each_function(cells, moved)


@mangled
def dataclass_with_text_annotations(cells):
    net = "from __future__ import annotations\nfrom dataclasses import dataclass\n\n@dataclass\nclass Net:\n    size: int = 3"
    return [net, *each_function(cells, lambda cell: with_body_line(cell, "net = Net(4)"))]


@mangled
def global_cache(cells):
    line = "cache['calls'] = cache.get('calls', first_call) + 1"
    fill = "cache = {}\ncache.update(a=1)\ncache['b'] = 2\ncache['start'] = 0\nfirst_call = cache['start'] + cache['a']"
    return [fill, *each_function(cells, lambda cell: with_body_line(cell, line))]


@mangled
def global_counter(cells):
    return ["count = 0", *each_function(cells, lambda cell: with_body_line(cell, "global count; count += 1"))]


@mangled
def tabs(cells):
    def tabbed(cell):
        return re.sub(r"^( {4})+", lambda indent: "\t" * (len(indent[0]) // 4), cell, flags=re.MULTILINE)

    return each_function(cells, tabbed)


@mangled
def unicode_identifiers(cells):
    return [
        "π = 3.14159\nσ = lambda z: 1 / (1 + np.exp(-z))",
        *each_function(cells, lambda c: with_body_line(c, "δ = π")),
    ]


@mangled
def smart_quotes_and_odd_spaces_in_comments(cells):
    return each_function(
        cells, lambda cell: with_body_line(cell, "# “blame” goes\u00a0back – here’s how \u200b\u2028…")
    )


@mangled
def signs_at_the_start_of_lines(cells):
    line = 'text = """\n%matplotlib inline\n!ls\nx?\n"""\n    number = (7\n% 4\n)\n    assert number == 3'
    return [*each_function(cells, lambda cell: "!ls\n" + with_body_line(cell, line)), "!ls"]


@mangled
def indented_cells(cells):
    return each_function(cells, lambda cell: re.sub(r"^(?=.)", "    ", cell, flags=re.MULTILINE))


@mangled
def under_a_condition(cells):
    body = "\n".join(re.sub(r"^(?=.)", "    ", cell, flags=re.MULTILINE) for cell in functions(cells).values())
    return ["import numpy as np", f"if True:\n{body}", "if __name__ == '__main__':\n    exit()\n    bptt = None"]


@mangled
def unused_parts_of_the_course(cells):
    uses = "from rnncourse.scratch import functional, RNN\nimport rnncourse.scratch as s\nlayer = RNN(3, 4)"
    return [uses, *cells, "from rnncourse.viz import *\nlayer.forward(1)\nfrom rnncourse.grading import solution"]


@mangled(lost=lambda cells: set(functions(cells)))
def borrowed_from_the_course(cells):
    return [
        "from rnncourse.scratch import functional",
        *each_function(cells, lambda c: with_body_line(c, "functional.tanh(1)")),
    ]


@mangled
def missing_packages(cells):
    return ["import seaborn_of_mine as sns\nsns.set()\nimport pandas_of_mine", *cells]


@mangled
def overlong_data(cells):
    return [f"data = {list(range(50_000))}", *cells, "text = '''" + "lorem ipsum\n" * 20_000 + "'''"]


@mangled
def deep_nesting(cells):
    return ["x = " + "(" * 500 + ")" * 500, "-" * 50_000 + "1", "y = " + "[" * 150 + "]" * 150, *cells]


@mangled
def thousand_empty_cells(cells):
    return [*[""] * 500, *cells, *["\n  \n"] * 500]
