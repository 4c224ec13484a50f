"""Whether a function rests on the course's own package, which is not there when it is graded."""

import dis
from types import CodeType, FunctionType, ModuleType

PACKAGE, OURS_TO_CALL = "rnncourse", "rnncourse.grading"


def package_used(function):
    """The dotted name of what a function, or a function of its file that it calls, uses of the package; or None."""
    pending, seen = [function], set()
    while pending:
        one = pending.pop()
        if not isinstance(one, FunctionType) or one in seen:
            continue
        seen.add(one)
        for operation, name in _names(one.__code__):
            value = one.__globals__.get(name)
            origin = name if operation == "IMPORT_NAME" else _origin(value)
            if _is_inside(origin, PACKAGE) and not _is_inside(origin, OURS_TO_CALL):
                return origin
            if getattr(value, "__globals__", None) is one.__globals__:
                pending.append(value)
    return None


def _names(code):
    """Pairs of an operation and the global name or module it takes, also in the functions inside."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME", "IMPORT_NAME"):
            yield instruction.opname, instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _origin(value):
    name = getattr(value, "__name__" if isinstance(value, ModuleType) else "__module__", None)
    return name if isinstance(name, str) else ""


def _is_inside(name, package):
    return name == package or name.startswith(f"{package}.")
