"""What goes wrong with scores (B, S), whichever score it is, and on their way to weights."""

import numpy as np

from rnncourse.exercises.exercise import Mistake
from rnncourse.scratch import functional


def softmax_along(scores, axis=1, largest=True):
    """A softmax that may run along another axis, forgo the subtraction of the ``largest`` score, or meet -inf."""
    exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True) * largest)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def mistakes_of_scores(scores):
    """Mistakes of a function that should return what ``scores`` does, but softmaxes it or mixes up its axes."""

    def reshaped(*inputs):
        found = scores(*inputs)
        return found.T.reshape(found.shape)

    return (
        Mistake(
            "These are the weights, after a softmax; asked for are the scores before it.",
            lambda *inputs: functional.softmax(scores(*inputs)),
        ),
        Mistake(
            "Your scores are (S, B); items come first here, so transpose them: (B, S).",
            lambda *inputs: scores(*inputs).T,
        ),
        Mistake(
            "You make (S, B) into (B, S) with a reshape, which mixes up the sentences; exchange the axes with .T.",
            reshaped,
        ),
    )
