"""Whether a function rests on a package that is not there when it is graded: the course's own, or any but a few.

Asked before it is called, so that the answer is the same where the package can be imported and where it cannot.
"""

import dis
import sys
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType

from .stand_ins import STAND_INS, Borrowed

COURSE, OURS_TO_CALL = "rnncourse", "rnncourse.grading"
PRESENT = {"numpy", "torch", "__main__", "submission", "inside", *sys.stdlib_module_names, *STAND_INS} - {COURSE}
IMPORT = dis.opmap["IMPORT_NAME"]


def package_used(function):
    """The dotted name of what a function, or a function of its file that it calls, uses of such a package; or None."""
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
            used = _used(code, {name: _origin(value, one) for name, value in named.items() if value is not None})
            if used:
                return used
            own = (value for value in named.values() if type(value) is FunctionType)
            pending += [value for value in own if value.__globals__ is one.__globals__]
        pending += _decorated(one)
    return None


def _used(code, origins):
    """The first thing that the code takes from a package that is not there; ``origins`` says where names come from."""
    if not any(map(_is_absent, origins.values())) and IMPORT not in code.co_code[::2]:
        return None
    for instruction in dis.get_instructions(code):
        name = instruction.argval
        origin = name if instruction.opname == "IMPORT_NAME" else origins.get(name, "")
        if instruction.opname in ("IMPORT_NAME", "LOAD_GLOBAL", "LOAD_NAME") and _is_absent(origin):
            return origin
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


def _origin(value, function):
    """The module that the value of a global comes from; nothing for what the function's own file defines."""
    if isinstance(value, Borrowed):
        return value.name
    if isinstance(value, ModuleType):
        return value.__name__
    try:
        origin = getattr(value, "__module__", None)
    except Exception:  # noqa: BLE001 a student's object may do anything when it is asked
        return ""
    return origin if isinstance(origin, str) and origin != function.__module__ else ""


def _is_absent(origin):
    if _is_inside(origin, COURSE):
        return not _is_inside(origin, OURS_TO_CALL)
    return origin != "" and origin.partition(".")[0] not in PRESENT


def _is_inside(name, package):
    return name == package or name.startswith(f"{package}.")
