"""Notebooks without outputs run at the same time, and what failed is left to MyST-NB."""

import os
import sys
from types import SimpleNamespace

import pytest
from built_book import ROOT
from jupyter_cache import get_cache
from myst_nb.core.config import NbParserConfig
from myst_parser.config.main import MdParserConfig

sys.path.insert(0, str(ROOT / "book" / "_ext"))

import cells_side_by_side

PAGE = "---\nfile_format: mystnb\n---\n\n# {title}\n\n```{{code-cell}} python\n{code}\n```\n"
MEETING = """\
import pathlib, time
pathlib.Path("{mine}").touch()
deadline = time.monotonic() + 60
while not pathlib.Path("{other}").exists():
    assert time.monotonic() < deadline, "the other notebook does not run beside this one"
    time.sleep(0.05)
print("met")"""


@pytest.fixture
def env(tmp_path):
    """What Sphinx knows of a project of five pages in a folder."""
    pages = {
        "ada": PAGE.format(title="Ada", code=MEETING.format(mine="ada", other="bob")),
        "bob": PAGE.format(title="Bob", code=MEETING.format(mine="bob", other="ada")),
        "fails": PAGE.format(title="Fails", code="1 / 0"),
        "words": "# No notebook\n",
    }
    for name, text in pages.items():
        (tmp_path / f"{name}.md").write_text(text)
    config = NbParserConfig(execution_mode="cache", execution_cache_path=str(tmp_path / "cache"))
    return SimpleNamespace(
        docnames=list(pages),
        doc2path=lambda name: str(tmp_path / f"{name}.md"),
        mystnb_config=config,
        myst_config=MdParserConfig(),
    )


def missing(env):
    cache = get_cache(env.mystnb_config.execution_cache_path)
    return [source.stem for source in cells_side_by_side.without_outputs(env, env.docnames, cache)]


def test_they_run_side_by_side_and_only_once(env, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert missing(env) == ["ada", "bob", "fails"]
    cells_side_by_side.fill_cache(None, env, env.docnames)
    assert missing(env) == ["fails"]
    monkeypatch.setattr(cells_side_by_side, "run", lambda source, *_: pytest.fail(f"{source} ran a second time"))
    cells_side_by_side.fill_cache(None, env, ["ada", "bob", "words"])
