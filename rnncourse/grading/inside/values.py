"""The results that a student's function may return, without anything of the student's in them."""

from dataclasses import dataclass

import numpy as np

DEEPEST = 16
MOST = 10_000  # values in one result; a tree or a list of tokens is far smaller
LONGEST = 10_000  # characters
LONGEST_INTEGER = 64  # bits
DTYPES = {letter: np.dtype(letter) for letter in "?bBhHiIlLqQefdFD"}


@dataclass(frozen=True)
class Foreign:
    """In place of a value that is no array, number, text or sequence of such: what it was."""

    kind: str


def cleaned(value):
    """The value with every array, number, text, tuple and list kept and everything else a :class:`Foreign`.

    NumPy's scalars become arrays without axes. Subclasses do not count: they may do anything when looked at.
    """
    return _Cleaner().clean(value, 0)


class _Cleaner:
    def __init__(self):
        self.left = MOST

    def clean(self, value, depth):
        self.left -= 1
        kind = type(value)
        if value is None or kind in (bool, float):
            return value
        if kind is int:
            return value if value.bit_length() <= LONGEST_INTEGER else Foreign("an integer of more than 64 bits")
        if kind is str:
            return value if len(value) <= LONGEST else Foreign(f"a text of {len(value)} characters")
        if kind is np.ndarray or isinstance(value, np.generic):
            return _array(np.array(value))  # a copy: the function may fill the same memory again in its next call
        if kind in (tuple, list):
            if depth == DEEPEST or len(value) > self.left:
                return Foreign(f"a {kind.__name__} that is too deep or too long")
            return kind(self.clean(item, depth + 1) for item in value)
        return Foreign(kind.__name__)


def _array(array):
    return array if array.dtype in DTYPES.values() else Foreign(f"array of dtype {array.dtype}"[:LONGEST])
