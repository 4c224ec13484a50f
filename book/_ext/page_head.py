"""What a search engine, a shared link and a bookmark say of a page, in the page's head.

Title, address and opening paragraph of the page itself: nothing is written twice, so nothing can disagree. Everything
that names the book comes from ``_config.yml``.
"""

from __future__ import annotations

import json
import re
from html import escape

from docutils import nodes
from plain_text import plain_text
from preview_pictures import picture_of
from sphinx import addnodes

LONGEST = 160
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def shortened(text: str) -> str:
    """As many whole sentences as fit into 160 characters, or as many words where that would say little."""
    if len(text) <= LONGEST:
        return text
    sentences = [match.end() for match in re.finditer(r"[.?!](?= )", text[: LONGEST + 1])]
    if sentences and sentences[-1] >= 90:
        return text[: sentences[-1]]
    return text[: LONGEST - 3].rsplit(" ", 1)[0].rstrip(",;:.") + " ..."


def description(doctree) -> str:
    """The page's first paragraphs, until there is enough to say."""
    said = ""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, (nodes.section, addnodes.highlightlang)):
            said = f"{said} {plain_text(paragraph)}".strip()
            if len(said) >= 90:
                break
    return shortened(said)


def meta(key: str, name: str, content: str) -> str:
    return f'\n    <meta {key}="{name}" content="{escape(content)}" />'


def learning_resource(config, page: dict, is_root: bool) -> str:
    """The page for machines (schema.org): the course, or a part of it."""
    from rnncourse import __version__

    course = {
        "@type": "Course",
        "name": config.html_title,
        "url": f"{config.html_baseurl}{config.root_doc}.html",
        "provider": {"@type": "Organization", "name": config.author},
        "inLanguage": "en",
        "license": LICENCE,
        "isAccessibleForFree": True,
        "version": __version__,
    }
    if is_root:
        course["description"] = page["description"]
        described = course
    else:
        described = {"@type": "LearningResource", **page, "inLanguage": "en", "license": LICENCE, "isPartOf": course}
    text = json.dumps({"@context": "https://schema.org", **described}, ensure_ascii=False)
    return f'\n    <script type="application/ld+json">{text.replace("<", chr(92) + "u003c")}</script>'


def tags(config, docname: str, title: str, said: str) -> str:
    """Everything that goes into the head of one page."""
    address = f"{config.html_baseurl}{docname}.html"
    is_root = docname == config.root_doc
    picture, alternative = picture_of(docname, title, config)
    shared = {
        "og:type": "website" if is_root else "article",
        "og:site_name": config.html_title,
        "og:title": title,
        "og:description": said,
        "og:url": address,
        "og:image": f"{config.html_baseurl}{picture}",
        "og:image:alt": alternative,
        "og:image:width": "1200",
        "og:image:height": "630",
    }
    page = {"name": title, "url": address, "description": said}
    lines = [meta("name", "description", said), *(meta("property", key, value) for key, value in shared.items())]
    lines += [meta("name", "twitter:card", "summary_large_image"), meta("name", "twitter:title", title)]
    lines += [meta("name", "twitter:description", said), meta("name", "twitter:image", shared["og:image"])]
    return "".join(lines) + learning_resource(config, page, is_root)


def add_tags(app, pagename, templatename, context, doctree):
    if app.builder.name != "html":
        return
    if doctree is None:  # the search and the page for wrong addresses: nothing to be found by
        context["metatags"] = context.get("metatags", "") + meta("name", "robots", "noindex")
        return
    title = app.env.titles[pagename].astext()
    if pagename == app.config.root_doc:
        context["docstitle"] = ""  # its own title is the book's
    context["metatags"] = context.get("metatags", "") + tags(app.config, pagename, title, description(doctree))


def setup(app):
    app.connect("html-page-context", add_tags)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
