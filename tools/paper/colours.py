"""Paper is white: the colours of the site's light theme, written out, because few readers of ePubs know CSS variables."""

import re
from pathlib import Path

from lxml.html import HtmlElement

STYLE_SHEET = Path("book/_static/rnncourse.css")
VARIABLE = re.compile(r"var\((--[\w-]+)(?:,\s*([^()]+))?\)")


def light_colours(root: Path) -> dict[str, str]:
    """What the variables of our style sheet stand for on a light page: its first block, `:root`."""
    css = (root / STYLE_SHEET).read_text(encoding="utf-8")
    block = re.search(r":root\s*\{(.*?)\}", css, flags=re.DOTALL)
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block[1])) if block else {}


def set_colours(article: HtmlElement, colours: dict[str, str]) -> None:
    """Write every variable out; one that the light theme does not set gets its fallback."""

    def written_out(match):
        return colours.get(match[1]) or match[2] or "currentColor"

    for element in article.iter("*"):
        for name, value in element.attrib.items():
            if "var(" in value:
                element.set(name, VARIABLE.sub(written_out, value))
