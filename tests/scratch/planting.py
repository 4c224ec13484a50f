"""Mistakes planted in a function's source, to show that a check sees them.

A plant is a piece of the source and what a tired author might have written there instead.
"""

import inspect
import textwrap


def with_bug(function, right, wrong):
    """The function, compiled again with one piece of its source replaced; the piece must be there exactly once."""
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(right) == 1, f"{function.__qualname__} no longer reads {right!r} once: plant the bug anew"
    scope = dict(function.__globals__)
    exec(source.replace(right, wrong), scope)  # noqa: S102
    return scope[function.__name__]


def subclass_with_bug(base, method, right, wrong):
    """A class whose one method has the bug."""
    return type(f"Buggy{base.__name__}", (base,), {method: with_bug(getattr(base, method), right, wrong)})
