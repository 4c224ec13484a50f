"""Recursive networks: one composition, applied along a tree until a sentence is one vector.

A tree is a list of merges (:mod:`.trees`), read from brackets (:mod:`.brackets`) or found by greedy search
(:mod:`.search`). All networks here share one way up the trees and back (:mod:`.ascent`) and differ in the composition.
"""

from rnncourse.scratch.recursive.autoencoder import RecursiveAutoencoder
from rnncourse.scratch.recursive.brackets import parse, parse_labelled
from rnncourse.scratch.recursive.losses import autoencoder_loss, autoencoder_loss_backward, node_cross_entropy
from rnncourse.scratch.recursive.network import RecursiveNetwork
from rnncourse.scratch.recursive.tensor_network import RecursiveTensorNetwork
from rnncourse.scratch.recursive.trees import (
    balanced,
    from_nested,
    left_to_right,
    pad_labels,
    pad_trees,
    right_to_left,
    to_nested,
)
from rnncourse.scratch.recursive.wellformed import require_tree

__all__ = [
    "RecursiveAutoencoder",
    "RecursiveNetwork",
    "RecursiveTensorNetwork",
    "autoencoder_loss",
    "autoencoder_loss_backward",
    "balanced",
    "from_nested",
    "left_to_right",
    "node_cross_entropy",
    "pad_labels",
    "pad_trees",
    "parse",
    "parse_labelled",
    "require_tree",
    "right_to_left",
    "to_nested",
]
