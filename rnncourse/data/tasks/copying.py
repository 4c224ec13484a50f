"""Copying: symbols to be remembered over a stretch of blanks, and whole sentences to be said back."""

import math
import string
from typing import NamedTuple

import numpy as np

from rnncourse.data.tasks.aligned import AlignedPair
from rnncourse.data.vocabulary import Vocabulary
from rnncourse.scratch.validate import require_rng, require_size

_CHARACTERS = string.ascii_lowercase + string.digits
SAY_IT_BACK = Vocabulary(_CHARACTERS)
"""The 36 characters of :func:`say_it_back`, for its sources and its targets."""


class CopyMemoryBatch(NamedTuple):
    """What is read and what should be said at each step, both integers (T, B)."""

    inputs: np.ndarray
    targets: np.ndarray


def copy_memory(blanks, B, rng, length=10, symbols=8):
    """Read ``length`` symbols, wait for a sign that comes ``blanks`` steps later, and say the symbols in order.

    Symbols are ``0 .. symbols - 1``, each as likely and drawn with repeats; the blank is ``symbols``, the sign
    ``symbols + 1``. Inputs: the symbols, ``blanks - 1`` blanks, the sign, ``length`` blanks; targets: blanks, and the
    symbols in the last ``length`` steps. So T is ``blanks + 2 length``, and each symbol is kept for ``blanks + length``
    steps. The task is Hochreiter and Schmidhuber's (1997), in the form of Arjovsky, Shah and Bengio (2016). Returns
    :class:`CopyMemoryBatch`.
    """
    _require_copy_memory(blanks, length, symbols)
    require_size("B", B)
    require_rng(rng)
    inputs = np.full((blanks + 2 * length, B), symbols)
    targets = inputs.copy()
    inputs[:length] = targets[-length:] = rng.integers(0, symbols, (length, B))
    inputs[length + blanks - 1] = symbols + 1
    return CopyMemoryBatch(inputs, targets)


def copy_memory_cross_entropy(blanks, length=10, symbols=8, remembered=0):
    """The least mean cross-entropy, in nats over all T steps, for a model that remembers only ``remembered`` symbols.

    It knows where the blanks are and guesses the other symbols: ``(length - remembered) log symbols / T``. With 0 it is
    the memoryless strategy of Arjovsky, Shah and Bengio (2016).
    """
    _require_copy_memory(blanks, length, symbols)
    if not isinstance(remembered, int | np.integer) or not 0 <= remembered <= length:
        raise ValueError(f"remembered: expected an integer from 0 to {length}, got {remembered!r}")
    return (length - remembered) * math.log(symbols) / (blanks + 2 * length)


def _require_copy_memory(blanks, length, symbols):
    require_size("blanks", blanks)
    require_size("length", length)
    require_size("symbols", symbols)


def say_it_back(count, rng, lengths=(2, 20), reverse=False):
    """``count`` pairs of a random string and itself, or itself backwards with ``reverse``: a list of AlignedPair.

    Lengths are uniform from the first to the second of ``lengths``, at most 36. No character stands twice in a string:
    then what to attend to is never in doubt. All such strings of one length are equally likely.
    """
    require_size("count", count)
    require_rng(rng)
    low, high = lengths
    if not 1 <= low <= high <= len(_CHARACTERS):
        raise ValueError(f"lengths: expected two from 1 to {len(_CHARACTERS)}, the smaller first, got {lengths!r}")
    orders = rng.permuted(np.tile(np.arange(len(_CHARACTERS)), (count, 1)), axis=1)
    drawn = rng.integers(low, high + 1, count)
    sources = ["".join(_CHARACTERS[i] for i in order[:n]) for order, n in zip(orders.tolist(), drawn, strict=True)]
    return [_said_back(source, reverse) for source in sources]


def _said_back(source, reverse):
    places = range(len(source))[:: -1 if reverse else 1]
    return AlignedPair(source, "".join(source[s] for s in places), tuple((s,) for s in places))
