"""Our weights in other notations, and others' in ours: PyTorch, Keras, ONNX and the lecture decks.

All conversions read one table, :data:`NOTATIONS`. What they return are copies: nothing is shared with what was given.
"""

from rnncourse.scratch.convert.keras import from_keras, to_keras
from rnncourse.scratch.convert.notations import NOTATIONS, Notation
from rnncourse.scratch.convert.onnx import from_onnx, to_onnx
from rnncourse.scratch.convert.pytorch import from_torch, to_torch
from rnncourse.scratch.convert.weights import from_notation, to_notation

__all__ = [
    "NOTATIONS",
    "Notation",
    "from_keras",
    "from_notation",
    "from_onnx",
    "from_torch",
    "to_keras",
    "to_notation",
    "to_onnx",
    "to_torch",
]
