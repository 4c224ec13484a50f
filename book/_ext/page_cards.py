"""Cards that lead to pages: a directive that says of each page its title, its minutes and its sections.

    ```{page-cards}
    chapters/01_embeddings: One sentence on what the reader will be able to do.
    case_studies/01_characters:
    ```

Only the sentence stands here; a page without one has a question after the colon of its title. Titles and sections are
Sphinx's, and what a page takes is read from its own text. `_static/progress.js` finds each card by its address and
shows how much of the page has been read.
"""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path

import yaml
from docutils import nodes
from reading_time import exercise_minutes, page_time
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective


class page_cards(nodes.General, nodes.Element):
    """The place of the cards until the titles of all pages are known."""


class PageCards(SphinxDirective):
    has_content = True

    def run(self):
        sentences = yaml.safe_load("\n".join(self.content)) or {}
        here = Path(self.env.docname).parent
        pages = {(here / name).as_posix(): sentence for name, sentence in sentences.items()}
        for page in pages:
            if page not in self.env.found_docs:
                raise self.error(f"page-cards: expected pages of the book, got {page}")
            for name in filter(None, [page, exercises_of(self.env, page)]):
                self.env.note_dependency(self.env.doc2path(name))
        return [page_cards(pages=pages)]


def exercises_of(env, page: str) -> str | None:
    """The page of exercises that has a chapter's number and name."""
    name = f"exercises/{Path(page).name}"
    return name if "/chapters/" in page and name in env.found_docs else None


def sections(env, page: str) -> list[list[str]]:
    """The address within the page and the title of each section of the second level."""
    entries = (item[0][0] for item in _second_level(env.tocs[page]))
    return [[entry["anchorname"].removeprefix("#"), entry.astext()] for entry in entries]


def _second_level(toc: nodes.bullet_list) -> list[nodes.list_item]:
    title = toc[0]
    lists = [child for child in title.children if isinstance(child, nodes.bullet_list)]
    return [item for found in lists for item in found.children if isinstance(item, nodes.list_item)]


def card(app, here: str, page: str, sentence: str | None) -> str:
    """One item of the list: a link, a sentence, what it takes, and room for the reader's progress."""
    env, title = app.env, app.env.titles[page].astext()
    number, name, sentence = _parts(title, sentence, page)
    exercises = exercises_of(env, page)
    return (
        f'<li class="rnn-card"{_data(app, here, page, title)}>'
        f'<p class="rnn-card-title">{number}<a href="{_address(app, here, page)}">{escape(name)}</a></p>'
        f'<p class="rnn-card-sentence">{escape(sentence)}</p>'
        f'<p class="rnn-card-time">{escape(page_time(_text(env, page), page))}</p>'
        f"{_room('section')}{_exercises(app, here, exercises) if exercises else ''}</li>"
    )


def _parts(title: str, sentence: str | None, page: str) -> tuple[str, str, str]:
    """The number as a mark, the name, and the sentence, from "4. Name" or from "Name: a question?"."""
    number, _, name = title.rpartition(". ") if re.match(r"\d+\. ", title) else ("", "", title)
    if not sentence:
        name, colon, sentence = name.partition(": ")
        if not colon:
            raise ExtensionError(f"{page}: its card has no sentence, and its title has no question after a colon.")
    mark = f'<span class="rnn-card-number">{number}<span class="visually-hidden">. </span></span>' if number else ""
    return mark, name, sentence[0].upper() + sentence[1:]


def _exercises(app, here: str, page: str) -> str:
    minutes = exercise_minutes(_text(app.env, page), page)
    title = app.env.titles[page].astext()
    return (
        f'<div class="rnn-card-exercises"{_data(app, here, page, title)}>'
        f'<p><a href="{_address(app, here, page)}">Exercises<span class="visually-hidden">'
        f"{escape(title.removeprefix('Exercises'))}</span></a> <span>{minutes} minutes</span></p>"
        f"{_room('exercise')}</div>"
    )


def _room(what: str) -> str:
    return f'<label class="rnn-card-progress" data-what="{what}"><span></span><progress value="0"></progress></label>'


def _data(app, here: str, page: str, title: str) -> str:
    found = sections(app.env, page)
    if page.startswith("exercises/"):
        found = [section for section in found if re.match(r"\d+\. ", section[1])]
    listed = escape(json.dumps(found, ensure_ascii=False))
    return f' data-page="{page}" data-title="{escape(title)}" data-sections="{listed}"'


def _address(app, here: str, page: str) -> str:
    return escape(app.builder.get_relative_uri(here, page))


def _text(env, page: str) -> str:
    return Path(env.doc2path(page)).read_text(encoding="utf-8")


def make_cards(app, doctree, docname):
    """Put the cards where the directive stood."""
    for place in doctree.findall(page_cards):
        items = "".join(card(app, docname, page, sentence) for page, sentence in place["pages"].items())
        place.replace_self(nodes.raw("", f'<ul class="rnn-cards">{items}</ul>', format="html"))


def setup(app):
    app.add_node(page_cards)
    app.add_directive("page-cards", PageCards)
    app.connect("doctree-resolved", make_cards)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
