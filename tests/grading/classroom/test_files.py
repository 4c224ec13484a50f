"""Files are written whole or not at all, and two students never share a name."""

import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from records import HOSTILE

from rnncourse.grading.classroom import files

ANY_TEXT = st.text(st.characters(), max_size=60)  # lone surrogates too


def test_text_and_bytes_are_written_as_they_are(tmp_path):
    files.write(tmp_path / "new" / "a.csv", "Zoë\r\n")
    assert (tmp_path / "new" / "a.csv").read_bytes() == "Zoë\r\n".encode()
    files.write(tmp_path / "new" / "a.csv", b"\x00")
    assert (tmp_path / "new" / "a.csv").read_bytes() == b"\x00"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.csv"]


def test_a_link_at_the_name_is_replaced_and_not_followed(tmp_path):
    target = tmp_path / "precious"
    target.write_text("kept")
    (tmp_path / "a.csv").symlink_to(target)
    files.write(tmp_path / "a.csv", "new")
    assert target.read_text() == "kept"
    assert not (tmp_path / "a.csv").is_symlink()


def test_a_link_at_the_temporary_name_is_neither_followed_nor_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(secrets, "token_hex", lambda size: "guessed")
    target = tmp_path / "precious"
    target.write_text("kept")
    (tmp_path / ".guessed.part").symlink_to(target)
    with pytest.raises(FileExistsError):
        files.write(tmp_path / "a.csv", "new")
    assert target.read_text() == "kept"
    assert (tmp_path / ".guessed.part").is_symlink()
    assert not (tmp_path / "a.csv").exists()


def test_nothing_is_left_behind_by_an_error(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        files.write(tmp_path / "folder", "a folder is in the way")
    with pytest.raises(UnicodeEncodeError):
        files.write(tmp_path / "a.csv", "\ud800")
    with pytest.raises(TypeError):
        files.write(tmp_path / "a.csv", 3)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_ordinary_names_stay():
    names = ["ada", "Zoë 🧑‍🎓", "o'hara-2", "lovelaceada_12345_67890_03_bptt", "李"]
    assert files.stems(names) == {name: name for name in names}


@pytest.mark.parametrize(
    "name", ["../x", "..", ".hidden", "", "a/b", "a\\b", "CON", "nul.txt", "a.", "x" * 201, "é" * 101]
)
def test_names_that_some_file_system_refuses_are_hashed(name):
    stem = files.stems([name])[name]
    assert files._HASHED.fullmatch(stem)
    assert stem.isascii()


def test_names_alike_but_for_capitals_or_the_form_of_an_accent_get_files_of_their_own():
    names = ["Ada", "ada", "zoe\u0308", "zo\u00eb"]
    stems = files.stems(names)
    assert len({stem.casefold() for stem in stems.values()}) == 4
    assert all(files._HASHED.fullmatch(stem) for stem in stems.values())


def test_a_name_that_copies_another_students_hash_is_hashed_itself():
    victim = "../x"
    copied = files.stems([victim])[victim]
    for copy in (copied, copied.upper()):
        first, second = files.stems([victim, copy]).values()
        assert first.casefold() != second.casefold()


@settings(deadline=None, max_examples=60)
@given(st.lists(ANY_TEXT | st.sampled_from(HOSTILE), max_size=8))
def test_any_names_make_distinct_files_inside_the_folder(tmp_path_factory, names):
    folder = tmp_path_factory.mktemp("feedback")
    stems = files.stems(names)
    for stem in stems.values():
        files.write(folder / f"{stem}.html", stem)
    assert {path.name for path in folder.iterdir()} == {f"{stem}.html" for stem in stems.values()}
    assert len(list(folder.iterdir())) == len(set(names))
