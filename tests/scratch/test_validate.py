"""What the checks of arguments accept and refuse, and the words they use."""

import numpy as np
import pytest

from rnncourse.scratch.validate import (
    require_all_finite,
    require_array,
    require_choice,
    require_count,
    require_finite,
    require_float,
    require_fraction,
    require_indices,
    require_lengths,
    require_rng,
    require_size,
)

from .checks import assert_rejects

ACCEPTED = {
    "sizes": lambda: require_array("x", np.ones((2, 3)), (2, 3)),
    "letters": lambda: require_array("x", np.ones((2, 3)), ("T", 3)),
    "a zero that is asked for": lambda: require_array("x", np.ones((0, 3)), (0, 3)),
    "no axes": lambda: require_array("x", np.array(1.0), ()),
    "dtype": lambda: require_array("x", np.ones(2, np.float32), (2,), np.float32),
    "any dtype": lambda: require_array("x", np.ones(2, int), (2,)),
    "float32": lambda: require_float("x", np.ones(2, np.float32)),
    "float of no axes": lambda: require_float("x", np.array(1.0)),
    "both ends of the ids": lambda: require_indices("ids", np.array([[0], [4]]), 5),
    "unsigned ids": lambda: require_indices("ids", np.array([4], np.uint8), 5),
    "no ids": lambda: require_indices("ids", np.array([], int), 5),
    "size 1": lambda: require_size("size", 1),
    "NumPy size": lambda: require_size("size", np.int64(3)),
    "count 0": lambda: require_count("n", 0),
    "NumPy count": lambda: require_count("n", np.int64(3)),
    "a generator": lambda: require_rng(np.random.Generator(np.random.MT19937(0))),
    "finite": lambda: require_all_finite("x", np.ones((2, 3))),
    "finite but too large to add up": lambda: require_all_finite("x", np.full(9, 1e308)),
    "all": lambda: require_fraction("x", 1),
    "a choice": lambda: require_choice("x", "tanh", ("tanh", "relu")),
    "lengths": lambda: require_lengths("n", np.array([2, 1], np.int8), 2, 2),
}

REFUSED = {
    "not an array": (lambda: require_array("x", [1.0], ("B",)), "x", "NumPy array of shape (B,)", "list"),
    "a scalar": (lambda: require_array("x", 1.0, ()), "x", "NumPy array of shape ()", "float"),
    "too few axes": (lambda: require_array("x", np.ones(3), ("B", 3)), "x", "shape (B, 3)", "(3,)"),
    "too many axes": (lambda: require_array("x", np.ones((1, 3)), (3,)), "x", "shape (3,)", "(1, 3)"),
    "wrong size": (lambda: require_array("x", np.ones((2, 4)), ("B", 3)), "x", "shape (B, 3)", "(2, 4)"),
    "a one that would broadcast": (lambda: require_array("x", np.ones((1, 3)), (2, 3)), "x", "shape (2, 3)", "(1, 3)"),
    "nothing for a letter": (lambda: require_array("x", np.ones((0, 3)), ("B", 3)), "x", "shape (B, 3)", "(0, 3)"),
    "wider dtype": (lambda: require_array("x", np.ones(2), (2,), np.float32), "x", "dtype float32", "float64"),
    "narrower dtype": (lambda: require_array("x", np.ones(2, "f4"), (2,), np.float64), "x", "dtype float64", "float32"),
    "integers for floats": (lambda: require_float("x", np.ones(2, int)), "x", "NumPy array of floats", "int64"),
    "complex for floats": (lambda: require_float("x", np.ones(2) * 1j), "x", "NumPy array of floats", "complex128"),
    "list for floats": (lambda: require_float("x", [0.5]), "x", "NumPy array of floats", "list"),
    "no floats": (lambda: require_float("x", np.ones((2, 0))), "x", "at least one element", "shape (2, 0)"),
    "floats for ids": (lambda: require_indices("ids", np.ones(2), 5), "ids", "NumPy array of integers", "float64"),
    "booleans for ids": (lambda: require_indices("ids", np.array([True]), 5), "ids", "NumPy array of integers", "bool"),
    "int for ids": (lambda: require_indices("ids", 3, 5), "ids", "NumPy array of integers", "int"),
    "an id too large": (lambda: require_indices("ids", np.array([0, 5]), 5), "ids", "ids from 0 to 4", "5"),
    "an id below zero": (lambda: require_indices("ids", np.array([-2, 1]), 5), "ids", "ids from 0 to 4", "-2"),
    "a NaN": (lambda: require_all_finite("x", np.array([1, np.nan])), "x", "finite numbers", "NaN or infinity"),
    "infinities that cancel": (
        lambda: require_all_finite("x", np.array([np.inf, -np.inf])),
        "x",
        "finite numbers",
        "NaN or infinity",
    ),
    "more than a whole": (lambda: require_fraction("x", 1.01), "x", "a number from 0 to 1", "1.01"),
    "a negative part": (lambda: require_fraction("x", -0.5), "x", "a number from 0 to 1", "-0.5"),
    "an infinite number": (lambda: require_finite("x", -np.inf), "x", "a finite number", "-inf"),
    "text for a number": (lambda: require_finite("x", "1"), "x", "a finite number", "'1'"),
    "another choice": (lambda: require_choice("x", "c", ("a", "b")), "x", "'a' or 'b'", "'c'"),
    "1 for True": (lambda: require_choice("x", 1, (True, False)), "x", "True or False", "1"),
    "length 0": (lambda: require_lengths("n", np.array([0, 1]), 2, 2), "n", "lengths from 1 to 2", "0"),
    "length too large": (lambda: require_lengths("n", np.array([1, 3]), 2, 2), "n", "lengths from 1 to 2", "3"),
    "lengths of booleans": (
        lambda: require_lengths("n", np.array([True]), 2, 1),
        "n",
        "NumPy array of integers",
        "bool",
    ),
    "size 0": (lambda: require_size("size", 0), "size", "integer of at least 1", "0"),
    "size -3": (lambda: require_size("size", -3), "size", "integer of at least 1", "-3"),
    "size 2.0": (lambda: require_size("size", 2.0), "size", "integer of at least 1", "2.0"),
    "size '2'": (lambda: require_size("size", "2"), "size", "integer of at least 1", "'2'"),
    "size True": (lambda: require_size("size", True), "size", "integer of at least 1", "True"),
    "size None": (lambda: require_size("size", None), "size", "integer of at least 1", "None"),
    "count -1": (lambda: require_count("n", -1), "n", "integer of at least 0", "-1"),
    "count 1.0": (lambda: require_count("n", 1.0), "n", "integer of at least 0", "1.0"),
    "count False": (lambda: require_count("n", False), "n", "integer of at least 0", "False"),
    "a seed": (lambda: require_rng(0), "rng", "generator such as np.random.default_rng(0)", "0"),
    "NumPy's module": (lambda: require_rng(np.random), "rng", "generator", "<module 'numpy.random'"),
    "the old generator": (lambda: require_rng(np.random.RandomState(0)), "rng", "generator", "RandomState(MT19937)"),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepts(case):
    assert ACCEPTED[case]() is None


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_and_names(case):
    assert_rejects(*REFUSED[case])
