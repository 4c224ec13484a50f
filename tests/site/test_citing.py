"""Citing the course, its versions, and the way from a citation to its reference and back."""

import re
from functools import cache
from urllib.parse import urljoin

import pytest
import yaml
from bs4 import BeautifulSoup
from built_book import CONFIG, HTML, ROOT, page_names

from rnncourse import __version__

BIBLIOGRAPHY = "book/bibliography"
LANDING = f"{CONFIG['html']['baseurl']}{page_names()[0]}.html"


@cache
def html(name):
    return (HTML / f"{name}.html").read_text(encoding="utf-8")


def colophon(name):
    """What stands at the page's end, taken out before it is parsed: whole chapters take long."""
    start = html(name).index('<div class="rnn-colophon')
    return BeautifulSoup(html(name)[start : html(name).index("</footer>", start)], "html.parser")


@cache
def references():
    return BeautifulSoup(html(BIBLIOGRAPHY), "html.parser").select("div.citation")


def test_the_ways_of_citing_say_the_same(built_book):
    facts = (CONFIG["title"], CONFIG["author"], __version__, LANDING)
    line, bibtex = (
        block.text for block in BeautifulSoup(html("book/cite"), "html.parser").select("article .highlight pre")
    )
    assert all(fact in line and fact in bibtex for fact in facts)
    assert f"({CONFIG['copyright']})" in line
    assert f"year = {{{CONFIG['copyright']}}}" in bibtex


def test_the_citation_file_says_what_the_page_says():
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cff["title"] == CONFIG["title"]
    assert [author["name"] for author in cff["authors"]] == [CONFIG["author"]]
    assert str(cff["version"]) == __version__
    assert cff["url"] == LANDING
    assert cff["repository-code"] == CONFIG["repository"]["url"]


@pytest.mark.parametrize("name", page_names())
def test_every_page_says_its_version(built_book, name):
    assert f"Version {__version__} of the course." in " ".join(colophon(name).text.split())
    assert urljoin(f"{name}.html", colophon(name).select_one("a")["href"]) == "book/versions.html"


@pytest.mark.parametrize("name", [name for name in page_names() if re.match(r"book/(chapters|case_studies)/\d", name)])
def test_a_chapter_can_be_cited_alone(built_book, name):
    title = re.sub(r"^\d+\. ", "", re.search(r"<title>(.*?) &#8212; ", html(name))[1])
    line, bibtex = (block.text for block in colophon(name).select("pre"))
    address = f"{CONFIG['html']['baseurl']}{name}.html"
    assert f'"{title}", in {CONFIG["title"]}' in line
    assert f"title = {{{title}}}" in bibtex
    assert f"booktitle = {{{CONFIG['title']}}}" in bibtex
    assert address in line
    assert f"url = {{{address}}}" in bibtex


def test_the_versions_end_with_this_one():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d+\.\d+\.\d+)$", changes, re.MULTILINE)[0] == __version__
    assert f"v{__version__}" in changes


def citations(name):
    """Each citation on a page: where it stands, and which reference it leads to."""
    for place, inside in re.findall(r'<span class="bibtex-citation" id="(\w+)">(.*?)</span>', html(name), re.DOTALL):
        for link in re.findall(r'href="([^"]+)"', inside):
            yield place, urljoin(f"{name}.html", link)


@cache
def ways_back():
    """For each reference, the pages and places from which it is cited, as it says itself."""
    return {
        f"{BIBLIOGRAPHY}.html#{entry['id']}": {
            urljoin(f"{BIBLIOGRAPHY}.html", link["href"]) for link in entry.select(".rnn-cited-in a")
        }
        for entry in references()
    }


@pytest.mark.parametrize("name", page_names())
def test_citations_lead_to_references_that_lead_back(built_book, name):
    first = {}
    for place, reference in citations(name):
        first.setdefault(reference, f"{name}.html#{place}")
    assert not [reference for reference in first if reference not in ways_back()]
    assert not [place for reference, place in first.items() if place not in ways_back()[reference]]


def test_no_reference_leads_back_to_where_it_is_not_cited(built_book):
    cited = {(reference, f"{name}.html#{place}") for name in page_names() for place, reference in citations(name)}
    assert sum(map(len, ways_back().values())) > 50
    assert {(reference, place) for reference, places in ways_back().items() for place in places} <= cited
