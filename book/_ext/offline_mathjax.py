"""Serve MathJax from the book itself, so that formulas are typeset with no other server and with no network.

The pip package `sphinx-mathjax-offline` carries all of MathJax 3 (14 MB). A page needs TeX as input and CHTML as output,
the TeX extensions that are loaded on demand (\\boldsymbol, \\cancel, ...) and the fonts. MathJax's own combined file
brings a menu as well, which is a third of its weight and which no page shows; so its parts are joined here without it.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from sphinx.util.fileutil import copy_asset

PARTS = ("core", "input/tex", "output/chtml", "output/chtml/fonts/tex", "a11y/assistive-mml")
NEEDED = ("input/tex/extensions", "output/chtml/fonts/woff-v2")
JOINED = "mathjax/formulas.js"


def mathjax_source() -> Path:
    """The folder of MathJax inside the pip package, whose name (with dashes) cannot be imported."""
    spec = importlib.util.find_spec("sphinx-mathjax-offline")
    if spec is None:
        raise RuntimeError("MathJax is missing: run `pip install sphinx-mathjax-offline`.")
    return Path(spec.origin).parent / "static" / "mathjax"


def joined(source: Path) -> str:
    """MathJax in one file: what starts it, its parts, and the word that these need not be loaded any more."""
    files = [(source / f"{part}.js").read_text(encoding="utf-8") for part in ("startup", *PARTS)]
    loaded = ", ".join(f'"{part}"' for part in PARTS)
    return "\n".join([*files, f"MathJax.loader.preLoad({loaded});", ""])


def configure(app, config):
    """Point Sphinx to our copy, which nothing waits for and which waits for the page by itself.

    Should it not come, a class tells the style sheet to show the formulas as they are written.
    """
    config.mathjax_path = JOINED
    config.mathjax_options = {
        "async": "async",
        "onerror": "document.documentElement.classList.add('rnn-raw-formulas')",
    }


def write_joined(app):
    """Before the pages are written, because their addresses carry a sum of the file."""
    if app.builder.format == "html":
        path = Path(app.outdir) / "_static" / JOINED
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(joined(mathjax_source()), encoding="utf-8", newline="\n")


def copy_needed_files(app, exception):
    """Copy what pages may ask for into the built `_static/mathjax`."""
    if exception is not None or app.builder.format != "html":
        return
    source, target = mathjax_source(), Path(app.outdir) / "_static" / "mathjax"
    for part in NEEDED:
        copy_asset(source / part, target / part)


def setup(app):
    app.connect("config-inited", configure)
    app.connect("builder-inited", write_joined)
    app.connect("build-finished", copy_needed_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
