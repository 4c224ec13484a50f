"""What the tests of chapters and of case studies look for in a page: its code, its calls, its boxes."""

import ast
import re
from pathlib import Path

from tools.project import Project
from tools.sync import ROOT


def code(page: Path) -> list[str]:
    """The text of every code cell."""
    return [cell.text for cell in Project(ROOT).read(page).cells if cell.kind == "code"]


def calls(page: Path, owner: str) -> list[ast.Call]:
    """Every call `owner.something(...)` in the cells."""
    nodes = [node for text in code(page) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return [node for node in nodes if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == owner]


def predictions(page: Path) -> list[str]:
    """The text of every box that asks the reader to commit."""
    return re.findall(r":::\{admonition\} Predict\n:class: predict\n(.+?)\n:::", page.read_text("utf-8"), re.DOTALL)
