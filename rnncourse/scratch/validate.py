"""Checks of arguments, so that a wrong shape is named where it enters and not ten calls later."""

import numpy as np


def require_array(name, array, shape, dtype=None):
    """Raise ``ValueError`` unless ``array`` is a NumPy array of this shape (and dtype).

    ``shape`` mixes sizes and letters, as in ``("T", "B", 3)``: a letter stands for any size of at least 1.
    """
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{name}: expected a NumPy array of shape {_written(shape)}, got {type(array).__name__}")
    fits = array.ndim == len(shape) and all(
        size >= 1 if isinstance(wanted, str) else size == wanted
        for size, wanted in zip(array.shape, shape, strict=True)
    )
    if not fits:
        raise ValueError(f"{name}: expected shape {_written(shape)}, got {array.shape}")
    if dtype is not None and array.dtype != dtype:
        raise ValueError(f"{name}: expected dtype {np.dtype(dtype)}, got {array.dtype}")


def require_float(name, array):
    """Raise ``ValueError`` unless ``array`` is a non-empty NumPy array of floats, of any shape."""
    if not isinstance(array, np.ndarray) or not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"{name}: expected a NumPy array of floats, got {_kind(array)}")
    if array.size == 0:
        raise ValueError(f"{name}: expected at least one element, got shape {array.shape}")


def require_indices(name, array, count):
    """Raise ``ValueError`` unless ``array`` holds integers from 0 to ``count - 1``, such as token ids."""
    if not isinstance(array, np.ndarray) or not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name}: expected a NumPy array of integers, got {_kind(array)}")
    if array.size and (array.min() < 0 or array.max() >= count):
        worst = array.min() if array.min() < 0 else array.max()
        raise ValueError(f"{name}: expected ids from 0 to {count - 1}, got {worst}")


def require_float_dtype(dtype):
    """Raise ``ValueError`` unless ``dtype`` is a floating type: weights between -1 and 1 are all 0 as integers."""
    if not np.issubdtype(dtype, np.floating):
        raise ValueError(f"dtype: expected a floating type such as np.float64, got {np.dtype(dtype)}")


def require_between(name, number, low, high):
    """Raise ``ValueError`` unless ``low <= number < high``."""
    if not isinstance(number, int | float | np.number) or not low <= number < high:
        raise ValueError(f"{name}: expected a number from {low} to below {high}, got {number!r}")


def require_fraction(name, number):
    """Raise ``ValueError`` unless ``number`` is from 0 to 1, both included."""
    if not isinstance(number, int | float | np.number) or not 0 <= number <= 1:
        raise ValueError(f"{name}: expected a number from 0 to 1, got {number!r}")


def require_positive(name, number):
    """Raise ``ValueError`` unless ``number`` is greater than 0."""
    if not isinstance(number, int | float | np.number) or not number > 0:
        raise ValueError(f"{name}: expected a positive number, got {number!r}")


def require_size(name, size):
    """Raise ``ValueError`` unless ``size`` is an integer of at least 1."""
    if not isinstance(size, int | np.integer) or isinstance(size, bool) or size < 1:
        raise ValueError(f"{name}: expected an integer of at least 1, got {size!r}")


def require_count(name, count):
    """Raise ``ValueError`` unless ``count`` is an integer of at least 0."""
    if not isinstance(count, int | np.integer) or isinstance(count, bool) or count < 0:
        raise ValueError(f"{name}: expected an integer of at least 0, got {count!r}")


def require_choice(name, value, choices):
    """Raise ``ValueError`` unless ``value`` is one of the choices."""
    if not any(value is choice or (isinstance(value, str) and value == choice) for choice in choices):
        raise ValueError(f"{name}: expected {' or '.join(map(repr, choices))}, got {value!r}")


def require_finite(name, number):
    """Raise ``ValueError`` unless ``number`` is a number, and neither NaN nor infinite."""
    if not isinstance(number, int | float | np.number) or not np.isfinite(number):
        raise ValueError(f"{name}: expected a finite number, got {number!r}")


def require_all_finite(name, array):
    """Raise ``ValueError`` if an array of floats holds NaN or infinity, which tanh would turn into a harmless 1."""
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: expected finite numbers, got NaN or infinity")


def require_rng(rng):
    """Raise ``ValueError`` unless ``rng`` is a generator of random numbers; a seed alone is none."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng: expected a generator such as np.random.default_rng(0), got {rng!r:.60}")


def require_lengths(name, lengths, steps, batch):
    """Raise ``ValueError`` unless ``lengths`` holds ``batch`` integers from 1 to ``steps``."""
    if not isinstance(lengths, np.ndarray) or not np.issubdtype(lengths.dtype, np.integer):
        raise ValueError(f"{name}: expected a NumPy array of integers, got {_kind(lengths)}")
    require_array(name, lengths, (batch,))
    if lengths.min() < 1 or lengths.max() > steps:
        worst = lengths.min() if lengths.min() < 1 else lengths.max()
        raise ValueError(f"{name}: expected lengths from 1 to {steps}, the steps of x, got {worst}")


def _kind(array):
    return array.dtype if isinstance(array, np.ndarray) else type(array).__name__


def _written(shape):
    return "(" + ", ".join(str(size) for size in shape) + ("," if len(shape) == 1 else "") + ")"
