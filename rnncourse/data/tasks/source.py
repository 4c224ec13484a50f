"""Sources: makers of endless streams of symbols whose law is known, so that a language model has an exact bound."""

import numpy as np

from rnncourse.scratch.validate import require_array, require_indices


class SymbolSource:
    """What the sources have in common; a subclass gives ``symbols``, ``sample``, ``next_law`` and ``entropy_rate``.

    Symbols are integers from 0 to ``symbols - 1``. ``next_law(inputs)`` is what a perfect model would predict: for
    inputs (T, B), the probabilities (T, B, symbols) of the symbol after each, given its stream up to there.
    """

    def log_probabilities(self, inputs, targets):
        """The natural logarithm of the true probability of each target, (T, B), given the inputs up to its step.

        Minus its mean is the cross-entropy of the true law on these very symbols. Compare a model with that, since on a
        finite stream it differs a little from the entropy rate. Both arguments are integers (T, B); a target that the
        source never makes there has -inf.
        """
        law = self.next_law(inputs)
        require_array("targets", targets, inputs.shape)
        require_indices("targets", targets, self.symbols)
        with np.errstate(divide="ignore"):
            return np.log(np.take_along_axis(law, targets[..., None], axis=2)[..., 0])

    def _require_streams(self, inputs):
        require_array("inputs", inputs, ("T", "B"))
        require_indices("inputs", inputs, self.symbols)


def entropy(probabilities):
    """``-sum p log p`` over the last axis, in nats; 0 log 0 is 0."""
    return -(probabilities * np.log(np.where(probabilities > 0, probabilities, 1))).sum(axis=-1)
