"""A grader as many are: it runs a submission in its own process and compares. Exit code 0 means full marks.

Run as ``python -I naive.py SUBMISSION COMPARISON``; the tests use it to show that an attack works where nobody defends.
"""

import sys
import unittest

import numpy as np


def reference(x, h_prev, W_xh, W_hh, b_h):
    """What the exercise asks for."""
    return np.tanh(x @ W_xh + h_prev @ W_hh + b_h)


COMPARISONS = {
    "allclose": lambda result, expected: np.allclose(result, expected),
    "array_equal": lambda result, expected: np.array_equal(result, expected),
    "equality": lambda result, expected: bool(np.all(result == expected)),
    "difference": lambda result, expected: bool(np.max(np.abs(result - expected)) < 1e-7),
    "testing": lambda result, expected: np.testing.assert_allclose(result, expected) is None,
    "unittest": lambda result, expected: unittest.TestCase().assertEqual(result.tolist(), expected.tolist()) is None,
}


def is_right(namespace, comparison, seed):
    """Whether the submission's function agrees with the reference."""
    rng = np.random.default_rng(seed)
    arguments = [rng.normal(size=shape) for shape in ((2, 3), (2, 4), (3, 4), (4, 4), (4,))]
    expected = reference(*arguments)
    result = namespace["rnn_step_forward"](*arguments)
    return COMPARISONS[comparison](result, expected)


if __name__ == "__main__":
    path, comparison = sys.argv[1:]
    namespace = {"__name__": "submission"}
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"), namespace)  # noqa: S102 this is what such graders do
    sys.exit(0 if all(is_right(namespace, comparison, seed) for seed in range(3)) else 1)
