"""Where the files of data sets lie, and how they come here. A file counts only if its SHA-256 is the pinned one.

A file is looked for in the folder that RNNCOURSE_DATA names, which is only read, and then in the cache. It is hashed
whenever it is read, from the very bytes that are then used: the largest takes some milliseconds. A download is held in
memory until its hash was right and then put into the cache in one step, so that neither a broken connection nor another
process that fetches at the same time can leave half a file.
"""

import hashlib
import io
import os
import tempfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import platformdirs

from rnncourse import whole_file

SETTING = "RNNCOURSE_DATA"
CACHE = "cache"
_TIMEOUT = (3, 20)  # seconds to connect, for each address of the server, and to wait for the next bytes


class DataUnavailable(Exception):
    """A data set that is not here and did not come; the message is one sentence that says what to do."""


class Unreachable(DataUnavailable):
    """No server answered, so asking for another file would fail too."""


class Copy(NamedTuple):
    """Something that lies where a file should, and its bytes, or None if it cannot be read.

    ``problem`` is empty when it is that file, byte for byte.
    """

    place: str
    path: Path
    content: bytes | None
    problem: str


def places():
    """The folders where files are looked for, by what they are called, the first before the second."""
    setting = os.environ.get(SETTING)
    named = {SETTING: Path(os.path.expanduser(setting)).absolute()} if setting else {}  # Path.expanduser may raise
    return {**named, CACHE: cache_folder()}


def cache_folder():
    """The folder for what was fetched, in the user's cache."""
    folder = platformdirs.user_cache_path("rnncourse", appauthor=False)
    return folder if folder.is_absolute() else Path(tempfile.gettempdir(), "rnncourse")  # where there is no home


def copies(file):
    """Each :class:`Copy` of a file on this machine."""
    for place, folder in places().items():
        path = folder / file.path
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            yield Copy(place, path, None, f"cannot be read ({error.strerror})")
        else:
            yield Copy(place, path, content, "" if sha256(content) == file.sha256 else "is corrupt")


def good_copy(file):
    """The first copy without a problem, or None."""
    return next((copy for copy in copies(file) if not copy.problem), None)


def is_here(dataset):
    """Whether each file of a data set has a good copy on this machine."""
    return all(good_copy(file) for file in dataset.files)


def contents(dataset):
    """The bytes of each file of a data set: from this machine, or else from its address, and then kept in the cache.

    What can be had neither here nor there is :class:`DataUnavailable`.
    """
    found = ((file, good_copy(file)) for file in dataset.files)
    return [copy.content if copy else _fetched(dataset, file) for file, copy in found]


def sha256(content):
    """The SHA-256 of bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _fetched(dataset, file):
    sent = _download(dataset, file)
    try:
        content = file.extract(sent)
    except ValueError:
        content = sent  # an error page in place of an archive: its hash is wrong as well
    if sha256(content) != file.sha256:
        reason = f"{file.address} sends something else (SHA-256 {sha256(content)}, expected {file.sha256})"
        raise DataUnavailable(_sentence(dataset, file, reason))
    path = cache_folder() / file.path
    try:
        whole_file.write(path, content)
    except OSError as error:
        reason = f"what was fetched cannot be kept as {path} ({error.strerror})"
        raise DataUnavailable(_sentence(dataset, file, reason)) from None
    return content


def _download(dataset, file):
    """What the address sends, with a progress bar on stderr."""
    import pooch  # with requests it takes 0.1 s to import, needless where the files are here
    from tqdm import tqdm

    sent = io.BytesIO()
    with tqdm(desc=file.path, total=file.size, unit="B", unit_scale=True) as bar:
        # Uncompressed, so that the size which the server tells is that of the bytes which the bar counts.
        headers = {"Accept-Encoding": "identity"}
        try:
            pooch.HTTPDownloader(progressbar=bar, timeout=_TIMEOUT, headers=headers)(file.address, sent, None)
        except (OSError, ValueError) as error:  # what requests raises, and what it does not catch of a broken answer
            bar.leave = False
            raise _not_sent(dataset, file, error) from None
    return sent.getvalue()


def _not_sent(dataset, file, error):
    answer = getattr(error, "response", None)
    if answer is not None:  # not truth: requests makes an answer that refuses False
        return DataUnavailable(_sentence(dataset, file, f"{file.address} answers {answer.status_code} {answer.reason}"))
    reason = f"{urlsplit(file.address).netloc} cannot be reached ({type(error).__name__})"
    online = f"run 'rnncourse data fetch {dataset.name}' when you are online, or "
    return Unreachable(_sentence(dataset, file, reason, online))


def _sentence(dataset, file, reason, advice=""):
    bad = [f"{copy.path} {copy.problem}" for copy in copies(file)]
    state = bad[0] if bad else f"{file.path} is not on this machine"
    files = " and ".join(each.path for each in dataset.files)
    now = f" (now it names {places()[SETTING]})" if SETTING in places() else ""
    return f"{dataset.name}: {state} and {reason}; {advice}let {SETTING} name a folder that holds {files}{now}."
