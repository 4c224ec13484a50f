"""A small repository in a temporary folder, with everything that tools.sync reads."""

import json
from pathlib import Path

import pytest

from tools.errors import SourceError
from tools.notebook import plain_cells
from tools.project import Project
from tools.sync import main

HEADER = """\
---
jupytext:
  text_representation:
    format_name: myst
kernelspec:
  name: python3
---
"""
CONFIG = """\
repository:
  url: https://github.com/example-org/course
  branch: main
html:
  baseurl: https://example-org.github.io/course/
"""
SYLLABUS = """\
decks:
  - {short: KGP, course: Algorithms, lecturer: S. B., institution: IIT, year: 2020}
  - {short: RN2, course: Networks, lecturer: , institution: , year: }
chapters:
  - number: 3
    file: 03_bptt
    title: Through time
    items:
      - {id: B01, from: [KGP, RN2], title: "Unrolling, $|x|$"}
      - {id: B02, from: [], title: Outputs}
"""
REFERENCES = r"""
@article{elman1990, author = {Elman, Jeffrey L.}, title = {Finding Structure in Time}, year = {1990},
  journal = {Cognitive Science}, volume = {14}, pages = {179--211}}
@article{hochreiter1997, author = {Hochreiter, Sepp and Schmidhuber, J{\"u}rgen}, title = {Long Short-Term Memory},
  journal = {Neural Computation}, year = {1997}}
@inproceedings{pascanu2013, author = {Pascanu, Razvan and Mikolov, Tomas and Bengio, Yoshua}, year = {2013},
  title = {On the difficulty of training recurrent neural networks}, booktitle = {ICML}}
"""


class Repository:
    """The small repository: write files, run the command, read what came out."""

    def __init__(self, root: Path):
        self.root = root

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def chapter(self, body: str, stem: str = "03_bptt") -> Path:
        """Write a chapter; the first line of `body` is line 8 of the file."""
        return self.write(f"book/chapters/{stem}.md", HEADER + body)

    def solution(self, body: str, stem: str = "03_bptt") -> Path:
        """Write an exercise with its solution; the first line of `body` is line 8 of the file."""
        return self.write(f"solutions/{stem}.md", HEADER + body)

    def cells(self, path: Path) -> list:
        project = Project(self.root)
        return plain_cells(project.read(path), project)

    def markdown(self, body: str) -> str:
        """The plain Markdown of a chapter that has no code."""
        return "\n\n".join(cell.text for cell in self.cells(self.chapter(body)) if cell.kind == "markdown")

    def mistake(self, path: Path) -> str:
        """The sentence with which a source is refused."""
        with pytest.raises(SourceError) as caught:
            self.cells(path)
        return str(caught.value)

    def sync(self, *arguments: str) -> int:
        named = [str(self.root / word) if word.endswith((".md", ".yml")) else word for word in arguments]
        return main(named, root=self.root)

    def notebook(self, name: str) -> dict:
        return json.loads((self.root / name).read_text(encoding="utf-8"))


@pytest.fixture
def repository(tmp_path):
    made = Repository(tmp_path.resolve())
    made.write("_config.yml", CONFIG)
    made.write("book/syllabus.yml", SYLLABUS)
    made.write("book/references.bib", REFERENCES)
    made.write("book/notation.md", "# Notation\n\n(the-decks)=\n## The decks' letters\n\nText.\n")
    return made
