"""Exercises of chapter 1, embeddings, in the order of the notebook."""

from rnncourse.exercises.embeddings.analogies import SOLVE_ANALOGY
from rnncourse.exercises.embeddings.bag import BAG_OF_WORDS
from rnncourse.exercises.embeddings.negative_sampling import NEGATIVE_SAMPLING_BACKWARD, NEGATIVE_SAMPLING_LOSS
from rnncourse.exercises.embeddings.pairs import SKIPGRAM_PAIRS
from rnncourse.exercises.embeddings.table import EMBEDDING_BACKWARD
from rnncourse.exercises.embeddings.training import TRAIN_WORD_VECTORS

EXERCISES = (
    BAG_OF_WORDS,
    SKIPGRAM_PAIRS,
    EMBEDDING_BACKWARD,
    NEGATIVE_SAMPLING_LOSS,
    NEGATIVE_SAMPLING_BACKWARD,
    SOLVE_ANALOGY,
    TRAIN_WORD_VECTORS,
)
