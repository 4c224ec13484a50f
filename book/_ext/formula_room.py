"""Keep about as much room for a formula as it will take, so that the page does not jump when it is typeset.

MathJax sets the formulas after the first paint, and TeX source is two or three times as long as what becomes of it:
lines would break anew and the reader lose the place. So each formula carries a width, or in display a height, that is
estimated from its source, in em; `rnncourse.css` gives it that room until it is typeset.
"""

from __future__ import annotations

import html
import re

INLINE = re.compile(r'<span class="math notranslate nohighlight">(\\\(.*?\\\))</span>', re.DOTALL)
DISPLAY = re.compile(r'<div class="math notranslate nohighlight"([^>]*)>(.*?\\\[(.*?)\\\]\s*)</div>', re.DOTALL)
TOKEN = re.compile(r"\\(?:begin|end)\{\w+\*?\}|\\[a-zA-Z]+|\\.|\S", re.DOTALL)
WIDTHS = {  # of MathJax's letters, spaces around signs included; a function's name counts by its letters
    r"[a-z]": 0.6,
    r"[A-Z]": 0.9,
    r"[0-9]": 0.6,
    r"[=<>]|\\(le|ge|ne|leq|geq|neq|approx|sim|in|propto|mid|equiv|ll|gg)": 1.6,
    r"[+\-]|\\(cdot|odot|times|pm|circ|oplus)": 1.5,
    r"\\(to|gets|leftarrow|rightarrow|Rightarrow|mapsto|longrightarrow)": 1.9,
    r"\\(sum|prod|int)": 1.5,
    r"\\(tanh|log|exp|max|min|sin|cos|det|dim|lim)": None,
    r"\\[dlcv]?dots": 1.5,
    r"\\qquad": 2.4,
    r"\\quad": 1.2,
    r"\\[,:;> ]": 0.25,
    r"[,;]": 0.53,
    r"[.:!'|()\[\]/]|\\[{}|]": 0.46,
    r"\\(lVert|rVert|ell)": 0.55,
    r"\\(alpha|beta|gamma|delta|epsilon|eta|theta|lambda|mu|sigma|tau|phi|nabla|partial|Delta|Lambda|top)": 0.7,
    r"\\sqrt": 1,
}
WIDTH_OF = [(re.compile(pattern), width) for pattern, width in WIDTHS.items()]
SCRIPT = 0.72  # the size of indices and exponents
DISPLAY_MARGINS, ROW, FRACTION, SUM, BRACE = 2.6, 1.2, 1.45, 2.1, 1.7


def width(tex: str) -> float:
    """About how wide the formula will be."""
    return round(_sequence(iter(TOKEN.findall(tex)), None), 1)


def _sequence(tokens, closing) -> float:
    """The width of what comes before the closing bracket."""
    total = 0.0
    for token in tokens:
        if token == closing:
            break
        total += _atom(token, tokens)
    return total


def _atom(token, tokens) -> float:
    if token == "{":
        return _sequence(tokens, "}")
    if token in "^_":
        return SCRIPT * _next(tokens)
    if token in (r"\frac", r"\tfrac", r"\dfrac"):
        return SCRIPT * max(_next(tokens), _next(tokens)) + 0.24
    for pattern, size in WIDTH_OF:
        if pattern.fullmatch(token):
            return 0.57 * (len(token) - 1) if size is None else size
    return 0.0


def _next(tokens) -> float:
    token = next(tokens, None)
    return 0.0 if token is None else _atom(token, tokens)


def height(tex: str) -> float:
    """About how high a displayed formula will be, with its margins."""
    rows = re.split(r"\\\\(?:\[[^\]]*\])?", tex)
    return round(DISPLAY_MARGINS + sum(map(_row_height, rows)) + 0.4 * (len(rows) - 1), 1)


def _row_height(row: str) -> float:
    tall = {r"\\[dt]?frac|\\binom": FRACTION, r"\\(sum|prod)": SUM, r"\\(under|over)brace": BRACE}
    return ROW + max((more for pattern, more in tall.items() if re.search(pattern, row)), default=0)


def with_room(body: str) -> str:
    """The page's text, whose formulas say how much room they take."""

    def inline(match):
        room = width(html.unescape(match[1][2:-2]))
        return f'<span class="math notranslate nohighlight" style="--room:{room:g}em">{match[1]}</span>'

    def display(match):
        room = height(html.unescape(match[3]))
        return f'<div class="math notranslate nohighlight" style="--room:{room:g}em"{match[1]}>{match[2]}</div>'

    return DISPLAY.sub(display, INLINE.sub(inline, body))


def change_body(app, pagename, templatename, context, doctree):
    if "body" in context and app.builder.name == "html":
        context["body"] = with_room(context["body"])


def setup(app):
    app.connect("html-page-context", change_body)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
