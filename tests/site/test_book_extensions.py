"""The book's own Sphinx extensions, each by what it does to a project or to a page."""

import sys
import threading
from types import SimpleNamespace

import pytest
from built_book import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))

import build_lock
import failed_builds
import formula_stops
import fresh_outputs
import lean_pages
import offline_mathjax


@pytest.fixture
def project(tmp_path):
    """A project with one module and a cache of outputs, and what Sphinx would say of it."""
    (tmp_path / "rnncourse").mkdir()
    (tmp_path / "rnncourse" / "cells.py").write_text("STEP = 1\n")
    cache = tmp_path / "_build" / "cache"
    app = SimpleNamespace(
        srcdir=tmp_path, outdir=tmp_path / "_build" / "html", builder=SimpleNamespace(name="html"), cache=cache
    )
    env = SimpleNamespace(found_docs={"b", "a"}, mystnb_config=SimpleNamespace(execution_cache_path=str(cache)))
    app.outdated = lambda: fresh_outputs.forget_stale_outputs(app, env, set(), set(), set())
    return app


def _build(app, fails=None):
    outdated = app.outdated()
    app.cache.mkdir(parents=True, exist_ok=True)
    fresh_outputs.remember_fingerprint(app, fails)
    return outdated


def test_outputs_are_kept_while_the_code_stays(project):
    assert _build(project) == ["a", "b"]
    assert _build(project) == []
    assert project.cache.exists()


@pytest.mark.parametrize("change", ["edit", "add", "rename", "remove"])
def test_outputs_are_forgotten_when_the_code_changes(project, change):
    _build(project)
    module = project.srcdir / "rnncourse" / "cells.py"
    {
        "edit": lambda: module.write_text("STEP = 2\n"),
        "add": lambda: module.with_name("gates.py").write_text(""),
        "rename": lambda: module.rename(module.with_name("cell.py")),
        "remove": module.unlink,
    }[change]()
    assert project.outdated() == ["a", "b"]
    assert not project.cache.exists()


def test_a_build_that_broke_off_vouches_for_nothing(project):
    _build(project)
    module = project.srcdir / "rnncourse" / "cells.py"
    module.write_text("STEP = 2\n")
    _build(project, fails=KeyboardInterrupt())
    module.write_text("STEP = 1\n")  # back to the code of the first build, but the cache is the second's
    assert project.outdated() == ["a", "b"]


def test_only_the_icon_script_leaves_the_head():
    head = '<script src="../_static/scripts/fontawesome.js?digest=1"></script>\n<script src="a.js"></script>'
    assert lean_pages.without_icon_script(head) == '\n<script src="a.js"></script>'


def test_a_formula_keeps_its_full_stop():
    formula = r'<span class="math notranslate nohighlight">\(h_t\)</span>'
    glued = f'<span class="rnn-formula-with-stop">{formula}.</span>'
    assert formula_stops.keep_together(f"<p>{formula} and {formula}.</p>") == f"<p>{formula} and {glued}</p>"


def test_mathjax_is_installed_with_all_parts_that_pages_need():
    source = offline_mathjax.mathjax_source()
    assert [part for part in offline_mathjax.NEEDED if not (source / part).exists()] == []


def test_a_second_build_waits_for_the_first(tmp_path):
    first = build_lock.wait_for_other_builds(tmp_path)
    began = []
    second = threading.Thread(target=lambda: began.append(build_lock.wait_for_other_builds(tmp_path)))
    second.start()
    second.join(timeout=0.3)
    assert not began
    first.close()
    second.join(timeout=10)
    assert began


@pytest.mark.parametrize(("strict", "warnings", "kept"), [(True, 0, True), (True, 1, False), (False, 1, True)])
def test_a_build_that_failed_by_warnings_is_forgotten(tmp_path, strict, warnings, kept):
    record = tmp_path / "environment.pickle"
    record.write_bytes(b"")
    failed_builds.forget_a_failed_build(
        SimpleNamespace(keep_going=strict, _warncount=warnings, doctreedir=str(tmp_path)), None
    )
    assert record.exists() is kept
