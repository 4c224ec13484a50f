"""Put each released version of the book beside the newest one, so that a course can go on with the version it began.

    python -m tools.versions _build/html RELEASED

RELEASED holds an archive of each release's ``_build/html``, named by its tag: ``v0.1.0.zip``. It is laid out at
``/v0.1.0/``; the foot of every page leads to the same page in each version, and a page of an old version says so.

Exit status: 0 done, 2 an archive cannot be used (one sentence; the site is as it was).
"""

import argparse
import posixpath
import re
import sys
import tempfile
import zipfile
from collections.abc import Collection
from pathlib import Path

TAG = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
PLACE = "<!-- versions -->"  # in the colophon of every page (book/_templates/colophon.html)
TEXT = '<article class="bd-article">'
NEWEST = "the newest"
LOST = "404.html"  # the page for wrong addresses is the site's alone, and may be shown at any depth


class VersionError(Exception):
    """An archive that cannot stand beside the newest version; the message says which and why."""


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.versions", description=__doc__.splitlines()[0])
    parser.add_argument("site", type=Path, help="the built book: _build/html")
    parser.add_argument("released", type=Path, help="the folder with v0.1.0.zip and the like")
    options = parser.parse_args(arguments)
    try:
        names = add_versions(options.site, options.released)
    except VersionError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{options.site}: the newest version and {', '.join(names) or 'none that was released'}")
    return 0


def add_versions(site: Path, released: Path) -> list[str]:
    """Lay out all released versions in the site and link them with each other; returns their tags, latest first."""
    archives = sorted(released.glob("*.zip"), key=_number, reverse=True)
    for archive in archives:
        if (site / archive.stem).exists():
            raise VersionError(f"{site / archive.stem} is there already: build the site anew")
    with tempfile.TemporaryDirectory(dir=site.parent) as built:
        for archive in archives:
            _unpack(archive, Path(built) / archive.stem)
        for archive in archives:
            (Path(built) / archive.stem).rename(site / archive.stem)
    _link_pages(site, [archive.stem for archive in archives])
    return [archive.stem for archive in archives]


def _number(archive: Path) -> tuple[int, ...]:
    tag = TAG.fullmatch(archive.stem)
    if not tag:
        raise VersionError(f"{archive} is not named by a version: expected a name like v0.1.0.zip")
    return tuple(map(int, tag.groups()))


def _unpack(archive: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as file:
            file.extractall(folder)  # leaves out whatever leads above the folder
    except (zipfile.BadZipFile, OSError) as error:
        raise VersionError(f"{archive} cannot be unpacked: {error}") from error
    pages = _pages(folder)
    if not pages or not (folder / "index.html").exists():
        raise VersionError(f"{archive} is not a built book: expected index.html and pages at its top")
    for page in pages:
        if PLACE not in (folder / page).read_text(encoding="utf-8"):
            raise VersionError(f"{archive}: {page} has no place for links to other versions")
    for name in ("sitemap.xml", "robots.txt", LOST):  # those of the newest version count for the site
        (folder / name).unlink(missing_ok=True)


def _link_pages(site: Path, tags: list[str]) -> None:
    folders = {NEWEST: site} | {tag: site / tag for tag in tags}
    pages = {name: _pages(folder, without=tags) for name, folder in folders.items()}
    for own, folder in folders.items():
        for page in pages[own]:
            path = folder / page
            text = path.read_text(encoding="utf-8")
            addresses = {name: _address(site, path, folders[name], page, pages[name]) for name in folders}
            text = text.replace(PLACE, _menu(own, addresses)) if tags else text
            path.write_text(text if own == NEWEST else _marked_old(text, own, addresses[NEWEST]), encoding="utf-8")


def _pages(folder: Path, without: Collection[str] = ()) -> list[str]:
    """The pages with a text of their own, as addresses in the folder; redirects have none."""
    names = (path.relative_to(folder) for path in folder.rglob("*.html"))
    kept = [name.as_posix() for name in names if name.parts[0] not in {LOST, *without}]
    return [name for name in kept if TEXT in (folder / name).read_text(encoding="utf-8")]


def _address(site: Path, path: Path, folder: Path, page: str, there: list[str]) -> str:
    """From the page at the path to the same page of the version in the folder, or to its start."""
    target = (folder / (page if page in there else "index.html")).relative_to(site).as_posix()
    return posixpath.relpath(target, path.parent.relative_to(site).as_posix())


def _menu(own: str, addresses: dict[str, str]) -> str:
    links = [f'<a href="{address}">{name.lstrip("v")}</a>' for name, address in addresses.items() if name != own]
    return f"· Other versions: {', '.join(links)}"


def _marked_old(text: str, own: str, newest: str) -> str:
    """Readers are told at the top of the text, and search engines in the head."""
    note = f'<p class="rnn-old-version" role="note">Version {own[1:]}. <a href="{newest}">Go to the newest</a>.</p>'
    text = text.replace("</head>", '<meta name="robots" content="noindex" /></head>', 1)
    return text.replace(TEXT, TEXT + note, 1)


if __name__ == "__main__":
    sys.exit(main())
