"""Every link in the project's Markdown and in its notebooks leads somewhere. Nothing is fetched."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tools.blocks import parse, walk
from tools.inline import pieces
from tools.labels import heading_anchors, normal, page_labels
from tools.project import Project
from tools.sync import ROOT

from .project_files import project_texts

PROJECT = Project(ROOT)
ANCHOR = re.compile(r'<a (?:id|name)="([^"]+)"')


@dataclass(frozen=True)
class Link:
    """A link as it is written, in a page and a line (of the cell, in a notebook)."""

    page: str
    line: int
    target: str


def links_in(text: str, page: str) -> list[Link]:
    """All links and pictures of a Markdown text, and the addresses in angle brackets; none in code."""
    found = []
    for block in walk(parse(text, page)):
        if block.kind not in ("text", "heading"):
            continue
        for piece in pieces("\n".join(block.lines), block.line):
            if piece.kind in ("link", "image"):
                found.append(Link(page, piece.line, piece.content))
            elif re.match(r"<https?:", piece.raw):
                found.append(Link(page, piece.line, piece.raw.strip("<>")))
    return found


def all_links() -> list[Link]:
    found = []
    for name, text in project_texts().items():
        if name.endswith(".md"):
            found += links_in(text, name)
        elif name.endswith(".ipynb") and not name.startswith("tests/"):
            found += notebook_links(name, text)
    return found


def notebook_links(name: str, text: str) -> list[Link]:
    markdown = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
    return [link for source in markdown for link in links_in(source, name)]


def mistake(link: Link, root: Path = ROOT, project: Project = PROJECT) -> str | None:
    """What is wrong with a link, if anything is."""
    if link.target.startswith("mailto:"):
        return None
    if re.match(r"[A-Za-z][\w+.-]*:", link.target):
        return _outside(link, root, project)
    path, _, anchor = link.target.partition("#")
    target = ((root / link.page).parent / unquote(path)).resolve() if path else root / link.page
    if not (_stands_for_a_file(target, project) and target.is_relative_to(root)):
        return "no such file"
    return "no such section" if anchor and not _has_section(link, target, anchor, project) else None


ON_PAPER = ("rnncourse.pdf", "rnncourse.epub")
"""Files that `.github/workflows/publish.yml` puts beside the pages."""


def _outside(link: Link, root: Path, project: Project) -> str | None:
    """An address must be https; one of the book itself must be a page that is built, with that section."""
    address = urlsplit(link.target)
    if address.scheme == "http" and address.hostname == "localhost":
        return None  # the reader's own machine, as `make serve` shows the book
    if address.scheme != "https" or not re.fullmatch(r"[\w-]+(\.[\w-]+)+", address.netloc) or " " in link.target:
        return "not an https address"
    base = f"{project.setting('html', 'baseurl')}/"
    if not link.target.startswith(base):
        return None
    page = unquote(address.path.removeprefix(urlsplit(base).path)) or "index.html"
    if page in ON_PAPER:
        return None
    source = _page_source(page, root)
    if source is None:
        return "no such page in the book"
    return None if not address.fragment or address.fragment in _ids(source) else "no such section in that page"


def _page_source(page: str, root: Path) -> Path | None:
    if page == "index.html":
        return root / "book/index.md"
    stem, suffix = (root / page).with_suffix(""), Path(page).suffix
    source = root / "solutions" / f"{stem.name}.md" if stem.parent == root / "exercises" else stem.with_suffix(".md")
    return source if suffix == ".html" and source.exists() else None


def _ids(source: Path) -> set[str]:
    """The ids that a page of the book will have when it is built."""
    blocks = parse(source.read_text(encoding="utf-8"), source.name)
    return {label.anchor for label in page_labels(blocks, "").values()} | set(heading_anchors(blocks).values())


def _stands_for_a_file(target: Path, project: Project) -> bool:
    """A notebook that is still to be generated counts as soon as its source is there."""
    return target.exists() or (target.suffix == ".ipynb" and project.source_of(target).exists())


def _has_section(link: Link, target: Path, anchor: str, project: Project) -> bool:
    """`#x` alone is a label or heading of the page, or in the book any label; `page#x` must be a heading."""
    if target.suffix == ".ipynb":
        text = "\n\n".join("".join(cell["source"]) for cell in json.loads(target.read_text())["cells"])
        return anchor in ANCHOR.findall(text)
    if target.suffix != ".md":
        return True  # such as a line of a file of code
    blocks = parse(target.read_text(encoding="utf-8"), target.name)
    headings = set(heading_anchors(blocks)) | set(ANCHOR.findall(target.read_text(encoding="utf-8")))
    if link.target.startswith("#"):
        own = page_labels(blocks, "")
        in_book = link.page.startswith("book/") and normal(anchor) in project.labels
        return anchor in headings or normal(anchor) in own or in_book
    return anchor in headings


def test_there_are_links_to_look_at():
    pages = {link.page for link in all_links()}
    assert "book/chapters/03_bptt.md" in pages
    assert "book/lecture_map.md" in pages


def test_every_link_leads_somewhere():
    wrong = [(link, problem) for link in all_links() if (problem := mistake(link))]
    assert [f"{link.page}:{link.line}: [...]({link.target}): {problem}" for link, problem in wrong] == []


@pytest.fixture
def site(tmp_path):
    """A small book with one page, one chapter, one exercise and a README."""
    root = tmp_path.resolve()
    files = {
        "_config.yml": "repository: {url: https://github.com/a/b}\nhtml: {baseurl: https://a.github.io/b/}\n",
        "README.md": "# Read me\n\n## How to `run` it?\n",
        "book/index.md": "# Home\n",
        "book/notation.md": "# Notation\n\n(The-Decks)=\n## Letters\n",
        "book/chapters/03_bptt.md": "---\njupytext: 1\n---\n(here)=\n# Three\n",
        "book/chapters/03_bptt.ipynb": '{"cells": [{"cell_type": "markdown", "source": ["<a id=\\"here\\"></a>"]}]}',
        "solutions/03_bptt.md": "---\njupytext: 1\n---\n(task)=\n# Do it\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return Project(root)


@pytest.mark.parametrize(
    ("page", "target", "problem"),
    [
        ("README.md", "book/index.md", None),
        ("README.md", "book/", None),
        ("README.md", "#how-to-run-it", None),
        ("README.md", "#how-to-run-it?", "no such section"),
        ("README.md", "#the-decks", "no such section"),
        ("README.md", "none.md", "no such file"),
        ("README.md", "../outside", "no such file"),
        ("README.md", "exercises/03_bptt.ipynb", None),
        ("README.md", "exercises/04_none.ipynb", "no such file"),
        ("README.md", "mailto:a@b.org", None),
        ("README.md", "https://example.org/a?b#c", None),
        ("README.md", "http://localhost:8000", None),
        ("README.md", "http://example.org", "not an https address"),
        ("README.md", "https://nowhere", "not an https address"),
        ("README.md", "ftp://example.org", "not an https address"),
        ("README.md", "https://a.github.io/b/", None),
        ("README.md", "https://a.github.io/b/book/notation.html#the-decks", None),
        ("README.md", "https://a.github.io/b/book/notation.html#letters", None),
        ("README.md", "https://a.github.io/b/book/notation.html#none", "no such section in that page"),
        ("README.md", "https://a.github.io/b/book/none.html", "no such page in the book"),
        ("README.md", "https://a.github.io/b/exercises/03_bptt.html#task", None),
        ("README.md", "https://a.github.io/b/solutions/03_bptt.ipynb", "no such page in the book"),
        ("book/chapters/03_bptt.md", "#here", None),
        ("book/chapters/03_bptt.md", "#the-decks", None),
        ("book/chapters/03_bptt.md", "#none", "no such section"),
        ("book/chapters/03_bptt.md", "../notation.md#letters", None),
        ("book/chapters/03_bptt.md", "../notation.md#the-decks", "no such section"),
        ("book/chapters/03_bptt.ipynb", "#here", None),
        ("book/chapters/03_bptt.ipynb", "#none", "no such section"),
    ],
)
def test_the_checker_itself(site, page, target, problem):
    assert mistake(Link(page, 1, target), site.root, site) == problem


def test_links_are_found_with_their_lines_and_not_in_code():
    text = "a\n[b](c)\n\n- ![d](e)\n\n:::{note}\n<https://f.org>\n:::\n\n```\n[g](h)\n```\n`[i](j)` $[k](l)$\n"
    found = [(link.line, link.target) for link in links_in(text, "a.md")]
    assert found == [(2, "c"), (4, "e"), (7, "https://f.org")]
