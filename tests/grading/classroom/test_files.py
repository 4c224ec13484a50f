"""Names of files: every file system takes them, and two students never share one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from records import HOSTILE

from rnncourse import whole_file
from rnncourse.grading.classroom import files

ANY_TEXT = st.text(st.characters(), max_size=60)  # lone surrogates too


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
        whole_file.write(folder / f"{stem}.html", stem)
    assert {path.name for path in folder.iterdir()} == {f"{stem}.html" for stem in stems.values()}
    assert len(list(folder.iterdir())) == len(set(names))
