"""Gradients checked against finite differences."""

import numpy as np

from rnncourse.scratch.validate import require_array


def numerical_gradient(function, array, step=1e-3):
    """Gradient of ``function()``, a float, with respect to every entry of ``array``, which is nudged in place.

    Uses the five-point central difference ``(8 (f(+s) - f(-s)) - (f(+2s) - f(-2s))) / (12 s)``. Its error falls as
    s^4, so the step can be large and rounding small: ten digits are right in float64, where the two-point formula
    gives seven to nine. Raises ``ValueError`` for other dtypes: float32 has no digits to spare.
    """
    _require_float64("array", array)
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        original = array[index]
        values = []
        for offset in (step, -step, 2 * step, -2 * step):
            array[index] = original + offset
            values.append(function())
        array[index] = original
        near, far = values[0] - values[1], values[2] - values[3]
        gradient[index] = (8 * near - far) / (12 * step)
    return gradient


def directional_derivative(function, arrays, directions, step=1e-3):
    """Derivative of ``function()`` when all arrays move along their directions at once, by the same formula.

    It equals ``sum(gradient * direction)``. One random direction checks all parameters at the price of four calls.
    The arrays are put back as they were.
    """
    for i, (array, direction) in enumerate(zip(arrays, directions, strict=True)):
        _require_float64(f"arrays[{i}]", array)
        require_array(f"directions[{i}]", direction, array.shape)
    originals = [array.copy() for array in arrays]

    def value(offset):
        for array, original, direction in zip(arrays, originals, directions, strict=True):
            array[...] = original + offset * direction
        return function()

    near = value(step) - value(-step)
    far = value(2 * step) - value(-2 * step)
    for array, original in zip(arrays, originals, strict=True):
        array[...] = original
    return (8 * near - far) / (12 * step)


def relative_error(actual, expected):
    """``||actual - expected|| / ||expected||`` over all entries; 0 when both are zero."""
    if np.shape(actual) != np.shape(expected):
        raise ValueError(f"actual: expected the shape of expected, {np.shape(expected)}, got {np.shape(actual)}")
    difference = np.linalg.norm(np.subtract(actual, expected))
    return float(difference / np.linalg.norm(expected)) if difference else 0.0


def _require_float64(name, array):
    require_array(name, array, np.shape(array), np.float64)
