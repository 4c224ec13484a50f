"""The checker of gradients, checked where the derivative is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch.gradcheck import directional_derivative, numerical_gradient, relative_error

from .checks import assert_close, assert_rejects

X = np.random.default_rng(0).standard_normal((2, 3))


@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (2, 1, 2)], ids=str)
def test_gradient_of_a_known_function(shape):
    x = np.asarray(np.random.default_rng(1).standard_normal(shape))
    weights = np.arange(1.0, x.size + 1).reshape(shape)
    gradient = numerical_gradient(lambda: float((weights * np.sin(x)).sum()), x)
    assert_close("gradient", gradient, weights * np.cos(x), 1e-10)


def test_five_points_are_exact_for_a_quartic_and_not_for_a_quintic():
    x = np.array([0.7])
    quartic = numerical_gradient(lambda: float(x[0] ** 4), x, step=0.5)
    quintic = numerical_gradient(lambda: float(x[0] ** 5), x, step=0.5)
    assert quartic[0] == pytest.approx(4 * 0.7**3, rel=1e-13)
    assert quintic[0] - 5 * 0.7**4 == pytest.approx(-4 * 0.5**4, rel=1e-10)


def test_the_array_is_left_as_it_was():
    x = X.copy()
    numerical_gradient(lambda: float((x**3).sum()), x)
    assert np.array_equal(x, X)
    directional_derivative(lambda: float((x**3).sum()), [x], [np.ones_like(x)])
    assert np.array_equal(x, X)


def test_a_view_is_nudged_in_place():
    x = X.copy()
    gradient = numerical_gradient(lambda: float((x**2).sum()), x[:, 1:])
    assert_close("gradient", gradient, 2 * X[:, 1:], 1e-10)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 99))
def test_directional_derivative_is_the_gradient_times_the_direction(rows, columns, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((2, rows, columns))
    directions = list(rng.standard_normal((2, rows, columns)))
    numerical = directional_derivative(lambda: float((np.sin(x) * y**2).sum()), [x, y], directions)
    analytic = (np.cos(x) * y**2 * directions[0] + 2 * np.sin(x) * y * directions[1]).sum()
    assert numerical == pytest.approx(analytic, rel=1e-8, abs=1e-9)


def test_directional_derivative_sees_one_wrong_entry():
    x, direction = np.random.default_rng(2).standard_normal((2, 4, 5))
    wrong = 2 * x
    wrong[3, 1] = 0
    numerical = directional_derivative(lambda: float((x**2).sum()), [x], [direction])
    assert numerical == pytest.approx((2 * x * direction).sum(), rel=1e-9)
    assert numerical != pytest.approx((wrong * direction).sum(), rel=1e-3)


def test_directions_must_be_as_many_as_arrays():
    with pytest.raises(ValueError, match="shorter"):
        directional_derivative(lambda: 0.0, [X.copy(), X.copy()], [X])


def test_relative_error():
    assert relative_error([3.0, 4.0], [3.0, 4.0]) == 0
    assert relative_error(np.zeros(3), np.zeros(3)) == 0
    assert relative_error([3.0, 5.0], [3.0, 4.0]) == pytest.approx(1 / 5)
    assert relative_error([[0.0, 0.0]], [[0.0, 2.0]]) == 1
    assert isinstance(relative_error(np.ones(2), np.ones(2)), float)


def test_relative_error_hides_nothing():
    with np.errstate(divide="ignore"):
        assert relative_error([1e-30], [0.0]) == np.inf
    assert np.isnan(relative_error([np.nan, 1.0], [1.0, 1.0]))


BAD_INPUT = {
    "float32": (lambda: numerical_gradient(lambda: 0.0, X.astype(np.float32)), "array", "dtype float64", "float32"),
    "integers": (lambda: numerical_gradient(lambda: 0.0, np.arange(3)), "array", "dtype float64", "int64"),
    "a list": (lambda: numerical_gradient(lambda: 0.0, [1.0, 2.0]), "array", "NumPy array of shape (2,)", "list"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_directional_derivative_refuses_arrays_that_cannot_be_nudged_exactly(dtype):
    with pytest.raises(ValueError, match="float64"):
        directional_derivative(lambda: 0.0, [np.ones(3, dtype)], [np.ones(3, dtype)])


def test_relative_error_refuses_another_shape():
    with pytest.raises(ValueError, match="shape"):
        relative_error(np.ones(3), np.ones((2, 3)))
