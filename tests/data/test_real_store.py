"""Files of data sets: only the right bytes are ever used, whatever the network, the disk and other processes do.

The data set here is a small one of its own, on a server in this process that can be slow, break off, or lie.
"""

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import platformdirs
import pytest

from rnncourse.data.real import DataSet, DataUnavailable, File, Unreachable, parse, store, unpack

CONTENT = b"".join(b"line %d\n" % i for i in range(20_000))
PATH = "words/words.txt"
FIRST_LINES = partial(unpack.first_lines_of_zip, member="all.txt", count=20_000)


class Answering(BaseHTTPRequestHandler):
    """Sends what its server holds in pieces, or only the first so many bytes of it."""

    def do_GET(self):
        kept = self.server
        with kept.counting:
            kept.requests += 1
        self.send_response(kept.status)
        self.send_header("Content-Length", len(kept.content))
        self.end_headers()
        if kept.together:
            kept.together.wait(60)
        for start in range(0, kept.sent or len(kept.content), 16_384):
            with contextlib.suppress(ConnectionError):  # whoever asked has gone
                self.wfile.write(kept.content[start : start + 16_384])
            kept.begun.set()
            time.sleep(kept.pause)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    """A server on this machine: ``content``, its ``status``, seconds of ``pause`` a piece, ``sent`` bytes if not all.

    With a barrier ``together`` it sends nothing until so many have asked.
    """
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        server.content, server.status, server.pause, server.sent, server.requests = CONTENT, 200, 0, None, 0
        server.together = None
        server.counting, server.begun = threading.Lock(), threading.Event()
        server.address = f"http://127.0.0.1:{server.server_port}/{PATH}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """An empty cache of this test alone, and neither a folder of data sets nor a proxy."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("RNNCOURSE_DATA", raising=False)
    return tmp_path / "cache" / "rnncourse"


def words(address, **file):
    kept = File(PATH, len(CONTENT), store.sha256(CONTENT), address)
    return DataSet("words", "About.", "MIT", "MIT.", "Me, 2024", (replace(kept, **file),), parse.lines)


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def put(folder, content, path=PATH):
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(content)
    return folder / path


def the_sentence(error):
    """The message, checked to be one sentence of one line."""
    told = str(error.value)
    assert told.isprintable()
    assert told.endswith(".")
    assert told.startswith("words: ")
    assert ". " not in told
    return told


def test_what_is_missing_is_fetched_once(server, cache):
    assert store.contents(words(server.address)) == [CONTENT]
    assert files_in(cache) == [PATH]
    assert (cache / PATH).read_bytes() == CONTENT
    server.content = b"other"
    assert store.contents(words(server.address)) == [CONTENT]
    assert server.requests == 1
    assert store.is_here(words(server.address))


def test_other_bytes_than_pinned_are_thrown_away(server, cache):
    server.content = CONTENT[:-1] + b"!"
    with pytest.raises(DataUnavailable) as error:
        store.contents(words(server.address))
    assert f"(SHA-256 {store.sha256(server.content)}, expected {store.sha256(CONTENT)})" in the_sentence(error)
    assert files_in(cache.parent.parent) == []


def test_a_broken_connection_leaves_nothing(server, cache):
    server.sent = 50_000
    with pytest.raises(Unreachable) as error:
        store.contents(words(server.address))
    assert "cannot be reached" in the_sentence(error)
    assert files_in(cache.parent.parent) == []
    server.sent = None
    assert store.contents(words(server.address)) == [CONTENT]


@pytest.mark.parametrize("status", [404, 429, 500])
def test_a_server_that_refuses_is_quoted(server, cache, status):
    server.status = status
    with pytest.raises(DataUnavailable, match=f"{server.address} answers {status} ") as error:
        store.contents(words(server.address))
    assert not isinstance(error.value, Unreachable)
    the_sentence(error)
    assert files_in(cache.parent.parent) == []


@pytest.mark.parametrize("headers", [{"Content-Length": "abc"}, {"Location": "http://["}, {"Location": "http://..a/"}])
def test_an_answer_that_makes_no_sense_is_told_in_one_sentence(headers):
    class Senseless(Answering):
        def do_GET(self):
            self.send_response(302 if "Location" in headers else 200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Senseless) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with pytest.raises(DataUnavailable) as error:
            store.contents(words(f"http://127.0.0.1:{server.server_port}/{PATH}"))
        server.shutdown()
    assert the_sentence(error)


def test_a_server_that_stops_sending_is_left(server, monkeypatch):
    monkeypatch.setattr(store, "_TIMEOUT", (1, 0.2))
    server.pause = 3
    began = time.monotonic()
    with pytest.raises(Unreachable, match="cannot be reached"):
        store.contents(words(server.address))
    assert time.monotonic() - began < 2


def test_without_network_one_sentence_says_what_to_do():
    began = time.monotonic()
    with pytest.raises(Unreachable) as error:
        store.contents(words("http://127.0.0.1:9/words.txt"))
    assert time.monotonic() - began < 2
    assert the_sentence(error) == (
        "words: words/words.txt is not on this machine and 127.0.0.1:9 cannot be reached (ConnectionError); run "
        "'rnncourse data fetch words' when you are online, or let RNNCOURSE_DATA name a folder that holds "
        "words/words.txt."
    )
    assert error.value.__suppress_context__  # a notebook shows this error alone, not those of the sockets


def test_every_file_of_a_set_is_named_when_one_is_missing(cache):
    put(cache, CONTENT)
    both = words("http://127.0.0.1:9/words.txt")
    both = replace(both, files=(*both.files, replace(both.files[0], path="words/more.txt")))
    assert not store.is_here(both)
    with pytest.raises(Unreachable) as error:
        store.contents(both)
    assert the_sentence(error).startswith("words: words/more.txt is not on this machine and ")
    assert the_sentence(error).endswith(" a folder that holds words/words.txt and words/more.txt.")


def test_a_folder_that_holds_something_else_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("RNNCOURSE_DATA", str(tmp_path / "elsewhere"))
    with pytest.raises(Unreachable) as error:
        store.contents(words("http://127.0.0.1:9/words.txt"))
    assert the_sentence(error).endswith(f" that holds {PATH} (now it names {tmp_path / 'elsewhere'}).")


def test_a_home_that_nobody_has_is_an_ordinary_folder(monkeypatch):
    monkeypatch.setenv("RNNCOURSE_DATA", "~nobody-of-this-name/data")
    assert store.places()["RNNCOURSE_DATA"] == Path("~nobody-of-this-name/data").absolute()


def test_the_named_folder_comes_first_and_is_only_read(server, monkeypatch, tmp_path, cache):
    monkeypatch.setenv("RNNCOURSE_DATA", str(tmp_path / "mine"))
    mine = put(tmp_path / "mine", CONTENT)
    put(cache, CONTENT)
    assert store.good_copy(words(server.address).files[0])[:2] == ("RNNCOURSE_DATA", mine)
    assert store.contents(words(server.address)) == [CONTENT]
    mine.write_bytes(b"other")
    (cache / PATH).unlink()
    assert store.contents(words(server.address)) == [CONTENT]
    assert mine.read_bytes() == b"other"
    assert files_in(tmp_path / "mine") == [PATH]
    assert server.requests == 1


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT + b"\n", CONTENT.replace(b"\n", b"\r\n")])
def test_a_corrupt_copy_is_never_used_and_is_replaced(server, cache, content):
    path = put(cache, content)
    assert not store.is_here(words(server.address))
    with pytest.raises(Unreachable) as error:
        store.contents(words("http://127.0.0.1:9/words.txt"))
    assert the_sentence(error).startswith(f"words: {path} is corrupt and 127.0.0.1:9 cannot be reached")
    assert store.contents(words(server.address)) == [CONTENT]
    assert path.read_bytes() == CONTENT


def test_a_copy_that_turns_corrupt_between_two_reads_is_seen(server, cache):
    store.contents(words(server.address))
    before = (cache / PATH).stat()
    put(cache, b"x" * len(CONTENT))
    os.utime(cache / PATH, ns=(before.st_atime_ns, before.st_mtime_ns))  # size and time are as they were
    assert store.contents(words(server.address)) == [CONTENT]
    assert server.requests == 2


def test_what_cannot_be_read_is_a_problem_and_not_a_crash(cache):
    (cache / PATH).mkdir(parents=True)
    (copy,) = store.copies(words("http://127.0.0.1:9/words.txt").files[0])
    assert copy.problem == "cannot be read (Is a directory)"
    with pytest.raises(Unreachable, match=r"cannot be read \(Is a directory\) and 127"):
        store.contents(words("http://127.0.0.1:9/words.txt"))


def test_a_cache_that_cannot_be_written_is_named(server, cache):
    cache.parent.mkdir()
    cache.write_text("a file where the folder should be")
    with pytest.raises(DataUnavailable) as error:
        store.contents(words(server.address))
    kept = f"words: words/words.txt is not on this machine and what was fetched cannot be kept as {cache / PATH} ("
    assert the_sentence(error).startswith(kept)


def test_a_stop_in_mid_write_leaves_nothing(server, cache, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        store.contents(words(server.address))
    assert files_in(cache) == []


def test_without_a_home_the_cache_is_not_in_the_working_folder(monkeypatch):
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name, appauthor: Path("~/.cache") / name)
    assert store.cache_folder().is_absolute()


def test_only_what_is_taken_from_an_archive_is_kept(server, cache):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as kept:
        kept.writestr("all.txt", CONTENT + b"line that is cut off\n")
    server.content = archive.getvalue()
    assert store.contents(words(server.address, extract=FIRST_LINES)) == [CONTENT]
    assert files_in(cache) == [PATH]


def test_a_page_in_place_of_the_archive_is_thrown_away(server, cache):
    server.content = b"<html>Sign in to the network first</html>"
    with pytest.raises(DataUnavailable) as error:
        store.contents(words(server.address, extract=FIRST_LINES))
    assert f"sends something else (SHA-256 {store.sha256(server.content)}, " in the_sentence(error)
    assert files_in(cache.parent.parent) == []


FETCH = """
import sys
from rnncourse.data.real import DataSet, File, parse, store
path, size, sha256, address = sys.argv[1:]
dataset = DataSet("words", "", "", "", "", (File(path, int(size), sha256, address),), parse.lines)
print(store.sha256(store.contents(dataset)[0]))
"""


def fetching(address):
    """A process of its own that fetches the words."""
    arguments = [PATH, str(len(CONTENT)), store.sha256(CONTENT), address]
    settings = {name: value for name, value in os.environ.items() if name != "TQDM_DISABLE"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", FETCH, *arguments], env=settings, **pipes)


def said(process):
    """What the process wrote on stdout and stderr, carriage returns and all."""
    return [written.decode().strip() for written in process.communicate(timeout=60)]


def test_the_progress_bar_begins_and_ends_with_the_size(server):
    out, err = said(fetching(server.address))
    shown = err.split("\r")
    assert out == store.sha256(CONTENT)
    assert shown[0].startswith("words/words.txt:   0%")
    assert "0.00/209k" in shown[0]
    assert shown[-1].startswith("words/words.txt: 100%")
    assert "209k/209k" in shown[-1]


def test_the_progress_bar_is_wiped_out_when_nothing_comes():
    _, err = said(fetching("http://127.0.0.1:9/words.txt"))
    shown = err.split("\r")
    assert shown[0].startswith("words/words.txt:   0%")
    assert shown[1].isspace()
    assert len(shown[1]) >= len(shown[0])
    assert shown[2].startswith("Traceback")


def test_several_processes_may_fetch_at_once(server, cache):
    server.together = threading.Barrier(3)
    processes = [fetching(server.address) for _ in range(3)]
    answers = [said(process) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], answers
    assert [out for out, _ in answers] == [store.sha256(CONTENT)] * 3
    assert server.requests == 3
    assert files_in(cache) == [PATH]
    assert (cache / PATH).read_bytes() == CONTENT


def test_a_process_that_is_killed_leaves_nothing_that_is_used(server, cache):
    server.pause = 0.2
    process = fetching(server.address)
    assert server.begun.wait(20)
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    process.stdout.close()
    process.stderr.close()
    assert not cache.exists() or files_in(cache) == []
    assert not store.is_here(words(server.address))
    server.pause = 0
    assert store.contents(words(server.address)) == [CONTENT]


def test_importing_loads_nothing_of_the_network():
    program = "import sys, rnncourse.data.real.report; print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    )
    assert "rnncourse.data.real.store" in loaded
    assert loaded.isdisjoint({"pooch", "requests", "urllib3", "tqdm", "torch"})
