"""Data: vocabularies, batches, generated tasks with a known truth, and real sets that are fetched and checked.

Everything is NumPy and offline; only :mod:`rnncourse.data.real` asks the network, and only when told to.
"""

from rnncourse.data.batching import (
    IGNORED,
    ShuffledBatches,
    TextBatches,
    classification_batch,
    language_batch,
    tagging_batch,
    translation_batch,
)
from rnncourse.data.vocabulary import Vocabulary

__all__ = [
    "IGNORED",
    "ShuffledBatches",
    "TextBatches",
    "Vocabulary",
    "classification_batch",
    "language_batch",
    "tagging_batch",
    "translation_batch",
]
