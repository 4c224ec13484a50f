"""A strict build that failed fails again until its cause is gone.

Sphinx warns while it reads a page and reads only changed pages, so a second build would be silent about the warnings of
the first, and pass. After a failure the record of what was read is dropped; executed outputs stay in their own cache.
"""

from __future__ import annotations

from pathlib import Path


def forget_a_failed_build(app, exception):
    """After an exception Sphinx does this itself; after a warning that counts as an error it does not."""
    if app.keep_going and app._warncount:
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)


def setup(app):
    app.connect("build-finished", forget_a_failed_build)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
