"""Files are written whole or not at all."""

import os
import secrets
from pathlib import Path

import pytest

from rnncourse import whole_file


def test_text_and_bytes_are_written_as_they_are(tmp_path):
    whole_file.write(tmp_path / "new" / "a.csv", "Zoë\r\n")
    assert (tmp_path / "new" / "a.csv").read_bytes() == "Zoë\r\n".encode()
    whole_file.write(tmp_path / "new" / "a.csv", b"\x00")
    assert (tmp_path / "new" / "a.csv").read_bytes() == b"\x00"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.csv"]


def test_a_link_at_the_name_is_replaced_and_not_followed(tmp_path):
    target = tmp_path / "precious"
    target.write_text("kept")
    (tmp_path / "a.csv").symlink_to(target)
    whole_file.write(tmp_path / "a.csv", "new")
    assert target.read_text() == "kept"
    assert not (tmp_path / "a.csv").is_symlink()


def test_a_link_at_the_temporary_name_is_neither_followed_nor_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(secrets, "token_hex", lambda size: "guessed")
    target = tmp_path / "precious"
    target.write_text("kept")
    (tmp_path / ".guessed.part").symlink_to(target)
    with pytest.raises(FileExistsError):
        whole_file.write(tmp_path / "a.csv", "new")
    assert target.read_text() == "kept"
    assert (tmp_path / ".guessed.part").is_symlink()
    assert not (tmp_path / "a.csv").exists()


def test_nothing_is_left_behind_by_an_error(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        whole_file.write(tmp_path / "folder", "a folder is in the way")
    with pytest.raises(UnicodeEncodeError):
        whole_file.write(tmp_path / "a.csv", "\ud800")
    with pytest.raises(TypeError):
        whole_file.write(tmp_path / "a.csv", 3)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_the_file_is_closed_before_it_is_removed_as_windows_demands(tmp_path, monkeypatch):
    def open_files():
        return [os.readlink(file) for file in Path("/proc/self/fd").iterdir() if file.exists()]

    found = []
    unlink = Path.unlink
    monkeypatch.setattr(Path, "unlink", lambda path, **how: (found.extend(open_files()), unlink(path, **how)))
    with pytest.raises(TypeError):
        whole_file.write(tmp_path / "a.csv", 3)
    assert found
    assert not [name for name in found if name.endswith(".part")]


@pytest.mark.parametrize("sync", [False, True])
def test_the_content_is_on_the_disk_before_the_name_when_asked(tmp_path, monkeypatch, sync):
    done = []
    monkeypatch.setattr(os, "fsync", lambda number: done.append("sync"))
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("name"), replace(*names)))
    whole_file.write(tmp_path / "a", b"content", sync=sync)
    assert done == ["sync"] * sync + ["name"]
    assert (tmp_path / "a").read_bytes() == b"content"
