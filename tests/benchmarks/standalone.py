"""Modules of ``benchmarks`` by their file alone: the package would pin the threads, for which it may be too late."""

import sys
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parents[2] / "benchmarks"


def load(name):
    """The module of this name."""
    path = FOLDER / f"{name}.py"
    module = ModuleType(f"standalone_{name}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    exec(compile(path.read_text("utf-8"), path.name, "exec"), module.__dict__)  # noqa: S102
    return module
