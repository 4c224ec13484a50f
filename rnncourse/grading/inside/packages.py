"""The packages beside the standard library that a submission can import: NumPy, and PyTorch where it is asked for."""

import random
import site
import sys
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder
from pathlib import Path

import numpy as np

NEEDS = {"torch": ("torchgen", "functorch", "typing_extensions", "sympy", "mpmath", "networkx", "filelock", "fsspec")}


def with_needs(packages):
    """The names of these packages and of those that they import."""
    return [name for package in packages for name in (package, *NEEDS.get(package, ()))]


class Finder:
    """Finds modules as Python's own finder does, except that the packages which the jail does not let in are not there.

    Otherwise they would be found and then not be readable, and whoever imports one "if it is there" would fail.
    """

    def __init__(self, packages):
        installed = {
            entry.name.partition(".")[0] for folder in map(Path, site.getsitepackages()) for entry in _in(folder)
        }
        self.absent = installed - set(with_needs(packages))

    def find_spec(self, name, path=None, target=None):
        """What ``PathFinder.find_spec`` returns, or None."""
        return None if name.partition(".")[0] in self.absent else PathFinder.find_spec(name, path, target)


def only_these(packages):
    """From now on only these packages, what they need, and the standard library can be imported."""
    builtin = [finder for finder in sys.meta_path if finder in (BuiltinImporter, FrozenImporter)]
    sys.meta_path[:] = [*builtin, Finder(packages)]


def _in(folder):
    return folder.iterdir() if folder.is_dir() else ()


def seed(packages):
    """Let whoever draws without a seed of their own draw the same again; a fork gives ``random`` a new seed."""
    random.seed(0)
    np.random.seed(0)
    if "torch" in packages:
        import torch

        torch.manual_seed(0)


def warm_up(packages):
    """Load what submissions use, and what the libraries themselves load at first use."""
    import dataclasses, functools, itertools, math, typing  # noqa: F401, I001

    exec("from numpy import *", {})  # noqa: S102 loads more of NumPy than `import numpy`, and takes 60 ms
    if "torch" in packages:
        import torch

        torch.set_num_threads(1)
        torch.set_num_threads = torch.set_num_interop_threads = lambda count: None  # a second one would end the process
        layer = torch.nn.LSTM(2, 2)
        layer(torch.ones(1, 1, 2))[0].sum().backward()
        torch.optim.Adam(layer.parameters()).step()
