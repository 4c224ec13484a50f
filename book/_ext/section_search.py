"""What the search page looks through: every section of the book, with its words and its place.

Sphinx's own search finds pages, shows whatever stands around a word in them, code and formulas included, and fetches
every page it has found to do so, which is megabytes for a chapter. This index is one file of plain prose that the search
page alone loads; `section_search.js` ranks its sections. The glossary's terms and the references are sections too.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from docutils import nodes
from plain_text import plain_text
from pybtex.plugin import find_plugin
from sphinx import addnodes

FILE = "searchsections.js"
WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]{2,}")
WEIGHTS = {
    "book/chapters/": 1.0,
    "book/glossary": 0.8,
    "book/case_studies/": 0.7,
    "exercises/": 0.7,
    "book/bibliography": 0.6,
    "book/lecture_map": 0.4,
    "book/gallery": 0.5,
    "book/benchmarks": 0.5,
    "book/versions": 0.4,
}
"""Where two places say the same, the one to read first is the chapter; what is not listed has 0.8."""
AROUND = {"Summary", "Exercises", "Read next", "Questions to think about"}
"""Sections of every chapter, which speak of what others explain: they count for less."""


def weight(docname: str) -> float:
    return next((value for start, value in WEIGHTS.items() if docname.startswith(start)), 0.8)


def code_words(section, stop) -> str:
    """The names that the section's code uses, each once: they are found, and never shown."""
    words: dict[str, None] = {}
    for block in own(section, nodes.literal_block, stop):
        if not any("cell_output" in parent.get("classes", ()) for parent in ancestors(block)):
            words.update(dict.fromkeys(WORD.findall(block.astext())))
    return " ".join(words)


def ancestors(node):
    while node.parent is not None:
        node = node.parent
        yield node


def own(node, kind, stop):
    """The nodes of a kind below this one, but not below others of the kinds in ``stop``."""
    for child in node.children:
        if isinstance(child, kind):
            yield child
        if not isinstance(child, (nodes.Text, *stop)):
            yield from own(child, kind, stop)


def of_section(section) -> dict[str, str]:
    """One section without the ones inside it."""
    stop = (nodes.section, nodes.title, addnodes.glossary)
    title = section.next_node(nodes.title)
    return {
        "title": plain_text(title) if title is not None else "",
        "place": section["ids"][0],
        "text": plain_text(section, stop),
        "code": code_words(section, stop),
        "weight": 0.6 if title is not None and title.astext() in AROUND else None,
    }


def of_glossary(glossary):
    """One entry a term; a term's other names come after it, and `section_search.js` looks for these too."""
    for item in glossary.findall(nodes.definition_list_item):
        terms = list(item.findall(nodes.term))
        names = [plain_text(term) for term in terms]
        meaning = plain_text(next(item.findall(nodes.definition)))
        yield {"title": names[0], "place": terms[0]["ids"][0], "text": meaning, "names": names[1:]}


def of_bibliography(env, docname):
    """One entry a reference."""
    plain = find_plugin("pybtex.backends", "plaintext")()
    for citation in env.get_domain("cite").citations:
        if citation.bibliography_key.docname == docname:
            said = citation.formatted_entry.text.render(plain).replace("\\url ", "")
            title = re.sub(r"[{}]", "", citation.entry.fields.get("title", citation.key))
            yield {"title": title, "place": citation.citation_id, "text": said}


def name_authors(env, doctree):
    """In the place of each citation, whom it cites: they are looked for, too."""
    entries = {citation.key: citation.entry for citation in env.get_domain("cite").citations}
    for reference in doctree.findall(addnodes.pending_xref):
        if reference["refdomain"] == "cite":
            cited = [entries[key.strip()] for key in reference["reftarget"].split(",") if key.strip() in entries]
            said = ", ".join(f"{authors(entry)} {entry.fields.get('year', '')}".strip() for entry in cited)
            reference.clear()
            reference += nodes.Text(said if reference["reftype"].startswith("t") else f"[{said}]")


def authors(entry) -> str:
    names = [" ".join(map(str, person.rich_last_names)) for person in entry.persons.get("author", [])]
    return f"{names[0]} et al." if len(names) > 2 else " and ".join(names)


def sections_of(env, docname):
    doctree = env.get_doctree(docname)
    name_authors(env, doctree)
    yield from (of_section(section) for section in doctree.findall(nodes.section))
    for glossary in doctree.findall(addnodes.glossary):
        yield from of_glossary(glossary)
    yield from of_bibliography(env, docname)


def index(env) -> list[dict]:
    """The pages, each with its sections; the first section is the page itself."""
    pages = []
    for docname in sorted(env.found_docs):
        sections = [{key: value for key, value in s.items() if value} for s in sections_of(env, docname)]
        title = env.titles[docname].astext()
        pages.append({"page": f"{docname}.html", "title": title, "weight": weight(docname), "sections": sections})
    return pages


def write_index(app, exception):
    if exception is None and app.builder.name == "html":
        text = json.dumps(index(app.env), ensure_ascii=False, separators=(",", ":"))
        Path(app.outdir, FILE).write_text(f"window.RNN_SECTIONS = {text};\n", encoding="utf-8", newline="\n")


def setup(app):
    app.connect("build-finished", write_index)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
