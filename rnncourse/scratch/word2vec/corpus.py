"""From sentences of token ids to training examples, without a loop over tokens.

A corpus is a list of sentences, each a one-dimensional integer array of token ids; lengths may differ. Inside, it is
one stream of tokens (T,) and the sentences' lengths, and what may be a context of a token is known from how far it
stands from the ends of its sentence.
"""

import numpy as np

from rnncourse.scratch.validate import require_array, require_indices, require_size


def flatten(sentences):
    """Return ``(tokens, lengths)``: all sentences in one array (T,), and the length of each.

    An empty sentence is allowed, a corpus without any token is a ``ValueError``, as is an id below 0.
    """
    if not isinstance(sentences, list | tuple):
        raise ValueError(f"sentences: expected a list of integer arrays, got {type(sentences).__name__}")
    for i, sentence in enumerate(sentences):
        if not isinstance(sentence, np.ndarray) or sentence.ndim != 1 or sentence.dtype.kind not in "iu":
            raise ValueError(f"sentences[{i}]: expected a one-dimensional array of integers, got {sentence!r:.60}")
    lengths = np.array([len(sentence) for sentence in sentences], dtype=int)
    if not lengths.any():
        raise ValueError("sentences: expected at least one token, got none")
    tokens = np.concatenate(sentences).astype(np.int64)
    if tokens.min() < 0:
        raise ValueError(f"sentences: expected ids of at least 0, got {tokens.min()}")
    return tokens, lengths


def word_counts(sentences, vocabulary_size):
    """How often each word occurs, (V,); an id of V or above is a ``ValueError``."""
    require_size("vocabulary_size", vocabulary_size)
    tokens, _ = flatten(sentences)
    require_indices("sentences", tokens, vocabulary_size)
    return np.bincount(tokens, minlength=vocabulary_size)


def subsample(sentences, keep, rng):
    """Drop each token by chance: one of word w stays with probability ``keep[w]``, (V,) floats.

    Returns as many sentences as came, some perhaps empty. :func:`~rnncourse.scratch.word2vec.keep_probabilities` gives
    ``keep``; windows are laid afterwards, so they reach further than before (Mikolov et al. 2013b, section 2.3, and
    word2vec's own program).
    """
    tokens, lengths = flatten(sentences)
    require_array("keep", keep, ("V",), np.float64)
    if not ((keep >= 0) & (keep <= 1)).all():
        raise ValueError(f"keep: expected probabilities from 0 to 1, got {keep.min()} to {keep.max()}")
    require_indices("sentences", tokens, len(keep))
    stays = rng.random(len(tokens)) < keep[tokens]
    kept_before = np.append(0, np.cumsum(stays))
    return np.split(tokens[stays], kept_before[np.cumsum(lengths)[:-1]])


def context_reach(lengths, window, rng=None):
    """How many tokens to the left and to the right of each token are its context: two integer arrays (T,).

    The reach of token t is ``window``, or with ``rng`` uniform from 1 to ``window`` (the dynamic window of word2vec,
    which weighs near words more: Mikolov et al. 2013a, section 3.2), and ends where the sentence does.
    """
    require_array("lengths", lengths, ("S",))
    require_size("window", window)
    ends = np.repeat(np.cumsum(lengths), lengths)
    starts = ends - np.repeat(lengths, lengths)
    position = np.arange(len(ends))
    reach = window if rng is None else rng.integers(1, window + 1, len(ends))
    return np.minimum(reach, position - starts), np.minimum(reach, ends - 1 - position)


def skipgram_pairs(sentences, window, rng=None):
    """All pairs of a token and a word of its context: ``(centres, contexts)``, both (N,), in the order of the text.

    ``window`` and ``rng`` are those of :func:`context_reach`. N is 0 when no sentence has two tokens.
    """
    tokens, contexts, mask = _contexts(sentences, window, rng)
    return np.repeat(tokens, mask.sum(axis=1)), contexts[mask]


def cbow_examples(sentences, window, rng=None):
    """One example for each token that has a context: ``(contexts, mask, targets)``.

    ``contexts`` (N, 2 window) holds the words before and after the target, from left to right; where ``mask``
    (N, 2 window) is False there is none, and the id is 0. ``targets`` is (N,). The other arguments are those of
    :func:`context_reach`.
    """
    tokens, contexts, mask = _contexts(sentences, window, rng)
    has_context = mask.any(axis=1)
    return contexts[has_context], mask[has_context], tokens[has_context]


def _contexts(sentences, window, rng):
    """The tokens (T,), the 2 window tokens around each (T, 2 window), and which of these are its context."""
    tokens, lengths = flatten(sentences)
    left, right = context_reach(lengths, window, rng)
    offsets = np.delete(np.arange(-window, window + 1), window)
    mask = (-left[:, None] <= offsets) & (offsets <= right[:, None])
    positions = np.arange(len(tokens))[:, None] + offsets
    return tokens, np.where(mask, tokens.take(positions, mode="clip"), 0), mask
