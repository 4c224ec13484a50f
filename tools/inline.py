"""Cut a paragraph into pieces: roles, links, and everything (code, formulas, HTML) that must not be touched."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

PIECE = re.compile(
    r"""
      (?P<escape> \\[^\w\s] )
    | \{(?P<role>[A-Za-z][\w:.+-]*)\} (?P<ticks>`+) (?P<content>.+?) (?<!`)(?P=ticks)(?!`)
    | (?P<code> (?P<run>`+)(?!`) .+? (?<!`)(?P=run)(?!`) )
    | (?P<display> \$\$ )
    | (?P<formula> \$ (?:\\.|[^$\\])+ \$ )
    | (?P<html> <[A-Za-z/!][^<>]*> )
    | (?P<foreign> \{\{.*?\}\} | \{[.\#][\w-][^}\n]*\} )
    | (?P<opening> !?\[ )
    | \]\( \s* (?P<target> <[^>\n]*> | (?:[^()\s<]|\([^()\s]*\))+ ) (?P<title> (?:\s+"[^"]*")? \s*) \)
    | (?P<closing> \] )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Piece:
    """A part of a paragraph. `kind` is plain, code, role, link, image, display or foreign; `raw` is as written."""

    kind: str
    raw: str
    line: int
    name: str = ""
    content: str = ""
    empty: bool = False


def pieces(text: str, line: int) -> Iterator[Piece]:
    """All pieces of `text`, whose first line is `line`; their `raw` texts joined are `text` again."""
    done, openings = 0, []
    for match in PIECE.finditer(text):
        if match.start() > done:
            yield Piece("plain", text[done : match.start()], line + text.count("\n", 0, done))
        yield _piece(match, openings, line + text.count("\n", 0, match.start()))
        done = match.end()
    if done < len(text):
        yield Piece("plain", text[done:], line + text.count("\n", 0, done))


def _piece(match: re.Match, openings: list, line: int) -> Piece:
    """One match as a piece; `openings` holds the brackets that are open, to tell a link from an image."""
    raw = match.group()
    if match["role"]:
        return Piece("role", raw, line, name=match["role"], content=match["content"].strip())
    if match["opening"]:
        openings.append(match)
    elif match["closing"] and openings:
        openings.pop()
    elif match["target"]:
        opening = openings.pop() if openings else None
        kind = "plain" if opening is None else "image" if opening.group() == "![" else "link"
        empty = opening is not None and opening.end() == match.start()
        return Piece(kind, raw, line, name=match["title"], content=match["target"].strip("<>"), empty=empty)
    kind = next((kind for kind in ("code", "display", "foreign") if match[kind]), "plain")
    return Piece(kind, raw, line)
