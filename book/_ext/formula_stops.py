"""Keep the comma or full stop after an inline formula on the formula's line.

To a browser a typeset formula is a box, and a line may break after any box. A span around the formula and what follows
it says that here it may not.
"""

from __future__ import annotations

import re

FORMULA_AND_STOP = re.compile(r'(<span class="math[^"]*">[^<]*</span>[.,;:?!)]+)')


def keep_together(html: str) -> str:
    return FORMULA_AND_STOP.sub(r'<span class="rnn-formula-with-stop">\1</span>', html)


def change_body(app, pagename, templatename, context, doctree):
    if "body" in context:
        context["body"] = keep_together(context["body"])


def setup(app):
    app.connect("html-page-context", change_body)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
