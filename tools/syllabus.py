"""The list of everything the course promises to teach, read from `book/syllabus.yml`."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from tools.errors import SourceError
from tools.source import read_text


@dataclass(frozen=True)
class Deck:
    """One of the lecture decks; what a deck does not say is None."""

    short: str
    course: str
    lecturer: str | None
    institution: str | None
    year: str | int | None


@dataclass(frozen=True)
class Item:
    """One thing to teach, and the decks that teach it."""

    id: str
    decks: list[str]
    title: str


@dataclass(frozen=True)
class Chapter:
    """A chapter and its items; what runs through all chapters has neither number nor file."""

    number: int | None
    file: str | None
    title: str
    items: list[Item]


@dataclass(frozen=True)
class Syllabus:
    decks: list[Deck]
    chapters: list[Chapter]

    def items(self) -> list[Item]:
        return [item for chapter in self.chapters for item in chapter.items]


def read_syllabus(path: Path, name: str) -> Syllabus:
    """The syllabus; ids must differ and decks must be known, as rows of the lecture map are found by them."""
    try:
        written = yaml.safe_load(read_text(path, name))
        decks = [Deck(**deck) for deck in written["decks"]]
        chapters = [_chapter(chapter) for chapter in written["chapters"]]
    except (yaml.YAMLError, TypeError, KeyError) as error:
        message = f"not the list of decks and chapters that was expected ({str(error).splitlines()[0]})"
        raise SourceError(name, None, message) from None
    syllabus = Syllabus(decks, chapters)
    _check(syllabus, name)
    return syllabus


def _chapter(written: dict) -> Chapter:
    items = [Item(item["id"], item["from"], item["title"]) for item in written["items"]]
    return Chapter(written["number"], written["file"], written["title"], items)


def _check(syllabus: Syllabus, name: str) -> None:
    seen, known = set(), {deck.short for deck in syllabus.decks}
    for item in syllabus.items():
        if item.id in seen:
            raise SourceError(name, None, f"the item {item.id} stands twice")
        unknown = set(item.decks) - known
        if unknown:
            raise SourceError(name, None, f"the item {item.id} comes from {min(unknown)}, which is no deck")
        seen.add(item.id)
