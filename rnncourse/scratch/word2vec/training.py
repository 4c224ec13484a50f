"""Skip-gram with negative sampling, arranged for speed: a block of text at once, and only the rows it touches.

For all pairs of a centre i and a word j of its context, input rows x, output rows y, and M rows n of noise that a whole
stretch of text shares, the loss is::

    L = sum_ij log(1 + exp(-x_i . y_j)) + K/M sum_ij sum_m log(1 + exp(x_i . n_m))

Choose K of the M words, and negative sampling with these has a loss; L is the mean over all choices. So its expectation
is that of equation 4 of Mikolov et al. 2013b, and the noise costs one product of matrices.
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

CHUNK = 16  # centres that are multiplied with the text around them, at least
STRETCH = 10  # chunks that share words of noise: with more, the noise repeats itself and the vectors are worse
BLOCK = 4  # stretches a step: enough for NumPy's own cost a call not to count, few enough to stay in the cache
NOISE_WORDS = 64  # M


class Block(NamedTuple):
    """A piece of P tokens, the centres, with the tokens around them.

    ``left`` and ``right`` (P,) say how many tokens on each side of a centre are its context. ``tokens`` (P + 2 window,)
    are the centres and ``window`` tokens more on each side.
    """

    tokens: np.ndarray
    left: np.ndarray
    right: np.ndarray


def blocks(tokens, left, right, window):
    """Cut the text (T,) into blocks of one size. The last is filled up with tokens 0 that have no context."""
    stretch = STRETCH * _chunk_size(window)
    size = min(BLOCK, -(-len(tokens) // stretch)) * stretch
    missing = -len(tokens) % size
    tokens = np.pad(tokens, (window, window + missing))
    left, right = np.pad(left, (0, missing)), np.pad(right, (0, missing))
    for start in range(0, len(left), size):
        end = start + size
        yield Block(tokens[start : end + 2 * window], left[start:end], right[start:end])


def block_loss(centres, around, noise, left, right, negatives):
    """The loss L of a block and its gradients with respect to the rows that take part.

    ``centres`` (P, D) are input rows, ``around`` (P + 2 window, D) and ``noise`` (S, M, D), M for each of the S
    stretches, output rows; ``left`` and ``right`` are those of :class:`Block`, K is ``negatives``. Returns
    ``(L, dcentres, daround, dnoise)``.
    """
    (P, D), S, window = centres.shape, len(noise), (len(around) - len(centres)) // 2
    chunk = _chunk_size(window)
    chunks, stretches = centres.reshape(-1, chunk, D), centres.reshape(S, -1, D)
    around_T = sliding_window_view(around, chunk + 2 * window, axis=0)[::chunk]  # (P / chunk, D, chunk + 2 window)
    # Score all of a chunk with all of the text around it, and keep the band of pairs: a product is cheaper than looking
    # the pairs up one by one.
    in_band = _pairs(left.reshape(-1, chunk, 1), right.reshape(-1, chunk, 1), window)
    losses, slopes = _softplus(-(chunks @ around_T))
    dscores = -slopes * in_band
    noise_losses, noise_slopes = _softplus(stretches @ noise.swapaxes(1, 2))
    weights = ((left + right) * (negatives / noise.shape[1])).astype(centres.dtype).reshape(S, -1, 1)
    noise_dscores = weights * noise_slopes
    loss = losses.sum(where=in_band) + (weights * noise_losses).sum()
    dcentres = (dscores @ around_T.swapaxes(1, 2)).reshape(P, D) + (noise_dscores @ noise).reshape(P, D)
    daround = _add_overlaps(dscores.swapaxes(1, 2) @ chunks, window)
    return float(loss), dcentres, daround, noise_dscores.swapaxes(1, 2) @ stretches


class RowAdagrad:
    """Adagrad with one rate a row, for a table of which a step touches few rows.

    ``a[w] <- a[w] + mean_d g_wd^2``, ``W[w] <- W[w] - learning_rate g_w / sqrt(a[w])``, with g_w the sum of the
    gradients that word w receives. Rare words take long steps, frequent words, which occur many times in a block, short
    ones; plain gradient descent diverged on them. The start of a, 0.1, keeps first steps in proportion to the gradient.
    After Duchi, Hazan and Singer 2011, *Adaptive subgradient methods for online learning and stochastic
    optimization*, where every entry has its own rate.
    """

    def __init__(self, table, learning_rate):
        self.table, self.learning_rate = table, learning_rate
        self.squares = np.full((len(table), 1), 0.1, table.dtype)

    def step(self, words, gradients):
        """Update the table in place from a gradient (N, D) for each of the words (N,), which may repeat."""
        words, gradients = _sum_by_word(words, gradients)
        self.squares[words] += np.einsum("wd,wd->w", gradients, gradients)[:, None] / gradients.shape[1]
        self.table[words] -= self.learning_rate / np.sqrt(self.squares[words]) * gradients


class SkipGramTrainer:
    """Moves an input and an output table (V, D) in place, block by block."""

    def __init__(self, input_table, output_table, noise, negatives, learning_rate):
        self.inputs = RowAdagrad(input_table, learning_rate)
        self.outputs = RowAdagrad(output_table, learning_rate)
        self.noise, self.negatives = noise, negatives

    def step(self, block, rng):
        """One step for a :class:`Block`; returns its loss L."""
        P, window = len(block.left), (len(block.tokens) - len(block.left)) // 2
        centres = block.tokens[window : window + P]
        stretches = P // (STRETCH * _chunk_size(window))
        noise = self.noise.draw((stretches, NOISE_WORDS), rng)
        loss, dcentres, daround, dnoise = block_loss(
            self.inputs.table[centres],
            self.outputs.table[block.tokens],  # each token's row is fetched once, not once a pair
            self.outputs.table[noise],
            block.left,
            block.right,
            self.negatives,
        )
        self.inputs.step(centres, dcentres)
        D = dcentres.shape[1]
        self.outputs.step(np.append(block.tokens, noise), np.concatenate([daround, dnoise.reshape(-1, D)]))
        return loss


def _chunk_size(window):
    """So many that the text around one chunk overlaps that of no other than the next."""
    return max(CHUNK, 2 * window)


def _pairs(left, right, window):
    """Which of the chunk's words (n, chunk, 1) and the words around it, (n, chunk, chunk + 2 window), are pairs."""
    chunk = left.shape[1]
    offsets = np.arange(-window, chunk + window) - np.arange(chunk)[:, None]
    return (-left <= offsets) & (offsets <= right) & (offsets != 0)


def _softplus(z):
    """``log(1 + exp(z))`` and its slope, ``sigmoid(z)``, for one exponential. Beyond 80 a float32 would overflow."""
    exponential = np.exp(np.minimum(z, 80))
    total = 1 + exponential
    return np.log(total), exponential / total


def _add_overlaps(pieces, window):
    """Lay (n, chunk + 2 window, D) out over the text they were cut from and add where they overlap."""
    n, width, D = pieces.shape
    chunk = width - 2 * window
    total = np.zeros((n + 1, chunk, D), pieces.dtype)
    total[:-1] = pieces[:, :chunk]
    total[1:, : 2 * window] += pieces[:, chunk:]
    return total.reshape(-1, D)[: n * chunk + 2 * window]


def _sum_by_word(words, rows):
    """The distinct words, and for each the sum of its rows.

    Most words of a block occur once. Their row is fetched and done; only the rest is summed, in runs of equal words.
    """
    order = np.argsort(words, kind="stable")
    in_order = words[order]
    is_first = np.append(True, in_order[1:] != in_order[:-1])
    sums = rows[order[is_first]]
    word_of_rest = np.cumsum(is_first)[~is_first] - 1
    run_starts = np.flatnonzero(np.diff(word_of_rest, prepend=-1))
    sums[word_of_rest[run_starts]] += np.add.reduceat(rows[order[~is_first]], run_starts, axis=0)
    return in_order[is_first], sums
