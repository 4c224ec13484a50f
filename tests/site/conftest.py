"""A local server for the built book and a real browser to read it with."""

import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from built_book import GALLERY, HTML, missing_pages
from playwright.sync_api import Error, sync_playwright

# A browser without a sandbox (CI runs as root) that makes no request of its own.
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def built_book():
    """The folder of the built pages."""
    missing = missing_pages()
    if missing:
        pytest.fail(f"The book is not built (no page for {', '.join(missing)}): run `make book` first.", pytrace=False)
    return HTML


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """The browser reports what failed; a log of every request would only hide it."""


@pytest.fixture(scope="session")
def site(built_book):
    """The address of the built book on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(built_book)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    """Chromium: Debian's, or else the one that Playwright has downloaded.

    It lives for one test file, because Playwright's event loop would stand in the way of other tests of the process.
    """
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER_FLAGS)
        except Error as error:
            _no_browser(error)
        yield chromium
        chromium.close()


def _no_browser(error):
    sentence = "There is no Chromium here: install Debian's `chromium`, or run `playwright install chromium`."
    if os.environ.get("CI") == "true":  # where these tests must run, a skip would look like success
        pytest.fail(f"{sentence} ({str(error).splitlines()[0]})", pytrace=False)
    pytest.skip(sentence)


@pytest.fixture
def new_page(browser):
    """A function that opens a page in a fresh browser context, with Playwright's context options."""
    contexts = []

    def open_page(**options):
        contexts.append(browser.new_context(**options))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def gallery(new_page, site):
    """The page of all figures, open in a browser."""
    page = new_page()
    page.goto(site + GALLERY)
    return page
