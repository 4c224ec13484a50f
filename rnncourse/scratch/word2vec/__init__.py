"""word2vec: word vectors learned from what stands near what.

The textbook form, any of two models with any of three losses, and the fast form of the pair that is most used. The
modules know nothing of one another; here they are put together.
"""

from typing import NamedTuple

import numpy as np

from rnncourse.scratch.validate import require_positive, require_size
from rnncourse.scratch.word2vec.corpus import (
    cbow_examples,
    context_reach,
    flatten,
    skipgram_pairs,
    subsample,
    word_counts,
)
from rnncourse.scratch.word2vec.frequency import NoiseSampler, keep_probabilities
from rnncourse.scratch.word2vec.losses import FullSoftmax, NegativeSampling, NoiseContrastiveEstimation
from rnncourse.scratch.word2vec.models import CBOW, SkipGram
from rnncourse.scratch.word2vec.similarity import analogy, neighbours
from rnncourse.scratch.word2vec.training import SkipGramTrainer, blocks

__all__ = [
    "CBOW",
    "FullSoftmax",
    "NegativeSampling",
    "NoiseContrastiveEstimation",
    "NoiseSampler",
    "SkipGram",
    "TrainedVectors",
    "analogy",
    "cbow_examples",
    "keep_probabilities",
    "neighbours",
    "skipgram_pairs",
    "subsample",
    "train_skipgram",
    "word_counts",
]


class TrainedVectors(NamedTuple):
    """Both tables (V, D), and for each epoch the mean loss of a pair and the number of pairs."""

    input_table: np.ndarray
    output_table: np.ndarray
    losses: list[float]
    pairs: list[int]


def train_skipgram(
    sentences,
    vocabulary_size,
    embedding_size,
    rng,
    window=5,
    negatives=5,
    epochs=5,
    learning_rate=0.2,
    subsample_threshold=None,
    dtype=np.float32,
):
    """Train skip-gram with negative sampling on a list of sentences, one-dimensional arrays of ids below V.

    Each epoch reads the text in order, with dynamic windows of up to ``window`` words and ``negatives`` words of noise
    a pair; with a ``subsample_threshold`` it first drops frequent words anew (:func:`keep_probabilities`). What is
    descended, and how, is said in :mod:`rnncourse.scratch.word2vec.training`. Returns :class:`TrainedVectors`.
    """
    for name, size in (("window", window), ("negatives", negatives), ("epochs", epochs)):
        require_size(name, size)
    require_positive("learning_rate", learning_rate)
    counts = word_counts(sentences, vocabulary_size)
    keep = None if subsample_threshold is None else keep_probabilities(counts, subsample_threshold)
    input_table = SkipGram(vocabulary_size, embedding_size, rng, dtype).W
    output_table = np.zeros_like(input_table)
    trainer = SkipGramTrainer(input_table, output_table, NoiseSampler(counts), negatives, learning_rate)
    losses, pairs = [], []
    for _ in range(epochs):
        tokens, lengths = flatten(sentences if keep is None else subsample(sentences, keep, rng))
        left, right = context_reach(lengths, window, rng)
        pairs.append(int(left.sum() + right.sum()))
        if pairs[-1] == 0:
            raise ValueError("sentences: expected two words in a sentence at least once an epoch, got no pair")
        losses.append(sum(trainer.step(block, rng) for block in blocks(tokens, left, right, window)) / pairs[-1])
    return TrainedVectors(input_table, output_table, losses, pairs)
