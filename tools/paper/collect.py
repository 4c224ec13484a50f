"""Collect the book: each built page as the article a reader without JavaScript sees, ready to stand in one document."""

import itertools
import re
from copy import deepcopy
from dataclasses import dataclass

import lxml.html
from lxml.html import HtmlElement

from tools.paper.book import Book, Page
from tools.paper.code import with_few_colours
from tools.paper.colours import light_colours, set_colours
from tools.paper.errors import PaperError
from tools.paper.links import link_together, make_ids_unique
from tools.paper.markup import drop, has_class, rename, with_class
from tools.paper.stills import stand_still

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
SCREEN_ONLY = ("script", "style", "template", "iframe", "dialog", "form", "progress", "label")
CONTROLS = ("button", "input", "select", "textarea")
SCREEN_ONLY_CLASSES = ("headerlink", "rnn-controls", "toctree-wrapper", "sd-summary-state-marker")
SCREEN_ONLY_CLASSES += ("rnn-no-print", "d-print-none")
DEPRECATED_ROLES = ("doc-biblioentry",)
SPANS_OF_SPHINX = ("pre", "std", "doc")
VARIABLES_SET = re.compile(r"--[\w-]+\s*:[^;]*;?")
ATTRIBUTES_OF_SCRIPTS = ("tabindex", "onclick", "onkeydown", "contenteditable")


@dataclass(frozen=True)
class Heading:
    """A heading for the table of contents: where it is, and what stands in it, as HTML."""

    id: str
    level: int
    html: str
    text: str


@dataclass(frozen=True)
class Article:
    """One page of the book, clean."""

    page: Page
    element: HtmlElement

    @property
    def title(self) -> str:
        return self.headings()[0].text

    def headings(self, deepest: int = 2) -> list[Heading]:
        """The page's title and the titles of its sections, down to this level."""
        levels = [f"h{level}" for level in range(1, deepest + 1)]
        return [_heading(element) for element in self.element.iter(*levels)]


def collect(book: Book) -> list[Article]:
    """The articles of all pages of the book, in order, with links that lead to each other."""
    colours = light_colours(book.root)
    articles = [Article(page, clean_article(book, page)) for page in book.pages]
    link_together(book, [(article.page, article.element) for article in articles])
    for article in articles:
        set_colours(article.element, colours)
    return articles


def clean_article(book: Book, page: Page) -> HtmlElement:
    """The <article> of a built page without what only a screen needs; ids are unique in the whole book."""
    article = _read(book, page)
    stand_still(article, book.address_of(f"{page.name}.html"))
    _open_what_is_folded(article)
    _drop_what_is_for_the_screen(article)
    _anchor_headings(article)
    with_few_colours(article)
    make_ids_unique(article, page)
    return article


def _read(book, page):
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
    tree = lxml.html.parse(str(book.path_of(page)), parser)
    articles = tree.xpath("//article")
    if len(articles) != 1 or not articles[0].xpath(".//h1"):
        raise PaperError(f"{book.path_of(page)} is not a page of the book: expected one <article> with an <h1>.")
    return articles[0]


def _open_what_is_folded(article):
    """Every <details> becomes a plain block; the title of a folded cell ("Show code") goes, any other stays."""
    for details in list(article.iter("details")):
        for summary in details.findall("summary"):
            if has_class(details, "hide"):
                drop(summary)
            else:
                rename(summary, "div", "paper-opened-title")
        rename(details, "div", "paper-opened")


def _drop_what_is_for_the_screen(article):
    for element in list(article.iter(*SCREEN_ONLY, *CONTROLS)):
        drop(element)
    for name in SCREEN_ONLY_CLASSES:
        for element in with_class(article, name):
            drop(element)
    for element in article.xpath(".//*[@hidden] | .//output[not(normalize-space())]"):
        drop(element)
    for name in SPANS_OF_SPHINX:
        for span in with_class(article, name):
            span.drop_tag()
    for element in article.iter("*"):
        if element.get("role") in DEPRECATED_ROLES:
            del element.attrib["role"]
        element.attrib.pop("aria-describedby", None)  # the tip over a term is for the screen
        for name in list(element.attrib):
            if name in ATTRIBUTES_OF_SCRIPTS or name.startswith(("data-", "on")):
                del element.attrib[name]
        if "--" in element.get("style", ""):
            element.set("style", VARIABLES_SET.sub("", element.get("style")))


def _anchor_headings(article):
    """A link to a section leads to its heading: the section itself may begin at the foot of the page before."""
    for section in article.iter("section"):
        before = list(itertools.takewhile(lambda child: child.tag == "span" and not child.text_content(), section))
        heading = section[len(before)] if len(section) > len(before) else None
        if heading is None or heading.tag not in HEADINGS or "id" in heading.attrib:
            continue
        for anchor in reversed(before):
            heading.insert(0, anchor)
            anchor.tail, heading.text = heading.text, None
        if "id" in section.attrib:
            heading.set("id", section.attrib.pop("id"))


def _heading(element):
    inside = deepcopy(element)
    inside.tail = None
    for span in inside.xpath(".//*[@id]"):
        del span.attrib["id"]
    rename(inside, "span")
    inside.attrib.clear()
    place = element.get("id") or element.xpath("ancestor::*[@id][1]/@id")[-1]
    html = lxml.html.tostring(inside, encoding="unicode")
    text = re.sub(r"\\[()]", "", element.text_content())
    return Heading(place, int(element.tag[1]), html, " ".join(text.split()))
