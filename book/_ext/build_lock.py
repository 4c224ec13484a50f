"""One build of the book at a time in one folder.

A second build would drop the cache of outputs under the first one's feet. It waits instead; the lock goes with the
process that holds it, however that ends.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.util import logging

try:
    import fcntl
except ImportError:  # Windows: there the reader keeps to one build
    fcntl = None

logger = logging.getLogger(__name__)


def wait_for_other_builds(folder: Path):
    """Take the lock of ``folder`` and return it; it is held as long as it is referred to."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        logger.info("Another build of this book is running: waiting for it to end.")
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def setup(app):
    # Extensions are set up before Sphinx loads what the last build left behind.
    if fcntl is not None:
        app.build_lock = wait_for_other_builds(Path(app.outdir).parent)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
