"""How to cite the course and its chapters, and which version a page is of.

Title, author, year and address come from ``_config.yml``, the version from the package: the page, the footer of every
page and ``CITATION.cff`` (which a test compares) say the same.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

CHAPTERS = re.compile(r"book/(chapters|case_studies)/\d")


def facts(config) -> dict[str, str]:
    """What any way of citing the course is made of."""
    from rnncourse import __version__

    return {
        "title": config.html_title,
        "author": config.author,
        "year": re.findall(r"\d{4}", config.copyright)[-1],
        "version": __version__,
        "url": f"{config.html_baseurl}{config.root_doc}.html",
    }


def in_words(f: dict[str, str], part: str = "") -> str:
    """One line for a list of references; ``part`` is the title of a chapter."""
    whole = f"{f['title']}, version {f['version']}. {f['url']}"
    return f'{f["author"]} ({f["year"]}). "{part}", in {whole}' if part else f"{f['author']} ({f['year']}). {whole}"


def in_bibtex(f: dict[str, str], part: str = "") -> str:
    """The same as a BibTeX entry."""
    fields = {"author": f"{{{f['author']}}}"}
    fields |= {"title": part, "booktitle": f["title"]} if part else {"title": f["title"]}
    fields |= {"year": f["year"], "note": f"Version {f['version']}", "url": f["url"]}
    name = f"rnncourse{f['year']}" + ("_" + re.sub(r"\W+", "_", part.lower()).strip("_") if part else "")
    lines = "".join(f"  {key} = {{{value}}},\n" for key, value in fields.items())
    return f"@{'incollection' if part else 'book'}{{{name},\n{lines}}}"


class CiteThis(SphinxDirective):
    """``{cite-this}``: both ways of citing the course, each with a button to copy it."""

    def run(self):
        f = facts(self.config)
        texts = (in_words(f), in_bibtex(f))
        return [nodes.literal_block(text, text, language="text", classes=["rnn-citation"]) for text in texts]


def add_to_context(app, pagename, templatename, context, doctree):
    """What the footer's template shows (``_templates/colophon.html``)."""
    f = facts(app.config)
    context["course_version"] = f["version"]
    if doctree is not None and CHAPTERS.match(pagename):
        f["url"] = f"{app.config.html_baseurl}{pagename}.html"
        part = re.sub(r"^\d+\. ", "", app.env.titles[pagename].astext())
        context["citation"] = [in_words(f, part), in_bibtex(f, part)]


def show_colophon(app, config):
    """Under each article. In ``_config.yml`` this would take the place of all that Jupyter Book tells the theme."""
    config.html_theme_options.setdefault("article_footer_items", []).append("colophon.html")


def setup(app):
    app.connect("config-inited", show_colophon)
    app.add_directive("cite-this", CiteThis)
    app.connect("html-page-context", add_to_context)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
