"""Find the bugs: an examination of a translator in which it does better than it can."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import network, readout
from rnncourse.exercises.seq2seq.chapter import CHAPTER
from rnncourse.exercises.seq2seq.decoder import EOS, PAD, SPECIAL, START, reordered
from rnncourse.scratch import ElmanCell

CANDIDATES = 8  # for each place in the batch; those that say some words and then EOS are preferred


def _inputs(rng, T, B, words, H, drawn):
    """Targets are what the decoder writes; in two of three sentences some words of it are replaced."""
    draw, V = np.random.default_rng(drawn), SPECIAL + words
    weights = {
        "W_xh": draw.uniform(-2, 2, (V, H)),
        "W_hh": draw.uniform(-2, 2, (H, H)) / np.sqrt(H),
        "b_h": draw.uniform(-0.5, 0.5, H),
        "W_hy": draw.uniform(-3, 3, (H, V)) / np.sqrt(H),
        "b_y": np.array([-20.0, -20.0, 1.0, *draw.uniform(-0.5, 0.5, words)]),
    }
    s = np.tanh(1.5 * draw.normal(size=(CANDIDATES * B, H)))
    s, targets = _examination(draw, T, B, words, s, weights)
    (s, *changed), names = reordered(rng, words, H, (s, *weights.values()), ("BH", "VH", "HH", "H", "HV", "V"))
    return {"s": s, "targets": names[targets], **dict(zip(weights, changed, strict=True))}


def _examination(draw, T, B, words, s, weights):
    """B of the first states, and targets (T, B)."""
    written = _written(s, np.full((T, len(s)), PAD), **weights)
    lengths = np.where((written == EOS).any(axis=0), (written == EOS).argmax(axis=0), T)
    is_plain = (lengths > 0) & (lengths < T)
    chosen = np.argsort(~is_plain, kind="stable")[:B]
    lengths = np.where(is_plain[chosen], lengths[chosen], draw.integers(T, size=B))
    lengths[B // 2] = 0  # so that there is padding in every batch of two steps and more
    steps, items = np.arange(T)[:, None], np.arange(B)
    targets = np.where(steps < lengths, written[:, chosen], PAD)
    is_wrong = (targets != PAD) & (items % 3 > 0) & ((draw.random((T, B)) < 0.3) | (steps == items % lengths.clip(1)))
    targets = np.where(is_wrong, SPECIAL + (targets + draw.integers(1, max(words, 2), size=(T, B))) % words, targets)
    targets[lengths, items] = EOS
    return s[chosen], targets


def _written(s, targets, W_xh, W_hh, b_h, W_hy, b_y, reads="own", carry=True):
    """The likeliest tokens (T, B), each step reading its own token, the right one, or START."""
    cell, linear = network(ElmanCell, W_xh, W_hh, b_h), readout(W_hy, b_y)
    start = np.full(len(s), START)
    token, h, written = start, s, []
    for right in targets:
        h, _ = cell.forward(np.eye(len(W_xh))[token], h if carry else s)
        written.append(linear.forward(h)[0].argmax(axis=1))
        token = {"own": written[-1], "right": right, "START": start}[reads]
    return np.array(written)


def _of_real_words(hit, is_real):
    return hit[is_real].mean()


def _padding_is_right(hit, is_real):
    return (hit | ~is_real).mean()


def _padding_is_wrong(hit, is_real):
    return hit.mean()


def _all_by_the_real(hit, is_real):
    return (hit | ~is_real).sum() / is_real.sum()


def _mean_of_sentences(hit, is_real):
    return ((hit & is_real).sum(axis=0) / is_real.sum(axis=0)).mean()


def _flawless(hit, is_real):
    return (hit | ~is_real).all(axis=0).mean()


def _flawless_padding(hit, is_real):
    return hit.all(axis=0).mean()


def _examined(s, targets, *weights, reads="own", carry=True, share=_of_real_words, flawless=_flawless, **named):
    """The examination as it should be, or with another way to read, to count words and to count sentences."""
    written = _written(s, targets, *weights, reads=reads, carry=carry, **named)
    hit, is_real = written == targets, targets != PAD
    return written, float(share(hit, is_real)), float(flawless(hit, is_real))


_OTHER_SHARES = {
    "Now PAD counts as a wrong word, because nobody writes PAD; it should not count at all, right or wrong.": (
        _padding_is_wrong
    ),
    "You divide by the real words; but the padding is still among the hits above, so the share may exceed 1.": (
        _all_by_the_real
    ),
    "You average the shares of the sentences, so a word in a short one counts more; each real word counts the same.": (
        _mean_of_sentences
    ),
}
"""Wrong repairs of the share of right words, by the sentence on each."""


EVALUATE_TRANSLATOR = Exercise(
    name="evaluate_translator",
    chapter=CHAPTER,
    points=15,
    section="With the teacher and without",
    inputs=_inputs,
    reference=_examined,
    outputs=("written", "right_words", "flawless"),
    sizes=tuple(
        dict(zip(("T", "B", "words", "H", "drawn"), size, strict=True))
        for size in (
            (2, 20, 4, 4, (0,)),
            (6, 24, 6, 5, (0,)),
            (8, 30, 5, 6, (0,)),
            (12, 24, 9, 7, (0,)),
            (7, 40, 8, 6, (1,)),
        )
    ),
    mistakes=(
        Mistake(
            "In an examination nobody has the answers on the desk, and nobody gets points for an empty page.",
            partial(_examined, reads="right", share=_padding_is_right),
        ),
        Mistake(
            "It writes by itself now. But the padding is still counted among the right words.",
            partial(_examined, share=_padding_is_right),
        ),
        Mistake(
            "The padding no longer counts. But what it writes still depends on the right answers. What does each step read?",
            partial(_examined, reads="right"),
        ),
        *(
            Mistake(sentence + more, partial(_examined, reads=reads, share=share))
            for sentence, share in _OTHER_SHARES.items()
            for more, reads in ((" (And there is one thing more to find.)", "right"), ("", "own"))
        ),
        Mistake(
            "Your right_words is right. But flawless sentences must not be asked to write PAD behind EOS: that was right.",
            partial(_examined, flawless=_flawless_padding),
        ),
        Mistake(
            "Now every step reads START; a decoder that is on its own reads the word that it has just written.",
            partial(_examined, reads="START"),
        ),
        Mistake(
            "Now every step begins in s; the state was carried on rightly before.",
            partial(_examined, carry=False),
        ),
    ),
    hints=(
        "Call it twice, with the same s and with other targets. Should what a translator writes be different?",
        "Which line hands the right answers to the decoder? In the examination it reads what it has just written.",
        "Add five rows of PAD to the targets. Should the share of right words change? Whose share is it?",
        "Two lines: token = written[-1], and right_words is the mean over the real targets alone, hit[is_real].mean().",
    ),
    repair=True,
)
