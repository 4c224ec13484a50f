"""Turn a page's links into links that also work from a notebook opened on Colab."""

import re
from pathlib import Path

from tools.labels import Label, heading_anchors, normal, page_labels
from tools.project import CHAPTERS, EXERCISES, Project
from tools.source import Source

OUTSIDE = ("https://", "http://", "mailto:")


class Links:
    """Where the links of one source lead. Labels of the page itself stay; all else becomes a full address."""

    def __init__(self, source: Source, project: Project):
        self.source, self.project = source, project
        self.own: dict[str, Label] = page_labels(source.blocks(), source.name)

    def resolve(self, target: str, line: int) -> str:
        """The target to write in the notebook for `target`, written in `line` of the source."""
        if target.startswith(OUTSIDE):
            return target
        if re.match(r"[A-Za-z][\w+.-]*:", target):
            expected = "a path, #label or https address"
            raise self.source.error(line, f"unknown kind of link {target}; expected {expected}")
        path, _, anchor = target.partition("#")
        return self._file(path, anchor, line) if path else self._label(anchor, line)

    def check_image(self, target: str, line: int) -> None:
        if not target.startswith(OUTSIDE):
            self._existing(target, line)

    def _label(self, name: str, line: int) -> str:
        label = self.own.get(normal(name))
        if label and not self.project.is_exercise(self.source.path):
            return f"#{label.anchor}"
        if label:  # the book builds the exercise's notebook, where a bare #label would be unknown to Sphinx
            exercise = self.project.notebook_of(self.source.path)
            return self.project.page_address(self.project.name(exercise), label.anchor)
        label = self.project.labels.get(normal(name))
        if label is None:
            raise self.source.error(line, f"no label ({name})= in this page or in the book")
        return self.project.page_address(label.page, label.anchor)

    def _file(self, path: str, anchor: str, line: int) -> str:
        target = (self.source.path.parent / path).resolve()
        if self._is_page(target):
            return self.project.page_address(self.project.name(target), self._section(target, anchor, line))
        address = self.project.file_address(self.project.name(self._existing(path, line)))
        return f"{address}#{anchor}" if anchor else address

    def _is_page(self, target: Path) -> bool:
        """Whether the book has a page for `target`; a notebook counts before it is generated."""
        project = self.project
        if target.suffix == ".ipynb" and target.parent in (project.root / CHAPTERS, project.root / EXERCISES):
            return target.exists() or project.source_of(target).exists()
        return target.suffix == ".md" and target.is_relative_to(project.root / "book") and target.exists()

    def _section(self, target: Path, slug: str, line: int) -> str:
        """The id of a section of another page, named by its heading's slug as MyST wants it."""
        if not slug:
            return ""
        page = self.project.source_of(target) if target.suffix == ".ipynb" else target
        known = heading_anchors(self.project.blocks(page))
        if slug not in known:
            name = self.project.name(page)
            advice = f"to reach a label (in whatever page) write [text](#{slug})"
            raise self.source.error(line, f"no heading #{slug} in {name}; {advice}")
        return known[slug]

    def _existing(self, path: str, line: int) -> Path:
        """The file a relative path means; it must exist inside the repository."""
        target = (self.source.path.parent / path).resolve()
        if not (target.exists() and target.is_relative_to(self.project.root)):
            raise self.source.error(line, f"the link leads to {path}, and there is no such file in the repository")
        return target
