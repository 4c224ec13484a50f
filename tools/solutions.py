"""Take the solutions out of an exercise: what the student gets, what the tests run, and what the package shows."""

import ast
import json
import re
from collections.abc import Iterator

from tools.source import Cell, Source

MARKER = re.compile(r"(?P<indent>\s*)#+\s*(?P<which>BEGIN|END) SOLUTION\s*")


def solved(cell: Cell) -> str:
    """The cell's code with the solution, without the marker lines."""
    return "\n".join(row for row in cell.text.split("\n") if not MARKER.fullmatch(row))


def stripped(cell: Cell, source: Source) -> str:
    """The cell's code in which each solution is replaced by `raise NotImplementedError("its_function")`."""
    rows, holes, begun = [], {}, 0
    for line, row in enumerate(cell.text.split("\n"), cell.first_row):
        marker = MARKER.fullmatch(row)
        if marker:
            begun = _check_order(marker["which"], begun, line, source)
            if begun:
                holes[len(rows) + 1] = line
                rows.append(f"{marker['indent']}raise NotImplementedError")
        elif not begun:
            rows.append(row)
    if begun:
        raise source.error(begun, "BEGIN SOLUTION without END SOLUTION")
    for position, function in _enclosing_functions(rows, holes, source).items():
        rows[position - 1] += f'("{function}")'
    return "\n".join(rows)


def packaged(source: Source) -> str:
    """The solved functions of an exercise by name, as the package keeps them for `solution(...)`: JSON text."""
    functions = {name: text for cell in source.cells if cell.kind == "code" for name, text in _solved(cell, source)}
    return json.dumps(functions, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _solved(cell: Cell, source: Source) -> Iterator[tuple[str, str]]:
    """Name and text of each function or class of the cell with a solution in it, without the marker lines."""
    rows = cell.text.split("\n")
    markers = {number for number, row in enumerate(rows, 1) if MARKER.fullmatch(row)}
    try:
        tree = _parsed(rows) if markers else ast.Module([], [])
    except SyntaxError as error:
        line = cell.first_row + (error.lineno or 1) - 1
        raise source.error(line, f"with its solution this cell is not Python ({error.msg})") from None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            numbers = range(min(part.lineno for part in (node, *node.decorator_list)), node.end_lineno + 1)
            if markers & set(numbers):
                yield node.name, "\n".join(rows[number - 1] for number in numbers if number not in markers)


def _parsed(rows: list[str]) -> ast.Module:
    """The syntax tree of a cell, in which lines of IPython do nothing."""
    return ast.parse("\n".join(re.sub(r"^(\s*)[%!].*", r"\1pass", row) for row in rows))


def _check_order(which: str, begun: int, line: int, source: Source) -> int:
    """The line of the block that is open after this marker, or 0."""
    if which == "BEGIN" and begun:
        raise source.error(line, f"BEGIN SOLUTION inside the solution that begins in line {begun}")
    if which == "END" and not begun:
        raise source.error(line, "END SOLUTION without BEGIN SOLUTION")
    return line if which == "BEGIN" else 0


def _enclosing_functions(rows: list[str], holes: dict[int, int], source: Source) -> dict[int, str]:
    """The name of the innermost function around each hole; `holes` maps rows of the cell to lines of the file."""
    if not holes:
        return {}
    try:
        tree = _parsed(rows)
    except SyntaxError as error:
        line = min(holes.values())
        message = f"without its solution this cell is not Python ({error.msg}); is the whole block indented alike?"
        raise source.error(line, message) from None
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {hole: _innermost(functions, hole, line, source) for hole, line in holes.items()}


def _innermost(functions: list, hole: int, line: int, source: Source) -> str:
    around = [function for function in functions if function.lineno <= hole <= function.end_lineno]
    if not around:
        raise source.error(line, "this solution stands outside a function, so the exercise could not name it")
    return max(around, key=lambda function: function.lineno).name
