"""Show the case studies with the outputs of their last full run, which are stored in the notebook beside each source.

They train for minutes, so the book does not run them: before the pages are read, their outputs are put into the
notebook cache, where the build finds them. A source whose code is not that of its stored notebook stops the build.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import read_myst_markdown_notebook
from sphinx.errors import ExtensionError

FOLDER = "book/case_studies/"


def is_case_study(docname: str) -> bool:
    """The page that lists the others is none."""
    return docname.startswith(FOLDER) and docname.removeprefix(FOLDER)[0].isdigit()


def with_stored_outputs(source: Path) -> nbformat.NotebookNode:
    """The notebook as the book reads it, with what its code put out when it ran."""
    stored_at = source.with_suffix(".ipynb")
    notebook = read_myst_markdown_notebook(source.read_text("utf-8"), add_source_map=True, path=source)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    stored = nbformat.read(stored_at, as_version=4).cells if stored_at.exists() else []
    # The first cell of a notebook installs the package on Colab; the page has none.
    ran = [cell for cell in stored if cell.cell_type == "code"][1:]
    if [cell.source for cell in code] != [cell.source for cell in ran]:
        raise ExtensionError(f"{source}: its code is not what ran last: run `make case-studies`, then build again")
    for cell, stored_cell in zip(code, ran, strict=True):
        cell.outputs, cell.execution_count = stored_cell.outputs, stored_cell.execution_count
    return notebook


def fill_cache(app, env, docnames):
    """Put the outputs of every case study that is to be read into the cache."""
    for docname in docnames:
        source = Path(env.doc2path(docname))
        if is_case_study(docname):
            bundle = CacheBundleIn(with_stored_outputs(source), str(source), data={})
            cache = get_cache(env.mystnb_config.execution_cache_path)
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def depend_on_notebook(app, docname, content):
    """A page is read again when its stored notebook has changed."""
    if is_case_study(docname):
        app.env.note_dependency(str(Path(app.env.doc2path(docname)).with_suffix(".ipynb")))


def setup(app):
    app.connect("env-before-read-docs", fill_cache)
    app.connect("source-read", depend_on_notebook)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
