"""Put the definitions of the glossary's terms into the pages that use them.

A link to a term stays a link. Beside it the page carries the definition, hidden, and the link refers to it by
``aria-describedby``; ``glossary_tips.js`` shows it on hover, focus and touch. Formulas in it are typeset with the page.
"""

from __future__ import annotations

import re
from html import escape

from docutils import nodes
from sphinx import addnodes

GLOSSARY = "book/glossary"
TERM_LINK = re.compile(r'<a class="reference internal" href="[^"#]*#(term-[^"]+)"(?=><span class="xref std std-term">)')
ANCHOR = re.compile(r"</?a\b[^>]*>")
IDENTIFIER = re.compile(r'\sid="[^"]*"')


def definitions(app) -> dict[str, str]:
    """For each term's address in the glossary, its tip as HTML; nothing in a tip can be clicked or is a target."""
    if not hasattr(app, "glossary_tips"):
        found = {}
        for item in app.env.get_and_resolve_doctree(GLOSSARY, app.builder).findall(nodes.definition_list_item):
            meaning = "".join(
                app.builder.render_partial(part)["fragment"]
                for part in next(item.findall(nodes.definition)).children
                if not isinstance(part, addnodes.index)
            )
            meaning = IDENTIFIER.sub("", ANCHOR.sub("", meaning)).strip()
            name = next(item.findall(nodes.term)).astext()
            for term in item.findall(nodes.term):
                found.update(dict.fromkeys(term["ids"], f"<p><strong>{escape(name)}</strong></p>\n{meaning}"))
        app.glossary_tips = found
    return app.glossary_tips


def with_tips(body: str, tips: dict[str, str]) -> str:
    """The page's body with its links to terms pointing at their tips, which stand at its end, each once."""
    used = list(dict.fromkeys(TERM_LINK.findall(body)))
    if not used:
        return body
    body = TERM_LINK.sub(lambda link: f'{link[0]} aria-describedby="tip-{link[1]}"', body)
    written = [f'<div class="rnn-tip" role="tooltip" id="tip-{term}" hidden>\n{tips[term]}\n</div>' for term in used]
    return "\n".join([body, *written])


def change_body(app, pagename, templatename, context, doctree):
    if doctree is None or app.builder.name != "html":
        return
    context["body"] = with_tips(context["body"], definitions(app))
    if 'role="tooltip"' in context["body"] or "bibtex-citation" in context["body"]:
        app.add_js_file("glossary_tips.js", loading_method="defer")


def forget_definitions(app, env, docnames):
    """A changed glossary changes the pages that quote it, so all of them are written again."""
    if GLOSSARY in docnames:
        docnames[:] = sorted(env.found_docs)


def setup(app):
    app.connect("env-before-read-docs", forget_definitions)
    app.connect("html-page-context", change_body, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
