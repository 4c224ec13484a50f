"""Recursive networks: one composition applied up a tree, until a sentence is one vector; every node gets scores.

They take what :func:`rnncourse.data.tree_batch` makes and go up the trees of a whole batch height by height.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from rnncourse.models.recurrent import require_tokens


class TreeModel(nn.Module):
    """What the networks here share: ``embedding`` of words, the way up, and ``readout`` of every node's vector.

    Subclasses give ``compose(children)``, from the states of pairs of children (M, 2, S) to those of their parents
    (M, S). Where a state is more than the vector of its node, they also give ``leaves(words)``, from embeddings (N, D)
    to states (N, S), and ``vectors(states)``, from states (R, S) to vectors (R, H).
    """

    def __init__(self, vocabulary_size: int, embedding_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.readout = nn.Linear(hidden_size, output_size)

    def forward(self, tokens: Tensor, children: Tensor, ends: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores of the classes (2L-1, B, K) and the vectors (2L-1, B, H) of all nodes.

        The arguments are those of :class:`rnncourse.data.TreeBatch`. The results stand at the numbers of the nodes in
        their trees, and are zero where a sentence has no such node.
        """
        require_tokens("tokens", tokens[None], self.embedding.num_embeddings)
        states, words = self.leaves(self.embedding(tokens)), len(tokens)
        for first, end in pairwise(ends.tolist()):
            pairs = children[first - words : end - words]
            both = states.index_select(0, pairs.flatten()).unflatten(0, (-1, 2))
            states = torch.cat([states, self.compose(both)])
        vectors = self.vectors(states)
        return _placed(self.readout(vectors), rows), _placed(vectors, rows)

    def leaves(self, words: Tensor) -> Tensor:
        return words

    def compose(self, children: Tensor) -> Tensor:
        raise NotImplementedError

    def vectors(self, states: Tensor) -> Tensor:
        return states


class RecursiveNetwork(TreeModel):
    """``p = tanh([c1, c2] @ W + b)``, ``o = p @ W_label + b_label``: ``composition`` and ``readout``.

    Words and phrases have vectors of one size D, a word's being its row in the table. Source: Socher et al. 2011,
    *Parsing natural scenes and natural language with recursive neural networks*; Socher et al. 2013, *Recursive deep
    models for semantic compositionality over a sentiment treebank*, section 4.1. The same as
    ``rnncourse.scratch.recursive.RecursiveNetwork`` over embedded words.
    """

    def __init__(self, vocabulary_size: int, embedding_size: int, output_size: int) -> None:
        super().__init__(vocabulary_size, embedding_size, embedding_size, output_size)
        self.composition = nn.Linear(2 * embedding_size, embedding_size)

    def compose(self, children: Tensor) -> Tensor:
        return torch.tanh(self.composition(children.flatten(1)))


class RecursiveTensorNetwork(RecursiveNetwork):
    """``p_k = tanh([c1, c2] V_k [c1, c2]^T + ([c1, c2] @ W + b)_k)``: children that also multiply each other.

    ``V`` is (D, 2D, 2D). Source: Socher et al. 2013, section 4.3 (without b). The same as
    ``rnncourse.scratch.recursive.RecursiveTensorNetwork`` over embedded words.
    """

    def __init__(self, vocabulary_size: int, embedding_size: int, output_size: int) -> None:
        super().__init__(vocabulary_size, embedding_size, output_size)
        D = embedding_size
        self.V = nn.Parameter(torch.empty(D, 2 * D, 2 * D).uniform_(-0.5 / D, 0.5 / D))

    def compose(self, children: Tensor) -> Tensor:
        pairs = children.flatten(1)
        return torch.tanh(torch.einsum("mi,kij,mj->mk", pairs, self.V, pairs) + self.composition(pairs))


class TreeLSTM(TreeModel):
    """The binary Tree-LSTM: a memory cell at each node, with a forget gate of its own for each child.

    A word: ``[a_i a_g a_o] = x @ W + [b_i b_g b_o]``, ``c = i * g``. A phrase with children (h1, c1) and (h2, c2):
    ``[a_i a_f1 a_f2 a_g a_o] = [h1, h2] @ U + [b_i b_f b_f b_g b_o]``, ``c = i * g + f1 * c1 + f2 * c2``. At both,
    i, f and o are sigmoids of their a, ``g = tanh(a_g)`` and ``h = o * tanh(c)``, the node's vector.

    ``from_word`` holds W (D, 3H), ``from_children`` U (2H, 5H), and ``b`` (4, H) has the rows i f g o; b_f starts at 1.
    Source: Tai et al. 2015, *Improved semantic representations from tree-structured long short-term memory networks*,
    section 3.2 with N = 2.
    """

    def __init__(self, vocabulary_size: int, embedding_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__(vocabulary_size, embedding_size, hidden_size, output_size)
        self.from_word = nn.Linear(embedding_size, 3 * hidden_size, bias=False)
        self.from_children = nn.Linear(2 * hidden_size, 5 * hidden_size, bias=False)
        self.b = nn.Parameter(torch.zeros(4, hidden_size))
        nn.init.ones_(self.b[1])

    def leaves(self, words: Tensor) -> Tensor:
        a = self.from_word(words).unflatten(1, (3, -1)) + self.b[[0, 2, 3]]
        return _state(*a.unbind(1), kept=0)

    def compose(self, children: Tensor) -> Tensor:
        h, c = children.chunk(2, dim=2)
        a = self.from_children(h.flatten(1)).unflatten(1, (5, -1)) + self.b[[0, 1, 1, 2, 3]]
        a_i, a_f1, a_f2, a_g, a_o = a.unbind(1)
        return _state(a_i, a_g, a_o, kept=torch.sigmoid(a_f1) * c[:, 0] + torch.sigmoid(a_f2) * c[:, 1])

    def vectors(self, states: Tensor) -> Tensor:
        return states.chunk(2, dim=1)[0]


def _state(a_i: Tensor, a_g: Tensor, a_o: Tensor, kept: Tensor | float) -> Tensor:
    """h and c side by side, (M, 2H)."""
    c = torch.sigmoid(a_i) * torch.tanh(a_g) + kept
    return torch.cat([torch.sigmoid(a_o) * torch.tanh(c), c], dim=1)


def _placed(values: Tensor, rows: Tensor) -> Tensor:
    """The values (R, ...) of all rows at their nodes: (2L-1, B, ...), zeros where there is none, which is row -1."""
    return torch.cat([values, torch.zeros_like(values[:1])])[rows]
