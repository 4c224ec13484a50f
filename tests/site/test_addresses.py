"""Addresses stay: what was published leads somewhere, and a wrong one leads back."""

import re
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from built_book import CONFIG, HTML, page_names

BASE = CONFIG["html"]["baseurl"]
REDIRECTS = CONFIG["sphinx"]["config"]["redirects"]
PUBLISHED = Path(__file__).with_name("published_addresses.txt")


def is_there(address, seen=()):
    """Whether the page exists, and its place on it: on the page that it redirects to, too."""
    name, _, place = address.partition("#")
    path = HTML / name
    if not path.is_file() or name in seen:
        return False
    text = path.read_text(encoding="utf-8")
    moved = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', text)
    if moved:
        target = urljoin(name, moved[1])
        return is_there(target + (f"#{place}" if place and "#" not in target else ""), (*seen, name))
    return not place or re.search(rf'\sid="{re.escape(place)}"', text) is not None


def published():
    return [line for line in PUBLISHED.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def test_every_published_address_still_leads_somewhere(built_book):
    """Never take a line out of the file: give a page that moved a redirect, and a section a label, instead."""
    assert len(published()) > 200
    assert [address for address in published() if not is_there(address)] == []


def test_every_page_is_on_the_list_of_published_addresses():
    assert {f"{name}.html" for name in page_names()} <= set(published()), "add the new page to published_addresses.txt"


@pytest.mark.parametrize("old", REDIRECTS)
def test_a_redirect_leads_to_a_page(built_book, old):
    assert old not in page_names()
    assert is_there(f"{old}.html")


def test_a_redirect_keeps_the_place_on_the_page(new_page, site):
    page = new_page()
    page.goto(site + "glossary.html#term-gate")
    page.wait_for_url("**/book/glossary.html#term-gate")


def test_a_redirect_works_without_javascript(new_page, site):
    page = new_page(java_script_enabled=False)
    page.goto(site + "instructors.html")
    page.wait_for_url("**/book/instructors.html")


def test_the_sitemap_lists_every_page_once(built_book):
    sitemap = ElementTree.parse(HTML / "sitemap.xml")
    listed = [place.text for place in sitemap.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert sorted(listed) == sorted(f"{BASE}{name}.html" for name in page_names())
    assert f"Sitemap: {BASE}sitemap.xml" in (HTML / "robots.txt").read_text(encoding="utf-8")


class _LikeGitHubPages(SimpleHTTPRequestHandler):
    """The book under its own path, and its 404.html wherever there is nothing."""

    prefix = urlsplit(BASE).path

    def translate_path(self, path):
        return super().translate_path("/" + path.removeprefix(self.prefix))

    def send_error(self, code, *args):
        body = (HTML / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Quiet."""


@pytest.fixture
def pages(built_book):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_LikeGitHubPages, directory=str(HTML)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{_LikeGitHubPages.prefix}"
    server.shutdown()
    server.server_close()


def test_a_wrong_address_at_any_depth_leads_back(new_page, pages):
    page, missing = new_page(), []
    page.on("response", lambda response: response.status >= 400 and missing.append(response.url))
    page.goto(pages + "book/chapters/nothing/here.html")
    assert missing == [page.url]  # the page itself, and none of its styles and scripts
    assert page.locator("main h1:visible").inner_text() == "There is no such page"
    page.locator("main input[type=search]").fill("perplexity")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=perplexity")
    assert page.url.startswith(pages)


def test_every_link_of_the_page_for_wrong_addresses_is_absolute(built_book):
    links = BeautifulSoup((HTML / "404.html").read_text(encoding="utf-8"), "html.parser").select("a[href], link[href]")
    relative = {link["href"] for link in links if not link["href"].startswith((_LikeGitHubPages.prefix, "http", "#"))}
    assert relative == set()
