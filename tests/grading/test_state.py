"""What a student has reached survives restarts, other notebooks, broken files and full disks, and never raises."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from rnncourse import whole_file
from rnncourse.grading import state
from rnncourse.grading.state import Reached, State, current_state

PROGRAM = """\
import sys
from pathlib import Path
from rnncourse.grading.state import State
mine = State(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    mine.add_attempt("shared", number)
    mine.add_hint(sys.argv[2])
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "progress.json"


@pytest.fixture
def fresh_session(monkeypatch):
    state._state_at.cache_clear()
    monkeypatch.delenv(state.SETTING)
    yield
    state._state_at.cache_clear()


def use(mine):
    """A small history: two attempts of which the first was better, and one hint."""
    mine.add_attempt("bptt", 25)
    mine.add_attempt("bptt", 0)
    mine.add_hint("bptt")


HISTORY = Reached(points=25, hints=1, attempts=2)


def test_it_is_there_after_a_restart(path):
    use(State(path))
    assert State(path).reached("bptt") == HISTORY
    assert State(path).reached("another") == Reached()
    written = {"version": 1, "exercises": {"bptt": {"points": 25, "hints": 1, "attempts": 2}}}
    assert json.loads(path.read_text()) == written


def test_memory_holds_the_same_and_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mine = State()
    use(mine)
    assert mine.reached("bptt") == HISTORY
    assert not list(tmp_path.iterdir())


def test_looking_makes_no_folder(path, capsys):
    assert State(path).reached("bptt") == Reached()
    assert not path.parent.exists()
    assert capsys.readouterr().out == ""


def test_two_open_notebooks_see_each_other(path):
    one, other = State(path), State(path)
    one.add_attempt("bptt", 25)
    other.add_attempt("clip_by_norm", 10)
    one.add_attempt("bptt", 0)
    assert (other.reached("bptt").attempts, one.reached("clip_by_norm").points) == (2, 10)


def test_two_processes_at_once_lose_nothing(path):
    command = [sys.executable, "-c", PROGRAM, path]
    running = [subprocess.Popen([*command, name, "150"], stdout=subprocess.PIPE) for name in ("one", "other")]
    assert [process.communicate()[0] for process in running] == [b"", b""]
    assert State(path).reached("shared") == Reached(points=149, attempts=300)
    assert State(path).reached("one").hints == State(path).reached("other").hints == 150
    assert not list(path.parent.glob("*.part")) + list(path.parent.glob("*.broken*"))


def entry(**changes):
    counts = {"points": 1, "hints": 1, "attempts": 1, **changes}
    return json.dumps({"version": 1, "exercises": {"bptt": counts}}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"version": 1, "exer',
        b"\xff\xfe\x00",
        b"[]",
        b"3",
        b"null",
        b"[" * 100_000,
        b'{"version": 1}',
        b'{"version": 2, "exercises": {}}',
        b'{"version": 1, "exercises": []}',
        b'{"version": 1, "exercises": {"bptt": 3}}',
        b'{"version": 1, "exercises": {"bptt": {"stars": 3}}}',
        entry(points=-1),
        entry(points=1.5),
        entry(points=True),
        entry(hints="3"),
        entry(attempts=None),
    ],
)
def test_a_file_that_is_no_progress_is_put_aside_and_kept(path, content, capsys):
    path.parent.mkdir()
    path.write_bytes(content)
    mine = State(path)
    mine.add_attempt("bptt", 25)
    assert mine.reached("bptt") == State(path).reached("bptt") == Reached(points=25, attempts=1)
    assert path.with_name("progress.json.broken").read_bytes() == content
    said = f"{path} cannot be understood, so it is now progress.json.broken and your progress begins anew.\n"
    assert capsys.readouterr().out == said


def test_a_second_broken_file_does_not_cover_the_first(path):
    path.parent.mkdir()
    for content in ("first", "second", "third"):
        path.write_text(content)
        State(path).reached("bptt")
    names = "progress.json.broken", "progress.json.broken2", "progress.json.broken3"
    assert [path.with_name(name).read_text() for name in names] == ["first", "second", "third"]


def test_where_no_folder_can_be_made_memory_holds_it_and_says_so_once(tmp_path, capsys):
    (tmp_path / "data").write_text("a file where the folder should be")
    mine = State(tmp_path / "data" / "progress.json")
    use(mine)
    assert mine.reached("bptt") == HISTORY
    said = capsys.readouterr().out
    assert said.count("\n") == said.count("it is kept until this session ends") == 1
    assert str(tmp_path / "data") in said


def test_a_folder_in_the_files_place(path, capsys):
    path.mkdir(parents=True)
    mine = State(path)
    assert mine.reached("bptt") == Reached()
    use(mine)
    assert mine.reached("bptt") == HISTORY
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize(("place", "name", "code"), [(whole_file, "open", errno.ENOSPC), (os, "replace", errno.EROFS)])
def test_a_full_or_read_only_disk_loses_nothing_of_the_session(path, monkeypatch, capsys, place, name, code):
    mine = State(path)
    use(mine)
    before = path.read_bytes()

    def refuse(*arguments, **options):
        raise OSError(code, "there is no room")

    monkeypatch.setattr(place, name, refuse, raising=False)
    mine.add_attempt("bptt", 0)
    mine.add_attempt("clip_by_norm", 10)
    assert mine.reached("bptt") == Reached(points=25, hints=1, attempts=3)
    assert mine.reached("clip_by_norm").points == 10
    assert capsys.readouterr().out.count("there is no room") == 1
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.part"))


def test_a_notebook_that_was_stopped_while_it_wrote_does_not_stop_the_others(path, monkeypatch):
    monkeypatch.setattr(state, "_PATIENCE", 0.05)
    path.parent.mkdir()
    with state._locked(path):
        State(path).add_attempt("bptt", 25)
    assert State(path).reached("bptt").points == 25


def test_a_file_system_without_locks(path, monkeypatch, capsys):
    def refuse(file):
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(state, "_lock_now", refuse)
    use(State(path))
    assert State(path).reached("bptt") == HISTORY
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("fresh_session")
def test_it_lies_in_the_users_data_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(platformdirs, "user_data_path", lambda name, appauthor: tmp_path / name)
    current_state().add_attempt("bptt", 25)
    assert (tmp_path / "rnncourse" / "progress.json").exists()
    assert current_state() is current_state()


@pytest.mark.usefixtures("fresh_session")
def test_the_variable_names_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(state.SETTING, "mine.json")
    assert current_state().path == tmp_path / "mine.json"


@pytest.mark.usefixtures("fresh_session")
@pytest.mark.parametrize("reason", ["variable", "colab", "no home"])
def test_where_there_is_no_place_for_a_file_it_is_memory(reason, monkeypatch):
    if reason == "variable":
        monkeypatch.setenv(state.SETTING, "memory")
    elif reason == "colab":
        monkeypatch.setitem(sys.modules, "google.colab", sys)
    else:
        monkeypatch.setattr(platformdirs, "user_data_path", lambda name, appauthor: Path("~/.local/share") / name)
    assert current_state().path is None
    use(current_state())
    assert current_state().reached("bptt") == HISTORY
