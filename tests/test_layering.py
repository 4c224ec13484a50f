"""Who may import whom inside ``rnncourse``. The tables are the specification; any other arrow fails."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "rnncourse"

# scratch is a stack of floors: a module may import the floors below its own, never its neighbours.
SCRATCH_FLOORS = [
    ["validate", "memory"],
    ["functional", "module", "state"],
    ["layers", "cells", "highway", "attention", "optim", "gradcheck"],
    ["recurrent", "bptt"],
]
SCRATCH_TOP = "rnncourse.scratch."  # seq2seq, word2vec, recursive...: all the floors

# A package or module, and what of ours it may import (with everything inside); its own inside is always allowed.
WHOLE_FILE = "rnncourse.whole_file"
OURS = {
    "rnncourse": [],
    WHOLE_FILE: [],
    "rnncourse.char_rnn": [],
    "rnncourse.machine": [],
    "rnncourse.case_study": ["rnncourse.machine", WHOLE_FILE],
    "rnncourse.models": ["rnncourse.data", "rnncourse.scratch.validate"],
    "rnncourse.data": ["rnncourse.scratch", WHOLE_FILE],
    "rnncourse.metrics": [],
    "rnncourse.training": ["rnncourse.models", "rnncourse.data", "rnncourse.scratch.validate", WHOLE_FILE],
    "rnncourse.viz": [],
    "rnncourse.live": ["rnncourse.viz", "rnncourse.scratch", "rnncourse.data"],
    "rnncourse.exercises": ["rnncourse.scratch"],
    "rnncourse.grading": ["rnncourse.exercises", WHOLE_FILE],
    "rnncourse.cli": ["rnncourse.grading", "rnncourse.data"],
}

# What of others' it may import beside the standard library. A package that is not listed may import anything...
OTHERS = {
    WHOLE_FILE: [],
    "rnncourse.char_rnn": ["numpy"],
    "rnncourse.machine": [],
    "rnncourse.case_study": [],
    "rnncourse.scratch": ["numpy"],
    "rnncourse.scratch.convert": ["numpy", "torch"],
    "rnncourse.data": ["numpy", "pooch", "tqdm", "platformdirs"],
    "rnncourse.metrics": ["numpy", "sacrebleu"],
    "rnncourse.models": ["numpy", "torch"],
    "rnncourse.training": ["numpy", "scipy", "torch", "tqdm"],
    "rnncourse.viz": ["numpy", "matplotlib", "ipywidgets"],
    "rnncourse.live": ["numpy"],
}
# ... but these, which stand above the package.
NEVER = ["book", "tools", "tests", "solutions", "benchmarks"]


def inside(name, package):
    """Whether a dotted name is the package or lies in it."""
    return name == package or name.startswith(f"{package}.")


def longest(name, packages):
    """The innermost of the packages that the name lies in, or None."""
    return max((package for package in packages if inside(name, package)), key=len, default=None)


def scratch_floors():
    """The rows of ``OURS`` that the floors stand for, and the row of ``scratch`` itself, whose __init__ sees all."""
    rows, below = {}, []
    for floor in SCRATCH_FLOORS:
        names = [f"rnncourse.scratch.{module}" for module in floor]
        rows |= {name: list(below) for name in names}
        below += names
    return rows, below


def allowed_ours(module):
    """What of ours this module may import, or None when no table names it."""
    if module == "rnncourse.scratch":
        return ["rnncourse.scratch"]
    floors, all_floors = scratch_floors()
    if module.startswith(SCRATCH_TOP):
        row = longest(module, floors)
        return [*floors[row], row] if row else [*all_floors, ".".join(module.split(".")[:3])]
    row = longest(module, OURS)
    if row == "rnncourse" != module:
        return None
    return [*OURS[row], row] if row != "rnncourse" else []


def imports_of(module, source, is_package):
    """Every dotted name a module imports, wherever it stands; ``from a import b`` counts as ``a.b``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".")
            base = parts[: len(parts) - node.level + is_package] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            yield ast.literal_eval(node.args[0])  # a computed name is an error here: nobody could check it


def complaint(module, imported, modules):
    """Why this import is forbidden, or None. ``modules`` are the names that exist."""
    top = imported.partition(".")[0]
    if top == "rnncourse":
        target = longest(imported, modules) or imported
        allowed = allowed_ours(module)
        if allowed is None:
            return f"{module}: no row in the table of tests/test_layering.py"
        if target != "rnncourse" and not longest(target, allowed):
            return f"{module} imports {target}"
    elif top in NEVER:
        return f"{module} imports {imported}"
    elif top not in sys.stdlib_module_names:
        row = longest(module, OTHERS)
        if row and top not in OTHERS[row]:
            return f"{module} imports {imported}"
    return None


def complaints(sources):
    """All forbidden imports of a tree: a dictionary from module to ``(source, is_package)``."""
    found = [f"{module}: no row in the table" for module in sources if allowed_ours(module) is None]
    for module, (source, is_package) in sources.items():
        reasons = (complaint(module, imported, sources) for imported in imports_of(module, source, is_package))
        found += filter(None, reasons)
    return found


def package_sources():
    """The package as it stands."""
    sources = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        sources[".".join(parts[:-1] if is_package else parts)] = (path.read_text("utf-8"), is_package)
    return sources


def test_no_forbidden_arrow():
    assert complaints(package_sources()) == []


def test_the_walk_sees_the_package():
    sources = package_sources()
    seen = set(imports_of("rnncourse.scratch.cells", *sources["rnncourse.scratch.cells"]))
    assert {"numpy", "rnncourse.scratch.module.Module", "rnncourse.scratch.validate.require_array"} <= seen


TREE = [
    "rnncourse",
    "rnncourse.char_rnn",
    "rnncourse.scratch",
    *(f"rnncourse.scratch.{module}" for floor in SCRATCH_FLOORS for module in floor),
    "rnncourse.scratch.seq2seq",
    "rnncourse.scratch.word2vec",
    "rnncourse.scratch.convert",
    *(f"rnncourse.{name}" for name in ("models", "data", "metrics", "training", "viz", "exercises", "grading", "cli")),
    "rnncourse.data.vocabulary",
    "rnncourse.viz.figures",
    "rnncourse.viz.style",
    "rnncourse.exercises.bptt",
    "rnncourse.grading.report",
]
PACKAGES = {"rnncourse", *(name.rpartition(".")[0] for name in TREE)}

ALLOWED = [
    ("rnncourse.char_rnn", "import sys\nfrom pydoc_data.topics import topics\nimport numpy as np"),
    ("rnncourse.scratch", "from .cells import ElmanCell"),
    ("rnncourse.scratch.validate", "import numpy as np"),
    ("rnncourse.scratch.functional", "from rnncourse.scratch.validate import require_array"),
    ("rnncourse.scratch.cells", "from .module import Module"),
    ("rnncourse.scratch.cells", "from . import functional"),
    ("rnncourse.scratch.cells", "import numpy.linalg, dataclasses, collections.abc"),
    ("rnncourse.scratch.recurrent", "from rnncourse.scratch.cells import ElmanCell"),
    ("rnncourse.scratch.seq2seq", "from rnncourse.scratch.recurrent import RNN"),
    ("rnncourse.scratch.convert", "import torch\nfrom .recurrent import RNN"),
    ("rnncourse.models", "import torch\nfrom rnncourse.data.vocabulary import Vocabulary"),
    ("rnncourse.models", "from rnncourse import __version__"),
    ("rnncourse.models", "from rnncourse.scratch.validate import require_size"),
    ("rnncourse.data", "import pooch\nfrom rnncourse.scratch.seq2seq import pad"),
    ("rnncourse.metrics", "import sacrebleu"),
    ("rnncourse.training", "from rnncourse import data, models"),
    ("rnncourse.training", "from rnncourse.scratch.validate import require_positive"),
    ("rnncourse.viz.figures", "from .style import FIGURE\nimport matplotlib.pyplot, ipywidgets, numpy, html"),
    (
        "rnncourse.exercises.bptt",
        "from rnncourse.scratch import RNN\nfrom rnncourse.exercises import Exercise\nimport torch",
    ),
    ("rnncourse.grading.report", "from ..exercises import bptt"),
    ("rnncourse.cli", "import click\nfrom rnncourse.grading import report\nimport rnncourse.data.vocabulary"),
]

FORBIDDEN = [
    ("rnncourse", "from rnncourse.scratch import RNN"),
    ("rnncourse.char_rnn", "from rnncourse.scratch.functional import softmax"),
    ("rnncourse.char_rnn", "import scipy.special"),
    ("rnncourse.scratch", "from rnncourse.viz import figures"),
    ("rnncourse.scratch.validate", "from rnncourse.scratch.module import Module"),
    ("rnncourse.scratch.functional", "from rnncourse.scratch.module import Module"),
    ("rnncourse.scratch.functional", "from .cells import ElmanCell"),
    ("rnncourse.scratch.cells", "from . import layers"),
    ("rnncourse.scratch.cells", "from .recurrent import RNN"),
    ("rnncourse.scratch.cells", "from rnncourse.scratch import RNN"),
    ("rnncourse.scratch.cells", "import torch"),
    ("rnncourse.scratch.cells", "def f():\n    import scipy.special"),
    ("rnncourse.scratch.cells", "class C:\n    def f(self):\n        from .bptt import unroll"),
    (
        "rnncourse.scratch.cells",
        "if False:\n    try:\n        import matplotlib\n    except ImportError:\n        pass",
    ),
    ("rnncourse.scratch.cells", "import importlib\nimportlib.import_module('torch')"),
    ("rnncourse.scratch.cells", "__import__('torch.nn')"),
    ("rnncourse.scratch.recurrent", "from rnncourse.scratch import bptt"),
    ("rnncourse.scratch.seq2seq", "from rnncourse.scratch.word2vec import SkipGram"),
    ("rnncourse.scratch.seq2seq", "from .convert import from_torch"),
    ("rnncourse.scratch.convert", "import tensorflow"),
    ("rnncourse.models", "from rnncourse.scratch import RNN"),
    ("rnncourse.data", "from rnncourse import models"),
    ("rnncourse.data", "import torch"),
    ("rnncourse.metrics", "from rnncourse.scratch.seq2seq import corpus_bleu"),
    ("rnncourse.data.vocabulary", "from ..training import train"),
    ("rnncourse.training", "from rnncourse.viz import figures"),
    ("rnncourse.viz.figures", "from rnncourse.scratch import RNN"),
    ("rnncourse.viz.figures", "from .. import data"),
    ("rnncourse.viz.figures", "import torch"),
    ("rnncourse.exercises.bptt", "from rnncourse.grading import report"),
    ("rnncourse.exercises.bptt", "from solutions import bptt"),
    ("rnncourse.grading.report", "import rnncourse.scratch.cells"),
    ("rnncourse.grading.report", "import rnncourse.cli"),
    ("rnncourse.grading.report", "from tests.scratch import checks"),
    ("rnncourse.cli", "from rnncourse.exercises import bptt"),
    ("rnncourse.cli", "import tools.sync"),
    ("rnncourse.cli", "import book, benchmarks"),
]


def complaints_with(module, source):
    """What the checker says of a tree in which only this module imports anything."""
    tree = {name: ("", name in PACKAGES) for name in TREE}
    return complaints(tree | {module: (source, module in PACKAGES)})


def test_the_tree_alone_is_clean():
    assert complaints({name: ("", name in PACKAGES) for name in TREE}) == []


@pytest.mark.parametrize(("module", "source"), ALLOWED)
def test_allowed_arrows_pass(module, source):
    assert complaints_with(module, source) == []


@pytest.mark.parametrize(("module", "source"), FORBIDDEN)
def test_forbidden_arrows_are_caught(module, source):
    found = complaints_with(module, source)
    assert found
    assert all(line.startswith(f"{module} imports ") for line in found)


def test_a_module_without_a_row_is_caught():
    assert complaints_with("rnncourse.helpers", "") == ["rnncourse.helpers: no row in the table"]


def test_a_computed_import_is_refused():
    with pytest.raises(ValueError, match="malformed node"):
        complaints_with("rnncourse.cli", "import importlib\nimportlib.import_module(name)")


def test_scratch_loads_neither_torch_nor_matplotlib():
    program = "import sys, rnncourse.scratch; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    loaded = set(run.stdout.split())
    assert {"numpy", "rnncourse.scratch.recurrent"} <= loaded
    assert loaded.isdisjoint({"torch", "matplotlib", "IPython", "ipywidgets"})
