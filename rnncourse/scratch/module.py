"""Module: an object with parameters and, under the same names, their gradients."""

import numpy as np

from rnncourse.scratch.validate import require_float_dtype


class Module:
    """Parameters are plain array attributes, listed in ``names``; ``grads`` holds a gradient for each.

    ``forward`` returns ``(output, cache)`` and ``backward`` takes the cache and *adds* into ``grads``, because a
    parameter used at many time steps receives a gradient from each of them. :meth:`zero_grads` starts afresh.
    """

    names: tuple[str, ...] = ()

    def parameters(self):
        """The parameters as a dictionary from name to array (the arrays themselves, not copies)."""
        return {name: getattr(self, name) for name in self.names}

    def zero_grads(self):
        """Set every gradient to zero."""
        self.grads = {name: np.zeros_like(array) for name, array in self.parameters().items()}

    def __repr__(self):
        shapes = ", ".join(f"{name} {array.shape}" for name, array in self.parameters().items())
        return f"{type(self).__name__}({shapes})"


def uniform(rng, fan, *shape, dtype=np.float64):
    """Start values, uniform between ``-1/sqrt(fan)`` and ``1/sqrt(fan)``, PyTorch's default for these layers."""
    require_float_dtype(dtype)
    bound = 1 / np.sqrt(fan)
    return rng.uniform(-bound, bound, shape).astype(dtype)
