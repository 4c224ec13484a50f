"""Frames between the grader and a jailed process: lengths, a JSON header, and the bytes of the arrays.

No pickle, no ``.npy`` header: an array is its dtype's letter, its shape and its bytes, and the three have to agree. What
comes from a jail is written by a stranger, so :func:`receive` believes nothing and raises :class:`WireError`.
"""

import json
import math
import struct

import numpy as np

from .values import DEEPEST, Foreign

PREFIX = struct.Struct("<II")
LONGEST_HEADER = 1 << 20
LONGEST_BODY = 32 << 20
DTYPES = {kind: np.dtype(kind) for kind in "?bBhHiIlLqQefdFD"}


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
        return header, _decoded(header["value"], body), body
    except (ValueError, KeyError, TypeError, IndexError, RecursionError, OverflowError) as error:
        raise WireError(f"a frame that cannot be read ({type(error).__name__})") from None


def _encoded(value, body):
    if isinstance(value, np.ndarray):
        start = len(body)
        body += value.tobytes()
        return {"array": value.dtype.char, "shape": value.shape, "start": start}
    if isinstance(value, tuple | list):
        return {type(value).__name__: [_encoded(item, body) for item in value]}
    return {"foreign": value.kind} if isinstance(value, Foreign) else {"plain": value}


def _decoded(code, body, depth=0):
    ((kind, content), *rest) = code.items()
    if depth > DEEPEST + 1:
        raise WireError("values that are nested too deeply")
    if kind == "array":
        return _decoded_array(content, *(item for _, item in rest), body)
    if kind in ("tuple", "list"):
        items = [_decoded(item, body, depth + 1) for item in content]
        return tuple(items) if kind == "tuple" else items
    if kind == "foreign":
        return Foreign(str(content)[:100])
    if kind == "plain" and (content is None or type(content) in (bool, int, float, str)):
        return content
    raise WireError("a value of an unknown kind")


def _decoded_array(dtype, shape, start, body):
    if not all(type(axis) is int and axis >= 0 for axis in [*shape, start]) or len(shape) > 32:
        raise WireError("an array without a proper shape")
    count, dtype = math.prod(shape), DTYPES[dtype]
    if start + count * dtype.itemsize > len(body):
        raise WireError("an array that is larger than its bytes")
    return np.frombuffer(body, dtype, count, start).reshape(shape).copy()
