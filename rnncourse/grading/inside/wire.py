"""Frames between the grader and a jailed process: lengths, a JSON header, and the bytes of the arrays.

No pickle, no ``.npy`` header: an array is its dtype's letter, its shape and its bytes, and the three have to agree. What
comes from a jail is written by a stranger, so :func:`receive` believes nothing and raises :class:`WireError`.
"""

import json
import math
import struct

import numpy as np

from .values import DEEPEST, DTYPES, LONGEST_INTEGER, Foreign

PREFIX = struct.Struct("<II")
LONGEST_HEADER = 1 << 20
LONGEST_BODY = 32 << 20


class WireError(Exception):
    """A frame that nobody who keeps to the rules would send."""


def frame(header, value=None, body=None):
    """The bytes of one frame: ``header`` is a dictionary for JSON, ``value`` goes with it; or raw bytes as ``body``."""
    content = bytearray()
    header = {**header, "value": _encoded(value, content)}
    body = content if body is None else body
    text = json.dumps(header).encode()
    return PREFIX.pack(len(text), len(body)) + text + body


def receive(read, longest_body=LONGEST_BODY):
    """One frame, as ``(header, value, body)``; ``read(n)`` returns exactly n bytes or raises."""
    header_length, body_length = PREFIX.unpack(read(PREFIX.size))
    if header_length > LONGEST_HEADER or body_length > longest_body:
        raise WireError("a frame that is too long")
    text, body = read(header_length), read(body_length)
    try:
        header = json.loads(text)
        if type(header) is not dict:
            raise WireError("a header that is no dictionary")
        return header, _decoded(header["value"], _Arrays(body)), body
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise WireError(f"a frame that cannot be read ({type(error).__name__})") from None


def _encoded(value, body):
    if isinstance(value, np.ndarray):
        body += value.tobytes()
        return {"array": [value.dtype.char, value.shape]}
    if isinstance(value, tuple | list):
        return {type(value).__name__: [_encoded(item, body) for item in value]}
    return {"foreign": value.kind} if isinstance(value, Foreign) else {"plain": value}


def _decoded(code, arrays, depth=0):
    if type(code) is not dict or depth > DEEPEST + 1:
        raise WireError("values that are not coded, or nested too deeply")
    ((kind, content),) = code.items()
    if kind in ("tuple", "list", "array") and type(content) is not list:
        raise WireError("a sequence that is none")
    if kind == "array":
        return arrays.take(*content)
    if kind in ("tuple", "list"):
        items = [_decoded(item, arrays, depth + 1) for item in content]
        return tuple(items) if kind == "tuple" else items
    if kind == "foreign":
        return Foreign(str(content)[:100])
    if kind == "plain" and _is_plain(content):
        return content
    raise WireError("a value of an unknown kind")


def _is_plain(content):
    if type(content) is int:
        return content.bit_length() <= LONGEST_INTEGER
    return content is None or type(content) in (bool, float, str)


class _Arrays:
    """The arrays in a frame's body, which stand there one after the other: no byte of it is used twice."""

    def __init__(self, body):
        self.body, self.position = body, 0

    def take(self, letter, shape):
        """The next array."""
        if type(shape) is not list or not all(type(axis) is int and axis >= 0 for axis in shape):
            raise WireError("an array without a proper shape")
        dtype, start = DTYPES[letter], self.position
        self.position += math.prod(shape) * dtype.itemsize
        if self.position > len(self.body):
            raise WireError("an array that is larger than its bytes")
        return np.frombuffer(self.body, dtype, math.prod(shape), start).reshape(shape).copy()
