"""Makes the comparison, or the inputs, say what it wants."""

from .attack import trick

OTHER_PROCESS = "The comparison runs in another process, with modules of its own."
PLAIN = "Only arrays, numbers, texts and sequences of exactly these types leave the jail, as plain bytes."
STUMBLE = "Kinds and shapes are compared before values, and no value raises in the comparison."
NUMBER = "NumPy array, got float"


def patch(name, statement, control):
    """An attack that replaces what compares, and then returns 0."""
    source = f"""
        import builtins, unittest
        import numpy as np
        {statement}
        def trick(*arguments):
            return 0.0 * float(bool(np and unittest and builtins))
        """
    return trick(name, f"replace what compares: {statement}", OTHER_PROCESS, source, NUMBER, control)


def lying(name, tries, body, control, said):
    """An attack that returns an object of a class with this body."""
    source = f"import numpy as np\nclass Liar:\n    {body}\ndef trick(*arguments):\n    return Liar()"
    return trick(name, tries, PLAIN, source, said, control)


def subclass(name, tries, body, control):
    """An attack that returns a subclassed array."""
    source = f"""
        import numpy as np
        class Liar(np.ndarray):
            {body}
        def trick(x, *arguments):
            return np.zeros((2, 4)).view(Liar)
        """
    return trick(name, tries, PLAIN, source, "NumPy array, got Liar", control)


PATCHES = (
    patch("patched_allclose", "np.allclose = lambda *a, **k: True", "allclose"),
    patch("patched_array_equal", "np.array_equal = lambda *a, **k: True", "array_equal"),
    patch("patched_testing", "np.testing.assert_allclose = lambda *a, **k: None", "testing"),
    patch("patched_maximum", "np.max = lambda *a, **k: 0.0", "difference"),
    patch("patched_all", "np.all = lambda *a, **k: True", "equality"),
    patch("patched_builtins", "builtins.all = builtins.any = lambda *a: True", "allclose"),
    trick(
        "patched_unittest",
        "replace the methods of test cases",
        OTHER_PROCESS,
        """
        import unittest
        import numpy as np
        unittest.TestCase.assertEqual = lambda *a, **k: None
        def trick(*arguments):
            return np.zeros(3 if unittest else 1)
        """,
        "has shape \\(3,\\), expected",
        "unittest",
    ),
    trick(
        "patched_inputs",
        "have the grader make inputs for which zero is right",
        "The inputs are made in another process.",
        """
        import numpy as np
        class Zeros:
            def __init__(self, *arguments):
                pass
            def normal(self, size=()):
                return np.zeros(size)
        np.random.default_rng = Zeros
        def trick(x, h_prev, *arguments):
            return np.zeros_like(h_prev)
        """,
        "h is wrong",
        "allclose",
    ),
    trick(
        "patched_jail",
        "replace what the jailed process cleans and copies results with",
        "What leaves the jail is judged outside, whoever has written it.",
        """
        import copy, sys
        import numpy as np
        inside = sys.modules.get("inside.values")
        copy.deepcopy = lambda value, *rest: value
        np.array_equal = lambda *a, **k: True
        def trick(*arguments):
            for name, module in list(sys.modules.items()):
                for each in ("cleaned", "_equal", "failed"):
                    if name.startswith("inside") and hasattr(module, each):
                        setattr(module, each, lambda *a: True)
            return bool(inside and copy and np)
        """,
        "got bool",
    ),
    lying(
        "equal_to_everything",
        "return what says that it equals everything",
        "__eq__ = lambda self, other: True; __array_ufunc__ = None",
        "equality",
        "NumPy array, got Liar",
    ),
    lying(
        "differs_from_nothing",
        "return what has no difference to anything",
        "__sub__ = __rsub__ = lambda self, other: np.zeros(1); __array_ufunc__ = None",
        "difference",
        "NumPy array, got Liar",
    ),
    lying(
        "answers_for_numpy",
        "return what NumPy asks before it compares",
        "__array_function__ = lambda self, *a, **k: True",
        "allclose",
        "NumPy array, got Liar",
    ),
    lying(
        "lies_about_its_class",
        "return what says that it is an array",
        "__class__ = property(lambda self: np.float64); __array__ = lambda self, *a, **k: np.array([{}], dtype=object)",
        "",
        "array of dtype object",
    ),
    subclass(
        "subclass_that_compares",
        "return a subclassed array that answers NumPy's functions",
        "__array_function__ = lambda self, *a, **k: True",
        "array_equal",
    ),
    subclass(
        "subclass_that_computes",
        "return a subclassed array whose arithmetic gives zero",
        "__array_ufunc__ = lambda self, *a, **k: np.zeros(1)",
        "difference",
    ),
    subclass(
        "subclass_that_is_equal",
        "return a subclassed array that equals everything",
        "__eq__ = lambda self, other: True",
        "equality",
    ),
    trick(
        "subclassed_float",
        "return a number that is within every tolerance",
        PLAIN,
        """
        class Near(float):
            __eq__ = lambda self, other: True
            __hash__ = None
            __sub__ = __rsub__ = __abs__ = lambda *a: 0.0
            __array_ufunc__ = None
        def trick(*arguments):
            return Near(0)
        """,
        "got Near",
        "equality",
    ),
    trick(
        "result_that_changes",
        "be looked at once, and be another the second time",
        PLAIN,
        """
        class Changing(list):
            def __iter__(self):
                return iter([[0.0]] * 4)
            def __len__(self):
                return 1
        def trick(*arguments):
            return Changing()
        """,
        "got Changing|expected \\d results",
    ),
    trick(
        "memory_overwritten",
        "overwrite a number that Python shares between all its modules: 7 becomes 8",
        OTHER_PROCESS,
        """
        import ctypes
        import numpy as np
        def trick(x, h_prev, *arguments):
            ctypes.c_uint32.from_address(id(7) + 24).value = 8
            return np.zeros_like(h_prev)
        """,
        "is wrong|ended the process",
    ),
    trick(
        "kind_that_changes",
        "return real numbers first and complex ones later, for the grader to stumble over",
        STUMBLE,
        """
        import numpy as np
        called = set()
        def trick(x, h_prev, *arguments):
            function = tuple(map(np.ndim, (x, h_prev, *arguments)))
            number = 1j if function in called else 1
            called.add(function)
            return number * np.ones_like(h_prev)
        """,
        "h is wrong",
    ),
    *(
        trick(
            f"numbers_{name}",
            f"return {value} everywhere, for the grader to stumble over",
            STUMBLE,
            f"""
            import numpy as np
            def trick(x, h_prev, *arguments):
                return np.full(np.shape(h_prev), {value})
            """,
            "h is wrong|h contains",
        )
        for name, value in (("of_infinity", "np.inf"), ("that_overflow", "1.7e308"), ("that_vanish", "5e-324"))
    ),
)
