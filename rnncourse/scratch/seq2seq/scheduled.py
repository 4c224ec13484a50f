"""Scheduled sampling: between reading the right words and reading its own."""

import numpy as np

from rnncourse.scratch.seq2seq.search import permit
from rnncourse.scratch.seq2seq.tokens import DEFAULT_TOKENS
from rnncourse.scratch.validate import require_array, require_choice, require_fraction


def scheduled_inputs(step, state, inputs, ratio, rng, choice="argmax", special=DEFAULT_TOKENS):
    """Decoder inputs in which each word stays with probability ``ratio`` and is else what the decoder itself says.

    ``step`` and ``state`` are those of :meth:`EncoderDecoder.start`, ``inputs`` (T, B) those of teacher forcing. The
    decoder runs over the mixed inputs and says its most likely token (``choice="argmax"``) or draws one by its
    probabilities (``"sample"``), never PAD or START. Ratio 1 is teacher forcing, 0 free running. START and padding
    stay. Returns the mixed inputs, (T, B), for an ordinary ``forward`` and ``backward``: no gradient flows through the
    choice of a token, so with the tokens that were read held fixed, the gradient is exact. Source: Bengio et al. 2015,
    *Scheduled sampling for sequence prediction with recurrent neural networks*, section 2.4.
    """
    require_array("inputs", inputs, ("T", "B"))
    require_choice("choice", choice, ("argmax", "sample"))
    require_fraction("ratio", ratio)
    stays = (rng.random(inputs.shape) < ratio) | (inputs == special.pad)
    mixed = inputs.copy()
    for t in range(len(inputs) - 1):
        if stays[t + 1 :].all():
            break
        log_probabilities, state = step(state, mixed[t])
        scores = permit(log_probabilities, inputs.shape[1], special)
        if choice == "sample":
            scores += rng.gumbel(size=scores.shape)  # the highest sum is a draw by the probabilities
        mixed[t + 1] = np.where(stays[t + 1], inputs[t + 1], scores.argmax(axis=1))
    return mixed
