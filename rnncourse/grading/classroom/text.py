"""Strangers' text made safe to look at: nothing invisible, nothing that moves a cursor or turns a line around."""

import re

# Controls but tab and newline, line separators, marks that reverse the direction, lone surrogates, non-characters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufffe\uffff\ud800-\udfff"
    + "".join(chr(plane * 0x10000 + last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def visible(text):
    """The text with what cannot be seen or encoded written as ``\\x1b`` or ``\\ud800``; lines end with a newline."""
    lines = re.sub("\r\n?", "\n", text)
    return _HIDDEN.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), lines)


def one_line(text):
    """:func:`visible` with a space for every tab and newline."""
    return re.sub("[\t\n]", " ", visible(text))


def shortened(text, width):
    """The text, or its beginning and an ellipsis, in at most ``width`` characters."""
    return text if len(text) <= width else text[: width - 1] + "…"


def listing(names, at_most=10):
    """Names in a sentence: ``a, b, c and 2 more``, each on one line and at most 40 characters long."""
    shown = ", ".join(shortened(one_line(name), 40) for name in names[:at_most])
    return f"{shown} and {len(names) - at_most} more" if len(names) > at_most else shown
