"""Recurrent networks in NumPy with every gradient by hand.

Shapes are time-major: sequences are ``(T, B, D)`` (steps, batch, features) and rows are examples, so a weight that maps
``a`` to ``b`` has shape ``(a, b)`` and stands on the right: ``b = a @ W_ab``.
"""

from rnncourse.scratch.cells import ElmanCell
from rnncourse.scratch.layers import Embedding, Linear
from rnncourse.scratch.recurrent import RNN

__all__ = ["RNN", "ElmanCell", "Embedding", "Linear"]
