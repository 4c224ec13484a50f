"""Released versions of the book beside the newest one."""

import zipfile

import pytest
from bs4 import BeautifulSoup

from tools.versions import main

FOOT = "<footer>Version {} of the course.\n    <!-- versions -->\n</footer>"
REDIRECT = '<html><head></head><body><p>This page is now <a href="book/a.html">here</a>.</p></body></html>'


def page(version, text="Text."):
    foot = FOOT.format(version)
    return f'<html><head></head><body><article class="bd-article"><h1>{text}</h1></article>{foot}</body></html>'


def files(version, *names):
    common = {"index.html": REDIRECT, "404.html": page(version), "robots.txt": version, "sitemap.xml": version}
    return common | {f"{name}.html": page(version, f"{name} {version}") for name in names}


def write_site(folder, texts):
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def release(folder, tag, texts):
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{tag}.zip", "w") as file:
        for name, text in texts.items():
            file.writestr(name, text)


def read(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture
def site(tmp_path):
    """A newest version with pages a and new, and the two releases 0.9.0 (a, gone) and 0.10.0 (a, new)."""
    release(tmp_path / "released", "v0.9.0", files("0.9.0", "book/a", "book/gone"))
    release(tmp_path / "released", "v0.10.0", files("0.10.0", "book/a", "book/new"))
    return write_site(tmp_path / "html", files("0.11.0", "book/a", "book/new"))


def links(site, name):
    found = {link.text: link["href"] for link in read(site / name).select("footer a")}
    return {
        text: (site / name).parent.joinpath(address).resolve().relative_to(site).as_posix()
        for text, address in found.items()
    }


def test_every_page_leads_to_the_same_page_in_each_version(site, capsys):
    assert main([str(site), str(site.parent / "released")]) == 0
    assert "v0.10.0, v0.9.0" in capsys.readouterr().out  # by number: 10 is later than 9
    assert links(site, "book/a.html") == {"0.10.0": "v0.10.0/book/a.html", "0.9.0": "v0.9.0/book/a.html"}
    assert links(site, "v0.9.0/book/a.html") == {"the newest": "book/a.html", "0.10.0": "v0.10.0/book/a.html"}


def test_a_page_that_a_version_lacks_leads_to_its_start(site):
    main([str(site), str(site.parent / "released")])
    assert links(site, "book/new.html") == {"0.10.0": "v0.10.0/book/new.html", "0.9.0": "v0.9.0/index.html"}
    assert links(site, "v0.9.0/book/gone.html") == {"the newest": "index.html", "0.10.0": "v0.10.0/index.html"}


def test_only_old_pages_say_that_they_are_old(site):
    main([str(site), str(site.parent / "released")])
    old = read(site / "v0.9.0/book/a.html")
    assert old.select_one("article > p[role=note]").text == "Version 0.9.0. Go to the newest."
    assert old.select_one("article a")["href"] == "../../book/a.html"
    assert old.select_one("head meta[name=robots]")["content"] == "noindex"
    assert old.h1.text == "book/a 0.9.0"
    assert not read(site / "book/a.html").select("article p, meta")


def test_what_counts_for_the_whole_site_is_that_of_the_newest(site):
    before = {name: (site / name).read_bytes() for name in ("404.html", "robots.txt", "sitemap.xml", "index.html")}
    main([str(site), str(site.parent / "released")])
    assert before == {name: (site / name).read_bytes() for name in before}
    assert sorted(path.name for path in (site / "v0.9.0").iterdir()) == ["book", "index.html"]
    assert (site / "v0.9.0/index.html").read_text(encoding="utf-8") == REDIRECT


def test_without_a_release_the_site_stays_as_it_is(site, tmp_path):
    before = {path: path.read_bytes() for path in site.rglob("*.html")}
    (tmp_path / "none").mkdir()
    assert main([str(site), str(tmp_path / "none")]) == 0
    assert before == {path: path.read_bytes() for path in site.rglob("*.html")}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("latest", files("1", "book/a"), "latest.zip is not named by a version: expected a name like v0.1.0.zip"),
        ("v0.8.0", {"html/index.html": REDIRECT}, "v0.8.0.zip is not a built book: expected index.html"),
        ("v0.8.0", files("1", "book/a") | {"book/b.html": '<article class="bd-article">'}, "book/b.html has no place"),
        ("v0.8.0", None, "v0.8.0.zip cannot be unpacked: File is not a zip file"),
    ],
)
def test_an_archive_that_cannot_be_used_is_named_and_nothing_is_written(site, capsys, name, content, says):
    if content is None:
        (site.parent / "released" / f"{name}.zip").write_text("<html>moved</html>", encoding="utf-8")
    else:
        release(site.parent / "released", name, content)
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    assert main([str(site), str(site.parent / "released")]) == 2
    assert says in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    assert sorted(path.name for path in site.parent.iterdir()) == ["html", "released"]


def test_an_archive_that_was_cut_off_is_named(site, capsys):
    archive = site.parent / "released/v0.9.0.zip"
    content = archive.read_bytes()
    archive.write_bytes(content[:60] + b"\0" * 40 + content[100:])
    assert main([str(site), str(archive.parent)]) == 2
    assert "v0.9.0.zip cannot be unpacked" in capsys.readouterr().err


def test_a_second_run_over_the_same_site_is_refused(site, capsys):
    main([str(site), str(site.parent / "released")])
    assert main([str(site), str(site.parent / "released")]) == 2
    assert "is there already: build the site anew" in capsys.readouterr().err


def test_an_archive_cannot_write_outside_its_folder(site):
    release(site.parent / "released", "v0.9.0", files("0.9.0", "book/a") | {"../../evil.html": "x"})
    main([str(site), str(site.parent / "released")])
    assert [path.parent.name for path in site.parent.rglob("evil.html")] == ["v0.9.0"]
