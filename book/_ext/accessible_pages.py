"""Mend what the theme leaves out for those who read by ear or by keyboard, in each finished page.

The theme puts the book's name outside every landmark, marks the open page by colour alone, opens dialogs that have no
name and, on a phone, no button to leave them by. Each mend is one pattern of the theme's HTML and what stands there
instead; `tests/site/test_accessibility.py` holds the result to axe-core's rules.
"""

from __future__ import annotations

import re

# Shown by rnncourse.css while the side bar is a dialog, and closes it without a script.
CLOSE = '<form method="dialog" class="rnn-close"><button type="submit">Close</button></form>'

MENDS = [
    # The header is empty in this theme: the banner is the book's name above the list of pages.
    (r'<header class="bd-header', r'<header role="presentation" class="bd-header'),
    (r'(<div class="sidebar-primary-item")(?=>\s*<a class="navbar-brand logo")', r'\1 role="banner"'),
    (r'<dialog id="pst-search-dialog"(>.*?</form>)', r'<dialog id="pst-search-dialog" aria-label="Search"\1' + CLOSE),
    (r'(<dialog id="pst-primary-sidebar-modal")', r'\1 aria-label="Pages of the book"'),
    (r'(<dialog id="pst-secondary-sidebar-modal")', r'\1 aria-label="On this page"'),
    (r'<div id="pst-(?:primary|secondary)-sidebar"[^>]*>', r"\g<0>" + CLOSE),
    (r'(<li class="toctree-l1 current active">\s*<a) (?=[^>]*href="#")', r'\1 aria-current="page" '),
    (r'(<main id="main-content")', r'\1 tabindex="-1"'),
    # What a button or a folded cell is called is what it says: "Search Ctrl + K", "Show code cell source".
    (r'(<button class="btn search-button-field[^>]*?) aria-label="Search"', r"\1"),
    (r'(<summary) aria-label="Toggle hidden content"', r"\1"),
    # A role that ARIA has given up, on the entries of a list that must have items.
    (r'role="doc-biblioentry"', r'role="listitem"'),
]


def mended(page: str) -> str:
    for pattern, replacement in MENDS:
        page = re.sub(pattern, replacement, page, flags=re.DOTALL)
    return page


def mend_each_page(app):
    """Sphinx has no event between making a page and writing it, so its template engine is asked for mended pages."""
    if app.builder.format != "html":
        return
    render = app.builder.templates.render
    app.builder.templates.render = lambda template, context: mended(render(template, context))


def setup(app):
    app.connect("builder-inited", mend_each_page)
    app.add_js_file("accessible_pages.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
