"""Style sheets without the rules that no page can use, and icon fonts without the icons that no page shows.

The theme brings all of Bootstrap and of Font Awesome, of which our pages use a tenth. After the build a rule stays only
if each class that it asks for stands in some page or script. Of the icon fonts the glyphs stay that the remaining rules
name; they travel inside the style sheet, so that icons are there with the first paint and nothing moves for them.
"""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pydata_sphinx_theme
import tinycss2
from fontTools import subset

CLASSES = re.compile(r"""class=["']([^"']*)""")
SCRIPTS = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)
WORDS = re.compile(r"[A-Za-z_][\w-]*")
# The beginnings of classes that Bootstrap's script puts together while it runs, and one that tools/versions.py adds.
ASSEMBLED = ("bs-", "rnn-old-version")
CLASS_IN_SELECTOR = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
GROUPS = ("media", "supports", "layer", "container")
LICENCE = re.compile(r"^!|licen[cs]e|copyright", re.IGNORECASE)

ICON = re.compile(r"\\([ef][0-9a-f]{3})\b|([\ue000-\uf8ff])", re.IGNORECASE)
FONT_FILE = re.compile(r"src:url\([^)]*/(fa-[a-z]+-\d+)\.woff2\)[^;}]*")
FONTS = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/vendor/fontawesome/webfonts"
COPYRIGHT, LICENCE_TEXT, LICENCE_ADDRESS = 0, 13, 14  # records of a font's table of names


def words_of(folder: Path) -> set[str]:
    """Every word that may be a class of an element: the classes of all pages, and all words of their scripts."""
    words = set()
    for page in folder.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        words.update(*(classes.split() for classes in CLASSES.findall(html)))
        words.update(*(WORDS.findall(script) for script in SCRIPTS.findall(html)))
    for script in (folder / "_static").rglob("*.js"):
        if "mathjax" not in script.parts:
            words.update(WORDS.findall(script.read_text(encoding="utf-8")))
    return words


def can_match(selector: str, words: set[str]) -> bool:
    """Whether each class that the selector asks for exists; what stands in brackets may be a choice or a *not*."""
    while selector != (without := re.sub(r"\([^()]*\)|\[[^\]]*\]", "", selector)):
        selector = without
    return all(name in words or name.startswith(ASSEMBLED) for name in CLASS_IN_SELECTOR.findall(selector))


def used_rules(nodes: list, words: set[str]) -> str:
    """The rules that can match, without comments that are not about a licence."""
    return "".join(text for node in nodes if (text := _used(node, words)))


def _used(node, words: set[str]) -> str:
    if node.type == "comment":
        return node.serialize() if LICENCE.search(node.value) else ""
    if node.type == "qualified-rule":
        chosen = [selector for selector in _selectors(node.prelude) if can_match(selector, words)]
        return f"{','.join(chosen)}{{{tinycss2.serialize(node.content).strip()}}}" if chosen else ""
    if node.type == "at-rule" and node.lower_at_keyword in GROUPS and node.content is not None:
        inside = used_rules(tinycss2.parse_rule_list(node.content, skip_whitespace=True), words)
        prelude = tinycss2.serialize(node.prelude).strip()
        return f"@{node.at_keyword} {prelude}{{{inside}}}" if inside else ""
    return node.serialize()


def _selectors(prelude: list) -> list[str]:
    """The parts of a rule's head between its outermost commas."""
    parts = [[]]
    for token in prelude:
        if token == ",":
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    return [tinycss2.serialize(part).strip() for part in parts]


def parsed(path: Path) -> list:
    """The rules of a style sheet, with those of the sheets that it imports in their place: a reader waits once."""
    rules = []
    for node in tinycss2.parse_stylesheet(path.read_text(encoding="utf-8"), skip_whitespace=True):
        is_import = node.type == "at-rule" and node.lower_at_keyword == "import"
        imported = [t.value for t in node.prelude if t.type in ("string", "url")] if is_import else []
        if imported and (sheet := path.parent / imported[0]).exists():
            rules.extend(parsed(sheet))
        else:
            rules.append(node)
    return rules


def small_font(name: str, icons: set[int]) -> str:
    """The theme's font as a data address, with these icons; its name goes, as its licence asks of changed fonts."""
    options = subset.Options(flavor="woff2", hinting=False, name_IDs=[COPYRIGHT, LICENCE_TEXT, LICENCE_ADDRESS])
    font = subset.load_font(FONTS / f"{name}.ttf", options)
    font.recalcTimestamp = False  # the same file from each build
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=icons)
    subsetter.subset(font)
    file = io.BytesIO()
    subset.save_font(font, file, options)
    return "data:font/woff2;base64," + base64.b64encode(file.getvalue()).decode()


def with_small_fonts(css: str, icons: set[int]) -> str:
    """The style sheet with its icon fonts inside."""
    return FONT_FILE.sub(lambda match: f'src:url({small_font(match[1], icons)}) format("woff2")', css)


def lighten(app, exception):
    """Rewrite the style sheets of the built pages; Sphinx puts the whole ones back before each build writes."""
    if exception is not None or app.builder.name != "html":
        return
    static, words = Path(app.outdir) / "_static", words_of(Path(app.outdir))
    sheets = {path: used_rules(parsed(path), words) for path in sorted(static.rglob("*.css"))}
    icons = {ord(char) if char else int(code, 16) for css in sheets.values() for code, char in ICON.findall(css)}
    for path, css in sheets.items():
        path.write_text(with_small_fonts(css, icons), encoding="utf-8", newline="\n")


def setup(app):
    app.connect("build-finished", lighten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
