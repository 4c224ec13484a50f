"""BLEU of a corpus, by hand."""

from collections import Counter
from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.seq2seq.chapter import CHAPTER
from rnncourse.scratch import seq2seq

ORDERS = 4
WORDS = ["the", "a", "cat", "dog", "sees", "hears", "red", "old"]


def _inputs(rng, B, T, kind="shorter"):
    """B pairs of some T words. The hypotheses are shorter or longer than the references, unlike them, turned, or brief."""
    pairs = [_pair(rng, T + b % 3, kind) for b in range(B)]
    hypotheses, references = [hypothesis for hypothesis, _ in pairs], [reference for _, reference in pairs]
    if kind == "shorter" and B > 2:
        hypotheses[1] = []
    return {"hypotheses": hypotheses, "references": references}


def _pair(rng, length, kind):
    reference = list(rng.choice(WORDS, length))
    if kind == "unlike":
        return [f"un{word}" if place % 3 == 0 else word for place, word in enumerate(reference)], _plain(reference)
    if kind == "turned":  # twice two neighbours have changed places
        words = _plain(reference)
        for place in [place for place in range(length - 1) if words[place] != words[place + 1]][-5::3]:
            words[place : place + 2] = words[place : place + 2][::-1]
        return words, _plain(reference)
    if kind == "brief":
        return _plain(reference[: 1 + length % 3]), _plain(reference)
    stutter = _plain([reference[0]] * 3 + reference[1:])  # the first word more often than the reference has it
    changed = [
        word if rng.random() < 0.8 or place < 7 else str(rng.choice(WORDS)) for place, word in enumerate(stutter)
    ]
    cut = changed[: max(length * 3 // 4, 7)] if kind == "shorter" else [*changed, *_plain(rng.choice(WORDS, 2))]
    return cut, _plain(reference)


def _plain(words):
    return [str(word) for word in words]


def _bleu(hypotheses, references):
    found = seq2seq.corpus_bleu(hypotheses, [[reference] for reference in references])
    return found.score, np.array(found.precisions), found.brevity_penalty


def _ngrams(sentence, n):
    return Counter(tuple(sentence[i : i + n]) for i in range(len(sentence) - n + 1))


def _clipped(found, wanted):
    return (found & wanted).total(), found.total()


def _unclipped(found, wanted):
    return sum(count for ngram, count in found.items() if ngram in wanted), found.total()


def _each_once(found, wanted):
    return len(found.keys() & wanted.keys()), len(found)


def _each_match_once(found, wanted):
    return len(found.keys() & wanted.keys()), found.total()


def _of_the_reference(found, wanted):
    return (found & wanted).total(), wanted.total()


def _over_the_corpus(counts, n):
    matches, total = np.sum(counts, axis=0)
    return matches / max(total, 1)


def _mean_of_sentences(counts, n):
    return np.mean([matches / max(total, 1) for matches, total in counts])


def _geometric(precisions):
    return float(np.exp(np.log(precisions).mean())) if all(precisions) else 0.0


def _penalty(c, r):
    return min(1.0, float(np.exp(1 - r / c)))


def _variant(
    hypotheses, references, count=_clipped, share=_over_the_corpus, mean=_geometric, penalty=_penalty, factor=1.0
):
    """``count`` gives matches and all of one pair, ``share`` p_n of all pairs; ``mean`` and ``penalty`` join them."""
    pairs = list(zip(hypotheses, references, strict=True))
    precisions = []
    for n in range(1, ORDERS + 1):
        counts = [count(_ngrams(hypothesis, n), _ngrams(reference, n)) for hypothesis, reference in pairs]
        precisions.append(share(counts, n))
    c, r = sum(map(len, hypotheses)), sum(map(len, references))
    brevity = float(penalty(c, r))
    return float(factor * brevity * mean(precisions)), factor * np.array(precisions, dtype=float), brevity


def _joined(hypotheses, references):
    """Both corpora as one long text each."""
    return _bleu(*([[word for sentence in side for word in sentence]] for side in (hypotheses, references)))


CORPUS_BLEU = Exercise(
    name="corpus_bleu",
    chapter=CHAPTER,
    points=15,
    section="BLEU",
    inputs=_inputs,
    reference=_bleu,
    outputs=("score", "precisions", "brevity_penalty"),
    sizes=(
        {"B": 1, "T": 6, "kind": "longer"},
        {"B": 1, "T": 11, "kind": "shorter"},
        {"B": 2, "T": 9, "kind": "shorter"},
        {"B": 3, "T": 10, "kind": "longer"},
        {"B": 4, "T": 12, "kind": "shorter"},
        {"B": 3, "T": 8, "kind": "unlike"},
        {"B": 3, "T": 14, "kind": "turned"},
        {"B": 2, "T": 5, "kind": "brief"},
        {"B": 6, "T": 14, "kind": "longer"},
    ),
    mistakes=(
        Mistake(
            "You do not clip: a word that the reference has once counts once, however often the hypothesis repeats it.",
            partial(_variant, count=_unclipped),
        ),
        Mistake(
            "You count each n-gram once, as a set does; an n-gram that both have twice counts twice.",
            partial(_variant, count=_each_once),
        ),
        Mistake(
            "Your matches count each n-gram once, your total counts them all; one that both have twice is two matches.",
            partial(_variant, count=_each_match_once),
        ),
        Mistake(
            "You divide by the n-grams of the reference, which makes a recall; a precision divides by the hypothesis'.",
            partial(_variant, count=_of_the_reference),
        ),
        Mistake(
            "You average the precisions of the sentences; add up the counts of the corpus first, and divide once.",
            partial(_variant, share=_mean_of_sentences),
        ),
        Mistake(
            "You made one long text of each side: n-grams run across the ends, and match in other sentences. Count by pair.",
            _joined,
        ),
        Mistake(
            "Your score takes the plain mean of the precisions; it is the geometric one, exp of the mean of their logs.",
            partial(_variant, mean=lambda precisions: np.mean(precisions)),
        ),
        Mistake(
            "You multiply the four precisions without the fourth root: the logarithms are averaged, not added up.",
            partial(_variant, mean=np.prod),
        ),
        Mistake(
            "There is no brevity penalty: saying little, and only what is sure, must not pay.",
            partial(_variant, penalty=lambda c, r: 1.0),
        ),
        Mistake(
            "Your penalty falls on hypotheses that are too long; r / c is reference by hypothesis, not the other way round.",
            partial(_variant, penalty=lambda c, r: _penalty(r, c)),
        ),
        Mistake(
            "Your penalty exceeds 1 for long hypotheses, which rewards them; it is at most 1.",
            partial(_variant, penalty=lambda c, r: np.exp(1 - r / c)),
        ),
        Mistake("You give percent; score and precisions lie between 0 and 1 here.", partial(_variant, factor=100.0)),
    ),
    hints=(
        "The n-grams of a sentence are tuple(sentence[i : i + n]) for i in range(len(sentence) - n + 1).",
        "collections.Counter counts them, and a & b of two Counters keeps the smaller count of each: that is the clipping.",
        "For each n: add up matches over all pairs, add up the hypotheses' n-grams over all pairs, divide once.",
        "c and r are words of all hypotheses and of all references. The penalty is min(1, np.exp(1 - r / c)).",
        "If a precision is 0 the score is 0. Otherwise it is the penalty times np.exp(np.mean(np.log(precisions))).",
    ),
)
