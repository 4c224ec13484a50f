"""Data: vocabularies, batches, generated tasks with a known truth, and real sets that are fetched and checked.

Everything is NumPy and offline; only :mod:`rnncourse.data.real` asks the network, and only for what is not here yet.
"""

from rnncourse.data import real, tasks
from rnncourse.data.batching import (
    IGNORED,
    ShuffledBatches,
    TextBatches,
    classification_batch,
    label_at_end,
    language_batch,
    tagging_batch,
    translation_batch,
)
from rnncourse.data.tasks import *
from rnncourse.data.trees import LabelledTree, TreeBatch, tree_batch
from rnncourse.data.vocabulary import Vocabulary

__all__ = [
    "IGNORED",
    "LabelledTree",
    "ShuffledBatches",
    "TextBatches",
    "TreeBatch",
    "Vocabulary",
    "classification_batch",
    "label_at_end",
    "language_batch",
    "real",
    "tagging_batch",
    "translation_batch",
    "tree_batch",
]
__all__ += tasks.__all__
