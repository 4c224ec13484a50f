"""The page about the data: its commands print what it says, and no task and no data set is missing from it."""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from platformdirs import windows
from platformdirs.macos import MacOS
from platformdirs.unix import Unix

from rnncourse import data
from rnncourse.cli import main
from rnncourse.data import real, tasks
from rnncourse.data.real import store
from tools.sync import ROOT

from .page_commands import commands

PAGE = (ROOT / "book" / "data.md").read_text(encoding="utf-8")
RUN = [command for command in commands(PAGE) if command.is_run]
NEEDS_THE_FILES = "needs the files"
NOWHERE = "http://127.0.0.1:9"
"""A proxy that nobody is: whatever asks the network is told at once that there is none."""


@pytest.fixture
def home(tmp_path):
    """A home without a cache, in which ~/course-data holds the files if this machine has them."""
    if store.SETTING in os.environ:
        (tmp_path / "course-data").symlink_to(store.places()[store.SETTING])
    return tmp_path


def _printed(command, home):
    """The exit code and the words of a command; a refused proxy stands for any broken connection."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "HTTPS_PROXY": NOWHERE,
        "TQDM_DISABLE": "1",
    }
    call = ["bash", "-e", "-c", command.code]
    ran = subprocess.run(call, cwd=home, env=environment, capture_output=True, text=True, timeout=60, check=False)
    words = (ran.stdout + ran.stderr).replace(str(home), "/home/you")
    return ran.returncode, words.replace("ProxyError", "ConnectionError")


@pytest.mark.parametrize("command", RUN, ids=[f"{command.code.strip()[:60]} {command.mark}" for command in RUN])
def test_a_command_does_what_the_page_says(command, home):
    if command.mark == NEEDS_THE_FILES and not real.is_here("names"):
        pytest.skip(f"{store.SETTING} names no folder with the files")
    code, printed = _printed(command, home)
    assert code == command.exit_code, printed
    assert printed.split() == command.output.split()  # a long sentence is broken into lines on the page


def test_every_block_was_understood():
    assert len(commands(PAGE)) == PAGE.count("```bash\n") >= 5
    assert all(re.fullmatch(rf"|exits with 1|{NEEDS_THE_FILES}|not run: .+", each.mark) for each in commands(PAGE))
    assert all(command.output for command in RUN)
    assert [c.code for c in commands(PAGE) if not c.is_run and "rnncourse data fetch" not in c.code] == []


def test_every_command_for_data_is_on_the_page():
    listed = CliRunner().invoke(main, ["data", "--help"]).output.partition("Commands:")[2]
    names = re.findall(r"^  (\w+)", listed, re.MULTILINE)
    assert len(names) >= 4
    assert [name for name in names if f"rnncourse data {name}" not in PAGE] == []


def test_the_cache_is_where_the_page_says(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/you")
    monkeypatch.setattr(windows, "get_win_folder", lambda name: "%LOCALAPPDATA%")
    for system in (Unix, MacOS, windows.Windows):
        folder = system("rnncourse", appauthor=False).user_cache_dir
        assert f"`{folder.replace('/home/you', '~')}`" in PAGE.replace("\\", "/")


def test_the_examples_in_python_are_those_of_the_package():
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    loaded = re.findall(r'real\.load\("(\w+)"\)', code)
    assert len(loaded) >= 2
    assert set(loaded) <= set(real.DATASETS)
    if all(real.is_here(name) for name in loaded):
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_every_task_and_batch_is_on_the_page():
    names = [*tasks.__all__, *(name for name in data.__all__ if name.endswith(("_batch", "Batches")))]
    functions = [name for name in names if name.islower() or inspect.isclass(getattr(data, name))]
    not_told = {"AlignedPair", "Cloze", "TreeBatch"}  # the page shows such pairs, texts and batches themselves
    assert [name for name in functions if not re.search(rf"\b{name}\b", PAGE) and name not in not_told] == []


def test_every_task_is_in_the_table_and_has_a_section():
    in_table = set(re.findall(r"row\(data\.(\w+),", PAGE))
    sections = set(re.findall(r"^###? [^`\n]*`(\w+)`$", PAGE, re.MULTILINE))
    assert in_table == sections
    makers = {name for name in tasks.__all__ if "rng" in _parameters(name) or name.endswith("Source")}
    assert makers - in_table == {"digit_vectors", "random_windows"}  # other forms of what is there


def _parameters(name):
    thing = getattr(data, name)
    return inspect.signature(thing).parameters if inspect.isfunction(thing) else {}


def test_cells_are_short_and_prose_is_wrapped():
    cells = re.findall(r"^```\{code-cell\} python\n(?::tags:[^\n]*\n)?(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(cells) == PAGE.count("```{code-cell}")
    assert [cell for cell in cells if cell.count("\n") > 25] == []
    assert [line for cell in cells for line in cell.splitlines() if len(line) > 88] == []
    prose = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert [line for line in prose.splitlines() if len(line) > 118 and not line.startswith("|")] == []
