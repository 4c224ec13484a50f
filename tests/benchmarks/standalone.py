"""Modules of ``benchmarks`` by their file alone: the package would pin the threads, for which it may be too late."""

import sys
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parents[2] / "benchmarks"


def load(name, right="", wrong=""):
    """The module; with a mistake planted in it where one is given: what is right, and what shall stand there instead."""
    path = FOLDER / f"{name}.py"
    source = path.read_text("utf-8")
    assert not right or source.count(right) == 1, f"{path.name} no longer reads {right!r} once: plant the mistake anew"
    module = ModuleType(f"standalone_{name}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    exec(compile(source.replace(right, wrong) if right else source, path.name, "exec"), module.__dict__)  # noqa: S102
    return module
