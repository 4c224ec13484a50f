"""A local server for the built book; the browser to read it with is that of tests/browser.py."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from browser import browser, new_page
from built_book import GALLERY, HTML, missing_pages


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


@pytest.fixture
def gallery(new_page, site):
    """The page of all figures, open in a browser."""
    page = new_page()
    page.goto(site + GALLERY)
    return page
