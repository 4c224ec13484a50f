"""Reading a source: cells, tags, line numbers, and the cells that every notebook gets."""

import nbformat
import pytest

from tools.notebook import to_notebook, to_text

CELL = "```{code-cell} python\n"


def test_cells_in_order_with_lines_and_tags(repository):
    path = repository.chapter(
        f"# Title\n\n{CELL}:tags: [hide-input, slow]\n\nx = 1\n```\n\n"
        f"Text\n\n```{{code-cell}} ipython3\n---\ntags: [a]\nmystnb:\n  image: {{}}\n---\ny = 2\n\n```\n{CELL}```\n",
    )
    cells = repository.cells(path)
    assert [(cell.kind, cell.text, cell.line, cell.tags) for cell in cells if cell.line > 1] == [
        ("markdown", "# Title", 8, []),
        ("code", "x = 1", 10, ["hide-input", "slow"]),
        ("markdown", "Text", 16, []),
        ("code", "y = 2", 18, ["a"]),
        ("code", "", 27, []),
    ]


def test_install_cell_comes_first_of_the_code(repository):
    cells = repository.cells(repository.chapter(f"# Title\n\n{CELL}x = 1\n```\n"))
    assert [cell.kind for cell in cells] == ["markdown", "code", "code"]
    assert cells[1].tags == ["hide-cell"]
    assert cells[1].text.split("\n") == [
        "# @title Install the course package (needed on Colab only)",
        "import sys",
        "",
        'if "google.colab" in sys.modules:',
        "    %pip install -q git+https://github.com/example-org/course",
    ]


def test_a_page_without_code_gets_the_install_cell_too(repository):
    assert [cell.kind for cell in repository.cells(repository.chapter("Text\n"))] == ["markdown", "code"]


def test_a_cell_of_comments_only_is_left_out(repository):
    assert [cell.text for cell in repository.cells(repository.chapter("A\n\n+++\n\n% unseen\n"))][:-1] == ["A"]


def test_code_with_backticks_and_markers_of_markdown(repository):
    code = 's = """\n```\n(label)=\n% x\n+++\n"""'
    cells = repository.cells(repository.chapter(f"````{{code-cell}} python\n{code}\n````\n"))
    assert cells[-1].text == code


def test_ids_and_metadata_come_from_the_place(repository):
    path = repository.chapter(f"# Title\n\n{CELL}:tags: [a]\nx = 1\n```\n")
    notebook = to_notebook(repository.cells(path), path.stem)
    nbformat.validate(notebook)
    assert [cell.id for cell in notebook.cells] == ["03-bptt-001", "03-bptt-002", "03-bptt-003"]
    assert [dict(cell.metadata) for cell in notebook.cells] == [{}, {"tags": ["hide-cell"]}, {"tags": ["a"]}]
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert to_text(notebook).endswith("}\n")


def test_a_long_name_still_makes_valid_ids(repository):
    notebook = to_notebook(
        repository.cells(repository.chapter("Text\n", stem="09_" + "é long" * 20)), "é" + "long" * 30
    )
    nbformat.validate(notebook)


def test_twenty_five_lines_are_allowed_and_twenty_six_refused(repository):
    code = "\n".join(f"x = {number}" for number in range(25))
    repository.cells(repository.chapter(f"{CELL}:tags: [a]\n\n{code}\n\n```\n"))
    path = repository.chapter(f"Text\n\n{CELL}{code}\ny = 1\n```\n")
    mistake = "book/chapters/03_bptt.md:10: a code cell of 26 lines; a chapter's cells have at most 25"
    assert repository.mistake(path) == mistake
    assert repository.cells(repository.solution(f"{CELL}{code}\ny = 1\n```\n"))


def test_a_line_of_code_wider_than_the_books_column_is_refused(repository):
    fits = "x = '" + 82 * "a" + "'"
    repository.cells(repository.chapter(f"{CELL}{fits}\n```\n"))
    path = repository.chapter(f"Text\n\n{CELL}y = 1\n{fits[:-1]}a'\n```\n")
    mistake = "book/chapters/03_bptt.md:12: a line of code of 89 characters; in a chapter at most 88"
    assert repository.mistake(path) == mistake


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("# Title\n", "1: no notebook header; expected a YAML header between --- lines with `jupytext:`"),
        ("", "1: no notebook header; "),
        ("---\ntitle: x\n---\n", "1: no notebook header; "),
        ("---\n[\n---\n", "1: the header is not YAML: "),
        ("---\njupytext: 1\n---\n```{code-cell} julia\n```\n", "4: code cell in julia; expected python or ipython3"),
        (
            "---\njupytext: 1\n---\n```{code-cell}\n:name: x\n```\n",
            "4: unknown option name of a code cell; allowed: tags, mystnb",
        ),
        ("---\njupytext: 1\n---\n```{code-cell}\nx = 1\n", "4: this fence is never closed"),
    ],
)
def test_what_is_refused(repository, text, mistake):
    path = repository.write("book/chapters/03_bptt.md", text)
    assert repository.mistake(path).startswith(f"book/chapters/03_bptt.md:{mistake}")


def test_a_source_that_is_not_text(repository):
    path = repository.root / "book/chapters/03_bptt.md"
    repository.chapter("")
    path.write_bytes(b"---\n\xff\n")
    assert repository.mistake(path) == "book/chapters/03_bptt.md: not UTF-8 text (byte 4)"


@pytest.mark.parametrize(
    ("name", "text", "mistake"),
    [
        ("_config.yml", "html: {baseurl: https://example.org}\n", "_config.yml: repository.url is missing"),
        ("_config.yml", "[", "_config.yml: not YAML: "),
        ("book/references.bib", "@article{x, title = {", "book/references.bib: not BibTeX: "),
    ],
)
def test_a_shared_file_that_is_wrong(repository, name, text, mistake):
    repository.write(name, text)
    assert repository.mistake(repository.chapter("{cite}`elman1990`\n")).startswith(mistake)
