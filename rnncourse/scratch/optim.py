"""Optimisers, and the clipping of gradients by their norm."""

from collections.abc import Mapping

import numpy as np


def clip_grad_norm(grads, threshold):
    """Rescale gradients in place when their joint norm reaches the threshold (Pascanu et al. 2013, algorithm 1).

    ``if ||g|| >= threshold: g <- threshold / ||g|| * g``, where ``||g||`` is taken over all arrays together, so that
    the direction of the step is kept. ``grads`` is one module's ``grads`` or a list of them.

    Returns the norm before clipping. Raises ``FloatingPointError`` when a gradient holds NaN or infinity: no rescaling
    mends that.
    """
    if not threshold > 0:
        raise ValueError(f"threshold: expected a positive number, got {threshold!r}")
    groups = [grads] if isinstance(grads, Mapping) else list(grads)
    norm = np.sqrt(sum(np.square(g, dtype=np.float64).sum() for group in groups for g in group.values()))
    if not np.isfinite(norm):
        broken = [name for group in groups for name, g in group.items() if not np.isfinite(g).all()]
        raise FloatingPointError(f"grads: expected finite values, got NaN or infinity in {', '.join(broken)}")
    if norm >= threshold:
        for group in groups:
            for g in group.values():
                g *= threshold / norm
    return float(norm)


class Optimizer:
    """Updates the parameters of modules from their gradients; subclasses say how one array is updated."""

    def __init__(self, modules, learning_rate):
        if not learning_rate > 0:
            raise ValueError(f"learning_rate: expected a positive number, got {learning_rate!r}")
        self.modules = list(modules)
        self.learning_rate = learning_rate
        self.memories = [{name: {} for name in module.names} for module in self.modules]

    def step(self):
        """Update every parameter once, in place."""
        for module, memory in zip(self.modules, self.memories, strict=True):
            for name, parameter in module.parameters().items():
                self.update(parameter, module.grads[name], memory[name])

    def update(self, parameter, grad, memory):
        """Change ``parameter`` in place; ``memory`` is a dictionary kept for it between steps."""
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent with momentum: ``v <- momentum v + g``, ``theta <- theta - learning_rate v``."""

    def __init__(self, modules, learning_rate, momentum=0.0):
        super().__init__(modules, learning_rate)
        self.momentum = momentum

    def update(self, parameter, grad, memory):
        velocity = memory.setdefault("velocity", np.zeros_like(parameter))
        velocity *= self.momentum
        velocity += grad
        parameter -= self.learning_rate * velocity


class RMSProp(Optimizer):
    """Divides by a running root mean square of the gradient (Tieleman and Hinton 2012, lecture 6.5).

    ``s <- decay s + (1 - decay) g^2``, ``theta <- theta - learning_rate g / (sqrt(s) + epsilon)``.
    """

    def __init__(self, modules, learning_rate=0.01, decay=0.99, epsilon=1e-8):
        super().__init__(modules, learning_rate)
        self.decay, self.epsilon = decay, epsilon

    def update(self, parameter, grad, memory):
        mean_square = memory.setdefault("mean_square", np.zeros_like(parameter))
        mean_square *= self.decay
        mean_square += (1 - self.decay) * grad**2
        parameter -= self.learning_rate * grad / (np.sqrt(mean_square) + self.epsilon)


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015, algorithm 1).

    ``m <- beta1 m + (1 - beta1) g``, ``v <- beta2 v + (1 - beta2) g^2``, both divided by ``1 - beta^step`` because they
    start at zero, and ``theta <- theta - learning_rate m / (sqrt(v) + epsilon)``.
    """

    def __init__(self, modules, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8):
        super().__init__(modules, learning_rate)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon

    def update(self, parameter, grad, memory):
        m = memory.setdefault("m", np.zeros_like(parameter))
        v = memory.setdefault("v", np.zeros_like(parameter))
        memory["step"] = step = memory.get("step", 0) + 1
        m *= self.beta1
        m += (1 - self.beta1) * grad
        v *= self.beta2
        v += (1 - self.beta2) * grad**2
        corrected = np.sqrt(v / (1 - self.beta2**step)) + self.epsilon
        parameter -= self.learning_rate * (m / (1 - self.beta1**step)) / corrected
