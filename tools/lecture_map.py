"""Write the book's Lecture map: each item of the syllabus, and where in the book it works."""

from tools.errors import SourceError
from tools.labels import Label
from tools.project import SYLLABUS, Project
from tools.syllabus import Chapter, Deck, Item

PREFIX = "item-"
HEAD = f"""<!-- Generated from {SYLLABUS} and the (item-...)= labels of the book by `make sync`; do not edit. -->

# Lecture map

The course covers everything that five lecture decks teach. An item works when a chapter explains it, code runs it, and
a cell checks what the text claims of it; its row then links to that place. **{{working}} of {{all}} items work.**

The decks, by the short names used below:
"""


def lecture_map(project: Project) -> str:
    """The whole page as MyST Markdown."""
    found, items = item_labels(project), project.syllabus.items()
    parts = [HEAD.format(working=len(found), all=len(items)), _deck_table(project.syllabus.decks)]
    parts += [_chapter_section(chapter, found) for chapter in project.syllabus.chapters]
    return "\n".join(parts)


def item_labels(project: Project) -> dict[str, Label]:
    """The label of each item that has one; a label of an item that the syllabus does not list is an error."""
    known, found = {item.id.lower(): item.id for item in project.syllabus.items()}, {}
    for label in project.labels.values():
        if label.name.startswith(PREFIX):
            item = label.name.removeprefix(PREFIX)
            if item not in known:
                raise SourceError(label.page, label.line, f"no item {item.upper()} in {SYLLABUS}")
            found[known[item]] = label
    return found


def _deck_table(decks: list[Deck]) -> str:
    rows = [[deck.short, deck.course, deck.lecturer, deck.institution, deck.year] for deck in decks]
    return _table(["Short name", "Course", "Lecturer", "Institution", "Year"], rows)


def _chapter_section(chapter: Chapter, found: dict[str, Label]) -> str:
    title = f"{chapter.number}. {chapter.title}" if chapter.number else chapter.title
    rows = [[item.id, ", ".join(item.decks), item.title, _where(item, found)] for item in chapter.items]
    return f"## {title}\n\n{_table(['Item', 'From', 'What', 'Where'], rows)}"


def _where(item: Item, found: dict[str, Label]) -> str:
    """A link by the label alone: MyST finds a label of any page so, and `page.md#label` only if it is a heading."""
    label = found.get(item.id)
    if label is None:
        return "not yet built"
    text = (label.heading or label.page).replace("[", r"\[").replace("]", r"\]")
    return f"[{text}](#{label.name})"


def _table(head: list[str], rows: list[list]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(_table_cell(value) for value in line)} |\n" for line in lines)


def _table_cell(value) -> str:
    return "–" if value in (None, "") else str(value).replace("|", r"\|")
