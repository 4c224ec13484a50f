"""What a decoder reads, what it should say, and where that counts."""

from functools import partial

import numpy as np

from rnncourse.exercises.bidirectional.ragged import ragged_lengths
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.seq2seq.chapter import CHAPTER
from rnncourse.exercises.seq2seq.decoder import EOS, PAD, SPECIAL, START
from rnncourse.scratch import seq2seq

VOCABULARY = 1000


def _inputs(rng, T, B):
    return {"sentences": [rng.choice(np.arange(SPECIAL, VOCABULARY), n, replace=False) for n in ragged_lengths(T, B)]}


def _shifted(sentences):
    return tuple(seq2seq.teacher_forcing(sentences, VOCABULARY))


def _columns(rows, fill=PAD, front=False):
    """Rows of different lengths as the columns of an array, filled up behind or in ``front``."""
    T = max(map(len, rows))
    gaps = [[fill] * (T - len(row)) for row in rows]
    filled = [[*gap, *row] if front else [*row, *gap] for row, gap in zip(rows, gaps, strict=True)]
    return np.array(filled).T


def _ends(sentences):
    return np.array([len(sentence) for sentence in sentences])


def _variant(sentences, targets=lambda inputs, targets: targets, mask=None):
    """``targets`` makes them of the right inputs and targets; ``mask`` of the step t (T, 1) and the lengths n (B,)."""
    inputs, right, _ = _shifted(sentences)
    found = targets(inputs, right)
    steps = np.arange(len(found))[:, None]
    return inputs, found, found != PAD if mask is None else mask(steps, _ends(sentences))


def _padded_before_the_shift(sentences):
    """START + sentence + EOS, filled up, and then without its last or its first row."""
    both = _columns([[START, *sentence, EOS] for sentence in sentences])
    return both[:-1], both[1:], _shifted(sentences)[2]


def _both_on_both(sentences):
    both = _columns([[START, *sentence, EOS] for sentence in sentences])
    mask = np.arange(len(both))[:, None] < _ends(sentences) + 2
    return both, both, mask


def _eos_last(inputs, targets):
    words = np.where(targets == EOS, PAD, targets)
    words[-1] = EOS
    return words


def _without_eos(sentences):
    inputs = _columns([[START, *sentence[:-1]] for sentence in sentences])
    targets = _columns([list(sentence) for sentence in sentences])
    return inputs, targets, np.arange(len(targets))[:, None] < _ends(sentences)


def _filled_in_front(sentences):
    inputs = _columns([[START, *sentence] for sentence in sentences], front=True)
    targets = _columns([[*sentence, EOS] for sentence in sentences], front=True)
    return inputs, targets, targets != PAD


def _sentences_in_rows(sentences):
    return tuple(array.T for array in _shifted(sentences))


def _reshaped(sentences):
    return tuple(array.T.reshape(array.shape) for array in _shifted(sentences))


SHIFT_TARGETS = Exercise(
    name="shift_targets",
    chapter=CHAPTER,
    points=10,
    section="START, EOS, and a shift of one",
    inputs=_inputs,
    reference=_shifted,
    outputs=("inputs", "targets", "mask"),
    sizes=tuple({"T": T, "B": B} for T, B in ((1, 1), (3, 1), (3, 2), (5, 3), (8, 5))),
    mistakes=(
        Mistake(
            "Your targets are the inputs: the decoder need only repeat what it reads. Each target is the word after it.",
            partial(_variant, targets=lambda inputs, targets: inputs),
        ),
        Mistake(
            "A shorter sentence has EOS among its inputs: you padded before you shifted. EOS is said, and never read.",
            _padded_before_the_shift,
        ),
        Mistake(
            "START and EOS are both on inputs and targets; START belongs to the inputs only, and EOS to the targets.",
            _both_on_both,
        ),
        Mistake(
            "There is no EOS: nobody teaches this decoder where to stop. A sentence has one target more than words.",
            _without_eos,
        ),
        Mistake(
            "Your mask leaves out EOS, so nobody teaches the decoder where to stop: lengths + 1 targets count.",
            partial(_variant, mask=lambda t, n: t < n),
        ),
        Mistake(
            "Your mask counts the padding, too: it is True at the words and at EOS, and False behind.",
            partial(_variant, mask=lambda t, n: t <= n + VOCABULARY),
        ),
        Mistake(
            "Your mask is turned round: True marks the targets that count, not the padding.",
            partial(_variant, mask=lambda t, n: t > n),
        ),
        Mistake(
            "EOS stands in the last row for all; it comes right behind the last word of each sentence, before the padding.",
            partial(_variant, targets=_eos_last),
        ),
        Mistake(
            "Your targets are filled up with EOS; a sentence ends once, and what comes behind is PAD.",
            partial(_variant, targets=lambda inputs, targets: np.where(targets == PAD, EOS, targets)),
        ),
        Mistake(
            "Your sentences fill up in front; they begin in the first row, START first, and the padding stands behind.",
            _filled_in_front,
        ),
        Mistake(
            "Your sentences stand in rows, (B, T); time comes first here, so that each is a column: (T, B).",
            _sentences_in_rows,
        ),
        Mistake(
            "You make (B, T) into (T, B) with a reshape, which mixes up the sentences; exchange the axes with .T.",
            _reshaped,
        ),
    ),
    hints=(
        "Write the two rows for one sentence by hand, one above the other: START a b, and below it a b EOS.",
        "T is the longest length plus 1. Begin with np.full((T, B), PAD) for the inputs and for the targets.",
        "Sentence b of n words: inputs[0, b] = START, inputs[1 : n + 1, b] and targets[:n, b] are its words.",
        "Then targets[n, b] = EOS. When all are filled in, mask = targets != PAD.",
    ),
)
