"""Memory is used again, but never while anybody can still see it."""

import threading

import numpy as np
import pytest

from rnncourse.scratch import memory

LARGE = (300, 100)  # well above what is asked of the system


@pytest.fixture(autouse=True)
def nothing_kept():
    memory.release()
    yield
    memory.release()


def address(array):
    return array.ctypes.data


def test_shape_dtype_and_alignment():
    for dtype in (np.float32, np.float64):
        array = memory.empty(LARGE, dtype)
        assert array.shape == LARGE
        assert array.dtype == dtype
        assert array.flags.c_contiguous
        assert array.flags.writeable
        assert address(array) % memory.ALIGNMENT == 0


def test_zeros_are_zeros_in_used_memory():
    memory.empty(LARGE, float).fill(7)
    assert not memory.zeros(LARGE, float).any()


def test_a_block_that_nobody_sees_is_used_again():
    first = address(memory.empty(LARGE, float))
    assert address(memory.empty(LARGE, float)) == first
    assert address(memory.empty((LARGE[0] - 1, LARGE[1]), float)) == first  # a smaller array fits, too


@pytest.mark.parametrize("see", [lambda a: a, lambda a: a[1:], lambda a: a.T, lambda a: a[0, :1].view(np.uint8)])
def test_a_block_that_somebody_sees_is_not(see):
    array = memory.empty(LARGE, float)
    array.fill(3)
    seen = see(array)
    before = seen.copy()
    del array
    for _ in range(3):
        memory.empty(LARGE, float).fill(9)
    assert np.array_equal(seen, before)


def test_two_living_arrays_never_share():
    arrays = [memory.empty(LARGE, float) for _ in range(30)]
    for i, array in enumerate(arrays):
        array.fill(i)
    assert [array[0, 0] for array in arrays] == list(range(30))


def test_small_arrays_come_from_numpy():
    assert memory.empty((2, 3), float).base is None


def test_no_more_is_kept_than_the_limit(monkeypatch):
    monkeypatch.setattr(memory, "LIMIT", 10**6)
    seen = []

    def keep_and_release():
        living = [memory.empty(LARGE, float) for _ in range(9)]
        kept = sum(block.nbytes for blocks in memory._own.by_size.values() for block, _ in blocks)
        seen.append((kept, memory._own.total))
        living.clear()
        memory.release()
        seen.append(memory._own.total)

    thread = threading.Thread(target=keep_and_release)  # it starts with nothing, whatever ran before
    thread.start()
    thread.join()
    (kept, total), left = seen
    assert 0 < kept == total <= 10**6
    assert left == 0


def test_each_thread_has_its_own():
    mine, theirs = address(memory.empty(LARGE, float)), []
    thread = threading.Thread(target=lambda: theirs.append(address(memory.empty(LARGE, float))))
    thread.start()
    thread.join()
    assert theirs[0] != mine
