"""The book's own Sphinx extensions, each by what it does to a project or to a page."""

import sys
import threading
from types import SimpleNamespace

import nbformat
import pytest
from built_book import ROOT
from jupyter_cache import get_cache
from myst_nb.core.read import read_myst_markdown_notebook
from sphinx.errors import ExtensionError

sys.path.insert(0, str(ROOT / "book" / "_ext"))

import build_lock
import failed_builds
import formula_stops
import fresh_outputs
import lean_pages
import offline_mathjax
import stored_outputs


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


# --- stored_outputs ----------------------------------------------------------------------------------------------

CASE_STUDY = (
    "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n# A\n\n```{code-cell} python\nprint(1 + 1)\n```\n"
)


@pytest.fixture
def case_study(tmp_path):
    """A case study that ran: its source, and the notebook with its outputs beside it."""
    install = nbformat.v4.new_code_cell("import sys")
    ran = nbformat.v4.new_code_cell("print(1 + 1)", outputs=[nbformat.v4.new_output("stream", text="stored\n")])
    source = tmp_path / "book" / "case_studies" / "01_a.md"
    source.parent.mkdir(parents=True)
    source.write_text(CASE_STUDY)
    nbformat.write(nbformat.v4.new_notebook(cells=[install, ran]), source.with_suffix(".ipynb"))
    return source


def test_a_case_study_is_shown_with_its_stored_outputs(case_study, tmp_path):
    config = SimpleNamespace(execution_cache_path=str(tmp_path / "cache"))
    env = SimpleNamespace(doc2path=lambda docname: tmp_path / f"{docname}.md", mystnb_config=config)
    (case_study.parent / "index.md").write_text("# Case studies\n")
    stored_outputs.fill_cache(None, env, ["index", "book/case_studies/index", "book/case_studies/01_a"])
    page = read_myst_markdown_notebook(CASE_STUDY, add_source_map=True)
    _, merged = get_cache(tmp_path / "cache").merge_match_into_notebook(page)
    assert merged.cells[-1].outputs[0].text == "stored\n"


@pytest.mark.parametrize("change", ["edit the code", "never run"])
def test_a_case_study_whose_code_never_ran_stops_the_build(case_study, change):
    if change == "edit the code":
        case_study.write_text(CASE_STUDY.replace("1 + 1", "1 + 2"))
    else:
        case_study.with_suffix(".ipynb").unlink()
    with pytest.raises(ExtensionError, match=r"01_a.md: its code is not what ran last: run `make case-studies`"):
        stored_outputs.with_stored_outputs(case_study)


def test_a_page_depends_on_its_stored_notebook(case_study):
    noted = []
    env = SimpleNamespace(doc2path=lambda docname: case_study, note_dependency=noted.append)
    for docname in ("book/notation", "book/case_studies/index", "book/case_studies/01_a"):
        stored_outputs.depend_on_notebook(SimpleNamespace(env=env), docname, [""])
    assert noted == [str(case_study.with_suffix(".ipynb"))]
