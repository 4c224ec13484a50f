"""A recurrent encoder over a ragged batch: the state after the last real word."""

from functools import partial

import numpy as np

from rnncourse.exercises.bidirectional.ragged import is_real, ragged_lengths
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.networks import network, recurrent_weights, with_weights
from rnncourse.exercises.seq2seq.chapter import CHAPTER
from rnncourse.exercises.seq2seq.decoder import PAD, SPECIAL
from rnncourse.scratch import RNN, Embedding, seq2seq


def _inputs(rng, T, B, words, D, H):
    lengths, V = ragged_lengths(T, B), SPECIAL + words
    order = rng.permuted(np.tile(np.arange(SPECIAL, V)[:, None], B), axis=0)
    source = order[np.arange(T) % words]  # no sentence reads the same from its end
    return {
        "source": np.where(is_real(T, lengths)[..., 0], source, PAD),
        "lengths": lengths,
        "E": rng.normal(size=(V, D)),
        **recurrent_weights(rng, D, H),
        "b_h": rng.normal(size=H),
    }


def _context(source, lengths, E, W_xh, W_hh, b_h):
    encoder = seq2seq.Encoder(network(RNN, W_xh, W_hh, b_h), with_weights(Embedding, *E.shape, W=E))
    return encoder.forward(source, lengths)[1]


def _states(source, E, W_xh, W_hh, b_h, squash=np.tanh, carry=lambda h, t: h):
    """The states (T + 1, B, H) with the first one, of zeros; ``carry`` says what the step after t reads."""
    h = np.zeros((source.shape[1], len(b_h)))
    states = [h]
    for t, token in enumerate(source):
        h = squash(E[token] @ W_xh + h @ W_hh + b_h)
        states.append(h)
        h = carry(h, t)
    return np.array(states)


def _variant(source, lengths, E, W_xh, W_hh, b_h, at=lambda n, T: n, **how):
    """The state after so many words as ``at`` says, of the lengths n and of T."""
    states = _states(source, E, W_xh, W_hh, b_h, **how)
    return states[at(lengths, len(source)), np.arange(len(lengths))]


def _after_padding(n, T):
    return np.full_like(n, T)


def _padding_reads_zeros(source, lengths, E, *weights):
    return _variant(source, lengths, np.where(np.arange(len(E))[:, None] == PAD, 0.0, E), *weights, at=_after_padding)


def _nothing_behind_the_end(source, lengths, *others):
    """The states at the padding are set to 0, and the last of all is taken."""
    return np.where(lengths[:, None] == len(source), _context(source, lengths, *others), 0.0)


def _mean(source, lengths, *others):
    states = _states(source, *others)[1:]
    return np.where(is_real(len(source), lengths), states, 0.0).sum(axis=0) / lengths[:, None]


def _backwards(source, lengths, *others):
    turned = source.copy()
    for b, n in enumerate(lengths):
        turned[:n, b] = source[:n, b][::-1]
    return _context(turned, lengths, *others)


def _without_bias(source, lengths, E, W_xh, W_hh, b_h):
    return _context(source, lengths, E, W_xh, W_hh, np.zeros_like(b_h))


def _transposed(source, lengths, E, W_xh, W_hh, b_h):
    return _context(source, lengths, E, W_xh, W_hh.T, b_h)


ENCODE = Exercise(
    name="encode",
    chapter=CHAPTER,
    points=15,
    section="Two networks and one vector",
    inputs=_inputs,
    reference=_context,
    outputs=("s",),
    sizes=tuple(
        dict(zip(("T", "B", "words", "D", "H"), size, strict=True))
        for size in ((1, 1, 2, 2, 3), (3, 1, 3, 2, 3), (4, 2, 4, 3, 2), (5, 3, 6, 2, 4), (9, 4, 5, 4, 3))
    ),
    mistakes=(
        Mistake(
            "You take the state after all T steps: behind a shorter sentence the network has gone on reading PAD.",
            partial(_variant, at=_after_padding),
        ),
        Mistake(
            "You give PAD a vector of zeros, but the state still moves on at every step behind the end. Stop at the end.",
            _padding_reads_zeros,
        ),
        Mistake(
            "You set the state to 0 at the padding, so nothing is left of a shorter sentence; keep its last real state.",
            _nothing_behind_the_end,
        ),
        Mistake(
            "You are one word too early: of outputs[0] to outputs[T - 1], the last real one is outputs[lengths - 1].",
            partial(_variant, at=lambda n, T: n - 1),
        ),
        Mistake(
            "You go one step too far: a shorter sentence reads one PAD behind its end. Steps 0 to lengths - 1 are words.",
            partial(_variant, at=lambda n, T: np.minimum(n + 1, T)),
        ),
        Mistake(
            "You stop all sentences at one step, where the shortest one ends; each has a length of its own.",
            partial(_variant, at=lambda n, T: np.full_like(n, n.min())),
        ),
        Mistake("This is the mean of the states; the context is the last one alone.", _mean),
        Mistake(
            "You read each sentence from its end. (Sutskever et al. did, and it helped; asked for is the usual order.)",
            _backwards,
        ),
        Mistake(
            "The state is not carried on: this is what the last word alone makes of a state of zeros.",
            partial(_variant, carry=lambda h, t: np.zeros_like(h)),
        ),
        Mistake(
            "The tanh is missing: these are the sums that go into it.",
            partial(_variant, squash=lambda a: a),
        ),
        Mistake("The bias b_h is missing.", _without_bias),
        Mistake("W_hh is transposed; rows are examples here, so it is h @ W_hh.", _transposed),
    ),
    hints=(
        "Keep one state h (B, H). At step t every sentence of the batch makes its step, and some of them should not.",
        "E[source[t]] looks up the vectors of all B words of step t: (B, D).",
        "One way: np.where((t < lengths)[:, None], new, h) lets a sentence that has ended keep its h.",
        "Another: append each h to a list and take np.array(states)[lengths - 1, np.arange(B)] at the end.",
    ),
)
