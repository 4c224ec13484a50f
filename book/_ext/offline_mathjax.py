"""Serve MathJax from the book itself, so that formulas are typeset with no other server and with no network.

The pip package `sphinx-mathjax-offline` carries all of MathJax 3 (14 MB). A page needs the TeX-to-CHTML component, the
TeX extensions it loads on demand (\\boldsymbol, \\cancel, ...) and the fonts: 2 MB, of which a reader fetches 0.4 MB.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from sphinx.util.fileutil import copy_asset

NEEDED = ("tex-chtml.js", "input/tex/extensions", "output/chtml/fonts/woff-v2")


def mathjax_source() -> Path:
    """The folder of MathJax inside the pip package, whose name (with dashes) cannot be imported."""
    spec = importlib.util.find_spec("sphinx-mathjax-offline")
    if spec is None:
        raise RuntimeError("MathJax is missing: run `pip install sphinx-mathjax-offline`.")
    return Path(spec.origin).parent / "static" / "mathjax"


def configure(app, config):
    """Point Sphinx to our copy, and leave out the formula menu, whose parts we do not copy."""
    config.mathjax_path = "mathjax/tex-chtml.js"
    config.mathjax3_config = {**(config.mathjax3_config or {})}
    config.mathjax3_config.setdefault("options", {})["enableMenu"] = False


def copy_needed_files(app, exception):
    """Copy what pages may ask for into the built `_static/mathjax`."""
    if exception is not None or app.builder.format != "html":
        return
    source, target = mathjax_source(), Path(app.outdir) / "_static" / "mathjax"
    for part in NEEDED:
        destination = target / part if (source / part).is_dir() else target
        copy_asset(source / part, destination)


def setup(app):
    app.connect("config-inited", configure)
    app.connect("build-finished", copy_needed_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
