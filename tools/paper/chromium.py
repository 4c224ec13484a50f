"""The browser that typesets formulas and prints: Chromium, which is asked for one document and gets it from memory."""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
from playwright.sync_api import Error, Page, Route, sync_playwright

from tools.page_loads import launch
from tools.paper.book import Book
from tools.paper.errors import PaperError

BROWSER_FILES = Path(__file__).parent / "browser"
"""Style sheets and scripts of the documents that the browser gets."""
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
ADDRESS = "http://paper.invalid/"
"""No server answers here; the browser's requests are answered from files of the built book and of these tools."""
MINUTES = 10


@contextmanager
def browser_page(book: Book) -> Iterator[Page]:
    """An empty page of a headless Chromium that finds MathJax, our style sheets and matplotlib's fonts."""
    with sync_playwright() as playwright:
        try:
            chromium = launch(playwright)
        except Error as error:
            reason = str(error).splitlines()[0]
            raise PaperError(
                "There is no Chromium here: install Debian's `chromium`, or run "
                f"`.venv/bin/playwright install chromium` ({reason})."
            ) from None
        page = chromium.new_page()
        page.set_default_timeout(MINUTES * 60_000)
        page.route("**/*", lambda route: _answer(route, book))
        yield page
        chromium.close()


def show(page: Page, html: str) -> None:
    """Load a document, and wait until its formulas are typeset and its fonts and pictures are there."""
    page.route(ADDRESS, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto(ADDRESS)
    page.evaluate("async () => { await (window.MathJax && MathJax.startup.promise); await document.fonts.ready; }")


def _answer(route: Route, book: Book) -> None:
    """A file of the first folder that has it; nothing is ever asked of another server."""
    path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
    for folder in (BROWSER_FILES, FONTS, book.html):
        if (folder / path).is_file():
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            route.fulfill(body=(folder / path).read_bytes(), content_type=kind)
            return
    route.fulfill(status=404)
