"""Beam search for one source: keep several beginnings, and let whole sentences step aside."""

from functools import partial
from typing import NamedTuple

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.seq2seq.chapter import CHAPTER
from rnncourse.exercises.seq2seq.decoder import AXES, EOS, PAD, START, reordered, searchable, step


def _inputs(rng, T, beam_size, words, D, H, drawn, eos=1.2):
    """With a small ``eos`` no sentence ends."""
    s, weights = searchable(np.random.default_rng(drawn), 1, words, D, H, eos)
    (s, *weights), _ = reordered(rng, words, H, (s, *weights), AXES)
    return {"s": s, "beam_size": beam_size, "max_length": T, "weights": tuple(weights)}


class Beginning(NamedTuple):
    """A sentence so far: the logarithm of its probability, its tokens, and the state before its last one is read."""

    log_p: float
    tokens: tuple
    h: np.ndarray

    @property
    def is_over(self):
        return self.tokens[-1:] == (EOS,)


def _read(beam, weights):
    """Log-probabilities (N, V) of what may follow each of N beginnings, and their new states (N, H)."""
    last = np.array([each.tokens[-1] if each.tokens else START for each in beam])
    return step(last, np.concatenate([each.h for each in beam]), *weights)


def _extended(beam, weights, forbidden=(PAD, START), add=True):
    """All extensions of N beginnings, those of the first one first; without ``add`` they forget what they had."""
    if not beam:
        return []
    log_yhat, h = _read(beam, weights)
    return [
        Beginning(beam[n].log_p * add + float(more), (*beam[n].tokens, token), h[n : n + 1])
        for (n, token), more in np.ndenumerate(log_yhat)
        if token not in forbidden
    ]


def _best(grown, count, finished=()):
    return sorted(grown, key=lambda each: each.log_p, reverse=True)[:count]


def _listed(sentences):
    """The tokens of the sentences, and the logarithms of their probabilities, best first."""
    ordered = _best(sentences, len(sentences))
    return [[int(token) for token in each.tokens] for each in ordered], [float(each.log_p) for each in ordered]


def _never(finished, beam):
    return False


def _when_one_has_ended(finished, beam):
    return bool(finished)


def _when_none_can_win(finished, beam):
    """Whether the best whole sentence is beyond the reach of all beginnings."""
    return bool(finished and beam) and _best(finished, 1)[0].log_p > beam[0].log_p


def _found(s, beam_size, max_length, weights, extend=_extended, keep=_best, stop=_never, among=_listed):
    """The search as it should be, or with another way to ``extend``, ``keep``, ``stop`` or list."""
    beam, finished = [Beginning(0.0, (), s)], []
    for _ in range(max_length):
        kept = keep(extend(beam, weights), beam_size, finished)
        finished += [each for each in kept if each.is_over]
        beam = [each for each in kept if not each.is_over]
        if stop(finished, beam):
            break
    return among(finished + beam)


def _greedy(s, beam_size, max_length, weights):
    return _found(s, 1, max_length, weights)


def _arrays(sentences):
    tokens, log_p = _listed(sentences)
    return [np.array(sentence) for sentence in tokens], log_p


def _whole_ones_only(sentences):
    return _listed([each for each in sentences if each.is_over] or sentences)


def _per_token(sentences):
    return _listed([each._replace(log_p=each.log_p / len(each.tokens)) for each in sentences])


def _states_stay(s, beam_size, max_length, weights):
    """A beam of beam_size rows; the tokens are sorted anew at each step, and the states stay in their rows."""
    log_p, tokens, finished = np.where(np.arange(beam_size) == 0, 0.0, -np.inf), [()] * beam_size, []
    h = np.repeat(s, beam_size, axis=0)
    for _ in range(max_length):
        last = np.array([row[-1] if row else START for row in tokens])
        log_yhat, h = step(last, h, *weights)
        log_yhat[:, [PAD, START]] = -np.inf
        totals = (log_p[:, None] + log_yhat).ravel()
        places = np.argsort(-totals, kind="stable")[:beam_size]
        tokens = [(*tokens[place // log_yhat.shape[1]], place % log_yhat.shape[1]) for place in places]
        log_p = totals[places]
        rows = [Beginning(*row, s) for row in zip(log_p.tolist(), tokens, strict=True)]
        is_over = np.array([row.is_over for row in rows])
        finished += [row for row in rows if row.is_over and row.log_p > -np.inf]
        log_p = np.where(is_over, -np.inf, log_p)
    return _listed(finished + [row for row in rows if not row.is_over and row.log_p > -np.inf])


def _always_s(s, beam_size, max_length, weights):
    def extend(beam, weights):
        return _extended([each._replace(h=s) for each in beam], weights)

    return _found(s, beam_size, max_length, weights, extend=extend)


def _past_the_end(s, beam_size, max_length, weights):
    """EOS is a token like any other."""
    beam = [Beginning(0.0, (), s)]
    for _ in range(max_length):
        beam = _best(_extended(beam, weights), beam_size)
    return _listed(beam)


def _whole_ones_stay(s, beam_size, max_length, weights):
    """A whole sentence keeps its place in the beam as long as it is among the best."""
    beam = [Beginning(0.0, (), s)]
    for _ in range(max_length):
        over = [each for each in beam if each.is_over]
        beam = _best(over + _extended([each for each in beam if not each.is_over], weights), beam_size)
    return _listed(beam)


BEAM_SEARCH = Exercise(
    name="beam_search",
    chapter=CHAPTER,
    points=20,
    section="A beam",
    inputs=_inputs,
    reference=_found,
    outputs=("sentences", "log_p"),
    sizes=(
        {"T": 1, "beam_size": 1, "words": 3, "D": 2, "H": 3, "drawn": (0,), "eos": -9.0},
        *(
            dict(zip(("T", "beam_size", "words", "D", "H", "drawn"), size, strict=True))
            for size in (
                (2, 2, 4, 2, 3, (23,)),
                (4, 2, 5, 3, 4, (1,)),
                (5, 3, 4, 2, 5, (0,)),
                (6, 3, 6, 3, 4, (0,)),
                (7, 4, 5, 4, 6, (1,)),
                (8, 3, 7, 3, 5, (2,)),
                (6, 5, 8, 2, 6, (0,)),
            )
        ),
    ),
    mistakes=(
        Mistake(
            "You keep one beginning at each step: this is greedy search, whatever beam_size says.",
            _greedy,
        ),
        Mistake(
            "You stop when the first sentence has ended; go on with the others, until the beam is empty or at max_length.",
            partial(_found, stop=_when_one_has_ended),
        ),
        Mistake(
            "You stop when no beginning can win any more, which is wise where only the best is wanted; here all count.",
            partial(_found, stop=_when_none_can_win),
        ),
        Mistake(
            "A whole sentence goes on after EOS. It should leave the beam, and nothing is added to it any more.",
            _past_the_end,
        ),
        Mistake(
            "Whole sentences keep their places in your beam, so it becomes narrower; let them leave, to a list of their own.",
            _whole_ones_stay,
        ),
        Mistake(
            "What is left in the beam at max_length is missing; it counts as it stands, without EOS.",
            partial(_found, among=_whole_ones_only),
        ),
        Mistake(
            "You compare the last tokens alone; log p of a sentence is the sum over all its tokens. Add up.",
            partial(_found, extend=partial(_extended, add=False)),
        ),
        Mistake(
            "You divide log p by the number of tokens; that is another search. Here the sum counts as it is.",
            partial(_found, among=_per_token),
        ),
        Mistake(
            "The states are left behind: each beginning goes on from the state of the very beginning that it extends.",
            _states_stay,
        ),
        Mistake(
            "Every step begins in s: each beginning has a state of its own, which has read all its tokens.",
            _always_s,
        ),
        Mistake(
            "You extend by PAD or START, which are no words; skip these two.",
            partial(_found, extend=partial(_extended, forbidden=())),
        ),
        Mistake(
            "All is right but the form: the tokens of each sentence should be a list of integers, not an array.",
            partial(_found, among=_arrays),
        ),
    ),
    hints=(
        "A beginning is three things: its log p, its tokens, its state. The beam is a list of such, at first [(0.0, [], s)].",
        "decode_step(np.array([last]), h, *weights) extends one of them: log_yhat[0] has log p of each next token.",
        "Collect all extensions of all beginnings in one list, sort it by log p, largest first, and keep beam_size.",
        "Of these, a list `finished` takes those whose last token is EOS; the others are the next beam.",
        "At the end sort finished + beam by log p, largest first, and return their tokens and their log p, a list of each.",
    ),
)
