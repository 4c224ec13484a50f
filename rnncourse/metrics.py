"""How good predictions are, in the field's own measures: sentences, links or arrays in, one number out."""

import math
from itertools import zip_longest

import numpy as np


def bits_per_character(nats):
    """``nats / ln 2``: a mean cross-entropy in nats, as every loss here gives it, in bits. Lower is better."""
    return _cross_entropy(nats) / math.log(2)


def perplexity(nats):
    """``exp(nats)``: the number of equally likely words that would be as hard to guess. Lower is better, 1 is certain.

    ``nats`` is a mean cross-entropy a token; the mean over the whole text, not the mean of sentences' perplexities.
    """
    return math.exp(_cross_entropy(nats))


def accuracy(outputs, targets):
    """The share of targets whose class has the highest score, 0 to 1.

    ``outputs`` are scores (..., K), ``targets`` integers (...) from 0 to K - 1; those equal to -100
    (``data.IGNORED``) do not count, and at least one must.
    """
    outputs, targets = np.asarray(outputs), np.asarray(targets)
    if outputs.ndim == 0 or targets.shape != outputs.shape[:-1] or targets.dtype.kind not in "iu":
        got = f"{targets.dtype} {targets.shape}"
        raise ValueError(f"targets: expected integers of shape {outputs.shape[:-1]}, the outputs' own, got {got}")
    if not np.isfinite(outputs).all():
        raise ValueError("outputs: expected finite scores, got NaN or infinity")
    counted = targets != -100
    if not counted.any():
        raise ValueError("targets: expected at least one that counts, got none but -100")
    least, greatest = targets[counted].min(), targets[counted].max()
    if least < 0 or greatest >= outputs.shape[-1]:
        worst = least if least < 0 else greatest
        raise ValueError(f"targets: expected classes from 0 to {outputs.shape[-1] - 1} or -100, got {worst}")
    return float((outputs.argmax(axis=-1) == targets)[counted].mean())


def exact_match(predictions, references):
    """The share of predicted sequences that are right from end to end, 0 to 1.

    Two lists of equal length; a sequence is a list, an array, or a string, which is the list of its characters. One
    right word too many is wrong.
    """
    _require_pairs("predictions", predictions, references)
    return sum(_same(p, r) for p, r in zip(predictions, references, strict=True)) / len(references)


def bleu(hypotheses, references):
    """Corpus BLEU from 0 to 100 as sacrebleu computes it (Papineni et al. 2002; Post 2018), case and punctuation kept.

    ``hypotheses`` are strings; each entry of ``references`` is a string, or a list of one or more right translations.
    Sentences are split into words by sacrebleu's standard tokenizer, "13a". It counts runs of one to four words, so where
    no sentence has four, even a perfect translation scores 0.
    """
    import sacrebleu

    _require_pairs("hypotheses", hypotheses, references)
    several = [[r] if isinstance(r, str) else list(r) for r in references]
    if not all(several):
        raise ValueError("references: expected at least one for every sentence, got none for some")
    words = [*hypotheses, *(reference for group in several for reference in group)]
    wrong = next((word for word in words if not isinstance(word, str)), None)
    if wrong is not None:
        raise ValueError(f"hypotheses: expected strings, words parted by blanks, got {wrong!r:.60}")
    streams = list(map(list, zip_longest(*several)))  # None where a sentence has no further reference
    found = sacrebleu.corpus_bleu(list(hypotheses), streams, force=True)  # else it warns of tokenised text
    return min(found.score, 100.0)  # rounding


def alignment_error(alignments, truths, possible=None):
    """Alignment error rate over a corpus: ``1 - (|A and S| + |A and P|) / (|A| + |S|)``.

    Each entry is a sentence's set of links ``(target, source)``: A in ``alignments`` are those found, S in ``truths``
    those surely right, P in ``possible`` those that may be right, which always includes S. 0 is perfect; 1 means that
    no link is right. Source: Och and Ney 2003, *A systematic comparison of various statistical alignment models*.
    """
    _require_pairs("alignments", alignments, truths)
    possible = truths if possible is None else possible
    _require_pairs("possible", possible, truths)
    hits = total = 0
    for found, sure, also in zip(alignments, truths, possible, strict=True):
        found, sure = set(found), set(sure)
        hits += len(found & sure) + len(found & (set(also) | sure))
        total += len(found) + len(sure)
    if total == 0:
        raise ValueError("alignments: expected at least one link, found or true, got none")
    return 1 - hits / total


def strongest_links(weights):
    """Attention weights (T, S) of one sentence as links: for each target the source it attends to most."""
    weights = np.asarray(weights)
    if weights.ndim != 2 or 0 in weights.shape:
        raise ValueError(f"weights: expected shape (T, S), targets by sources, got {weights.shape}")
    if np.isnan(weights).any():
        raise ValueError("weights: expected numbers, got NaN")  # which argmax would call the strongest
    return set(enumerate(weights.argmax(axis=1).tolist()))


def mae(predictions, targets):
    """Mean absolute error ``mean |p - y|``, in the unit of the targets; the median of what may happen minimises it."""
    return float(np.abs(_errors(predictions, targets)).mean())


def rmse(predictions, targets):
    """Root mean squared error ``sqrt(mean (p - y)^2)``, in the unit of the targets; the mean minimises it."""
    return float(np.sqrt(np.square(_errors(predictions, targets)).mean()))


def _cross_entropy(nats):
    if not isinstance(nats, int | float | np.number) or not np.isfinite(nats) or nats < 0:
        raise ValueError(f"nats: expected a mean cross-entropy, a number of at least 0, got {nats!r}")
    return float(nats)


def _require_pairs(name, found, references):
    if isinstance(found, str) or isinstance(references, str) or len(found) != len(references):
        sizes = f"{type(found).__name__} of {len(found)} and {type(references).__name__} of {len(references)}"
        raise ValueError(f"{name}: expected two lists of equal length, got {sizes}")
    if len(references) == 0:
        raise ValueError(f"{name}: expected at least one sentence, got none")


def _same(prediction, reference):
    return len(prediction) == len(reference) and all(p == r for p, r in zip(prediction, reference, strict=True))


def _errors(predictions, targets):
    predictions, targets = np.asarray(predictions, dtype=float), np.asarray(targets, dtype=float)
    if predictions.shape != targets.shape or not targets.size:
        raise ValueError(f"predictions: expected the shape of targets, {targets.shape}, got {predictions.shape}")
    if not (np.isfinite(predictions).all() and np.isfinite(targets).all()):
        raise ValueError("predictions: expected finite numbers and finite targets, got NaN or infinity")
    return predictions - targets
