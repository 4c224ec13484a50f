"""Memory that is used again from call to call.

Fresh memory is dear: the system hands large pieces out in pages of 4 kB and clears each page when it is first touched,
which costs a layer up to a third of its time. Here a block goes back into use when nobody can see it any more.
"""

import math
import sys
import threading

import numpy as np

SMALLEST = 2**16  # bytes; below, memory is handed out without asking the system
LIMIT = 2**30  # bytes in all that a thread holds on to
ALIGNMENT = 64  # bytes: a line of the cache, and a vector register


class _Blocks(threading.local):
    """Each thread's own blocks, by their size."""

    def __init__(self):
        self.by_size = {}
        self.total = 0


_own = _Blocks()


def empty(shape, dtype):
    """An array like ``np.empty(shape, dtype)``, in a block in which no other array lives.

    Every view of an array refers to the memory below it, so a block to which nobody but the list refers is free.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size < SMALLEST:
        return np.empty(shape, dtype)
    eighth = 2 ** (size.bit_length() - 4)  # of the power of two below: sizes that are nearly equal share their blocks
    capacity = -(-size // eighth) * eighth
    blocks = _own.by_size.setdefault(capacity, [])
    references = _references(blocks)
    block, start = blocks[references.index(_UNUSED)] if _UNUSED in references else _new_block(blocks, capacity)
    return np.ndarray(shape, dtype, block, start)


def release():
    """Give the free blocks back to the system."""
    for blocks in _own.by_size.values():
        blocks[:] = [block for block, count in zip(blocks, _references(blocks), strict=True) if count != _UNUSED]
    _own.total = sum(block.nbytes for blocks in _own.by_size.values() for block, _ in blocks)


def _new_block(blocks, capacity):
    """A block, and where to start in it; it is remembered unless that would be too much."""
    if _own.total + capacity > LIMIT:
        release()
    block = np.empty(capacity + ALIGNMENT, np.uint8)
    placed = block, -block.ctypes.data % ALIGNMENT
    if _own.total + block.nbytes <= LIMIT:
        blocks.append(placed)
        _own.total += block.nbytes
    return placed


def zeros(shape, dtype):
    """The same, filled with zeros."""
    array = empty(shape, dtype)
    array.fill(0)
    return array


def _references(blocks):
    return [sys.getrefcount(block) for block, _ in blocks]


_UNUSED = _references([(np.empty(0), 0)])[0]  # what the counting itself adds differs between versions of Python
