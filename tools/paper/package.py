"""What makes an ePub of its files: the list of all of them, the navigation, and the archive they lie in."""

import uuid
import zipfile
from html import escape
from io import BytesIO
from itertools import groupby
from mimetypes import guess_type

from tools.paper.book import LANGUAGE, SUBJECT, Book, licences_in_words
from tools.paper.collect import Article
from tools.paper.xhtml import document

COVER, STYLE, TITLE, NAVIGATION, PACKAGE = "cover.png", "style.css", "title.xhtml", "nav.xhtml", "package.opf"
FOLDER = "book"
CONTAINER = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    f'<rootfile full-path="{FOLDER}/{PACKAGE}" media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)
SUMMARY = (
    "Every figure has an alternative text that says what it shows, formulas are MathML with their TeX, and "
    "sections are marked by headings. Figures that move on the site are shown by stills."
)
ACCESSIBILITY = {
    "accessMode": ["textual", "visual"],
    "accessModeSufficient": ["textual"],
    "accessibilityFeature": ["alternativeText", "MathML", "readingOrder", "structuralNavigation", "tableOfContents"],
    "accessibilityHazard": ["none"],
    "accessibilitySummary": [SUMMARY],
}


def with_package(book: Book, articles: list[Article], files: dict[str, bytes]) -> dict[str, bytes]:
    """The files of the ePub's folder with navigation and package document."""
    files = files | {NAVIGATION: document("Contents", _navigation(articles)).encode()}
    return files | {PACKAGE: _package(book, articles, files).encode()}


def zipped(files: dict[str, bytes]) -> bytes:
    """The archive: its kind first and uncompressed, as the standard asks for, and no dates of today."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(_entry("mimetype", zipfile.ZIP_STORED), "application/epub+zip")
        archive.writestr(_entry("META-INF/container.xml"), CONTAINER)
        for name in sorted(files):
            archive.writestr(_entry(f"{FOLDER}/{name}"), files[name])
    return out.getvalue()


def _entry(name, how=zipfile.ZIP_DEFLATED):
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.external_attr = how, 0o644 << 16
    return entry


def _navigation(articles):
    parts = []
    for part, inside in groupby(articles, lambda article: article.page.part):
        entries = "".join(_entries(article) for article in inside)
        parts.append(f"<li><span>{escape(part)}</span><ol>{entries}</ol></li>" if part else entries)
    return f'<nav epub:type="toc" id="toc"><h1>Contents</h1><ol>{"".join(parts)}</ol></nav>'


def _entries(article):
    """A chapter and its sections."""
    file = f"{article.page.slug}.xhtml"
    first, *sections = article.headings()
    lines = "".join(f'<li><a href="{file}#{one.id}">{escape(one.text)}</a></li>' for one in sections)
    return f'<li><a href="{file}">{escape(first.text)}</a>{f"<ol>{lines}</ol>" if lines else ""}</li>'


def _package(book, articles, files):
    chapters = [f"{article.page.slug}.xhtml" for article in articles]
    spine = "".join(f'<itemref idref="{_id(name)}"/>' for name in (TITLE, NAVIGATION, *chapters))
    items = "".join(_item(name, files[name]) for name in sorted(files))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        f'unique-identifier="id" xml:lang="{LANGUAGE}">{_metadata(book)}'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>\n"
    )


def _metadata(book):
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, f"{book.address}{book.version}")
    core = {"title": book.title, "creator": book.author, "publisher": book.author, "language": LANGUAGE}
    core |= {"date": book.year, "description": f"{SUBJECT}.", "rights": licences_in_words(), "source": book.address}
    about = "".join(f"<dc:{name}>{escape(value)}</dc:{name}>" for name, value in core.items())
    accessible = "".join(
        f'<meta property="schema:{name}">{escape(value)}</meta>'
        for name in ACCESSIBILITY
        for value in ACCESSIBILITY[name]
    )
    return (
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">urn:uuid:{identifier}</dc:identifier>{about}'
        f'<meta property="dcterms:modified">{book.year}-01-01T00:00:00Z</meta>{accessible}</metadata>'
    )


def _item(name, content):
    kind = "application/xhtml+xml" if name.endswith(".xhtml") else guess_type(name)[0]
    properties = {COVER: "cover-image", NAVIGATION: "nav"}.get(name, "mathml" if b"<math" in content else "")
    more = f' properties="{properties}"' if properties else ""
    return f'<item id="{_id(name)}" href="{escape(name)}" media-type="{kind}"{more}/>'


def _id(name):
    return "file-" + name.replace("/", "-")
