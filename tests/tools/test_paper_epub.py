"""The files of an ePub, from XHTML as the browser gives it."""

import zipfile
from io import BytesIO

import pytest
from lxml import etree
from made_book import collected, write_made_book

from tools.paper.book import read_book
from tools.paper.package import COVER, STYLE, TITLE, with_package, zipped
from tools.paper.xhtml import chapter_files, document

XML = (
    '<article xmlns="http://www.w3.org/1999/xhtml" id="chapters-01_gates"><h1 id="chapters-01_gates.gates">1. Gates</h1>'
    '<p><a href="#index">start</a> <a href="#index.place">place</a> <a href="#chapters-01_gates.gates">here</a>'
    '<a href="https://example.org/">out</a></p><figure><svg xmlns="http://www.w3.org/2000/svg" role="img" '
    'aria-label="A curve &amp; a line." viewBox="0 0 10 20"><text style="font-family: inherit">x</text>'
    '<svg viewBox="0 0 1 1"><path d="M 0 0"/></svg></svg></figure><p><img src="book/cat.png" alt="A cat."/></p></article>'
)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    root = write_made_book(tmp_path_factory.mktemp("book"))
    (root / "_build/html/book/cat.png").write_bytes(b"cat")
    return read_book(root)


@pytest.fixture(scope="module")
def articles(book):
    return list(collected(book.root).values())


@pytest.fixture(scope="module")
def files(book, articles):
    return chapter_files(book, articles[1], XML)


def _parsed(text):
    return etree.fromstring(text)


def test_links_lead_from_file_to_file(files):
    links = _parsed(files["chapters-01_gates.xhtml"]).xpath("//@href")
    assert links[1:] == ["index.xhtml", "index.xhtml#index.place", "#chapters-01_gates.gates", "https://example.org/"]


def test_a_drawing_is_a_file_with_its_alt_text_on_the_image(files):
    images = _parsed(files["chapters-01_gates.xhtml"]).xpath("//*[local-name()='img']")
    assert [(image.get("src"), image.get("alt")) for image in images] == [
        ("pictures/chapters-01_gates-1.svg", "A curve & a line."),
        ("pictures/book/cat.png", "A cat."),
    ]
    assert files["pictures/book/cat.png"] == b"cat"


def test_a_drawing_stands_alone_on_white(files):
    svg = _parsed(files["pictures/chapters-01_gates-1.svg"])
    assert svg.get("viewBox") == "-6 -6 22 32"
    assert (svg[0].get("fill"), svg[0].get("width")) == ("#ffffff", "22")
    assert b"inherit" not in files["pictures/chapters-01_gates-1.svg"]
    assert len(svg.findall("{*}svg")) == 1  # a drawing in a drawing stays there


def test_the_package_lists_every_file_and_orders_the_chapters(book, articles, files):
    files = {**files, COVER: b"", STYLE: b"", TITLE: document("Title", "<p>x</p>").encode()}
    packed = with_package(book, articles, files)
    package = _parsed(packed["package.opf"])
    listed = package.xpath("//*[local-name()='item']/@href")
    assert sorted(listed) == sorted(set(packed) - {"package.opf"})
    spine = package.xpath("//*[local-name()='itemref']/@idref")
    assert spine == ["file-title.xhtml", "file-nav.xhtml", "file-index.xhtml", "file-chapters-01_gates.xhtml"]
    assert b'<a href="chapters-01_gates.xhtml#chapters-01_gates.one-gate">One gate g</a>' in packed["nav.xhtml"]


def test_the_archive_begins_with_its_kind_and_has_no_dates(files):
    archive = zipped(files)
    assert archive[30:58] == b"mimetypeapplication/epub+zip"
    assert archive == zipped(dict(reversed(files.items())))
    entries = zipfile.ZipFile(BytesIO(archive)).infolist()
    assert {entry.date_time[0] for entry in entries} == {1980}
