"""The extensions that make heads, addresses, tips and the search, each by what it does to a small piece."""

import sys
from types import SimpleNamespace

import pytest
from built_book import ROOT
from docutils import nodes
from sphinx.errors import ExtensionError

sys.path.insert(0, str(ROOT / "book" / "_ext"))

import addresses
import cite_this
import edit_sources
import glossary_tips
import page_head
import plain_text
import preview_pictures


@pytest.mark.parametrize(
    ("tex", "plain"),
    [
        ("W_{hh}", "W_hh"),
        (r"\sigma(s) = 1 / (1 + e^{-s})", "σ(s) = 1 / (1 + e^-s)"),
        (r"h_{\text{prev}}\, W^\top", "h_prev W⊤"),
        (r"\log \frac{p}{q} \approx 0.693", "log p / q ≈ 0.693"),
        (r"\boldsymbol{\Delta} \leq \sqrt{d}", "Δ ≤ √d"),
        (r"\begin{aligned} x \end{aligned}", "aligned x aligned"),
    ],
)
def test_a_formula_in_letters(tex, plain):
    assert plain_text.plain_formula(tex) == plain


def test_only_prose_is_kept():
    page = nodes.section(
        "", nodes.title("", "One"), nodes.paragraph("", "Words ", nodes.math("", "h_t"), nodes.Text("."))
    )
    page += nodes.literal_block("", "print(1)")
    page += nodes.container("", nodes.paragraph("", "output"), classes=["cell"])
    page += nodes.paragraph("", "More.")
    assert plain_text.plain_text(page) == "One Words h_t. More."
    assert plain_text.plain_text(page, stop=(nodes.title,)) == "Words h_t. More."


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Short.", "Short."),
        ("A" * 99 + ". " + "B" * 99 + ".", "A" * 99 + "."),
        ("Hm. " + "word " * 60, "Hm. " + " ".join(["word"] * 30) + " ..."),
    ],
)
def test_a_description_ends_with_a_sentence_or_a_word(text, short):
    assert page_head.shortened(text) == short
    assert len(short) <= 160


def test_what_is_generated_is_edited_at_its_source():
    site = "https://example.org/edit/main/"
    assert edit_sources.source_of(site + "exercises/03_bptt.ipynb") == site + "solutions/03_bptt.md"
    assert edit_sources.source_of(site + "book/lecture_map.md") == site + "book/syllabus.yml"
    assert edit_sources.source_of(site + "book/chapters/03_bptt.md") == site + "book/chapters/03_bptt.md"


def link(place):
    return f'<a class="reference internal" href="../glossary.html#{place}"><span class="xref std std-term">x</span></a>'


def test_a_term_that_is_used_twice_is_explained_once():
    body = glossary_tips.with_tips(
        f"<p>{link('term-gate')} {link('term-gate')}</p>", {"term-gate": "G", "term-key": "K"}
    )
    assert body.count('aria-describedby="tip-term-gate"') == 2
    assert body.count('id="tip-term-gate"') == 1
    assert "tip-term-key" not in body


@pytest.fixture
def app():
    config = SimpleNamespace(
        html_baseurl="https://example.org/book/", html_title="A book", author="Ann", copyright="2026"
    )
    config.root_doc = "book/index"
    env = SimpleNamespace(found_docs={"book/index", "book/a"}, titles={"book/a": nodes.title("", "A & B")})
    return SimpleNamespace(config=config, env=env)


def test_a_redirect_leads_from_where_it_is(app):
    page = addresses.redirect(app, "old/place", "book/a#here")
    assert 'content="0; url=../book/a.html#here"' in page
    assert 'rel="canonical" href="https://example.org/book/book/a.html"' in page
    assert ">A &amp; B</a>" in page


def test_a_redirect_to_nowhere_stops_the_build(app):
    with pytest.raises(ExtensionError, match=r"the redirect of old leads to book/b, and there is no such page"):
        addresses.redirect(app, "old", "book/b")


def test_a_chapter_is_cited_as_a_part(app):
    facts = cite_this.facts(app.config)
    assert cite_this.in_words(facts).startswith("Ann (2026). A book, version ")
    assert cite_this.in_words(facts, "Gates").startswith('Ann (2026). "Gates", in A book, version ')
    assert cite_this.in_bibtex(facts, "Gates").startswith("@incollection{rnncourse2026_gates,\n  author = {{Ann}},")


def test_a_picture_is_the_same_each_time(tmp_path):
    for name in ("first.png", "second.png"):
        preview_pictures.draw("3. Gates", "A book", tmp_path / name)
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "second.png").read_bytes()
    assert abs(preview_pictures.states("Gates")).max() < 1
