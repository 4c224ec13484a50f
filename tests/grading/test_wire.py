"""Frames between the grader and a jailed process: what is sent arrives, and no bytes at all do more than be refused."""

import json
import struct
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.grading.inside import wire
from rnncourse.grading.inside.values import DTYPES, Foreign

FUZZ = settings(deadline=None, max_examples=300)


def reader(data):
    """A ``read`` that raises EOFError where the data end."""
    left = memoryview(bytes(data))

    def read(count):
        nonlocal left
        if count > len(left):
            raise EOFError
        piece, left = left[:count], left[count:]
        return bytes(piece)

    return read


def received(header, body=b""):
    """What becomes of a header, given as bytes or for JSON, and a body."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return wire.receive(reader(struct.pack("<II", len(text), len(body)) + text + body))


def round_trip(value):
    return wire.receive(reader(wire.frame({"a": 1}, value)))[1]


def are_same(one, other):
    """Whether two values are the same, to the type, the shape, the sign of a zero and the bits of a NaN."""
    if isinstance(one, np.ndarray):
        return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    if isinstance(one, tuple | list):
        return type(one) is type(other) and len(one) == len(other) and all(map(are_same, one, other))
    return type(one) is type(other) and repr(one) == repr(other)


def is_clean(value):
    """Whether a value is one that the grader knows how to compare, through and through."""
    if type(value) is Foreign:
        return type(value.kind) is str
    if type(value) is np.ndarray:
        return value.dtype in DTYPES.values() and value.flags.owndata
    if type(value) in (tuple, list):
        return all(map(is_clean, value))
    return value is None or type(value) in (bool, float, str) or (type(value) is int and value.bit_length() <= 64)


shapes = st.lists(st.integers(0, 3), max_size=4).map(tuple)
arrays = st.builds(
    lambda dtype, shape, seed: np.random.default_rng(seed).integers(0, 2, shape).astype(dtype),
    st.sampled_from(list(DTYPES.values())),
    shapes,
    st.integers(0, 9),
)
plain = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=20)
values = st.recursive(
    arrays | plain | st.builds(Foreign, st.text(max_size=20)),
    lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple),
    max_leaves=12,
)


@FUZZ
@given(values)
def test_what_is_sent_arrives(value):
    assert are_same(round_trip(value), value)


@pytest.mark.parametrize("letter", DTYPES)
def test_every_dtype_and_no_axes_and_no_entries(letter):
    for shape in ((), (0,), (3, 0, 2), (2, 3), (1,) * 32):
        array = np.ones(shape, letter)
        assert are_same(round_trip(array), array)
        assert round_trip(array).flags.writeable and round_trip(array).flags.owndata


def test_views_arrive_as_they_look():
    array = np.arange(12.0).reshape(3, 4)
    for view in (array.T, array[::-1, ::2], np.broadcast_to(array[0], (2, 4)), np.asfortranarray(array)):
        assert are_same(round_trip([view, view]), [view.copy(), view.copy()])


def test_a_body_of_its_own():
    frame = wire.frame({"name": "x"}, body=b"raw")
    assert wire.receive(reader(frame)) == ({"name": "x", "value": {"plain": None}}, None, b"raw")


@FUZZ
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(data):
    try:
        header, _, _ = wire.receive(reader(data))
    except (wire.WireError, EOFError):
        return
    assert type(header) is dict


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["d", "?", "O", -1]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["array", "list", "tuple", "plain", "foreign", "value", "x"]), inner, max_size=2
        )
    ),
    max_leaves=15,
)


@settings(FUZZ, max_examples=1000)
@given(anything, st.binary(max_size=40))
def test_any_json_is_refused_or_read_as_clean_values(value, body):
    try:
        _, result, _ = received({"value": value}, body)
    except wire.WireError:
        return
    assert is_clean(result)


@FUZZ
@given(values, st.data())
def test_a_changed_frame_is_refused_or_read(value, data):
    frame = bytearray(wire.frame({"number": 1}, value))
    for _ in range(data.draw(st.integers(1, 3))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    try:
        _, result, _ = wire.receive(reader(frame))
    except (wire.WireError, EOFError):
        return
    assert is_clean(result)


REFUSED = {
    "list": [1],
    "text": "value",
    "null": None,
    "no value": {},
    "value is a list": {"value": [1]},
    "value is a number": {"value": 1},
    "value is empty": {"value": {}},
    "two kinds": {"value": {"plain": 1, "list": []}},
    "unknown kind": {"value": {"pickle": "x"}},
    "plain list": {"value": {"plain": []}},
    "huge integer": {"value": {"plain": 1 << 64}},
    "text for a list": {"value": {"list": "abc"}},
    "dictionary for a tuple": {"value": {"tuple": {"plain": 1}}},
    "text for an array": {"value": {"array": "d2"}},
    "three parts": {"value": {"array": ["d", [1], 0]}},
    "objects": {"value": {"array": ["O", [1]]}},
    "structures": {"value": {"array": ["V8", [1]]}},
    "dates": {"value": {"array": ["M", [1]]}},
    "other order": {"value": {"array": [">d", [1]]}},
    "unhashable": {"value": {"array": [["d"], [1]]}},
    "negative": {"value": {"array": ["d", [-1]]}},
    "two negatives": {"value": {"array": ["d", [-1, -1]]}},
    "fraction": {"value": {"array": ["d", [1.0]]}},
    "truth": {"value": {"array": ["d", [True]]}},
    "text as shape": {"value": {"array": ["d", "1"]}},
    "too large": {"value": {"array": ["d", [2]]}},
    "overflow": {"value": {"array": ["d", [1 << 62, 1 << 62]]}},
    "long and empty": {"value": {"array": ["d", [0, 1 << 80]]}},
    "500 axes": {"value": {"array": ["d", [1] * 500]}},
    "the same bytes twice": {"value": {"list": [{"array": ["d", [1]]}] * 2}},
}
TEXTS = {
    "no JSON": b"{",
    "no text": b"\xff\xff",
    "deep lists": b'{"value": ' + b"[" * 200_000,
    "deep values": b'{"value": ' + b'{"list": [' * 400 + b"]}" * 400 + b"}",
    "long integer": b'{"value": {"plain": ' + b"9" * 100_000 + b"}}",
}


@pytest.mark.parametrize("name", REFUSED)
def test_wrong_frames_are_refused(name):
    with pytest.raises(wire.WireError):
        received(REFUSED[name], bytes(8))


@pytest.mark.parametrize("name", TEXTS)
def test_wrong_texts_are_refused(name):
    with pytest.raises(wire.WireError):
        received(TEXTS[name])


@pytest.mark.parametrize(
    "lengths", [(wire.LONGEST_HEADER + 1, 0), (2, wire.LONGEST_BODY + 1), (0xFFFFFFFF, 0xFFFFFFFF)]
)
def test_lengths_are_refused_before_anything_is_read(lengths):
    asked = []

    def read(count):
        asked.append(count)
        return struct.pack("<II", *lengths)

    with pytest.raises(wire.WireError, match="too long"):
        wire.receive(read)
    assert asked == [wire.PREFIX.size]


def test_a_frame_costs_no_more_than_its_bytes():
    """Memory and time for the worst frames that are allowed: no array may stand for many."""
    worst = [
        ({"value": {"list": [{"array": ["d", [0]]}] * 30_000}}, b""),
        ({"value": {"list": [{"list": []}] * 60_000}}, b""),
        ({"value": {"array": ["b", [wire.LONGEST_BODY]]}}, bytes(wire.LONGEST_BODY)),
        ({"value": {"list": [{"array": ["b", [1 << 25]]}] * 10_000}}, bytes(wire.LONGEST_BODY)),
    ]
    for header, body in worst:
        text = json.dumps(header).encode()
        read = reader(struct.pack("<II", len(text), len(body)) + text + body)
        tracemalloc.start()
        started = time.process_time()
        try:
            wire.receive(read)
        except wire.WireError:
            pass
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert peak < 4 * wire.LONGEST_BODY
        assert time.process_time() - started < 5.0
