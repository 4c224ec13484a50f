"""Run the notebooks again when the code behind them changed.

The notebook cache knows a page by the text of its cells alone, so the outputs of an older `rnncourse` would survive a
change of the package. This extension keeps a fingerprint of everything the outputs depend on besides the cells; when it
differs from the last build's, the cache is dropped and every page is read anew.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

BEHIND_THE_OUTPUTS = (
    "rnncourse/**/*.py",
    "rnncourse/**/*.js",
    "rnncourse/**/*.npz",
    "benchmarks/results/*.json",
    "benchmarks/tables.py",
    "book/_ext/*.py",
    "_config.yml",
    "requirements.txt",
)


def fingerprint(root: Path) -> str:
    """One SHA-256 over the names and contents of the files that outputs depend on."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in BEHIND_THE_OUTPUTS for path in root.glob(pattern)):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def stamp_path(app) -> Path:
    """The last fingerprint, kept beside the output and apart for each builder."""
    return Path(app.outdir).parent / f".outputs-{app.builder.name}.sha256"


def forget_stale_outputs(app, env, added, changed, removed):
    """Sphinx asks which pages are out of date: all of them, if the fingerprint is a new one."""
    app.outputs_fingerprint = fingerprint(Path(app.srcdir))
    stamp = stamp_path(app)
    if stamp.exists() and stamp.read_text().strip() == app.outputs_fingerprint:
        return []
    # The stamp goes first: a build killed half-way must not leave a stamp that vouches for a mixed cache.
    stamp.unlink(missing_ok=True)
    shutil.rmtree(env.mystnb_config.execution_cache_path, ignore_errors=True)
    return sorted(env.found_docs)


def remember_fingerprint(app, exception):
    """The build ran to its end: its outputs belong to this fingerprint."""
    if exception is None and hasattr(app, "outputs_fingerprint"):
        stamp_path(app).write_text(app.outputs_fingerprint + "\n")


def setup(app):
    app.connect("env-get-outdated", forget_stale_outputs)
    app.connect("build-finished", remember_fingerprint)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
