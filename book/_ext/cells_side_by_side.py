"""Run the notebooks that have no outputs yet side by side, one on each processor, before the pages are read.

MyST-NB runs them one after the other, while it reads the pages. Here each is run by a kernel of its own, and what came
out is put into the notebook cache, where the build finds it. A notebook that fails is left to MyST-NB, which runs it
again and says which cell it was.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader
from sphinx.util import logging

logger = logging.getLogger(__name__)


def without_outputs(env, docnames, cache):
    """``{source: notebook}`` of the pages to be read whose code is not in the cache."""
    found = {}
    for docname in docnames:
        source = Path(env.doc2path(docname))
        reader = create_nb_reader(str(source), env.myst_config, env.mystnb_config, source.read_text("utf-8"))
        notebook = reader.read(source.read_text("utf-8")) if reader else None
        if notebook is None or not any(cell.cell_type == "code" for cell in notebook.cells):
            continue
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            found[source] = notebook
    return found


def run(source, notebook, timeout):
    """What came of one notebook, run in its own folder."""
    logger.info("%s: running", source.name)
    return single_nb_execution(notebook, cwd=str(source.parent), timeout=timeout, allow_errors=False)


def fill_cache(app, env, docnames):
    """Run what has no outputs, and keep what ran to its end."""
    cache = get_cache(env.mystnb_config.execution_cache_path)
    notebooks = without_outputs(env, docnames, cache)
    timeout = env.mystnb_config.execution_timeout
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda pair: (pair[0], run(*pair, timeout)), notebooks.items())
        for source, result in results:
            if result.err is None:
                data = {"execution_seconds": result.time}
                bundle = CacheBundleIn(result.nb, str(source), data=data)
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def setup(app):
    # After the stored outputs of case studies are in the cache.
    app.connect("env-before-read-docs", fill_cache, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
