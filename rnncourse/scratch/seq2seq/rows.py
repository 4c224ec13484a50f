"""The states of a batch, row by row: one array (B, .) or (depth, B, .), or a tuple of such; rows are the items."""

import math

import numpy as np

from rnncourse.scratch.state import pack, unpack


def row_count(name, state):
    """B; ``ValueError`` unless the state has this form and its arrays agree on B."""
    arrays = unpack(state)
    for array in arrays:
        if not isinstance(array, np.ndarray) or array.ndim < 2 or 0 in array.shape:
            found = array.shape if isinstance(array, np.ndarray) else type(array).__name__
            raise ValueError(f"{name}: expected arrays of shape (B, K) or (depth, B, K), got {found}")
        if array.shape[-2] != arrays[0].shape[-2]:
            expected = f"{arrays[0].shape[-2]} rows in each array"
            raise ValueError(f"{name}: expected {expected}, got {array.shape[-2]}")
    return arrays[0].shape[-2]


def select_rows(state, rows):
    """The state of these rows, which may repeat."""
    return pack(array[..., rows, :] for array in unpack(state))


def state_width(shapes):
    """How many numbers an item has in a state of these shapes."""
    return sum(math.prod(shape[:-2]) * shape[-1] for shape in shapes)


def as_vectors(state):
    """(B, N): all arrays of an item side by side."""
    return np.concatenate([np.moveaxis(a, -2, 0).reshape(a.shape[-2], -1) for a in unpack(state)], axis=1)


def as_state(vectors, shapes):
    """The reverse of :func:`as_vectors`, in memory of its own; the B of the shapes does not matter."""
    ends = np.cumsum([state_width([shape]) for shape in shapes])
    pieces = np.split(vectors, ends[:-1], axis=1)
    arrays = (piece.reshape(-1, *s[:-2], s[-1]) for piece, s in zip(pieces, shapes, strict=True))
    return pack(np.moveaxis(array, 0, -2).copy() for array in arrays)
