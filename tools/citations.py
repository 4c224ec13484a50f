"""Citations and lists of references as plain text, from the book's BibTeX file."""

import re
from functools import cached_property
from pathlib import Path

from pybtex.database import BibliographyData, Entry, parse_string
from pybtex.exceptions import PybtexError
from pybtex.plugin import find_plugin

from tools.errors import SourceError
from tools.source import read_text


class Bibliography:
    """The references of the book, read from the file when the first one is asked for."""

    def __init__(self, path: Path, name: str):
        self.path, self.name = path, name

    def __contains__(self, key: str) -> bool:
        return key in self._data.entries

    def textual(self, key: str) -> str:
        """As part of a sentence: Pascanu et al. (2013)."""
        return f"{self._authors(key)} ({self._year(key)})"

    def parenthetical(self, key: str) -> str:
        """What stands between brackets: Pascanu et al., 2013."""
        return f"{self._authors(key)}, {self._year(key)}"

    def listing(self, keys: list[str]) -> list[str]:
        """One Markdown bullet for each key, in the order of a list of references."""
        style = find_plugin("pybtex.style.formatting", "plain")()
        backend = find_plugin("pybtex.backends", "markdown")()
        entries = style.format_bibliography(self._data, sorted(set(keys)))
        return [f"- {_readable(entry.text.render(backend))}" for entry in entries]

    @cached_property
    def _data(self) -> BibliographyData:
        try:
            return parse_string(read_text(self.path, self.name), "bibtex")
        except PybtexError as error:
            raise SourceError(self.name, None, f"not BibTeX: {str(error).splitlines()[0]}") from None

    def _entry(self, key: str) -> Entry:
        return self._data.entries[key]

    def _authors(self, key: str) -> str:
        """One name, two names, or the first and 'et al.'."""
        people = self._entry(key).persons.get("author") or self._entry(key).persons.get("editor") or []
        names = [_last_name(person) for person in people] or [self._entry(key).fields.get("title", key)]
        return f"{names[0]} et al." if len(names) > 2 else " and ".join(names)

    def _year(self, key: str) -> str:
        return self._entry(key).fields.get("year", "no year")


def _last_name(person) -> str:
    parts = [*person.rich_prelast_names, *person.rich_last_names]
    return " ".join(part.render_as("text") for part in parts)


def _readable(text: str) -> str:
    """On one line, and without the backslashes before marks that mean nothing inside a line of Markdown."""
    return re.sub(r"\\([(){}#+.!-])", r"\1", " ".join(text.split()))
