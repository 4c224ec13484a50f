"""Take the solutions out of an exercise: what the student gets, what the tests run, and what the package shows.

    # BEGIN SOLUTION
    return x + 1
    # END SOLUTION

The student gets ``raise NotImplementedError("its_function")`` instead or, where a function is to be repaired, the
broken code that stands right behind its solution, each line commented out::

    # BEGIN BROKEN
    # return x - 1
    # END BROKEN
"""

import ast
import json
import re
from collections.abc import Iterator

from tools.source import Cell, Source

MARKER = re.compile(r"(?P<indent>\s*)#+\s*(?P<which>BEGIN|END) (?P<block>SOLUTION|BROKEN)\s*")
CALLED = {"SOLUTION": "solution", "BROKEN": "broken code"}


def solved(cell: Cell) -> str:
    """The cell's code with the solution, without the marker lines and broken code."""
    rows = cell.text.split("\n")
    left_out = _left_out(rows)
    return "\n".join(row for number, row in enumerate(rows, 1) if number not in left_out)


def stripped(cell: Cell, source: Source) -> str:
    """The cell's code as the student gets it: each solution replaced by an error with its name, or by broken code."""
    rows, holes, begun = [], {}, None
    for line, row in enumerate(cell.text.split("\n"), cell.first_row):
        marker = MARKER.fullmatch(row)
        if marker:
            begun = _check_order(marker, begun, line, source)
            if begun and marker["block"] == "SOLUTION":
                holes[len(rows) + 1] = line
                rows.append(f"{marker['indent']}raise NotImplementedError")
            elif begun:
                _take_hole_before(rows, holes, line, source)
        elif begun and begun[0] == "BROKEN":
            rows.append(_uncommented(row, line, source))
        elif not begun:
            rows.append(row)
    if begun:
        raise source.error(begun[1], f"BEGIN {begun[0]} without END {begun[0]}")
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
    left_out = _left_out(rows)
    try:
        tree = _parsed(rows) if left_out else ast.Module([], [])
    except SyntaxError as error:
        line = cell.first_row + (error.lineno or 1) - 1
        raise source.error(line, f"with its solution this cell is not Python ({error.msg})") from None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            numbers = range(min(part.lineno for part in (node, *node.decorator_list)), node.end_lineno + 1)
            if left_out & set(numbers):
                yield node.name, "\n".join(rows[number - 1] for number in numbers if number not in left_out)


def _left_out(rows: list[str]) -> set[int]:
    """The numbers of the lines that are not of the solved code: all markers, and what is between those of BROKEN."""
    numbers, in_broken = set(), False
    for number, row in enumerate(rows, 1):
        marker = MARKER.fullmatch(row)
        if marker:
            in_broken = marker["block"] == "BROKEN" and marker["which"] == "BEGIN"
        if marker or in_broken:
            numbers.add(number)
    return numbers


def _parsed(rows: list[str]) -> ast.Module:
    """The syntax tree of a cell, in which lines of IPython do nothing."""
    return ast.parse("\n".join(re.sub(r"^(\s*)[%!].*", r"\1pass", row) for row in rows))


def _check_order(marker: re.Match, begun: tuple[str, int] | None, line: int, source: Source) -> tuple[str, int] | None:
    """Kind and line of the block that is open after this marker, or None."""
    block = marker["block"]
    if marker["which"] == "BEGIN":
        if begun:
            raise source.error(line, f"BEGIN {block} inside the {CALLED[begun[0]]} that begins in line {begun[1]}")
        return block, line
    if not begun or begun[0] != block:
        raise source.error(line, f"END {block} without BEGIN {block}")
    return None


def _take_hole_before(rows: list[str], holes: dict[int, int], line: int, source: Source) -> None:
    """Broken code takes the place of the solution that has just ended."""
    if len(rows) not in holes:
        raise source.error(line, "BEGIN BROKEN stands apart; expected it in the line after END SOLUTION")
    del holes[len(rows)]
    rows.pop()


def _uncommented(row: str, line: int, source: Source) -> str:
    """A line of broken code without the `# ` before it."""
    commented = re.fullmatch(r"(\s*)#(?: (.*))?", row)
    if not commented:
        raise source.error(
            line, f"broken code is commented out; expected a line that begins with '# ', got {row.strip()!r}"
        )
    return (commented[1] + (commented[2] or "")).rstrip()


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
