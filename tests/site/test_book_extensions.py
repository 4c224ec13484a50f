"""The book's own Sphinx extensions, each by what it does to a project or to a page."""

import base64
import io
import re
import sys
import threading
from types import SimpleNamespace

import nbformat
import pytest
from built_book import ROOT
from fontTools import ttLib
from jupyter_cache import get_cache
from myst_nb.core.read import read_myst_markdown_notebook
from sphinx.errors import ExtensionError

sys.path.insert(0, str(ROOT / "book" / "_ext"))

import accessible_pages
import build_lock
import failed_builds
import formula_room
import formula_stops
import fresh_outputs
import lean_pages
import lean_styles
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


SCRIPTS = """<script src="_static/documentation_options.js"></script>
<script src="_static/doctools.js?v=1"></script>
<script src="_static/copybutton.js"></script>
<script async="async" src="_static/mathjax/formulas.js"></script>
"""


@pytest.mark.parametrize(
    ("body", "needed"),
    [
        ("", {"documentation_options", "doctools"}),
        ('<div class="highlight-python">', {"documentation_options", "doctools", "copybutton"}),
        ('<span class="math notranslate">', {"documentation_options", "doctools", "formulas"}),
    ],
)
def test_a_page_has_the_scripts_that_it_needs(body, needed):
    kept = lean_pages.needed_scripts(SCRIPTS, body)
    assert {name for name in ("documentation_options", "doctools", "copybutton", "formulas") if name in kept} == needed
    assert '<script defer src="_static/doctools.js?v=1">' in kept
    assert '<script src="_static/documentation_options.js">' in kept  # a line of the page adds to what it defines


def test_a_rule_stays_while_its_classes_exist(tmp_path):
    sheet = tmp_path / "theme.css"
    (tmp_path / "basic.css").write_text(".a{top:0}")
    sheet.write_text(
        "@import 'basic.css';/* a remark *//*! the licence */.a .b,.a.c>p{color:red}.x:not(.c){left:0}"
        "@media print{.c{top:0}.a{left:0}}@media screen{.c{top:0}}.d:is(.c,.a){top:1px}.bs-tooltip-auto{top:0}"
        "[href='.pdf']{top:0}"
    )
    words = {"a", "b", "x", "d"}
    assert lean_styles.used_rules(lean_styles.parsed(sheet), words) == (
        ".a{top:0}/*! the licence */.a .b{color:red}.x:not(.c){left:0}"
        "@media print{.a{left:0}}.d:is(.c,.a){top:1px}.bs-tooltip-auto{top:0}"
        '[href=".pdf"]{top:0}'
    )


def test_words_come_from_the_classes_of_pages_and_from_their_scripts(tmp_path):
    (tmp_path / "_static" / "mathjax").mkdir(parents=True)
    (tmp_path / "_static" / "a.js").write_text("e.classList.add('made-here')")
    (tmp_path / "_static" / "mathjax" / "b.js").write_text("never")
    (tmp_path / "page.html").write_text("<p class='one two'>three</p><script>four</script>")
    words = lean_styles.words_of(tmp_path)
    assert {"one", "two", "four", "made-here"} <= words
    assert not {"three", "never"} & words


def test_the_icon_font_has_the_glyphs_of_the_style_sheet_and_no_more():
    css = '@font-face{src:url(../fa-solid-900.woff2) format("woff2"),url(../fa-solid-900.ttf) format("truetype")}'
    small = lean_styles.with_small_fonts(css, {0xF002})
    assert small == lean_styles.with_small_fonts(css, {0xF002})
    data = base64.b64decode(re.search(r"base64,([^)]*)\)", small)[1])
    font = ttLib.TTFont(io.BytesIO(data))
    assert set(font.getBestCmap()) == {0xF002}
    assert {record.nameID for record in font["name"].names} <= {0, 13, 14}
    assert "truetype" not in small


@pytest.mark.parametrize(
    ("tex", "em"), [("h_t", 1.0), (r"W_{hh}", 1.8), (r"\frac{a}{b}", 0.7), (r"\tanh x", 2.8), ("a = b", 2.8), ("", 0)]
)
def test_the_room_of_a_formula_is_about_its_width(tex, em):
    assert formula_room.width(tex) == pytest.approx(em, abs=0.15)


def test_a_displayed_formula_has_the_height_of_its_rows():
    one, two = formula_room.height("a = b"), formula_room.height(r"a = b \\ c = d")
    assert one == pytest.approx(3.8, abs=0.05)
    assert two == pytest.approx(5.4, abs=0.05)
    assert formula_room.height(r"\frac{a}{b}") > one


def test_every_formula_of_a_page_gets_its_room():
    body = (
        '<p><span class="math notranslate nohighlight">\\(a &lt; b\\)</span></p>'
        '<div class="math notranslate nohighlight" id="x"><span class="eqno">(1)</span>\\[a\\]</div>'
    )
    assert formula_room.with_room(body) == (
        '<p><span class="math notranslate nohighlight" style="--room:2.8em">\\(a &lt; b\\)</span></p>'
        '<div class="math notranslate nohighlight" style="--room:3.8em" id="x"><span class="eqno">(1)</span>\\[a\\]</div>'
    )


def test_every_mend_of_a_page_finds_its_place(built_book):
    """What the theme writes may change with its version; a mend that finds nothing must not go unnoticed."""
    pages = [built_book / f"{name}.html" for name in ("book/chapters/03_bptt", "book/bibliography")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    done = ['role="presentation" class="bd-header', 'role="banner"', 'aria-label="Search">', 'aria-current="page"']
    done += ['aria-label="Pages of the book"', 'aria-label="On this page"', 'tabindex="-1"', 'role="listitem"']
    assert [mend for mend in done if mend not in text] == []
    assert text.count(accessible_pages.CLOSE) == 5  # search and two side bars, of which the bibliography has one
    assert [old for old in ("doc-biblioentry", "Toggle hidden content") if old in text] == []


def test_a_formula_keeps_its_full_stop():
    formula = r'<span class="math notranslate nohighlight">\(h_t\)</span>'
    glued = f'<span class="rnn-formula-with-stop">{formula}.</span>'
    assert formula_stops.keep_together(f"<p>{formula} and {formula}.</p>") == f"<p>{formula} and {glued}</p>"


def test_mathjax_is_installed_with_all_parts_that_pages_need():
    source = offline_mathjax.mathjax_source()
    assert [part for part in offline_mathjax.NEEDED if not (source / part).exists()] == []
    assert "MathJax.loader.preLoad" in offline_mathjax.joined(source)


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
