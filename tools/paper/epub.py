"""The book as an ePub: a chapter of XHTML for each page, formulas as MathML, figures as SVG files with their alt text."""

from pathlib import Path

import lxml.html
from playwright.sync_api import Page as BrowserPage

from rnncourse.whole_file import write
from tools.paper.book import Book
from tools.paper.chromium import BROWSER_FILES, browser_page, show
from tools.paper.collect import Article, collect
from tools.paper.front import title_page
from tools.paper.package import COVER, STYLE, TITLE, with_package, zipped
from tools.paper.sheet import sheet
from tools.paper.xhtml import chapter_files, document

COVER_SIZE = {"width": 1200, "height": 1600}


def write_epub(book: Book, target: Path) -> int:
    """Write the book into ``target``, and return how many chapters it has."""
    articles = collect(book)
    with browser_page(book) as page:
        files = {STYLE: _style(), COVER: _cover(page, book)}
        chapters = _chapters(page, book, articles)
    files[TITLE] = document(book.title, title_page(book)).encode()
    for article, xml in zip(articles, chapters, strict=True):
        files |= chapter_files(book, article, xml)
    write(target, zipped(with_package(book, articles, files)))
    return len(articles)


def _style() -> bytes:
    return b"".join((BROWSER_FILES / name).read_bytes() for name in ("paper.css", "epub.css"))


def _cover(page: BrowserPage, book: Book) -> bytes:
    """A picture of the title page."""
    page.set_viewport_size(COVER_SIZE)
    show(page, sheet(book, title_page(book), "cover.css"))
    return page.screenshot(type="png")


def _chapters(page: BrowserPage, book: Book, articles: list[Article]) -> list[str]:
    """Each article as XML, its formulas turned into MathML by the book's own MathJax."""
    body = "".join(lxml.html.tostring(article.element, encoding="unicode", with_tail=False) for article in articles)
    show(page, sheet(book, body, "epub.css"))
    page.evaluate("paper.formulasAsMathML()")
    return [page.evaluate("id => paper.xml(id)", article.page.slug) for article in articles]
