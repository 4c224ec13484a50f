"""rnncourse data list, show, fetch, verify: what a terminal shows and the exit codes, online and offline."""

import os
import subprocess
import sys
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from rnncourse.cli import main
from rnncourse.data.real import DATASETS, load, store

CONTENT = b"ada\ngrace\n"
OFFLINE = "http://127.0.0.1:9/"


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """Empty folders for the cache and for RNNCOURSE_DATA, which is returned, and data sets with addresses of nobody."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("RNNCOURSE_DATA", str(tmp_path / "mine"))
    monkeypatch.setenv("NO_PROXY", "*")
    for name, dataset in DATASETS.items():
        files = (replace(file, address=f"{OFFLINE}{file.path}") for file in dataset.files)
        monkeypatch.setitem(DATASETS, name, replace(dataset, files=tuple(files)))
    return tmp_path / "mine"


@pytest.fixture
def served(monkeypatch, tmp_path):
    """A server that sends two names, and the data set ``names`` made of what it sends."""
    (tmp_path / "served").mkdir()
    (tmp_path / "served/names.txt").write_bytes(CONTENT)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "served")) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        small(monkeypatch, f"http://127.0.0.1:{server.server_port}/names.txt")
        yield tmp_path / "served/names.txt"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def small(monkeypatch, address=f"{OFFLINE}names.txt"):
    """Let ``names`` be two names."""
    file = replace(DATASETS["names"].files[0], size=len(CONTENT), sha256=store.sha256(CONTENT), address=address)
    monkeypatch.setitem(DATASETS, "names", replace(DATASETS["names"], files=(file,)))


def put(folder, content, path="names/names.txt"):
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(content)


def run(*arguments):
    return CliRunner().invoke(main, ["data", *arguments])


def where(name):
    """The third column of the list."""
    (line,) = (line for line in run("list").output.splitlines() if line.startswith(f"{name} "))
    return line[27:41].strip()


def test_the_list_has_every_set_in_80_columns():
    result = run("list")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0].split() == ["name", "size", "where", "licence"]
    assert [line.split()[0] for line in lines[1:9]] == list(DATASETS)
    assert all(len(line) <= 80 for line in lines[:9])
    assert lines[2] == "names              228 kB  not here        MIT"
    assert lines[3].startswith("sentence_polarity  1.2 MB ")  # of two files
    assert lines[10].endswith("mine (no such folder)")
    assert lines[11].startswith("cache: ")


def test_the_list_says_where_a_set_is(monkeypatch, folder):
    small(monkeypatch)
    assert where("names") == "not here"
    put(store.cache_folder(), CONTENT)
    assert where("names") == "cache"
    put(folder, CONTENT)
    assert where("names") == "RNNCOURSE_DATA"
    put(folder, b"bob\n")
    assert where("names") == "cache"
    put(store.cache_folder(), b"bob\n")
    assert where("names") == "corrupt"


def test_the_list_says_when_a_set_is_partly_here(monkeypatch, folder):
    one, other = DATASETS["pems_flow"].files
    files = (replace(one, sha256=store.sha256(CONTENT)), other)
    monkeypatch.setitem(DATASETS, "pems_flow", replace(DATASETS["pems_flow"], files=files))
    put(folder, CONTENT, one.path)
    assert where("pems_flow") == "partly here"


@pytest.mark.parametrize("name", DATASETS)
def test_a_set_is_shown_with_licence_citation_and_files(name):
    result = run("show", name)
    assert result.exit_code == 0
    said = " ".join(result.output.split())
    dataset = DATASETS[name]
    assert f"Licence: {dataset.licence_seen}" in said
    assert f"Cite: {dataset.citation}" in said
    assert all(
        f"from {file.address} is not here" in said and f"SHA-256 {file.sha256} " in said for file in dataset.files
    )
    assert all(len(line) <= 80 for line in result.output.splitlines() if "http" not in line)


def test_a_fetched_set_is_here_and_is_not_fetched_again(served):
    result = run("fetch", "names")
    assert (result.exit_code, result.stdout) == (0, "names: fetched; licence: MIT\n")
    assert where("names") == "cache"
    served.unlink()
    result = run("fetch", "names")
    assert (result.exit_code, result.stdout) == (0, "names: was here already; licence: MIT\n")
    assert load("names") == ["ada", "grace"]
    assert str(store.cache_folder() / "names/names.txt") in run("show", "names").output


def test_a_set_that_changed_does_not_keep_others_from_coming(served, monkeypatch):
    file = replace(DATASETS["names"].files[0], sha256="0" * 64, path="pems_flow/all.csv")
    monkeypatch.setitem(DATASETS, "pems_flow", replace(DATASETS["pems_flow"], files=(file,)))
    result = run("fetch", "pems_flow", "names")
    assert result.exit_code == 1
    assert "pems_flow: pems_flow/all.csv is not on this machine and http://127" in result.stderr
    assert f"(SHA-256 {store.sha256(CONTENT)}, expected {'0' * 64})" in result.stderr
    assert result.stdout == "names: fetched; licence: MIT\n"


def test_offline_one_sentence_for_all_and_no_traceback():
    result = run("fetch", "all")
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    told = result.stderr.rpartition("\r")[2].strip()
    assert told.startswith("tiny_shakespeare: tinyshakespeare/input.txt is not on this machine and 127.0.0.1:9 cannot")
    assert "run 'rnncourse data fetch tiny_shakespeare' when you are online, or let RNNCOURSE_DATA name" in told
    assert "\n" not in told


def test_verify_says_what_is_right_and_what_is_not_here(monkeypatch, folder):
    small(monkeypatch)
    put(folder, CONTENT)
    result = run("verify")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "right: names/names.txt (RNNCOURSE_DATA)"
    assert "not here: nyc_taxi/nyc_taxi.csv" in lines
    assert len([line for line in lines if line.startswith("not here: ")]) == 10
    assert run("verify", "names").output.splitlines()[1:2] == [""]


def test_verify_names_a_corrupt_file_expected_and_found(monkeypatch, folder):
    small(monkeypatch)
    put(folder, CONTENT)
    wrong = b"bob\n"
    put(store.cache_folder(), wrong)
    result = run("verify", "names")
    assert result.exit_code == 1
    assert result.output.splitlines()[:5] == [
        "right: names/names.txt (RNNCOURSE_DATA)",
        "names/names.txt (cache) is corrupt, so it is not used; delete it:",
        f"  {store.cache_folder() / 'names/names.txt'}",
        f"  expected 10 bytes, SHA-256 {store.sha256(CONTENT)}",
        f"  found 4 bytes, SHA-256 {store.sha256(wrong)}",
    ]
    assert run("verify", "nyc_taxi").exit_code == 0  # another set's files are not looked at


def test_verify_tells_of_what_cannot_be_read(monkeypatch, folder):
    small(monkeypatch)
    (folder / "names/names.txt").mkdir(parents=True)
    result = run("verify", "names")
    assert result.exit_code == 1
    assert "names/names.txt (RNNCOURSE_DATA) cannot be read (Is a directory)" in result.output
    assert "found" not in result.output


def test_an_empty_file_is_corrupt_and_measured(monkeypatch, folder):
    small(monkeypatch)
    put(folder, b"")
    assert f"  found 0 bytes, SHA-256 {store.sha256(b'')}" in run("verify", "names").output


@pytest.mark.parametrize("command", ["show", "fetch", "verify"])
def test_a_wrong_name_is_a_wrong_call(command):
    result = run(command, "names", "nyc-taxi")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("name: expected one of tiny_shakespeare, names, ")
    assert result.stderr.endswith(", got 'nyc-taxi'; did you mean nyc_taxi?\n")


@pytest.mark.parametrize("command", ["show", "fetch"])
def test_no_name_is_a_wrong_call(command):
    result = run(command)
    assert result.exit_code == 2
    assert "Missing argument 'NAME...'" in result.stderr


def test_the_true_registry_is_right_where_the_files_are():
    shared = Path(__file__).parents[2] / "shared/data"
    if not shared.is_dir():
        pytest.skip(f"there is no {shared}")
    command = [sys.executable, "-c", "from rnncourse.cli import main; main()", "data", "verify"]
    settings = {**os.environ, "RNNCOURSE_DATA": str(shared)}
    result = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    assert result.returncode == 0
    assert result.stdout.count("right: ") == 11
    assert "not here" not in result.stdout
