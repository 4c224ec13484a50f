"""Load only the scripts that a page uses, after its first paint, and leave behind what no page asks for.

The theme brings a script of 1.5 MB with icons, which its web fonts draw anyway, and each extension puts its script on
every page. A script stays where its marker stands in the page's text; it waits until the page is read (`defer`), so
that nothing holds up the first words. The order of the scripts stays.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

ICON_SCRIPT = re.compile(r'<script[^>]*src="[^"]*scripts/fontawesome\.js[^"]*"[^>]*></script>')
SCRIPT = re.compile(r'<script([^>]*)\ssrc="([^"]*)"([^>]*)></script>\s*')
NEEDED_AT_ONCE = "documentation_options.js"  # a line of the page itself adds to what it defines
MARKERS = {
    "mathjax/": r'class="[^"]*\bmath\b',
    "copybutton.js": r'class="highlight',
    "clipboard.min.js": r'class="highlight',
    "togglebutton.js": r'class="[^"]*\b(toggle|dropdown)\b',
    "design-tabs.js": r'class="[^"]*\bsd-tab-',
}
UNUSED = (
    "scripts/fontawesome.js*",
    "scripts/*.map",
    "styles/*.map",
    "vendor/fontawesome/webfonts",
    "locales",
    "*webpack-macros.html",
    "images/logo_deepnote.svg",
    "images/logo_jupyter*.svg",
)


def without_icon_script(head: str) -> str:
    """The theme's head without the script tag of FontAwesome (a Jinja filter of `_templates/layout.html`)."""
    return ICON_SCRIPT.sub("", head)


def needed_scripts(scripts: str, body: str) -> str:
    """The script tags that this page needs, each to run when the page is read (a Jinja filter of the layout)."""

    def rewritten(tag):
        before, address, after = tag.groups()
        marker = next((marker for part, marker in MARKERS.items() if part in address), None)
        if marker and not re.search(marker, body):
            return ""
        if NEEDED_AT_ONCE in address or re.search(r"\b(defer|async)\b", before + after):
            return tag[0]
        return f'<script defer{before} src="{address}"{after}></script>\n    '

    return SCRIPT.sub(rewritten, scripts)


def register_filters(app):
    if app.builder.format == "html":
        app.builder.templates.environment.filters["without_icon_script"] = without_icon_script
        app.builder.templates.environment.filters["needed_scripts"] = needed_scripts


def remove_unused(app, exception):
    """Take what no page asks for out of the finished site."""
    if exception is not None or app.builder.name != "html":
        return
    for pattern in UNUSED:
        for path in (Path(app.outdir) / "_static").glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def setup(app):
    app.connect("builder-inited", register_filters)
    app.connect("build-finished", remove_unused)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
