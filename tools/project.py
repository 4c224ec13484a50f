"""The repository as these tools see it: its sources, its address, and the files that all pages share."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import yaml

from tools.blocks import Block, parse
from tools.citations import Bibliography
from tools.errors import SourceError
from tools.labels import Label, book_labels
from tools.source import Source, read_source, read_text
from tools.syllabus import Syllabus, read_syllabus

CHAPTERS, EXERCISES, SOLUTIONS = "book/chapters", "exercises", "solutions"
CASE_STUDIES = "book/case_studies"
PACKAGED_SOLUTIONS = "rnncourse/exercises/solutions"
SYLLABUS, LECTURE_MAP = "book/syllabus.yml", "book/lecture_map.md"


@dataclass(frozen=True)
class Project:
    """The folder `root`; what is read from it is read once."""

    root: Path

    def name(self, path: Path) -> str:
        """A path from the repository's root, as errors and reports write it."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def sources(self) -> list[Path]:
        """Every chapter, then every solution, then every case study."""
        found = [path for folder in (CHAPTERS, SOLUTIONS) for path in sorted((self.root / folder).glob("*.md"))]
        return found + self.case_studies()

    def case_studies(self) -> list[Path]:
        """Every case study; the page that lists them, index.md, is none."""
        return sorted((self.root / CASE_STUDIES).glob("[0-9]*.md"))

    def notebook_of(self, source: Path) -> Path:
        """The notebook generated from `source`: beside it, or in exercises/ for a solution."""
        folders = {CHAPTERS: CHAPTERS, CASE_STUDIES: CASE_STUDIES, SOLUTIONS: EXERCISES}
        folders = {self.root / source: target for source, target in folders.items()}
        if source.suffix != ".md" or source.parent not in folders:
            expected = " or ".join(f"{folder}/NN_topic.md" for folder in (CHAPTERS, SOLUTIONS, CASE_STUDIES))
            raise SourceError(self.name(source), None, f"not a source of notebooks; expected {expected}")
        return self.root / folders[source.parent] / f"{source.stem}.ipynb"

    def packaged_of(self, source: Path) -> Path:
        """The file of solutions that is generated from `solutions/NN_topic.md` into the package."""
        return self.root / PACKAGED_SOLUTIONS / f"{self.notebook_of(source).stem}.json"

    def source_of(self, generated: Path) -> Path:
        """Where the source of a generated notebook or file of solutions stands, whether or not it exists."""
        is_exercise = generated.parent in (self.root / EXERCISES, self.root / PACKAGED_SOLUTIONS)
        folder = self.root / SOLUTIONS if is_exercise else generated.parent
        return folder / f"{generated.stem}.md"

    def orphans(self) -> list[Path]:
        """Files in the generated places that no source stands for."""
        notebooks = [f"{folder}/*.ipynb" for folder in (CHAPTERS, EXERCISES, CASE_STUDIES)]
        patterns = [*notebooks, f"{PACKAGED_SOLUTIONS}/*.json"]
        found = [path for pattern in patterns for path in sorted(self.root.glob(pattern))]
        return [path for path in found if not self.source_of(path).exists()]

    def is_exercise(self, source: Path) -> bool:
        return source.parent == self.root / SOLUTIONS

    def is_case_study(self, source: Path) -> bool:
        return source.parent == self.root / CASE_STUDIES

    def read(self, source: Path) -> Source:
        return read_source(source, self.name(source))

    def blocks(self, page: Path) -> list[Block]:
        """The blocks of any Markdown page."""
        return parse(read_text(page, self.name(page)), self.name(page))

    @cached_property
    def labels(self) -> dict[str, Label]:
        return book_labels(self.root)

    @cached_property
    def bibliography(self) -> Bibliography:
        return Bibliography(self.root / "book/references.bib", "book/references.bib")

    @cached_property
    def syllabus(self) -> Syllabus:
        return read_syllabus(self.root / SYLLABUS, SYLLABUS)

    @cached_property
    def _config(self) -> dict:
        try:
            return yaml.safe_load(read_text(self.root / "_config.yml", "_config.yml")) or {}
        except yaml.YAMLError as error:
            raise SourceError("_config.yml", None, f"not YAML: {str(error).splitlines()[0]}") from None

    def setting(self, group: str, name: str) -> str:
        """One setting of `_config.yml`, such as `repository.url`."""
        value = (self._config.get(group) or {}).get(name)
        if not value:
            raise SourceError("_config.yml", None, f"{group}.{name} is missing; generated notebooks need it")
        return str(value).rstrip("/")

    def page_address(self, page: str, anchor: str = "") -> str:
        """The address of a built page of the book; `page` is its source's path from the root."""
        address = f"{self.setting('html', 'baseurl')}/{quote(str(Path(page).with_suffix('.html')))}"
        return f"{address}#{anchor}" if anchor else address

    def file_address(self, name: str) -> str:
        """The address of a file that is not a page of the book, in the repository."""
        return f"{self.setting('repository', 'url')}/blob/{self.setting('repository', 'branch')}/{quote(name)}"
