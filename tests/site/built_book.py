"""What the tests know of the built book: where it is, its settings, and its pages."""

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
GALLERY = "book/gallery.html"
"""The page with a figure of every kind."""


def page_names():
    """Every page of the table of contents, in its order, as Sphinx names it: the source's path without its ending."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *_files_below(toc)]


def _files_below(entry):
    for child in [*entry.get("parts", []), *entry.get("chapters", []), *entry.get("sections", [])]:
        if "file" in child:
            yield child["file"]
        yield from _files_below(child)


def source_of(name):
    """The text a page was made from; of an exercise notebook, its Markdown cells' JSON."""
    for ending in (".md", ".ipynb"):
        path = (ROOT / name).with_suffix(ending)
        if path.exists():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError(f"The table of contents names {name}, and there is no such .md or .ipynb file.")


def missing_pages():
    """The pages that should have been built and were not."""
    return [name for name in page_names() if not (HTML / f"{name}.html").exists()]
