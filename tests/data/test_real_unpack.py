"""The first lines of a file in a zip, and every kind of bytes that are no such zip."""

import io
import zipfile

import pytest

from rnncourse.data.real.unpack import as_sent, first_lines_of_zip

LINES = b"".join(b"line %d\n" % i for i in range(1000))


def zipped(**members):
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return kept.getvalue()


WHOLE = zipped(**{"all.txt": LINES})


@pytest.mark.parametrize("folder", ["", "inside/of/"])
def test_the_first_lines_of_a_file_wherever_it_lies(folder):
    sent = zipped(**{"about.txt": b"about", "__MACOSX/._all.txt": b"x", f"{folder}all.txt": LINES})
    assert first_lines_of_zip(sent, "all.txt", 2) == b"line 0\nline 1\n"


def test_lines_end_at_line_feeds_only():
    text = "un\u2028deux\r\ntrois\x85\nquatre\n".encode()
    assert first_lines_of_zip(zipped(**{"all.txt": text}), "all.txt", 2) == text[: -len("quatre\n")]


def test_a_file_with_fewer_lines_is_there_whole():
    assert first_lines_of_zip(WHOLE, "all.txt", 5000) == LINES


@pytest.mark.parametrize(
    "sent",
    [
        zipped(**{"other.txt": LINES}),
        WHOLE[:-40],
        WHOLE[:60] + bytes(40) + WHOLE[100:],
        WHOLE.replace(b"\x00\x00\x08\x00", b"\x00\x00\x63\x00"),
        WHOLE.replace(b"\x00\x00\x08\x00", b"\x01\x00\x08\x00"),
        b"<html>Sign in to the network first</html>",
        b"",
    ],
    ids=["other member", "cut", "damaged inside", "unknown compression", "encrypted", "page", "empty"],
)
def test_anything_else_is_refused(sent):
    with pytest.raises(ValueError, match="^content: expected a zip "):
        first_lines_of_zip(sent, "all.txt", 1000)


def test_what_is_no_archive_stays_as_it_is():
    assert as_sent(b"a\r\n\xff") == b"a\r\n\xff"
