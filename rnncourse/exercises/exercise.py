"""What an exercise is: a name, points, inputs, a reference and the mistakes that learners really make."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Mistake:
    """A wrong implementation, with the same arguments as the right one, and the sentence that names what it does."""

    sentence: str
    function: Callable


@dataclass(frozen=True)
class Exercise:
    """One function that a student writes.

    ``inputs(rng, **size)`` makes the arguments, in the order of the signature, as a dictionary. ``sizes`` lists what
    is tried, from the smallest case there is upwards, each a dictionary of dimensions such as ``{"T": 1, "B": 1}``;
    the integers among them are also varied one by one, to say from where on a wrong function is wrong.
    ``reference`` returns one result or a tuple of results, named by ``outputs``; of these, ``gradients`` are compared
    after all others. Without ``outputs`` it returns a tuple as long as the input makes it, and a list will do too. It
    comes from ``rnncourse.scratch`` and is never the solution's own code. ``section`` is the heading to reread.
    With ``repair`` the student is handed broken code: what it does is the first of ``mistakes``, whose sentence gives a
    clue and does not name the bug.
    """

    name: str
    chapter: str
    points: int
    section: str
    inputs: Callable
    reference: Callable
    outputs: tuple[str, ...]
    sizes: tuple[dict, ...]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, ...]
    gradients: tuple[str, ...] = ()
    repair: bool = False

    def arguments(self, seed, place, size=None):
        """Arguments of the size at this place of ``sizes``, or of another; ``seed`` is a sequence of integers."""
        return self.inputs(np.random.default_rng([*seed, place]), **(size or self.sizes[place]))
