"""Reading: every encoding and format that students hand in, and one sentence on what is no notebook at all."""

import json

import pytest

from rnncourse.grading.inside.reading import Cell, Unreadable, read


def notebook(*sources):
    """A notebook of nbformat 4 with these code cells."""
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources], "nbformat": 4})


def sources(name, data):
    return [cell.source for cell in read(name, data if isinstance(data, bytes) else data.encode()).cells]


def test_cells_are_counted_over_code_cells():
    cells = [{"cell_type": "markdown", "source": "a"}, {"cell_type": "code", "source": "x"}] * 2
    source = read("ada.ipynb", json.dumps({"cells": cells}).encode())
    assert source.cells == [Cell("ada.ipynb, cell 1", "x"), Cell("ada.ipynb, cell 2", "x")]
    assert source.notes == []


def test_a_script_is_one_cell_also_when_empty():
    assert read("ada.py", b"x = 1\n").cells == [Cell("ada.py", "x = 1\n")]
    assert read("ada.py", b"").cells == [Cell("ada.py", "")]


@pytest.mark.parametrize("written", ["a\nb", ["a\n", "b"], ["a", "\n", "b"], "a\r\nb", "a\rb", "\ufeffa\nb"])
def test_a_source_is_text_or_lines_and_its_lines_end_alike(written):
    assert sources("ada.ipynb", notebook(written)) == ["a\nb"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["ada.py", "ada.ipynb"])
def test_unicode_in_any_encoding(name, encoding):
    text = "x = 'é → 漢'"
    content = json.dumps({"cells": [{"cell_type": "code", "source": text}]}, ensure_ascii=False)
    read_back = read(name, (text if name == "ada.py" else content).encode(encoding))
    assert read_back.cells[0].source == text
    assert read_back.notes == []


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8", "koi8-r"])
def test_a_script_says_its_encoding(encoding):
    text = f"# -*- coding: {encoding} -*-\nx = '{'Ы' if encoding == 'koi8-r' else 'é'}'"
    assert read("ada.py", text.encode(encoding)) == read("ada.py", text.encode("utf-8-sig"))


@pytest.mark.parametrize("cookie", ["klingon", "rot13", "hex", "utf-8"])
@pytest.mark.parametrize("letters", ["é".encode(), b"\xe9"])
def test_a_wrong_or_useless_encoding_does_no_harm(cookie, letters):
    source = read("ada.py", b"# coding: " + cookie.encode() + b"\nx = '" + letters + b"'")
    assert source.cells[0].source.endswith("x = 'é'")
    assert source.notes == (["ada.py: not UTF-8 text; it was read as Latin-1"] if len(letters) == 1 else [])


def test_characters_that_no_source_can_hold_are_gone():
    source = read("ada.ipynb", notebook("a\0b = '\ud800'").encode())
    assert source.cells[0].source == "ab = '?'"
    assert source.notes == ["ada.ipynb, cell 1: NUL characters were left out"]
    assert sources("ada.py", b"a\0b") == ["ab"]


def test_nbformat_3_has_worksheets_and_languages():
    cells = [
        {"cell_type": "code", "input": ["a\n", "b"], "language": "python"},
        {"cell_type": "heading", "source": "c"},
    ]
    cells += [{"cell_type": "code", "input": "ls", "language": "bash"}]
    old = {"nbformat": 3, "worksheets": [{"cells": cells}, None, {"cells": cells[:1]}]}
    source = read("ada.ipynb", json.dumps(old).encode())
    assert [(cell.place, cell.source) for cell in source.cells] == [
        ("ada.ipynb, cell 1", "a\nb"),
        ("ada.ipynb, cell 3", "a\nb"),
    ]
    assert source.notes == []


@pytest.mark.parametrize("written", [None, 3, {"a": 1}, [["a"]], ["a", 1], True])
def test_a_cell_without_text_costs_itself(written):
    source = read("ada.ipynb", notebook("a", written, "b").encode())
    assert [cell.place for cell in source.cells] == ["ada.ipynb, cell 1", "ada.ipynb, cell 3"]
    (note,) = source.notes
    assert note.startswith("ada.ipynb, cell 2: ")


def test_entries_that_are_not_cells_are_counted_in_one_note():
    entries = [None, 1, [], {"cell_type": ["code"]}, {}, {"cell_type": "raw"}, {"cell_type": "code", "source": "a"}]
    source = read("ada.ipynb", json.dumps({"cells": entries}).encode())
    assert [cell.source for cell in source.cells] == ["a"]
    assert source.notes == ["ada.ipynb: 5 of its cells are not of the form of a cell; they were left out"]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("ada.ipynb", b"", "the file is empty."),
        ("ada.ipynb", b"\xef\xbb\xbf \n", "the file is empty."),
        ("ada.ipynb", b"\0" * 9, "the file is empty."),
        ("ada.ipynb", b'{"cells": [\n', "broken JSON at line 2: Expecting value."),
        ("ada.ipynb", b"\x89PNG\r\n\x1a\n\xff", "broken JSON at line 1: Expecting value."),
        ("ada.ipynb", b"[" * 200_000, "nested too deeply."),
        ("ada.ipynb", b"9" * 10_000, "a number too long"),
        ("ada.ipynb", b"[]", "no list of cells."),
        ("ada.ipynb", b"null", "no list of cells."),
        ("ada.ipynb", b'{"cells": {"0": {}}}', "no list of cells."),
        ("ada.ipynb", b'{"worksheets": 3}', "no list of cells."),
        ("essay.txt", b"x = 1", "expected a notebook (.ipynb) or a script (.py)."),
        ("py", b"x = 1", "expected a notebook (.ipynb) or a script (.py)."),
    ],
)
def test_what_cannot_be_read_is_one_sentence(name, data, reason):
    with pytest.raises(Unreadable) as caught:
        read(name, data)
    assert str(caught.value).startswith(f"{name}: ")
    assert reason in str(caught.value)


def test_a_notebook_without_code_has_no_cells():
    assert read("ada.ipynb", b'{"cells": []}').cells == []
    assert read("ADA.IPYNB", b'{"cells": [{"cell_type": "markdown"}]}').cells == []
