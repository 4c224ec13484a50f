"""Greedy search: say the most likely token, read it, go on until EOS."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.seq2seq.chapter import CHAPTER
from rnncourse.exercises.seq2seq.decoder import AXES, EOS, PAD, START, reordered, searchable, step
from rnncourse.scratch import seq2seq


def _inputs(rng, T, B, words, D, H, drawn, eos=1.0):
    """With a large ``eos`` all sentences end before max_length, and with a small one none ends."""
    s, weights = searchable(np.random.default_rng(drawn), B, words, D, H, eos)
    (s, *weights), _ = reordered(rng, words, H, (s, *weights), AXES)
    return {"s": s, "max_length": T, "weights": tuple(weights)}


def _found(s, max_length, weights):
    found = seq2seq.greedy_search(lambda h, token: step(token, h, *weights), s, max_length)
    tokens = np.full((max_length, len(s)), PAD)
    for b, (words, has_ended) in enumerate(zip(found.tokens, found.ended, strict=True)):
        said = [*words, EOS][: len(words) + has_ended]
        tokens[: len(said), b] = said
    return tokens, found.scores


def _walk(s, max_length, weights, forbidden=(PAD, START), reads="own", carry=True):
    """All tokens (T, B), also those behind EOS, and the log-probability of each."""
    token, h, tokens, log_p = np.full(len(s), START), s, [], []
    for _ in range(max_length):
        log_yhat, h_next = step(token if reads == "own" else np.full(len(s), START), h, *weights)
        log_yhat[:, list(forbidden)] = -np.inf
        token = log_yhat.argmax(axis=1)
        h = h_next if carry else s
        tokens.append(token)
        log_p.append(log_yhat.max(axis=1))
    return np.array(tokens), np.array(log_p)


def _is_before_the_end(tokens):
    """True up to the first EOS of each column, and at it."""
    ended = np.cumsum(tokens == EOS, axis=0)
    return (ended - (tokens == EOS)) == 0


def _cut(tokens, log_p):
    running = _is_before_the_end(tokens)
    return np.where(running, tokens, PAD), np.where(running, log_p, 0.0).sum(axis=0)


def _variant(s, max_length, weights, cut=_cut, **how):
    """``cut`` makes the results of all tokens and their log-probabilities."""
    return cut(*_walk(s, max_length, weights, **how))


def _uncut(tokens, log_p):
    return tokens, log_p.sum(axis=0)


def _sum_uncut(tokens, log_p):
    return _cut(tokens, log_p)[0], log_p.sum(axis=0)


def _all_stop_together(tokens, log_p):
    """Nothing is said any more once one sentence has ended."""
    someone = np.cumsum((tokens == EOS).any(axis=1))
    running = (someone - (tokens == EOS).any(axis=1))[:, None] == 0
    return np.where(running, tokens, PAD), np.where(running, log_p, 0.0).sum(axis=0)


def _without_eos(tokens, log_p):
    said, total = _cut(tokens, log_p)
    return np.where(said == EOS, PAD, said), total


def _filled_with_eos(tokens, log_p):
    return np.where(_is_before_the_end(tokens), tokens, EOS), _cut(tokens, log_p)[1]


def _eos_for_free(tokens, log_p):
    words = _is_before_the_end(tokens) & (tokens != EOS)
    return _cut(tokens, log_p)[0], np.where(words, log_p, 0.0).sum(axis=0)


def _mean(tokens, log_p):
    said, total = _cut(tokens, log_p)
    return said, total / (said != PAD).sum(axis=0)


def _stopped_too_early(tokens, log_p):
    return _without_eos(tokens, log_p)[0], _eos_for_free(tokens, log_p)[1]


def _only_what_is_said(s, max_length, weights):
    tokens, log_p = _found(s, max_length, weights)
    return tokens[(tokens != PAD).any(axis=1)], log_p


GREEDY_SEARCH = Exercise(
    name="greedy_search",
    chapter=CHAPTER,
    points=15,
    section="One word after the other",
    inputs=_inputs,
    reference=_found,
    outputs=("tokens", "log_p"),
    sizes=(
        *(
            dict(zip(("T", "B", "words", "D", "H", "drawn"), size, strict=True))
            for size in (
                (1, 12, 3, 2, 4, (1,)),
                (4, 20, 5, 3, 6, (7,)),
                (7, 24, 7, 4, 5, (2,)),
                (12, 30, 6, 5, 7, (0,)),
            )
        ),
        *(
            {"T": T, "B": B, "words": 5, "D": 3, "H": 4, "drawn": drawn, "eos": 4.0}
            for T, B, drawn in ((9, 3, (44,)), (16, 6, (39,)), (12, 4, (44,)))
        ),
        {"T": 3, "B": 2, "words": 4, "D": 2, "H": 4, "drawn": (0,), "eos": -9.0},
    ),
    mistakes=(
        Mistake(
            "Your log_p counts what is said after EOS, too; the sentence is over, and nothing is added any more.",
            partial(_variant, cut=_sum_uncut),
        ),
        Mistake(
            "Your decoder goes on after EOS: a sentence ends there, and behind it stands PAD, which counts for nothing.",
            partial(_variant, cut=_uncut),
        ),
        Mistake(
            "All sentences stop as soon as one has ended; the others have more to say.",
            partial(_variant, cut=_all_stop_together),
        ),
        Mistake(
            "Your decoder says PAD or START. These are no words: give them -inf before you take the largest.",
            partial(_variant, forbidden=()),
        ),
        Mistake(
            "Every step reads START again; what is read next is the token that was said.",
            partial(_variant, reads="START"),
        ),
        Mistake(
            "Every step begins in s: carry the state on, or the decoder forgets what it has said.",
            partial(_variant, carry=False),
        ),
        Mistake(
            "EOS is missing in your tokens: it is said, once, before the padding begins.",
            partial(_variant, cut=_without_eos),
        ),
        Mistake(
            "You fill up with EOS; it is said once, and what stands behind it is PAD.",
            partial(_variant, cut=_filled_with_eos),
        ),
        Mistake(
            "Your log_p leaves out EOS; to stop is a choice, too, and has a probability.",
            partial(_variant, cut=_eos_for_free),
        ),
        Mistake(
            "Your log_p is the mean over the tokens; the logarithm of a product is the sum.",
            partial(_variant, cut=_mean),
        ),
        Mistake(
            "Your sentences stop one token too early: EOS itself is said and counted, and only then it is over.",
            partial(_variant, cut=_stopped_too_early),
        ),
        Mistake(
            "Your tokens are too short: they have max_length rows even when all sentences have ended before.",
            _only_what_is_said,
        ),
    ),
    hints=(
        "Keep three things in your hand: the last token (B,), the state (B, H), and who is still running (B,).",
        "A step: log_yhat, h = decode_step(token, h, *weights). log_yhat[:, [PAD, START]] = -np.inf forbids these two.",
        "token = log_yhat.argmax(axis=1). tokens[t] = np.where(running, token, PAD), and the same for log_p with 0.",
        "After that, and not before, running = running & (token != EOS): so EOS itself is written and counted.",
    ),
)
