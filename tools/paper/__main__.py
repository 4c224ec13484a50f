"""Make the book on paper from the built pages.

    python -m tools.paper pdf                        _build/rnncourse.pdf
    python -m tools.paper epub                       _build/rnncourse.epub
    python -m tools.paper pdf book/notation          these pages only, named as in _toc.yml

Exit status: 0 done, 2 something is missing (one sentence).
"""

import argparse
import sys
import time
from pathlib import Path

from tools.paper.book import read_book
from tools.paper.errors import PaperError

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.paper", description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=["pdf", "epub"])
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="pages as _toc.yml names them (all if none is named)")
    parser.add_argument("--html", type=Path, help="where the built pages are (_build/html)")
    parser.add_argument("--out", type=Path, help="the file to write (_build/rnncourse.pdf or .epub)")
    options = parser.parse_args(arguments)
    target = options.out or root / "_build" / f"rnncourse.{options.kind}"
    try:
        _make(options.kind, read_book(root, options.html, options.pages), target)
    except PaperError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _make(kind, book, target):
    from tools.paper.epub import write_epub  # these load the browser's client
    from tools.paper.pdf import write_pdf

    begun = time.monotonic()
    if kind == "pdf":
        size = f"{write_pdf(book, target)} pages"
    else:
        size = f"{write_epub(book, target)} chapters"
    print(f"{target}: {size}, {target.stat().st_size / 1e6:.1f} MB, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
