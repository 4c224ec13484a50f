"""Exercises of chapter 9, recursive autoencoders, in the order of the notebook."""

from rnncourse.exercises.recursive_autoencoders.composition import COMPOSE
from rnncourse.exercises.recursive_autoencoders.folding import FOLD_TREE
from rnncourse.exercises.recursive_autoencoders.greedy import GREEDY_MERGE
from rnncourse.exercises.recursive_autoencoders.labels import NODE_SOFTMAX
from rnncourse.exercises.recursive_autoencoders.reading import RECONSTRUCT
from rnncourse.exercises.recursive_autoencoders.structure import TREE_BACKWARD
from rnncourse.exercises.recursive_autoencoders.tensor import TENSOR_BACKWARD

EXERCISES = (
    COMPOSE,
    RECONSTRUCT,
    GREEDY_MERGE,
    FOLD_TREE,
    TREE_BACKWARD,
    NODE_SOFTMAX,
    TENSOR_BACKWARD,
)
