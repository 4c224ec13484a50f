"""The lecture map: every item of the syllabus once, with its place in the book."""

import pytest

from tools.errors import SourceError
from tools.lecture_map import lecture_map
from tools.project import Project


def rows(repository) -> list[str]:
    return [row for row in lecture_map(Project(repository.root)).split("\n") if row.startswith("| B")]


def mistake(repository) -> str:
    with pytest.raises(SourceError) as caught:
        lecture_map(Project(repository.root))
    return str(caught.value)


def test_without_chapters_nothing_is_built(repository):
    text = lecture_map(Project(repository.root))
    assert text.startswith("<!-- Generated from book/syllabus.yml")
    assert "**0 of 2 items work.**" in text
    assert "| KGP | Algorithms | S. B. | IIT | 2020 |\n| RN2 | Networks | – | – | – |\n" in text
    assert "\n## 3. Through time\n\n| Item | From | What | Where |\n" in text
    assert rows(repository) == [
        r"| B01 | KGP, RN2 | Unrolling, $\|x\|$ | not yet built |",
        "| B02 | – | Outputs | not yet built |",
    ]


def test_a_label_belongs_to_the_heading_under_it_or_else_above_it(repository):
    repository.chapter(
        "# Title\n\n(other)=\n(item-B01)=\n% unseen\n## The `step` | [one]\n\n:::{note}\n(item-B02)=\nText\n:::\n\n## Later\n",
    )
    assert "**2 of 2 items work.**" in lecture_map(Project(repository.root))
    assert [row.split(" | ", 3)[-1] for row in rows(repository)] == [
        r"[The `step` \| \[one\]](#item-b01) |",
        r"[The `step` \| \[one\]](#item-b02) |",
    ]


def test_a_label_in_code_does_not_count(repository):
    repository.chapter("```md\n(item-B01)=\n```\n\n```{code-cell} python\n(item-B02)=1\n```\n")
    assert all("not yet built" in row for row in rows(repository))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("# A\n\n(item-Z99)=\nText\n", "book/chapters/03_bptt.md:10: no item Z99 in book/syllabus.yml"),
        (
            "(item-B01)=\n# A\n\n(item-B01)=\nText\n",
            "book/chapters/03_bptt.md:11: the label (item-b01)= stands already in book/chapters/03_bptt.md:8",
        ),
    ],
)
def test_labels_that_are_refused(repository, body, expected):
    repository.chapter(body)
    assert mistake(repository) == expected


def test_an_item_in_two_chapters_is_refused(repository):
    repository.chapter("(item-B01)=\n# A\n")
    repository.chapter("(item-B01)=\n# B\n", stem="04_next")
    expected = "book/chapters/04_next.md:8: the label (item-b01)= stands already in book/chapters/03_bptt.md:8"
    assert mistake(repository) == expected


def one_chapter(*items: str) -> str:
    return f"decks: []\nchapters:\n  - {{number: 1, file: a, title: a, items: [{', '.join(items)}]}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[", "not the list of decks and chapters that was expected ("),
        ("decks: []\n", "not the list of decks and chapters that was expected ('chapters')"),
        (one_chapter("{id: A, from: [QQQ], title: a}"), "the item A comes from QQQ, which is no deck"),
        (one_chapter("{id: A, from: [], title: a}", "{id: A, from: [], title: b}"), "the item A stands twice"),
    ],
)
def test_a_syllabus_that_is_wrong(repository, text, expected):
    repository.write("book/syllabus.yml", text)
    assert mistake(repository).startswith(f"book/syllabus.yml: {expected}")
