"""The recursive neural tensor network: children that multiply each other."""

import numpy as np

from rnncourse.scratch.module import uniform
from rnncourse.scratch.recursive.network import RecursiveNetwork
from rnncourse.scratch.validate import require_size


class RecursiveTensorNetwork(RecursiveNetwork):
    """The recursive neural tensor network (RNTN) of Socher et al. 2013, a :class:`RecursiveNetwork` with one more term.

    ``p_k = tanh([c1, c2] V_k [c1, c2]^T + ([c1, c2] @ W + b)_k)``: each component of the parent has its own bilinear
    form of the children, so that one word can scale or reverse another. ``V`` is (D, 2D, 2D), one slice per component.
    With V = 0 this is the plain network. The paper writes it without b.
    """

    names = ("V", *RecursiveNetwork.names)

    def __init__(self, embedding_size, classes, rng, dtype=np.float64):
        require_size("embedding_size", embedding_size)
        D = embedding_size
        self.V = uniform(rng, (2 * D) ** 2, D, 2 * D, 2 * D, dtype=dtype)
        super().__init__(embedding_size, classes, rng, dtype)

    def combine(self, children):
        """The argument of tanh, (M, D)."""
        a = children @ self.W + self.b
        for k, V_k in enumerate(self.V):  # slice by slice: all at once would hold (M, D, 2D)
            a[:, k] += np.einsum("mi,mi->m", children @ V_k, children)
        return a

    def combine_backward(self, da, children):
        """``dV_k = sum da_k [c1, c2]^T [c1, c2]``; returns ``da W^T + sum_k da_k [c1, c2] (V_k + V_k^T)``."""
        dchildren = self.affine_backward("W", "b", children, da)
        for k, V_k in enumerate(self.V):
            scaled = da[:, k : k + 1] * children
            self.grads["V"][k] += scaled.T @ children
            dchildren += scaled @ (V_k + V_k.T)
        return dchildren
