"""The project's address stands in `_config.yml`; wherever else it has to be written out, it is the same."""

import re
from fnmatch import fnmatch

import pytest

from tools.project import Project
from tools.sync import ROOT

from .project_files import project_texts

NAME = "rnncourse"
MAY_NAME_IT = [
    "_config.yml",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "CITATION.cff",
    "pyproject.toml",
    "book/index.md",
    "rnncourse/grading/book.py",
    "book/chapters/*.ipynb",
    "book/case_studies/*.ipynb",
    "exercises/*.ipynb",
]
PLACE = r"(?P<owner>[\w.-]+)/(?P<repo>[\w-]+(?:\.[\w-]+)*)"
ADDRESSES = [
    re.compile(rf"\bgithub\.com[/:]{PLACE}"),
    re.compile(rf"\braw\.githubusercontent\.com/{PLACE}"),
    re.compile(rf"\bcolab\.research\.google\.com/github/{PLACE}"),
    re.compile(rf"\bmybinder\.org/v2/gh/{PLACE}"),
    re.compile(r"\b(?P<owner>[\w-]+)\.github\.io/(?P<repo>[\w-]+)"),
]


def our_addresses(text: str) -> set[str]:
    """Each `owner/repository` in `text` that looks like this project's; links to other projects do not count."""
    found = [match for pattern in ADDRESSES for match in pattern.finditer(text)]
    places = {f"{match['owner']}/{match['repo'].removesuffix('.git')}".lower() for match in found}
    return {place for place in places if NAME in place}


def true_address() -> str:
    return "/".join(Project(ROOT).setting("repository", "url").split("/")[-2:])


def strays(texts: dict[str, str], address: str) -> list[str]:
    """Where another address stands, or the right one in a file that should not need it."""
    wrong = []
    for name, text in texts.items():
        allowed = any(fnmatch(name, pattern) for pattern in MAY_NAME_IT)
        wrong += [f"{name}: {place}" for place in our_addresses(text) if not allowed or place != address]
    return wrong


def test_one_address_in_the_whole_project():
    others = {name: text for name, text in project_texts().items() if not name.startswith("tests/book/")}
    assert our_addresses(others["_config.yml"]) == {true_address()}
    assert strays(others, true_address()) == []


# Other owners, put together here so that this file holds no address itself.
OWNER, OTHER = true_address().split("/")[0], "somebody"


@pytest.mark.parametrize(
    "form",
    [
        "git clone https://github.com/{}/{}.git",
        "git@github.com:{}/{}.git",
        "https://colab.research.google.com/github/{}/{}/blob/main/a.ipynb",
        "https://raw.githubusercontent.com/{}/{}/main/a.png",
        "https://mybinder.org/v2/gh/{}/{}/main",
        "https://{}.github.io/{}/index.html",
    ],
)
def test_a_changed_address_is_found(form):
    right, wrong = form.format(OWNER, NAME), form.format(OTHER, NAME)
    assert strays({"README.md": right}, true_address()) == []
    assert strays({"README.md": f"{right}\n{wrong}"}, true_address()) == [f"README.md: {OTHER}/{NAME}"]
    assert strays({"README.md": form.format(OWNER, f"{NAME}2")}, true_address()) == [f"README.md: {OWNER}/{NAME}2"]
    assert strays({"book/data.md": right}, true_address()) == [f"book/data.md: {true_address()}"]
    assert strays({"book/data.md": form.format("numpy", "numpy")}, true_address()) == []
