"""The three losses: how well hidden vectors predict their targets, and the gradient of that.

Each is a module with the output table ``W`` (V, D), the other half of word2vec, which scores word w by
``s_w = h . W[w]``. A model gives the hidden vectors, so two models and three losses make six combinations::

    hidden, model_cache = model.forward(...)
    value, cache = loss.forward(hidden, targets, negatives)  # FullSoftmax takes no negatives
    model.backward(loss.backward(cache), model_cache)
"""

import numpy as np

from rnncourse.scratch.functional import (
    binary_cross_entropy,
    binary_cross_entropy_backward,
    cross_entropy,
    cross_entropy_backward,
)
from rnncourse.scratch.module import Module
from rnncourse.scratch.validate import require_array, require_float_dtype, require_indices, require_size


class _OutputTable(Module):
    """``W`` (V, D), zeros at the start as in word2vec's own program."""

    names = ("W",)

    def __init__(self, vocabulary_size, embedding_size, dtype=np.float64):
        require_size("vocabulary_size", vocabulary_size)
        require_size("embedding_size", embedding_size)
        require_float_dtype(dtype)
        self.W = np.zeros((vocabulary_size, embedding_size), dtype)
        self.zero_grads()

    def _require_examples(self, hidden, targets):
        V, D = self.W.shape
        require_array("hidden", hidden, ("N", D), self.W.dtype)
        require_array("targets", targets, (len(hidden),))
        require_indices("targets", targets, V)


class FullSoftmax(_OutputTable):
    """One choice among all words: ``L = -log softmax(s)[target]``, the mean over examples.

    The exact loss, at a cost that grows with the vocabulary: every example scores and moves all V rows of ``W`` (V, D).
    Source: Mikolov et al. 2013b, equations 1 and 2.
    """

    def forward(self, hidden, targets):
        """Return ``(loss, cache)`` for hidden vectors (N, D) and targets (N,)."""
        self._require_examples(hidden, targets)
        loss, cache = cross_entropy(hidden @ self.W.T, targets)
        return loss, (hidden, cache)

    def backward(self, cache):
        """``dW = ds^T h``; returns ``dh = ds W``, (N, D)."""
        hidden, cache = cache
        dscores = cross_entropy_backward(cache)
        self.grads["W"] += dscores.T @ hidden
        return dscores @ self.W


class NegativeSampling(_OutputTable):
    """The target against K words of noise, each judged alone: ``E = -(log y_target + sum_k log(1 - y_k))``.

    ``y_w = sigmoid(s_w)``, and the loss is the mean of E over examples. Since ``1 - sigmoid(s) = sigmoid(-s)``, this is
    equation 4 of Mikolov et al. 2013b with its sign turned. Each example scores and moves 1 + K rows of ``W`` (V, D).
    The words of noise come from the caller, drawn by :class:`~rnncourse.scratch.word2vec.NoiseSampler`; one that equals
    the target counts as noise all the same, as in the equation (word2vec's own program leaves it out).
    """

    def forward(self, hidden, targets, negatives):
        """Return ``(loss, cache)`` for hidden vectors (N, D), targets (N,) and words of noise (N, K)."""
        self._require_examples(hidden, targets)
        require_array("negatives", negatives, (len(hidden), "K"))
        require_indices("negatives", negatives, self.W.shape[0])
        words = np.column_stack([targets, negatives])
        labels = np.zeros(words.shape, self.W.dtype)
        labels[:, 0] = 1
        scores = np.einsum("nd,nkd->nk", hidden, self.W[words]) - self._shift(words)
        total, cache = binary_cross_entropy(scores, labels, reduction="sum")
        return total / len(hidden), (hidden, words, cache)

    def backward(self, cache):
        """``dW[w] += ds_w h`` for the 1 + K words of each example; returns ``dh = sum_w ds_w W[w]``, (N, D)."""
        hidden, words, cache = cache
        dscores = binary_cross_entropy_backward(cache, 1 / len(hidden))
        np.add.at(self.grads["W"], words, dscores[..., None] * hidden[:, None])
        return np.einsum("nk,nkd->nd", dscores, self.W[words])

    def _shift(self, words):
        """What is taken off the scores: nothing."""
        return 0


class NoiseContrastiveEstimation(NegativeSampling):
    """Is the word from the text or one of K from the noise? Negative sampling of ``s_w - log(K P(w))``.

    P is the noise distribution, ``noise_probabilities`` (V,). With the subtraction the sigmoid is exactly the posterior
    probability of "from the text" if ``exp(s_w)`` is the word's probability there, so the scores tend to its logarithm
    without ever summing over the vocabulary. Negative sampling drops it: good vectors, but no probabilities.

    Source: Gutmann and Hyvarinen 2010, *Noise-contrastive estimation: a new estimation principle for unnormalized
    statistical models*; for words Mnih and Kavukcuoglu 2013, *Learning word embeddings efficiently with
    noise-contrastive estimation*, whose score has a bias per word that ours, like word2vec's, has not.
    """

    def __init__(self, vocabulary_size, embedding_size, noise_probabilities, dtype=np.float64):
        super().__init__(vocabulary_size, embedding_size, dtype)
        require_array("noise_probabilities", noise_probabilities, (vocabulary_size,), np.float64)
        if not (noise_probabilities >= 0).all() or abs(noise_probabilities.sum() - 1) > 1e-9:
            raise ValueError(
                "noise_probabilities: expected numbers of at least 0 with sum 1, "
                f"got a least of {noise_probabilities.min()} and a sum of {noise_probabilities.sum()}"
            )
        self.noise_probabilities = noise_probabilities.astype(dtype)

    def _shift(self, words):
        probabilities = self.noise_probabilities[words]
        if not probabilities.all():
            name, word = ("targets", "negatives")[int(probabilities[:, 0].all())], words[probabilities == 0][0]
            raise ValueError(f"{name}: expected words that the noise can draw, got {word}, of noise probability 0")
        K = words.shape[1] - 1
        return np.log(K * probabilities)
