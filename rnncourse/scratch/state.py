"""The state that a recurrent network carries from step to step: one array, or a tuple of them such as (h, c)."""

import math

import numpy as np

from rnncourse.scratch.validate import require_all_finite, require_array


def unpack(state):
    """The arrays of a state as a tuple, whether it is one array or several."""
    return state if isinstance(state, tuple) else (state,)


def pack(arrays):
    """A state from its arrays: the array itself when it is one, a tuple when there are several."""
    arrays = tuple(arrays)
    return arrays[0] if len(arrays) == 1 else arrays


def require_state(name, state, shapes, dtype):
    """Raise ``ValueError`` unless ``state`` has these shapes: one array, or a tuple with one array for each shape.

    It serves for gradients of a state, too, which may be infinite: what explodes is to be seen.
    """
    arrays = unpack(state)
    if len(arrays) != len(shapes):
        written = " and ".join(str(shape) for shape in shapes)
        found = f"a tuple of {len(arrays)}" if isinstance(state, tuple) else type(state).__name__
        kind = "one array of shape" if len(shapes) == 1 else f"a tuple of {len(shapes)} arrays of shapes"
        raise ValueError(f"{name}: expected {kind} {written}, got {found}")
    for part, array, shape in zip(_part_names(name, arrays), arrays, shapes, strict=True):
        require_array(part, array, shape, dtype)


def require_finite_state(name, state):
    """Raise ``ValueError`` if an array of the state holds NaN or infinity."""
    arrays = unpack(state)
    for part, array in zip(_part_names(name, arrays), arrays, strict=True):
        require_all_finite(part, array)


def _part_names(name, arrays):
    return [f"{name}[{i}]" for i in range(len(arrays))] if len(arrays) > 1 else [name]


def join(states):
    """One state (depth, B, H) from several of shape (B, H) or (depth, B, H), one below the other, array by array."""
    columns = zip(*(unpack(state) for state in states), strict=True)
    return pack(np.concatenate([a.reshape(-1, *a.shape[-2:]) for a in arrays]) for arrays in columns)


def split(state, shapes):
    """The reverse of :func:`join`: one state for each list of shapes, which are (B, H) or (depth, B, H)."""
    states, start = [], 0
    for of_part in shapes:
        stop = start + math.prod(of_part[0][:-2])
        arrays = zip(unpack(state), of_part, strict=True)
        states.append(pack(array[start:stop].reshape(shape) for array, shape in arrays))
        start = stop
    return states
