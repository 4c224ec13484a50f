"""Whether a function rests on the course's own package, which is not there when it is graded.

Asked before it is called, so that the answer is the same where the package can be imported and where it cannot.
"""

import dis
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType

from .stand_ins import Borrowed

PACKAGE, OURS_TO_CALL = "rnncourse", "rnncourse.grading"


def package_used(function):
    """The dotted name of what a function, or a function of its file that it calls, uses of the package; or None."""
    pending, seen = [function], set()
    while pending:
        one = pending.pop()
        if type(one) is not FunctionType:
            pending += _behind(one)
            continue
        if one in seen:
            continue
        seen.add(one)
        for code in _codes(one.__code__):
            named = {name: one.__globals__.get(name) for name in code.co_names}  # globals, and attributes of anything
            origins = {name: _origin(name, value) for name, value in named.items()}
            borrowed = {name: origin for name, origin in origins.items() if origin}
            if borrowed and (used := borrowed.keys() & _loaded(code)):
                return borrowed[min(used)]
            own = (value for value in named.values() if type(value) is FunctionType)
            pending += [value for value in own if value.__globals__ is one.__globals__]
        pending += _decorated(one)
    return None


def _behind(one):
    """The function that runs when a method, a partial or an object with ``__call__`` is called."""
    if type(one) is MethodType:
        return [one.__func__]
    if type(one) is partial:
        return [one.func]
    call = vars(type(one)).get("__call__")
    return [call] if type(call) is FunctionType else []


def _decorated(function):
    """What a decorator's function may call: the function or object that it was made around."""
    contents = []
    for cell in function.__closure__ or ():
        try:
            contents.append(cell.cell_contents)
        except ValueError:  # not bound yet
            continue
    return contents


def _codes(code):
    """The code of a function and of the functions inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _loaded(code):
    """The names among ``co_names`` that are globals or modules, and no attributes."""
    operations = ("LOAD_GLOBAL", "LOAD_NAME", "IMPORT_NAME")
    return {instruction.argval for instruction in dis.get_instructions(code) if instruction.opname in operations}


def _origin(name, value):
    """Where in the package a global or an imported module comes from, or nothing."""
    if isinstance(value, Borrowed):
        origin = value.name
    elif isinstance(value, ModuleType):
        origin = value.__name__
    else:
        origin = getattr(value, "__module__", None) if value is not None else name
    is_ours = isinstance(origin, str) and _is_inside(origin, PACKAGE) and not _is_inside(origin, OURS_TO_CALL)
    return origin if is_ours else ""


def _is_inside(name, package):
    return name == package or name.startswith(f"{package}.")
