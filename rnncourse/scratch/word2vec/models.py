"""The two models: what predicts. Each gives one hidden vector an example, from an input table with a row per word.

Source: Mikolov et al. 2013a, *Efficient estimation of word representations in vector space*, sections 3.1 and 3.2.
"""

import numpy as np

from rnncourse.scratch.layers import Embedding
from rnncourse.scratch.validate import require_array, require_float_dtype, require_indices, require_size


class _InputTable(Embedding):
    """``W`` (V, D), uniform between ``-1/(2D)`` and ``1/(2D)`` at the start, as in word2vec's own program."""

    def __init__(self, vocabulary_size, embedding_size, rng, dtype=np.float64):
        require_size("vocabulary_size", vocabulary_size)
        require_size("embedding_size", embedding_size)
        require_float_dtype(dtype)
        self.W = ((rng.random((vocabulary_size, embedding_size)) - 0.5) / embedding_size).astype(dtype)
        self.zero_grads()


class SkipGram(_InputTable):
    """The centre predicts its context: ``h = W[centre]``.

    ``W`` (V, D) are the word vectors, the reason to run word2vec at all; it starts uniform between ``-1/(2D)`` and
    ``1/(2D)``. Centres are integers (N,), h is (N, D) and the target is a context word. ``forward`` and ``backward``
    are those of :class:`~rnncourse.scratch.layers.Embedding`: a look-up is all there is.
    """


class CBOW(_InputTable):
    """The context predicts its middle, as a bag of words: ``h = sum_c m_c W[c] / sum_c m_c``.

    ``W`` is (V, D) and starts as that of :class:`SkipGram`. The context words are integers (N, C), the mask m says
    where there is one, booleans (N, C), at least one a row; h is (N, D) and the target is the middle word.
    """

    def forward(self, contexts, mask):
        """Return ``(hidden, cache)``; what stands in ``contexts`` where the mask is False does not matter."""
        require_array("contexts", contexts, ("N", "C"))
        require_array("mask", mask, contexts.shape, dtype=bool)
        require_indices("contexts", contexts, self.W.shape[0])
        if not mask.any(axis=1).all():
            raise ValueError(f"mask: expected a context word in every row, got none in row {mask.any(axis=1).argmin()}")
        shares = (mask / mask.sum(axis=1, keepdims=True)).astype(self.W.dtype)
        return np.einsum("nc,ncd->nd", shares, self.W[contexts]), (contexts, shares)

    def backward(self, dhidden, cache):
        """Give each context word its share of the gradient (N, D): ``dW[c] += m_c dh / sum_c m_c``. Returns None."""
        contexts, shares = cache
        require_array("dhidden", dhidden, (len(contexts), self.W.shape[1]), self.W.dtype)
        np.add.at(self.grads["W"], contexts, shares[..., None] * dhidden[:, None])
