"""Ids that are unique in the whole book, and links that lead from page to page inside one document.

A page is found under its slug (`#chapters-08_attention`), a place in it under slug, full stop and the place's own id
(`#chapters-08_attention.a-soft-look-up`). What is not in the document is linked to at its public address.
"""

import re
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from lxml.html import HtmlElement

from tools.paper.book import Book, Page

LISTS_OF_IDS = ("aria-labelledby", "aria-describedby", "aria-details", "aria-controls", "for", "headers")
REFERENCE_IN_SVG = re.compile(r"url\(#([^)]+)\)")


def make_ids_unique(article: HtmlElement, page: Page) -> None:
    """Put the page's slug before each of its ids, and the number of the figure before those inside a figure's SVG."""
    for number, svg in enumerate(article.xpath(".//svg[not(ancestor::svg)]"), start=1):
        _prefix_svg(svg, f"figure-{number}.")
    for element in article.xpath(".//*[@id] | .//*[@headers] | .//*[@for] | .//*[@*[starts-with(name(), 'aria-')]]"):
        if "id" in element.attrib:
            element.set("id", f"{page.slug}.{element.get('id')}")
        for name in LISTS_OF_IDS:
            if name in element.attrib:
                element.set(name, " ".join(f"{page.slug}.{one}" for one in element.get(name).split()))
    for svg in article.iter("svg"):
        _refer(svg, lambda name: f"{page.slug}.{name}")
    article.set("id", page.slug)


def _prefix_svg(svg, prefix):
    inside = set(svg.xpath(".//@id | ./@id"))
    for element in svg.xpath("descendant-or-self::*[@id]"):
        element.set("id", prefix + element.get("id"))
    _refer(svg, lambda name: prefix + name if name in inside else name)


def _refer(svg, renamed):
    """Rename what the parts of a picture refer to."""
    if svg.getparent() is not None and svg.xpath("ancestor::svg"):
        return
    for element in svg.iter():
        for name, value in element.attrib.items():
            if name in ("xlink:href", "href") and value.startswith("#"):
                element.set(name, "#" + renamed(value[1:]))
            elif "url(#" in value:
                element.set(name, REFERENCE_IN_SVG.sub(lambda match: f"url(#{renamed(match[1])})", value))


def link_together(book: Book, articles: list[tuple[Page, HtmlElement]]) -> None:
    """Turn every link into one inside the document, or into a public address, and pictures into the site's paths."""
    slugs = {f"{page.name}.html": page.slug for page, _ in articles}
    places = {place for _, article in articles for place in article.xpath("descendant-or-self::*/@id")}
    for page, article in articles:
        for link in article.xpath(".//a[@href][not(@class='paper-elsewhere')]"):
            link.set("href", _target(book, f"{page.name}.html", link.get("href"), slugs, places))
            link.attrib.pop("title", None)  # a citation's says again what the bibliography says
        for picture in article.xpath(".//img[@src]"):
            if not urlsplit(picture.get("src")).scheme:
                picture.set("src", urljoin(f"{page.name}.html", picture.get("src")))


def _target(book, here, link, slugs, places):
    """Where a link of the page ``here`` leads on paper."""
    address, fragment = urldefrag(urljoin(book.address_of(here), link))
    slug = slugs.get(unquote(address.removeprefix(book.address)))
    if slug is None:
        return f"{address}#{fragment}" if fragment else address
    place = f"{slug}.{unquote(fragment)}"
    return f"#{place}" if place in places else f"#{slug}"
