"""Links inside the book, and the buttons that lead from a page to its notebook."""

from functools import cache
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from built_book import CONFIG, HTML, ROOT, page_names

NOTEBOOK_PAGES = [name for name in page_names() if name.startswith(("book/chapters/", "exercises/"))]


@cache
def _parsed(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def _links(name):
    return [link["href"] for link in _parsed(HTML / f"{name}.html").select("a[href]")]


def _is_dead(name, link):
    address, fragment = urldefrag(link)
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return False
    path = HTML / unquote(urljoin(f"{name}.html", address)) if address else HTML / f"{name}.html"
    if not path.is_file():
        return True
    return bool(fragment) and path.suffix == ".html" and not _parsed(path).find(id=unquote(fragment))


@pytest.mark.parametrize("name", page_names())
def test_links_inside_the_book_lead_somewhere(built_book, name):
    assert [link for link in _links(name) if _is_dead(name, link)] == []


@pytest.mark.parametrize("name", NOTEBOOK_PAGES)
def test_colab_button_opens_the_notebook_of_the_page(built_book, name):
    repository = CONFIG["repository"]
    owner_and_name = repository["url"].removeprefix("https://github.com/")
    colab = f"https://colab.research.google.com/github/{owner_and_name}/blob/{repository['branch']}/{name}.ipynb"
    buttons = {link for link in _links(name) if "colab.research.google.com" in link}
    assert colab in buttons
    assert (ROOT / f"{name}.ipynb").is_file(), (
        f"the Colab button of {name} leads to a notebook that is not in the project"
    )


@pytest.mark.parametrize("name", page_names())
def test_repository_buttons_lead_to_the_configured_address(built_book, name):
    links = [link for link in _links(name) if link.startswith("https://github.com/")]
    own = [link for link in links if link.startswith(CONFIG["repository"]["url"])]
    assert any("/issues/new" in link for link in own)
    edit = [link for link in own if "/edit/" in link]
    assert edit == [f"{CONFIG['repository']['url']}/edit/{CONFIG['repository']['branch']}/{written_source(name)}"]


def written_source(name):
    """The file to edit for a page: exercises and the lecture map are generated from others."""
    if name == "book/lecture_map":
        return "book/syllabus.yml"
    source = f"{name.replace('exercises/', 'solutions/')}.md"
    assert (ROOT / source).is_file()
    return source
