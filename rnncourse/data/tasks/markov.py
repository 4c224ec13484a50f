"""A Markov source: the k symbols before a symbol decide the law it is drawn by."""

import numpy as np

from rnncourse.data.batching import LanguageBatch
from rnncourse.data.tasks.source import SymbolSource, entropy
from rnncourse.scratch.validate import require_array, require_positive, require_rng, require_size


class MarkovSource(SymbolSource):
    """``P(s_t | s_1, ..., s_{t-1}) = transitions[s_{t-k}, ..., s_{t-1}, s_t]``, order k over K symbols.

    ``transitions`` has k + 1 axes of size K, float64, and its last axis sums to 1. ``stationary``, k axes of size K, is
    the law of k symbols in a row that one more step leaves unchanged; streams start with it, so every piece of every
    stream has the same law. Transitions that have more than one such law, as when two symbols are never left, are a
    ``ValueError``. The law comes from a dense linear solve over the K^k contexts: quick up to a thousand.
    """

    def __init__(self, transitions):
        _require_transitions(transitions)
        self.transitions, self.order, self.symbols = transitions, transitions.ndim - 1, len(transitions)
        self.stationary = _stationary_law(transitions)
        cumulative = transitions.reshape(-1, self.symbols).cumsum(axis=1)
        self._upper_ends = (cumulative / cumulative[:, -1:])[:, :-1]

    @classmethod
    def random(cls, rng, order=2, symbols=8, concentration=0.3):
        """A source whose every row of transitions is drawn from a symmetric Dirichlet law.

        A small ``concentration`` makes rows that favour few symbols, a large one rows that are nearly uniform.
        """
        require_size("order", order)
        require_size("symbols", symbols)
        require_positive("concentration", concentration)
        require_rng(rng)
        return cls(rng.dirichlet(np.full(symbols, concentration), (symbols,) * order))

    def sample(self, T, B, rng):
        """B new streams, each begun by the stationary law: :class:`LanguageBatch` of inputs and targets (T, B).

        A target is the symbol after its input.
        """
        require_size("T", T)
        require_size("B", B)
        require_rng(rng)
        k, K, contexts = self.order, self.symbols, self.stationary.size
        context = rng.choice(contexts, B, p=self.stationary.ravel())
        stream = np.empty((max(T + 1, k), B), dtype=np.int64)
        stream[:k] = np.unravel_index(context, self.stationary.shape)
        chance = rng.random((len(stream), B, 1))
        for t in range(k, len(stream)):
            stream[t] = (self._upper_ends[context] <= chance[t]).sum(axis=1)
            context = (context * K + stream[t]) % contexts
        return LanguageBatch(stream[:T], stream[1 : T + 1])

    def next_law(self, inputs):
        """The law of the symbol after each input, (T, B, K), given all inputs (T, B) of its stream up to there.

        From step k on that is a row of ``transitions``; before, it is the stationary law given the fewer symbols seen.
        A beginning that the source never makes is a ``ValueError``, as no symbol can follow it.
        """
        self._require_streams(inputs)
        T, k = len(inputs), self.order
        beginning = min(T, k - 1)
        if (self._joint_law(beginning)[tuple(inputs[:beginning])] == 0).any():
            raise ValueError("inputs: expected streams that the source can make, got a beginning of probability 0")
        law = np.empty((*inputs.shape, self.symbols))
        for t in range(beginning):
            seen = tuple(inputs[: t + 1])
            law[t] = self._joint_law(t + 2)[seen] / self._joint_law(t + 1)[seen][..., None]
        if T >= k:
            law[k - 1 :] = self.transitions[tuple(inputs[i : T - k + 1 + i] for i in range(k))]
        return law

    @property
    def entropy_rate(self):
        """``-sum_contexts stationary sum_s P(s | context) log P(s | context)``, in nats a symbol: the exact bound."""
        return self.conditional_entropy(self.order)

    def conditional_entropy(self, context):
        """The entropy of a symbol given the ``context`` symbols before it, in nats: what an n-gram model can reach.

        With 0 that is the entropy of single symbols; from ``order`` on, the entropy rate.
        """
        if not isinstance(context, int | np.integer) or context < 0:
            raise ValueError(f"context: expected an integer of at least 0, got {context!r}")
        n = min(context, self.order)
        return float(entropy(self._joint_law(n + 1).ravel()) - entropy(self._joint_law(n).ravel()))

    def _joint_law(self, n):
        """The law of n symbols in a row, n axes of size K, for n from 0 to k + 1."""
        if n > self.order:
            return self.stationary[..., None] * self.transitions
        return self.stationary.sum(axis=tuple(range(n, self.order)))


def _stationary_law(transitions):
    """The law p over contexts with ``p = p M``, M the step from context to context, and ``sum p = 1``."""
    K, k = len(transitions), transitions.ndim - 1
    context = np.arange(K**k)
    step = np.zeros((K**k, K**k))
    following = (context[:, None] * K + np.arange(K)) % K**k
    step[context[:, None], following] = transitions.reshape(-1, K)
    equations = np.vstack([step.T - np.eye(K**k), np.ones(K**k)])
    law, _, rank, _ = np.linalg.lstsq(equations, np.append(np.zeros(K**k), 1), rcond=1e-12)
    if rank < K**k:
        raise ValueError("transitions: expected exactly one stationary law, got more than one")
    law = np.where(law > 1e-14, law, 0)  # what is never come back to has a rounding error for its probability
    return (law / law.sum()).reshape(transitions.shape[:-1])


def _require_transitions(transitions):
    K = len(transitions) if isinstance(transitions, np.ndarray) and transitions.ndim > 1 else "K"
    require_array("transitions", transitions, (K,) * max(2, np.ndim(transitions)), np.float64)
    rows = transitions.sum(axis=-1)
    if not ((transitions >= 0).all() and np.allclose(rows, 1, rtol=0, atol=1e-9)):
        raise ValueError("transitions: expected probabilities that sum to 1 over the last axis, got others")
