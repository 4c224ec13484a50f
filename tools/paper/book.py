"""What the book is: its title, its address, its licences and its pages, from the files where each is said once."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from rnncourse import __version__
from tools.paper.errors import PaperError

LANGUAGE = "en"
LICENCES = {
    "Text and figures": ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "Code": ("BSD 3-Clause", "https://opensource.org/license/bsd-3-clause"),
}
SUBJECT = "Recurrent neural networks from scratch in NumPy and PyTorch, every gradient by hand, every claim checked"


def licences_in_words() -> str:
    """One sentence that names the licences."""
    return "; ".join(f"{of}: {name}" for of, (name, _) in LICENCES.items()) + "."


@dataclass(frozen=True)
class Page:
    """One page of the table of contents: its source's path without the ending, and the part that it stands in."""

    name: str
    part: str

    @property
    def slug(self) -> str:
        """The name as an id that is also a file's name; it holds no full stop, which parts it from a section's id."""
        return self.name.removeprefix("book/").replace("/", "-").replace(".", "-")


@dataclass(frozen=True)
class Book:
    """The book whose sources stand in ``root`` and whose built pages stand in ``html``."""

    root: Path
    html: Path
    title: str
    author: str
    year: str
    address: str
    pages: tuple[Page, ...]
    version: str = __version__

    def address_of(self, path: str) -> str:
        """The public address of a file of the built site."""
        return f"{self.address}{path}"

    def path_of(self, page: Page) -> Path:
        return self.html / f"{page.name}.html"


def read_book(root: Path, html: Path | None = None, names: list[str] | None = None) -> Book:
    """The book in ``root``, with all its pages or only those of these ``names``."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    book = Book(
        root=root,
        html=html or root / "_build" / "html",
        title=config["title"],
        author=config["author"],
        year=str(config["copyright"]),
        address=config["html"]["baseurl"].rstrip("/") + "/",
        pages=_chosen(tuple(_pages(toc)), names),
    )
    _require_built(book)
    return book


def _pages(toc):
    yield Page(toc["root"], "")
    for part in toc.get("parts", [toc]):
        for name in _files_below(part):
            yield Page(name, part.get("caption", ""))


def _files_below(entry):
    for child in [*entry.get("chapters", []), *entry.get("sections", [])]:
        if "file" in child:
            yield child["file"]
        yield from _files_below(child)


def _chosen(pages, names):
    unknown = set(names or []) - {page.name for page in pages}
    if unknown:
        raise PaperError(f"The table of contents (_toc.yml) has no page {min(unknown)}; its first is {pages[0].name}.")
    return tuple(page for page in pages if not names or page.name in names)


def _require_built(book):
    missing = [page.name for page in book.pages if not book.path_of(page).is_file()]
    if missing:
        raise PaperError(f"The book is not built (no page for {missing[0]} in {book.html}): run `make book` first.")
