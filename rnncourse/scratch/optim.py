"""Optimisers, and the clipping of gradients by their norm or value by value."""

from collections.abc import Mapping

import numpy as np

from rnncourse.scratch.module import Module
from rnncourse.scratch.validate import require_between, require_positive


def clip_grad_norm(grads, threshold):
    """Rescale gradients in place when their joint norm reaches the threshold (Pascanu et al. 2013, algorithm 1).

    ``if ||g|| >= threshold: g <- threshold / ||g|| * g``, where ``||g||`` is taken over all arrays together, so that
    the direction of the step is kept. ``grads`` is one module's ``grads`` or a list of them.

    Returns the norm before clipping. Raises ``FloatingPointError`` when a gradient holds NaN or infinity: no rescaling
    mends that.
    """
    require_positive("threshold", threshold)
    groups = _groups(grads)
    arrays = _finite_arrays(groups)
    largest = max((float(np.abs(g).max(initial=0)) for g in arrays), default=0.0) or 1.0  # its square may overflow
    norm = largest * float(np.sqrt(sum(np.square(g / largest, dtype=np.float64).sum() for g in arrays)))
    if norm >= threshold:
        for g in arrays:
            g *= threshold / norm
    return norm


def clip_grad_value(grads, threshold):
    """Cut every entry to between -threshold and threshold, in place: ``g <- min(max(g, -threshold), threshold)``.

    Each entry is cut alone, so the direction of the step changes; :func:`clip_grad_norm` keeps it. ``grads`` and the
    error for NaN or infinity are as there. Source: Mikolov 2012, *Statistical language models based on neural
    networks*, who trained recurrent networks so.
    """
    require_positive("threshold", threshold)
    for g in _finite_arrays(_groups(grads)):
        np.clip(g, -threshold, threshold, out=g)


def _finite_arrays(groups):
    """All arrays of all groups, refused when one of them is not finite."""
    broken = [name for group in groups for name, g in group.items() if not np.isfinite(g).all()]
    if broken:
        raise FloatingPointError(f"grads: expected finite values, got NaN or infinity in {', '.join(broken)}")
    return [g for group in groups for g in group.values()]


def _groups(grads):
    """The gradients as a list of dictionaries."""
    groups = [grads] if isinstance(grads, Mapping) else grads
    if not isinstance(groups, list | tuple) or not all(isinstance(group, Mapping) for group in groups):
        found = type(grads).__name__
        raise ValueError(f"grads: expected a module's grads or a list of them, {{name: array}}, got {found}")
    return groups


class Optimizer:
    """Updates the parameters of modules from their gradients; subclasses say how one array is updated.

    ``learning_rate`` may be assigned between steps, which is how it is made to decay.
    """

    def __init__(self, modules, learning_rate):
        require_positive("learning_rate", learning_rate)
        if isinstance(modules, Module):
            raise ValueError(f"modules: expected a list of modules, got one {type(modules).__name__}")
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
        require_between("momentum", momentum, 0, 1)
        self.momentum = momentum

    def update(self, parameter, grad, memory):
        velocity = memory.setdefault("velocity", np.zeros_like(parameter))
        velocity *= self.momentum
        velocity += grad
        parameter -= self.learning_rate * velocity


class Adagrad(Optimizer):
    """Divides by the root of all squared gradients so far (Duchi et al. 2011), so a rare word keeps long steps.

    ``s <- s + g^2``, ``theta <- theta - learning_rate g / (sqrt(s) + epsilon)``.
    """

    def __init__(self, modules, learning_rate=0.01, epsilon=1e-10):
        super().__init__(modules, learning_rate)
        require_positive("epsilon", epsilon)
        self.epsilon = epsilon

    def update(self, parameter, grad, memory):
        square_sum = memory.setdefault("square_sum", np.zeros_like(parameter))
        square_sum += grad**2
        parameter -= self.learning_rate * grad / (np.sqrt(square_sum) + self.epsilon)


class RMSProp(Optimizer):
    """Divides by a running root mean square of the gradient (Tieleman and Hinton 2012, lecture 6.5).

    ``s <- decay s + (1 - decay) g^2``, ``theta <- theta - learning_rate g / (sqrt(s) + epsilon)``.
    """

    def __init__(self, modules, learning_rate=0.01, decay=0.99, epsilon=1e-8):
        super().__init__(modules, learning_rate)
        require_between("decay", decay, 0, 1)
        require_positive("epsilon", epsilon)
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
        require_between("beta1", beta1, 0, 1)
        require_between("beta2", beta2, 0, 1)
        require_positive("epsilon", epsilon)
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


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2): sqrt(v) does not divide the decay.

    ``theta <- theta - learning_rate weight_decay theta`` and then the step of :class:`Adam`. Biases decay too, as in
    PyTorch.
    """

    def __init__(self, modules, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.01):
        super().__init__(modules, learning_rate, beta1, beta2, epsilon)
        require_between("weight_decay", weight_decay, 0, np.inf)
        self.weight_decay = weight_decay

    def update(self, parameter, grad, memory):
        parameter *= 1 - self.learning_rate * self.weight_decay
        super().update(parameter, grad, memory)
