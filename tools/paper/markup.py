"""The few things that are done to elements of a page again and again."""

import lxml.html
from lxml.html import HtmlElement


def with_class(inside: HtmlElement, name: str) -> list[HtmlElement]:
    """All elements inside that have this class."""
    return list(inside.find_class(name))


def has_class(element: HtmlElement, name: str) -> bool:
    return name in element.get("class", "").split()


def drop(element: HtmlElement) -> None:
    """Take an element out, with all that is in it; the text after it stays."""
    if element.getparent() is not None:
        element.drop_tree()


def rename(element: HtmlElement, tag: str, kind: str = "") -> None:
    """Make another element of it, with this class beside those it has."""
    element.tag = tag
    if kind:
        element.set("class", f"{element.get('class', '')} {kind}".strip())
    for name in ("open", "role"):
        element.attrib.pop(name, None)


def element_of(html: str) -> HtmlElement:
    """The element that a piece of HTML describes."""
    return lxml.html.fragment_fromstring(html)
