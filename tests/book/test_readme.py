"""The README: its examples run and print what it says, and what its tables name is there."""

import importlib
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from rnncourse.cli import main
from tools.sync import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
PREAMBLE = "import torch\ntorch.set_num_threads(1)\n"


@pytest.fixture(scope="module")
def printed():
    """What the examples print, run one after the other as a reader would in one notebook."""
    code = PREAMBLE + '\nprint("-----")\n'.join(example[1] for example in EXAMPLE.finditer(README))
    call = [sys.executable, "-W", "error", "-c", code]
    ran = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    return [output.strip() for output in ran.stdout.split("-----")]


def test_the_examples_print_what_the_page_says(printed):
    expected = [(example[2] or "").strip() for example in EXAMPLE.finditer(README)]
    assert len(expected) == README.count("```python") >= 2
    assert printed == expected
    assert any(expected)


def test_every_module_in_a_table_is_there():
    _, scratch, kit, _ = re.split(r"^\| (?:Module|Folder) .*\n\|---\|---\|\n", README, flags=re.MULTILINE)
    for package, rows in (("rnncourse.scratch", scratch), ("rnncourse", kit)):
        cells = [line.split("|")[1] for line in rows.splitlines() if line.startswith("| `")]
        modules = re.findall(r"`(\w+)`", " ".join(cells))
        assert len(modules) >= 5
        for module in modules:
            importlib.import_module(f"{package}.{module}")


def test_what_the_scratch_table_names_can_be_imported_from_there():
    (row,) = re.findall(r"^\| `recurrent` \| (.*) \|$", README, re.MULTILINE)
    recurrent = importlib.import_module("rnncourse.scratch.recurrent")
    names = re.findall(r"`([A-Z]\w+)`", row)
    assert len(names) >= 5
    assert [name for name in names if not hasattr(recurrent, name)] == []


def test_every_command_exists():
    called = re.findall(r"^rnncourse (\w+(?: \w+)?)", README, re.MULTILINE)
    assert len(called) >= 5
    for command in called:
        first, *second = command.split()
        group = main.commands[first]
        assert not hasattr(group, "commands") or second[0] in group.commands
    told = CliRunner().invoke(main, ["data", "--help"]).output.partition("Commands:")[2]
    assert set(re.findall(r"^  (\w+)", told, re.MULTILINE)) <= {c.split()[-1] for c in called if c.startswith("data")}


def test_the_two_commands_come_first():
    first = README[: README.index("\n## ")]
    assert re.findall(r"^make (\w+)", first, re.MULTILINE) == ["book", "test"]
