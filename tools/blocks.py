"""Cut MyST Markdown into blocks, each with its line number, so that every later step can name the line it means."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin

from tools.errors import SourceError

ADMONITIONS = {"note", "tip", "warning", "important", "seealso", "hint", "admonition", "dropdown"}
LAYOUTS = {"grid", "grid-item", "grid-item-card", "card", "tab-set", "tab-item"}  # pages that never become notebooks
KINDS = {
    "front_matter": "front matter",
    "heading_open": "heading",
    "paragraph_open": "text",
    "table_open": "text",
    "math_block": "math",
    "math_block_label": "math",
    "myst_target": "label",
    "myst_line_comment": "comment",
    "myst_block_break": "break",
    "fence": "fence",
    "colon_fence": "fence",
    "code_block": "verbatim",
    "html_block": "verbatim",
    "amsmath": "verbatim",
}


@dataclass
class Block:
    """Consecutive lines of a page that are one thing.

    `kind` is one of: front matter, heading, text, math, label, comment, break, directive, verbatim.
    `prefix` is what the list or quotation around the block puts before its first line, as in `- ` or `> `.
    `content` is the block without its marks: a label's name, a heading's title, a directive's body; `plain` is a
    heading's title without formulas and emphasis, from which its slug is made.
    """

    kind: str
    line: int
    lines: list[str]
    prefix: str = ""
    content: str = ""
    plain: str = ""
    level: int = 0
    name: str = ""
    argument: str = ""
    options: dict = field(default_factory=dict)
    children: list["Block"] = field(default_factory=list)


def parse(text: str, path: str, line: int = 1) -> list[Block]:
    """All blocks of `text`, whose first line is line `line` of `path`; together they hold every line once."""
    rows, blocks, done, environment = text.splitlines(), [], 0, {}
    tokens = _parser(whole_file=line == 1).parse(text + "\n", environment)
    for name, reference in environment.get("references", {}).items():
        message = f"the link [{name.lower()}] is defined apart from its use; expected [text](target)"
        raise SourceError(path, line + reference["map"][0], message)
    for position, token in enumerate(tokens):
        if token.type not in KINDS:
            continue
        start, end = token.map[0], min(token.map[1], len(rows))
        blocks += _between(rows, done, start, line)
        blocks.append(_block(token, tokens[position + 1 :], rows[start:end], line + start, path))
        done = end
    return blocks + _between(rows, done, len(rows), line)


def walk(blocks: list[Block]) -> Iterator[Block]:
    """Every block in the order of the page, those inside admonitions too."""
    for block in blocks:
        yield block
        yield from walk(block.children)


def directive_options(body: str) -> tuple[dict, str]:
    """Split a directive's body into its options and the rest, in which the options' lines are left empty."""
    rows = body.split("\n")
    count = 0
    if rows[0].startswith("---"):
        count = next((number for number, row in enumerate(rows[1:], 2) if row.startswith("---")), 0)
        written = rows[1 : count - 1]
    else:
        while count < len(rows) and re.match(r"\s*:[A-Za-z][\w-]*:(\s|$)", rows[count]):
            count += 1
        written = [row.strip()[1:] for row in rows[:count]]
    options = yaml.safe_load("\n".join(written)) if written else {}
    if not isinstance(options or {}, dict):
        raise yaml.YAMLError("expected lines of the form ':name: value'")
    return options or {}, "\n".join([""] * count + rows[count:])


def _parser(whole_file: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table").use(myst_block_plugin).use(colon_fence_plugin)
    parser.use(dollarmath_plugin).use(amsmath_plugin)
    return parser.use(front_matter_plugin) if whole_file else parser


def _between(rows: list[str], start: int, end: int, line: int) -> list[Block]:
    """The lines that belong to no block: the empty ones between them."""
    return [Block("verbatim", line + start, rows[start:end])] if start < end else []


def _block(token, following: list, rows: list[str], line: int, path: str) -> Block:
    block = Block(KINDS[token.type], line, rows, content=token.content)
    mark = token.markup if token.type.endswith("fence") else {"math": "$$", "label": "("}.get(block.kind, "")
    block.prefix = rows[0][: rows[0].index(mark)] if mark else ""
    if block.kind == "heading":
        block.content, block.plain, block.level = following[0].content, _plain(following[0]), int(token.tag[1])
    elif token.type == "math_block_label":
        block.options = {"label": token.info}
    elif block.kind == "fence":
        _read_fence(block, token, path)
    return block


def _plain(inline) -> str:
    """The part of a heading from which MyST makes its slug."""
    return "".join(child.content for child in inline.children if child.type in ("text", "code_inline"))


def _read_fence(block: Block, token, path: str) -> None:
    """Tell ordinary code from a directive, and read a directive's name, argument, options and body."""
    if len(block.lines) != token.content.count("\n") + 2:
        raise SourceError(path, block.line, f"this fence is never closed; expected a line {token.markup}")
    directive = re.fullmatch(r"\{([^}\s]+)\}\s*(.*)", token.info.strip())
    block.kind = "directive" if directive else "verbatim"
    if not directive:
        return
    block.name, block.argument = directive.groups()
    try:
        block.options, block.content = directive_options(token.content.removesuffix("\n"))
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise SourceError(path, block.line, f"the options of {{{block.name}}} cannot be read: {reason}") from None
    if block.name in ADMONITIONS | LAYOUTS:
        _read_children(block, path)


def _read_children(block: Block, path: str) -> None:
    """Parse what stands inside an admonition; words on the opening line belong to the body, save for a title."""
    takes_title = block.name in {"admonition", "dropdown"} | LAYOUTS
    if block.argument and not takes_title:
        block.children = parse(block.argument + "\n" + block.content, path, block.line)
    else:
        block.children = parse(block.content, path, block.line + 1)
