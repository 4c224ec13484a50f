"""One chapter of the ePub: its XHTML, and its pictures as files beside it."""

import posixpath
import re
from html import escape

from lxml import etree

from tools.paper.book import LANGUAGE, Book
from tools.paper.collect import Article

XHTML, SVG = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"
ROOM = 6
"""Points around a picture, because letters may stand a little over its edge, where an image is cut off."""


def document(title: str, body: str) -> str:
    """An XHTML file of the ePub."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="{LANGUAGE}" '
        f'xml:lang="{LANGUAGE}"><head><title>{escape(title)}</title>'
        f'<link rel="stylesheet" type="text/css" href="style.css"/></head><body>{body}</body></html>\n'
    )


def chapter_files(book: Book, article: Article, xml: str) -> dict[str, bytes]:
    """The chapter's file and those it shows, by their names in the ePub."""
    slug = article.page.slug
    root = etree.fromstring(xml.encode(), etree.XMLParser(huge_tree=True))
    files = _with_pictures_as_files(root, slug)
    for image in root.iter(f"{XHTML}img"):
        if image.get("src") not in files:
            files |= _copied(book, image)
    for link in root.iter(f"{XHTML}a"):
        link.set("href", _between_files(link.get("href", ""), slug))
    etree.cleanup_namespaces(root)
    return {f"{slug}.xhtml": document(article.title, etree.tostring(root, encoding="unicode")).encode(), **files}


def _with_pictures_as_files(root, slug):
    """Take each drawing out into an SVG file, and put an image with its alt text there."""
    files = {}
    drawings = [svg for svg in root.iter(f"{SVG}svg") if next(svg.iterancestors(f"{SVG}svg"), None) is None]
    for number, svg in enumerate(drawings, start=1):
        name, alt, tail = f"pictures/{slug}-{number}.svg", svg.get("aria-label", ""), svg.tail
        hidden = {"role": "presentation"} if svg.get("aria-hidden") else {}
        image = etree.Element(f"{XHTML}img", {"src": name, "alt": alt, **hidden}, nsmap={None: XHTML[1:-1]})
        svg.getparent().replace(svg, image)
        image.tail, svg.tail = tail, None
        files[name] = _standing_alone(svg)
    return files


def _standing_alone(svg):
    """A drawing as a file: on white, because a reader's page may be black, with a size and letters of its own."""
    drawn = svg.get("viewBox") or f"0 0 {svg.get('width')} {svg.get('height')}"
    left, top, width, height = (float(number) for number in drawn.split())
    if svg.get("preserveAspectRatio") == "none":  # the page stretches it, to this size
        inside = etree.Element(f"{SVG}svg", dict(svg.attrib))
        inside.extend(list(svg))
        svg.append(inside)
        left, top, width, height = 0, 0, float(svg.get("width")), float(svg.get("height"))
    left, top, width, height = left - ROOM, top - ROOM, width + 2 * ROOM, height + 2 * ROOM
    for name in ("role", "aria-label", "class"):
        svg.attrib.pop(name, None)
    svg.set("style", "font-family: 'DejaVu Sans', Verdana, sans-serif; stroke-linejoin: round")
    svg.set("viewBox", f"{left:g} {top:g} {width:g} {height:g}")
    svg.set("width", f"{width:g}")
    svg.set("height", f"{height:g}")
    paper = {"x": left, "y": top, "width": width, "height": height}
    svg.insert(0, etree.Element(f"{SVG}rect", {"fill": "#ffffff", **{name: f"{v:g}" for name, v in paper.items()}}))
    text = etree.tostring(svg, encoding="unicode").replace("font-family: inherit", "")
    return re.sub(r"\n\s*", "\n", text).encode()


def _copied(book, image):
    """A picture of the site, under the same name in the ePub."""
    name = posixpath.normpath(f"pictures/{image.get('src')}")
    content = (book.html / image.get("src")).read_bytes()
    image.set("src", name)
    return {name: content}


def _between_files(link, slug):
    """A link of the whole document, `#slug.place`, as one between files."""
    if not link.startswith("#"):
        return link
    target = link[1:].partition(".")[0]
    if target == slug:
        return link
    return f"{target}.xhtml{link}" if "." in link else f"{target}.xhtml"
