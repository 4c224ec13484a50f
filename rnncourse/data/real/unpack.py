"""From what an address sends to the file that is kept."""

import io
import itertools
import zipfile
import zlib
from pathlib import PurePosixPath


def as_sent(content):
    """The file itself: nothing to unpack."""
    return content


def first_lines_of_zip(content, member, count):
    """The first ``count`` lines of the file called ``member`` in a zip, in whatever folder of the zip it lies.

    Bytes that are no zip, or a damaged one, or one without such a file, are ``ValueError``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if PurePosixPath(name).name == member]
            if not names:
                raise ValueError(f"content: expected a zip with {member} in it, got none")
            with archive.open(names[0]) as lines:
                return b"".join(itertools.islice(lines, count))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise ValueError(f"content: expected a zip that can be read, got {error}") from None
