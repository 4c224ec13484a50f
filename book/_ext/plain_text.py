"""A page's words without its code, its outputs and its markup: what a search shows, and a description says.

A formula in a line becomes what one would say in a chat (``W_hh``, ``h_t ≤ 1``); a displayed one is left out.
"""

from __future__ import annotations

import re
import unicodedata

from docutils import nodes
from sphinx import addnodes

SKIPPED = (
    nodes.literal_block,
    nodes.math_block,
    nodes.raw,
    nodes.image,
    nodes.comment,
    nodes.system_message,
    nodes.substitution_definition,
    addnodes.toctree,
    addnodes.index,
)
SKIPPED_CLASSES = {"cell", "bibtex-citation", "sd-stretched-link"}
SIGNS = {
    "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈", "sim": "~", "propto": "∝",
    "in": "∈", "to": "→", "mapsto": "→", "infty": "∞", "partial": "∂", "nabla": "∇", "cdot": "·", "times": "×",
    "odot": "⊙", "oplus": "⊕", "pm": "±", "sum": "∑", "prod": "∏", "sqrt": "√", "top": "⊤", "ldots": "...",
    "dots": "...", "cdots": "...", "mid": "|", "lVert": "‖", "rVert": "‖", "lvert": "|", "rvert": "|", "ell": "l",
}  # fmt: skip


def _command(match) -> str:
    """What stands for one command of TeX: a sign, a Greek letter, the name of a function, or nothing."""
    name = match[1]
    if name in SIGNS:
        return SIGNS[name]
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {case} LETTER {name.removeprefix('var').upper()}")
    except KeyError:
        return f" {name}" if name in ("log", "exp", "tanh", "max", "min", "det", "softmax") else ""


def plain_formula(tex: str) -> str:
    """A short formula in letters."""
    tex = re.sub(r"\\(?:text|mathrm|mathbf|boldsymbol|mathcal|mathbb|operatorname|hat|tilde|bar)\s*", "", tex)
    tex = re.sub(r"\\[td]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"\1 / \2", tex)
    tex = re.sub(r"\\[,;:!> ]|~", " ", tex)
    tex = re.sub(r"\\[{}|%_&#$]", lambda match: match[0][1:].replace("{", "(").replace("}", ")"), tex)
    tex = re.sub(r"\\([A-Za-z]+)", _command, tex)
    return " ".join(re.sub(r"[{}\\]|\^\s*(?=⊤)", "", tex).split())


def _is_skipped(node) -> bool:
    return isinstance(node, SKIPPED) or not SKIPPED_CLASSES.isdisjoint(node.get("classes", ()))


def pieces(node, stop=()):
    """The texts below a node in their order; whole branches of the kinds in ``stop`` are left out."""
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield child.astext()
        elif isinstance(child, stop) or _is_skipped(child):
            continue
        elif isinstance(child, nodes.math):
            yield plain_formula(child.astext())
        elif child.get("refdomain") == "math":  # its number is not known yet
            yield "the equation"
        else:
            yield from pieces(child, stop)
            # What stands in blocks of its own is told apart; inside a line nothing is put between two texts.
            yield "" if isinstance(child, nodes.Inline) else " "


def plain_text(node, stop=()) -> str:
    """All words below a node, in one line."""
    return re.sub(r"\s+([.,;:?!])", r"\1", " ".join("".join(pieces(node, stop)).split()))
