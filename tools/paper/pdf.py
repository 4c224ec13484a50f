"""The book as one PDF: all articles in one document that Chromium prints, so that links, outline and tags are its own."""

import sys
from io import BytesIO
from pathlib import Path

import lxml.html
import pikepdf
from playwright.sync_api import Page as BrowserPage

from rnncourse.whole_file import write
from tools.paper.book import SUBJECT, Book, licences_in_words
from tools.paper.chromium import browser_page, show
from tools.paper.collect import Article, collect
from tools.paper.errors import PaperError
from tools.paper.front import contents, title_page
from tools.paper.sheet import sheet

COLUMN = 643
"""Pixels from margin to margin of A4, as in browser/pdf.css."""
SMALLEST = 0.7
"""The share of their size to which the letters of a wide table or formula may shrink, twice if need be."""


def write_pdf(book: Book, target: Path) -> int:
    """Print the book into ``target``, and return how many pages it has."""
    articles = collect(book)
    with browser_page(book) as page:
        page.set_viewport_size({"width": COLUMN, "height": 900})
        page.emulate_media(media="print", color_scheme="light")
        show(page, document(book, articles))
        page.evaluate("smallest => paper.fit(smallest)", SMALLEST)
        _warn_of_wide_parts(page)
        formulas = set(page.evaluate("paper.namesOfFormulas()"))
        entries = [heading.id for article in articles for heading in article.headings()]
        printed = _printed_with_numbers(page, entries)
    with printed:
        write(target, _finished(book, printed, formulas))
        return len(printed.pages)


def document(book: Book, articles: list[Article]) -> str:
    """The whole book as one HTML document."""
    body = "".join(lxml.html.tostring(article.element, encoding="unicode", with_tail=False) for article in articles)
    styles = "\n".join(_page_style(number, article) for number, article in enumerate(articles))
    return sheet(book, title_page(book) + contents(articles) + body, "pdf.css", styles)


def _page_style(number, article):
    """Each article's sheets carry its title."""
    title = article.title.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3C ")
    slug = article.page.slug
    return (
        f'[id="{slug}"] {{ page: article-{number} }} @page article-{number} {{ @top-right {{ content: "{title}" }} }}'
    )


def _warn_of_wide_parts(page):
    wide = page.evaluate("paper.tooWide()")
    if wide:
        print(f"All pages are printed smaller because a part is wider than the paper: {wide[0]}.", file=sys.stderr)


def _printed_with_numbers(page: BrowserPage, entries: list[str]) -> pikepdf.Pdf:
    """Print, look up where the entries of the table of contents lead, write that there, and print again."""
    numbers = page_numbers(_printed(page), entries)
    page.evaluate("numbers => paper.number(numbers)", numbers)
    printed = _printed(page)
    if page_numbers(printed, entries) != numbers:
        raise PaperError("The page numbers make the table of contents longer: give .number in pdf.css a wider place.")
    return printed


def _printed(page):
    pdf = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
    return pikepdf.open(BytesIO(pdf))


def page_numbers(pdf: pikepdf.Pdf, entries: list[str]) -> dict[str, int]:
    """The page, counted from 1, that the link of each entry leads to."""
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    return {entry: numbers[pdf.Root.Dests[f"/{entry}"][0].objgen] for entry in entries}


def _finished(book: Book, printed: pikepdf.Pdf, formulas: set[str]) -> bytes:
    """The printed book with formulas tagged as such, its author and licences, and without the time of day."""
    for element in printed.objects:
        if isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/Figure":
            element.S = _better_tag(str(element.get("/Alt", "")), formulas)
    printed.docinfo = printed.make_indirect(pikepdf.Dictionary(_information(book, printed)))
    out = BytesIO()
    printed.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return out.getvalue()


def _better_tag(alt, formulas):
    """Chromium tags as figures what is a picture, a formula, or a <figure> around them, which needs no text."""
    if not alt:
        return pikepdf.Name.Div
    return pikepdf.Name.Formula if alt in formulas else pikepdf.Name.Figure


def _information(book, printed):
    return {
        "/Title": book.title,
        "/Author": book.author,
        "/Subject": f"{SUBJECT}. {licences_in_words()} {book.address}",
        "/Creator": f"rnncourse {book.version}",
        "/Producer": str(printed.docinfo.Producer),
        "/CreationDate": f"D:{book.year}0101000000Z",
    }
