"""Checks of what a figure is drawn from, so that a wrong array is named and not drawn."""

import numpy as np


def numbers(name, values, shape, *, gaps=False):
    """The values as an array of floats, or ``ValueError`` unless they have this shape and are finite.

    ``shape`` mixes sizes and letters, as in ``("T", 3)``: a letter stands for any size of at least 1, ``...`` for any
    shape. With ``gaps`` a value may be NaN: it is not known, and nothing is drawn there.
    """
    try:
        array = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)  # what is masked is not known either
    except (TypeError, ValueError, RuntimeError):  # RuntimeError: a tensor that requires a gradient
        raise ValueError(f"{name}: expected an array of real numbers, got {type(values).__name__}") from None
    fits = shape is ... or (
        array.ndim == len(shape)
        and all(
            n >= 1 if isinstance(wanted, str) else n == wanted for n, wanted in zip(array.shape, shape, strict=True)
        )
    )
    if not fits:
        raise ValueError(f"{name}: expected shape {_written(shape)}, got {array.shape}")
    if np.isinf(array).any() or (np.isnan(array).any() and not gaps):
        raise ValueError(
            f"{name}: expected {'finite numbers or NaN' if gaps else 'finite numbers'}, got {_worst(array)}"
        )
    return array


def require_range(name, array, low, high):
    """Raise ``ValueError`` unless all values lie from ``low`` to ``high``, up to rounding; NaN is left out."""
    outside = array[(array < low - 1e-5) | (array > high + 1e-5)]
    if outside.size:
        raise ValueError(f"{name}: expected numbers from {low:g} to {high:g}, got {outside[0]:g}")


def texts(name, words, *, count=None, most=None):
    """The words as a list of strings, or ``ValueError`` unless there are ``count``, and not more than fit."""
    if isinstance(words, str):
        raise ValueError(f"{name}: expected a list of words, got the text {words!r:.40}")
    words = [str(word) for word in words]
    if not words:
        raise ValueError(f"{name}: expected at least one word, got none")
    if count is not None and len(words) != count:
        raise ValueError(f"{name}: expected {count} words, one for each row of numbers, got {len(words)}")
    if most is not None and len(words) > most:
        raise ValueError(f"{name}: expected at most {most} words, as many as a phone can show, got {len(words)}")
    return words


def require_parts(name, mapping):
    """Raise ``ValueError`` unless ``mapping`` is a dict that names at least one thing to draw."""
    if not isinstance(mapping, dict) or not mapping:
        raise ValueError(f"{name}: expected a dict with a name for each part of the figure, got {mapping!r:.40}")


def _worst(array):
    return "infinity" if np.isinf(array).any() else "NaN"


def _written(shape):
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
