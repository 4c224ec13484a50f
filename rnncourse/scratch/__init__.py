"""Recurrent networks in NumPy with every gradient by hand.

Shapes are time-major: sequences are ``(T, B, D)`` (steps, batch, features) and rows are examples, so a weight that maps
``a`` to ``b`` has shape ``(a, b)`` and stands on the right: ``b = a @ W_ab``.
"""

from rnncourse.scratch.attention import (
    AdditiveAttention,
    DotProductAttention,
    GeneralAttention,
    ScaledDotProductAttention,
)
from rnncourse.scratch.cells import ElmanCell, GRUCell, LSTMCell
from rnncourse.scratch.feedback_cells import ElmanJordanCell, JordanCell
from rnncourse.scratch.highway import Highway
from rnncourse.scratch.layers import Embedding, Linear
from rnncourse.scratch.recurrent import GRU, LSTM, RNN, Bidirectional, Stacked, Unrolled

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "AdditiveAttention",
    "Bidirectional",
    "DotProductAttention",
    "ElmanCell",
    "ElmanJordanCell",
    "Embedding",
    "GRUCell",
    "GeneralAttention",
    "Highway",
    "JordanCell",
    "LSTMCell",
    "Linear",
    "ScaledDotProductAttention",
    "Stacked",
    "Unrolled",
]
