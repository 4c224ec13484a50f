"""Runs what a submission's functions need, statement by statement, and hands back its namespace."""

import __future__

import ast
import io
import linecache
import sys
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType

from .needed import needed
from .reading import read
from .stand_ins import Borrowed, BorrowedError, builtins_with_stand_ins
from .statements import statements
from .words import without_addresses

MODULE = "submission"  # the __name__ of every submission
_MOST_NOTES, _LONGEST_NOTE = 20, 300
_ROUNDS = 5  # for cells in the wrong order: each round runs again what only lacked a name


@dataclass(frozen=True)
class Loaded:
    """A submission's names, and ``notes``, sentences on what in its file did not work."""

    namespace: dict
    notes: list[str]


def load(name, data, wanted):
    """The namespace of a file of this ``name`` that holds the bytes ``data``, as :class:`Loaded`.

    Only the statements that the functions called ``wanted`` need are run, each on its own, without input and output.
    One that raises costs itself and adds a note; one that lacked a name is run again after all others. Only
    KeyboardInterrupt goes through, as the user's. Raises :class:`~.reading.Unreadable` when there is nothing to run.
    The namespace is that of the module ``submission`` in ``sys.modules``, where dataclasses and pickle look for it.
    """
    source = read(name, data)
    module = ModuleType(MODULE)
    sys.modules[MODULE] = module
    namespace = vars(module)
    namespace["__builtins__"] = builtins_with_stand_ins()
    with _silence():
        found, notes = statements(source.cells)
        failures = _run(needed(found, wanted), namespace)
    return Loaded(namespace, _bounded([*source.notes, *notes, *failures]))


def _run(chosen, namespace):
    """Run the statements in order, then again those that lacked a name; notes on those that failed."""
    flags, bound_by, notes = _future_flags(chosen), {}, {}
    waiting = range(len(chosen))
    for _ in range(_ROUNDS):
        lacking = []
        for position in waiting:
            error = _run_one(chosen[position], flags[position], position, namespace, bound_by)
            notes[position] = error and f"{chosen[position].place}: {_said(error)}"
            if isinstance(error, NameError):
                lacking.append(position)
            if isinstance(error, ImportError):
                _stand_in(chosen[position].node, namespace)
        if len(lacking) in (0, len(waiting)):
            break
        waiting = lacking
    return [notes[position] for position in sorted(notes) if notes[position]]


def _stand_in(node, namespace):
    """Let names whose import failed stand for what they would have been, so that a function can be told it uses them."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        origin = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            name = alias.name if alias.asname or origin else alias.name.partition(".")[0]
            namespace.setdefault(alias.asname or name, Borrowed(origin + name))


def _run_one(statement, flags, position, namespace, bound_by):
    """Run one statement and return what it raised, or None.

    ``bound_by`` has the position of the last statement that bound each name: what a later one bound stays.
    """
    lines = [f"{line}\n" for line in statement.source.split("\n")]
    linecache.cache[statement.place] = (len(statement.source), None, lines, statement.place)  # for tracebacks
    binds = statement.names.binds
    later = {name: namespace[name] for name in binds if bound_by.get(name, -1) > position and name in namespace}
    try:
        tree = ast.Module([statement.node], [])
        exec(compile(tree, statement.place, "exec", flags, dont_inherit=True), namespace)  # noqa: S102 jailed, or own
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 even exit() costs its own statement only
        return error
    namespace.update(later)
    bound_by.update((name, position) for name in binds - later.keys())
    return None


def _future_flags(chosen):
    """For each statement, the compiler's flags from every ``from __future__ import`` up to it, as a kernel has them."""
    flags, so_far = [], 0
    for statement in chosen:
        node = statement.node
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            features = [getattr(__future__, alias.name, None) for alias in node.names]
            for feature in features:
                so_far |= getattr(feature, "compiler_flag", 0)
        flags.append(so_far)
    return flags


def _said(error):
    """An exception in words; even its text is the student's and may fail."""
    if isinstance(error, BorrowedError):
        return f"it uses {error.name}, which is not there when it is graded"
    kind = type(error).__name__
    try:
        text = " ".join(without_addresses(str(error)[:_LONGEST_NOTE]).split())
    except Exception:  # noqa: BLE001 whatever a student's __str__ raises
        text = ""
    return f"{kind}: {text}" if text else kind


def _bounded(notes):
    """The first notes, each of a length that a reader can take."""
    short = [note if len(note) <= _LONGEST_NOTE else f"{note[: _LONGEST_NOTE - 4]} ..." for note in notes]
    if len(short) <= _MOST_NOTES:
        return short
    return [*short[: _MOST_NOTES - 1], f"and {len(short) - _MOST_NOTES + 1} more of this kind"]


class _Nowhere(io.RawIOBase):
    """Takes what is written and keeps nothing."""

    def writable(self):
        return True

    def write(self, data):
        return len(data)


@contextmanager
def _silence():
    """No input, no output and no warnings."""
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = io.StringIO()
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.BufferedWriter(_Nowhere()), "utf-8", "replace") for _ in range(2))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
