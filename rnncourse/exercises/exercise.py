"""What an exercise is: a name, points, inputs, a reference and the mistakes that learners really make."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """A wrong implementation, with the same arguments as the right one, and the sentence that names what it does."""

    sentence: str
    function: Callable


@dataclass(frozen=True)
class Exercise:
    """One function that a student writes.

    ``inputs(rng, size)`` makes the arguments, in the order of the signature, as a dictionary; sizes run from 0, the
    smallest case there is, upwards. ``reference`` returns one array or a tuple of arrays, named by ``outputs``. It
    comes from ``rnncourse.scratch`` and is never the solution's own code.
    """

    name: str
    chapter: str
    points: int
    section: str
    inputs: Callable
    reference: Callable
    outputs: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, ...]
    sizes: int = 5
