"""Lead back from a reference to the pages that cite it."""

from __future__ import annotations

from docutils import nodes


def pages_that_cite(env) -> dict[str, list[tuple[str, str]]]:
    """For each key of the bibliography, the pages that cite it and the first place there, in the book's order."""
    order = {docname: number for number, docname in enumerate(in_order(env))}
    found: dict[str, dict[str, str]] = {}
    for reference in env.get_domain("cite").citation_refs:
        for target in reference.targets:
            found.setdefault(target.key, {}).setdefault(reference.docname, reference.citation_ref_id)
    return {key: sorted(pages.items(), key=lambda page: order.get(page[0], len(order))) for key, pages in found.items()}


def in_order(env, docname=None):
    """All pages as the table of contents lists them."""
    docname = docname or env.config.root_doc
    yield docname
    for child in env.toctree_includes.get(docname, []):
        yield from in_order(env, child)


def line(app, here: str, pages: list[tuple[str, str]]) -> nodes.paragraph:
    """*Cited in* and the titles, each leading to the place."""
    paragraph = nodes.paragraph("", "Cited in ", classes=["rnn-cited-in"])
    for number, (docname, place) in enumerate(pages):
        paragraph += nodes.Text(", " if number else "")
        address = f"{app.builder.get_relative_uri(here, docname)}#{place}"
        paragraph += nodes.reference("", app.env.titles[docname].astext(), internal=True, refuri=address)
    return paragraph


def add_lines(app, doctree, docname):
    if app.builder.format != "html":
        return
    citations = {c.citation_id: c.key for c in app.env.get_domain("cite").citations}
    cited = None
    for node in doctree.findall(nodes.citation):
        key = citations.get(node["ids"][0]) if node["ids"] else None
        cited = cited or pages_that_cite(app.env)
        if pages := cited.get(key):
            node += line(app, docname, pages)


def pages_with_a_bibliography(app, env):
    """Any page may have got or lost a citation, so the bibliography is always written."""
    return sorted({key.docname for key in env.get_domain("cite").bibliographies})


def setup(app):
    app.connect("env-updated", pages_with_a_bibliography)
    app.connect("doctree-resolved", add_lines)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
