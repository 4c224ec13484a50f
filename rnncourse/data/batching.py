"""From sentences to the arrays that models read. A batch is a tuple: what the model takes, and last the targets.

Arrays are time-major. A target of ``IGNORED`` counts in no loss, which is how padding is left out.
"""

import math
from typing import NamedTuple

import numpy as np

from rnncourse.scratch.seq2seq.tokens import pad, teacher_forcing
from rnncourse.scratch.validate import require_array, require_lengths, require_size

IGNORED = -100
"""The target that PyTorch's losses leave out by default."""


class LanguageBatch(NamedTuple):
    """Words (T, B), and at each step the word that comes next (T, B)."""

    inputs: np.ndarray
    targets: np.ndarray


class ClassificationBatch(NamedTuple):
    """Words (T, B), the lengths of the sentences (B,), and one label each (B,)."""

    tokens: np.ndarray
    lengths: np.ndarray
    labels: np.ndarray


class TaggingBatch(NamedTuple):
    """Words (T, B), the lengths of the sentences (B,), and a label for each word (T, B)."""

    tokens: np.ndarray
    lengths: np.ndarray
    tags: np.ndarray


class TranslationBatch(NamedTuple):
    """Sources (S, B), their lengths (B,), what the decoder reads (T, B) and what it should say (T, B)."""

    sources: np.ndarray
    lengths: np.ndarray
    inputs: np.ndarray
    targets: np.ndarray


def language_batch(sentences, vocabulary):
    """START + sentence as inputs, sentence + EOS as targets; sentences are lists of words or strings."""
    inputs, targets, mask = teacher_forcing(_encode(sentences, vocabulary), len(vocabulary), vocabulary.special)
    return LanguageBatch(inputs, np.where(mask, targets, IGNORED))


def classification_batch(sentences, labels, vocabulary):
    """Padded sentences with one integer label each."""
    labels = np.asarray(labels)
    require_array("labels", labels, (len(sentences),))
    return ClassificationBatch(*pad(_encode(sentences, vocabulary), len(vocabulary), vocabulary.special), labels)


def tagging_batch(sentences, tags, vocabulary):
    """Padded sentences with an integer tag for each word."""
    tokens, lengths = pad(_encode(sentences, vocabulary), len(vocabulary), vocabulary.special)
    padded = np.full(tokens.shape, IGNORED)
    for b, (length, of_sentence) in enumerate(zip(lengths, tags, strict=True)):
        require_array(f"tags[{b}]", np.asarray(of_sentence), (length,))
        _require_integers(f"tags[{b}]", np.asarray(of_sentence))
        padded[:length, b] = of_sentence
    return TaggingBatch(tokens, lengths, padded)


def label_at_end(batch):
    """A :class:`ClassificationBatch` for models with an output at each step: the label is the tag of the last word.

    All other tags are ``IGNORED``, so that a network with a window or convolutions is asked what a classifier is asked.
    """
    tokens, lengths, labels = batch
    require_array("tokens", tokens, ("T", "B"))
    require_lengths("lengths", lengths, *tokens.shape)
    require_array("labels", labels, tokens.shape[1:])
    is_last = np.arange(len(tokens))[:, None] == lengths - 1
    return TaggingBatch(tokens, lengths, np.where(is_last, labels, IGNORED))


def translation_batch(sources, targets, source_vocabulary, target_vocabulary):
    """Padded pairs: the decoder reads START + target and should say target + EOS."""
    if len(sources) != len(targets):
        raise ValueError(f"targets: expected {len(sources)}, one for each source, got {len(targets)}")
    encoded = _encode(sources, source_vocabulary)
    return TranslationBatch(
        *pad(encoded, len(source_vocabulary), source_vocabulary.special), *language_batch(targets, target_vocabulary)
    )


def _require_integers(name, array):
    if array.dtype.kind not in "iub":
        raise ValueError(f"{name}: expected integers, got {array.dtype}")


def _encode(sentences, vocabulary):
    if isinstance(sentences, str):
        raise ValueError(f"sentences: expected a list of sentences, got the text {sentences!r:.40}")
    if vocabulary.special is None:
        raise ValueError("vocabulary: expected one with special tokens to pad with, got one made with special=False")
    return [vocabulary.encode(sentence) for sentence in sentences]


class TextBatches:
    """One long text as B streams that run through it side by side, ``steps`` tokens a batch.

    Calling it with a step number gives a :class:`LanguageBatch` that goes on where the batch before it stopped, so the
    state of a recurrent network may be carried from batch to batch (truncated BPTT). Stream b starts at b/B of the text
    and wraps around at its end; after ``len()`` batches each token was a target once.

    ``tokens`` (N,) are integers, N at least ``batch_size * steps``; the last tokens that fill no batch are left out.
    """

    def __init__(self, tokens, batch_size, steps):
        require_array("tokens", tokens, ("N",))
        _require_integers("tokens", tokens)
        require_size("batch_size", batch_size)
        require_size("steps", steps)
        self.steps, self._passes = steps, len(tokens) // (batch_size * steps)
        if self._passes == 0:
            raise ValueError(f"tokens: expected at least {batch_size} x {steps}, one batch, got {len(tokens)}")
        self._tokens = tokens[: self._passes * batch_size * steps].astype(np.int64)
        self._starts = np.arange(batch_size) * self._passes * steps

    def __len__(self):
        return self._passes

    def __call__(self, step, rng=None):
        """Batch number ``step``, from 0 without end. ``rng`` is not used: the order of a text is not random."""
        places = self._starts + step * self.steps + np.arange(self.steps + 1)[:, None]
        window = self._tokens[places % len(self._tokens)]
        return LanguageBatch(window[:-1], window[1:])


class ShuffledBatches:
    """Batches of a fixed data set in a new random order each epoch, optionally of examples of like length.

    Calling it with a step number gives ``collate(indices)`` for the examples of that batch. The same step always gives
    the same examples, so that a run can be resumed anywhere. Each example comes once an epoch; the last batch of an
    epoch may be smaller. With ``lengths`` (N,), examples are bucketed: they are sorted by length within random pools of
    ``pool`` batches, so that little of a batch is padding, and then the batches are shuffled.
    """

    def __init__(self, count, batch_size, collate, *, lengths=None, pool=50, seed=0):
        require_size("count", count)
        require_size("batch_size", batch_size)
        require_size("pool", pool)
        if lengths is not None:
            require_array("lengths", lengths, (count,))
        self.batch_size, self.collate, self.seed = batch_size, collate, seed
        self._count, self._lengths, self._pool = count, lengths, pool * batch_size
        self._epoch, self._batches = None, None

    def __len__(self):
        """The number of batches in an epoch."""
        return math.ceil(self._count / self.batch_size)

    def __call__(self, step, rng=None):
        """Batch number ``step``, from 0 without end. ``rng`` is not used: ``seed`` and epoch decide the order."""
        epoch, place = divmod(step, len(self))
        if epoch != self._epoch:
            self._epoch, self._batches = epoch, self._order(np.random.default_rng([self.seed, epoch]))
        return self.collate(self._batches[place].copy())

    def _order(self, rng):
        order = rng.permutation(self._count)
        if self._lengths is None:
            return np.split(order, np.arange(self.batch_size, self._count, self.batch_size))
        batches = []
        for first in range(0, self._count, self._pool):
            pool = order[first : first + self._pool]
            pool = pool[np.argsort(self._lengths[pool], kind="stable")]
            batches += np.split(pool, np.arange(self.batch_size, len(pool), self.batch_size))
        return [batches[i] for i in rng.permutation(len(batches))]
