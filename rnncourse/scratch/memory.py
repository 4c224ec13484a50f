"""Memory that is used again from call to call.

Fresh memory is dear: the system hands large pieces out in pages of 4 kB and clears each page when it is first touched,
which costs a layer up to a third of its time. Here a block goes back into use when nobody can see it any more.
"""

import math
import sys
import threading

import numpy as np

SMALLEST = 2**16  # bytes; below, memory is handed out without asking the system
LARGEST = 2**25  # bytes; above, the system's pages are larger, and to hold on to the memory would be unkind
KEPT = 12  # blocks of one size
ALIGNMENT = 64  # bytes: a line of the cache, and a vector register


class _Blocks(threading.local):
    """Each thread's own blocks, by the number of bits of their size."""

    def __init__(self):
        self.by_size = {}


_own = _Blocks()


def empty(shape, dtype):
    """An array like ``np.empty(shape, dtype)``, in a block in which no other array lives.

    Every view of an array refers to the memory below it, so a block to which nobody but the list refers is free.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if not SMALLEST <= size <= LARGEST:
        return np.empty(shape, dtype)
    blocks = _own.by_size.setdefault(size.bit_length(), [])
    references = _references(blocks)
    if _UNUSED in references:
        block = blocks[references.index(_UNUSED)]
    else:
        block = np.empty(2 ** size.bit_length() + ALIGNMENT, np.uint8)
        blocks += [block] if len(blocks) < KEPT else []
    start = -block.ctypes.data % ALIGNMENT
    return block[start : start + size].view(dtype).reshape(shape)


def zeros(shape, dtype):
    """The same, filled with zeros."""
    array = empty(shape, dtype)
    array.fill(0)
    return array


def _references(blocks):
    return [sys.getrefcount(block) for block in blocks]


_UNUSED = _references([np.empty(0)])[0]  # what the counting itself adds differs between versions of Python
