"""BLEU: how much of a translation stands in human translations, counted in runs of one to four words."""

from collections import Counter
from typing import NamedTuple

import numpy as np

from rnncourse.scratch.validate import require_size


class Bleu(NamedTuple):
    """The score, from 0 to 1; the precision of each order; the brevity penalty; words found and words wanted."""

    score: float
    precisions: list[float]
    brevity_penalty: float
    hypothesis_length: int
    reference_length: int


def corpus_bleu(hypotheses, references, max_order=4):
    """``BLEU = BP exp(1/N sum_n log p_n)`` over a corpus (Papineni et al. 2002, section 2.3), N = ``max_order``.

    ``p_n`` is the share of the hypotheses' n-grams that stand in a reference, each counted at most as often as in the
    reference that has it most. ``BP = min(1, exp(1 - r / c))`` with c words in the hypotheses and r in the references,
    of several the one nearest in length, the shorter if two are. Counts are summed over the corpus before dividing.
    There is no smoothing: where an order has no match, or no n-gram at all, the score is 0.

    Parameters
    ----------
    hypotheses : a list of sentences, each a list or array of tokens, strings or integers; one may be empty.
    references : for each hypothesis a list of at least one sentence.

    Returns :class:`Bleu`. Tokens are compared as they are: the score depends on how text was cut into them.
    """
    require_size("max_order", max_order)
    hypotheses, references = _corpus(hypotheses, references)
    counts = sum(_matches(h, rs, max_order) for h, rs in zip(hypotheses, references, strict=True))
    precisions = [float(matches / max(total, 1)) for matches, total in counts]
    c = sum(len(hypothesis) for hypothesis in hypotheses)
    r = sum(_nearest_length(len(h), rs) for h, rs in zip(hypotheses, references, strict=True))
    penalty = min(1.0, float(np.exp(1 - r / c))) if c else 0.0
    score = penalty * float(np.exp(np.mean(np.log(precisions)))) if all(precisions) else 0.0
    return Bleu(score, precisions, penalty, c, r)


def _matches(hypothesis, references, max_order):
    """(N, 2): for each order, how many of the hypothesis' n-grams the references allow, and how many it has."""
    counts = np.zeros((max_order, 2), dtype=int)
    for n in range(1, max_order + 1):
        found = _ngrams(hypothesis, n)
        allowed = Counter()
        for reference in references:
            allowed |= _ngrams(reference, n)  # the larger count of each
        counts[n - 1] = (found & allowed).total(), found.total()  # the smaller count of each
    return counts


def _ngrams(sentence, n):
    return Counter(zip(*(sentence[i:] for i in range(n)), strict=False))


def _nearest_length(length, references):
    return min((abs(len(reference) - length), len(reference)) for reference in references)[1]


def _corpus(hypotheses, references):
    for name, corpus in (("hypotheses", hypotheses), ("references", references)):
        if not isinstance(corpus, list | tuple) or not corpus:
            raise ValueError(f"{name}: expected a list with at least one item, got {corpus!r:.60}")
    if len(references) != len(hypotheses):
        expected = f"one list of sentences for each of {len(hypotheses)} hypotheses"
        raise ValueError(f"references: expected {expected}, got {len(references)}")
    for i, sentences in enumerate(references):
        if not isinstance(sentences, list | tuple) or not sentences:
            raise ValueError(f"references[{i}]: expected a list of at least one sentence, got {sentences!r:.60}")
    found = [_tokens(f"hypotheses[{i}]", sentence) for i, sentence in enumerate(hypotheses)]
    return found, [[_tokens(f"references[{i}]", s) for s in sentences] for i, sentences in enumerate(references)]


def _tokens(name, sentence):
    """The sentence as a list: a string would be cut into letters without a word."""
    if not isinstance(sentence, list | tuple | np.ndarray) or np.ndim(sentence) > 1:
        raise ValueError(f"{name}: expected a list of tokens, got {sentence!r:.60}")
    return sentence.tolist() if isinstance(sentence, np.ndarray) else list(sentence)
