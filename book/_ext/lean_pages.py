"""Leave the theme's icon script out of every page.

The theme loads FontAwesome twice: as web fonts with CSS, which draw every icon we show, and as a script of 1.5 MB, which
lets authors add icons we do not use and rewrites elements of live widgets. The script goes.
"""

from __future__ import annotations

import re

ICON_SCRIPT = re.compile(r'<script[^>]*src="[^"]*scripts/fontawesome\.js[^"]*"[^>]*></script>')


def without_icon_script(head: str) -> str:
    """The theme's head without the script tag of FontAwesome (a Jinja filter of `_templates/layout.html`)."""
    return ICON_SCRIPT.sub("", head)


def register_filter(app):
    if app.builder.format == "html":
        app.builder.templates.environment.filters["without_icon_script"] = without_icon_script


def setup(app):
    app.connect("builder-inited", register_filter)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
