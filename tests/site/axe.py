"""axe-core on a page of the book: what it finds, in words, at a price that all pages can pay."""

from functools import cache
from pathlib import Path

import axe_playwright_python

from tools.page_loads import TYPESET

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _scripts():
    axe = Path(axe_playwright_python.__file__).with_name("axe.min.js")
    lighter = Path(__file__).with_name("lighter_page.js")
    return [path.read_text(encoding="utf-8") for path in (axe, lighter)]


def open_what_is_folded(page):
    page.evaluate(
        "() => { document.querySelectorAll('details').forEach(e => { e.open = true; });"
        "document.querySelectorAll('.toggle-hidden').forEach(e => e.classList.remove('toggle-hidden')); }"
    )


def show(page, scheme=None, width=None):
    """Change the colours and the width of a page, and wait until its scripts have done what they do then."""
    if scheme:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
    if width and width != page.viewport_size["width"]:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(400)  # the theme waits 300 ms before it looks which regions scroll


def make_ready(page):
    """Load axe into a page whose maths is typeset, and make the page light enough for it. This cannot be undone."""
    page.evaluate(TYPESET)
    for script in _scripts():
        page.add_script_tag(content=script)
    page.evaluate("emptyPictures()")
    for scheme in ("dark", "light"):
        show(page, scheme)
        page.evaluate("markKindsOfText()")
    page.evaluate("flattenCode()")
    page.evaluate("axe.configure({ rules: [{ id: 'color-contrast', selector: '[data-kind]' }] })")


def violations(page, only=None):
    """``["rule: element, what is wrong"]`` for all rules, or for those in ``only``."""
    # A name that says something else than the text that stands there is WCAG 2.5.3; axe runs that rule on request.
    run = {"type": "rule", "values": only} if only else {"type": "tag", "values": TAGS}
    also = {} if only else {"label-content-name-mismatch": {"enabled": True}}
    found = page.evaluate(
        "options => axe.run(document, options).then(result => result.violations)",
        {"runOnly": run, "rules": also, "resultTypes": ["violations"]},
    )
    return [
        f"{rule['id']}: {node['html'][:120]} {' '.join(node['failureSummary'].split())[:200]}"
        for rule in found
        for node in rule["nodes"]
    ]
