"""Module: an object with parameters and, under the same names, their gradients."""

import numpy as np

from rnncourse.scratch import memory
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
        self.grads = {name: memory.zeros(array.shape, array.dtype) for name, array in self.parameters().items()}

    def __repr__(self):
        shapes = ", ".join(f"{name} {array.shape}" for name, array in self.parameters().items())
        return f"{type(self).__name__}({shapes})"


class Composite(Module):
    """A module made of modules: its parameters and gradients are theirs, under the names ``part.parameter``.

    ``grads`` is a new dictionary of the parts' own arrays: what changes an array in place reaches the part.
    """

    def __init__(self, **parts):
        names = {id(part): name for name, part in parts.items()}
        for name, part in parts.items():
            if not isinstance(part, Module):
                raise ValueError(f"{name}: expected a module, got {type(part).__name__}")
            if names[id(part)] != name:
                raise ValueError(f"{name}: expected a module of its own, got the same object as {names[id(part)]}")
        self.parts = parts

    @property
    def names(self):
        """The parts' names, each after its part's."""
        return tuple(self.parameters())

    @property
    def grads(self):
        """The parts' gradients."""
        return {f"{name}.{key}": grad for name, part in self.parts.items() for key, grad in part.grads.items()}

    def parameters(self):
        """The parts' parameters (the arrays themselves, not copies)."""
        pairs = ((name, part.parameters()) for name, part in self.parts.items())
        return {f"{name}.{key}": array for name, parameters in pairs for key, array in parameters.items()}

    def zero_grads(self):
        """Set every part's gradients to zero."""
        for part in self.parts.values():
            part.zero_grads()

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{name}={part!r}' for name, part in self.parts.items())})"


def uniform(rng, fan, *shape, dtype=np.float64):
    """Start values, uniform between ``-1/sqrt(fan)`` and ``1/sqrt(fan)``, PyTorch's default for these layers."""
    require_float_dtype(dtype)
    bound = 1 / np.sqrt(fan)
    return rng.uniform(-bound, bound, shape).astype(dtype)
