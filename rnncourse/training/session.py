"""A run in progress: the model, its optimiser, and what has happened so far."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from rnncourse.models.evaluating import evaluating
from rnncourse.training.divergence import TrainingDiverged, Trouble
from rnncourse.training.evaluation import outputs_and_extra
from rnncourse.training.plan import Plan
from rnncourse.training.randomness import StepSeeds, seed_torch
from rnncourse.training.run import Run
from rnncourse.training.tensors import as_tensors, device_and_dtype


class Session:
    """Makes the model from its seed and trains it step by step."""

    def __init__(self, make_model: Callable, batches: Callable, loss: Callable, plan: Plan, device: torch.device):
        for name, function in (("batches", batches), ("loss", loss)):
            if not callable(function):
                raise ValueError(f"{name}: expected a function, got {type(function).__name__}")
        self.batches, self.loss, self.plan, self.device = batches, loss, plan, device
        self._seeds = StepSeeds(plan.seed, device)
        seed_torch(plan.seed, device)
        self.model = _new_model(make_model).to(device).train()
        self._dtype = device_and_dtype(self.model)[1]
        self._parameters = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        self._buffers = list(self.model.buffers())
        self._optimizer = plan.make_optimizer(self._parameters)
        self._optimizer_name = _described(self._optimizer)
        self._schedule = plan.make_schedule(self._optimizer)
        self._state = None
        self.losses, self.gradient_norms, self.evaluations = [], [], []
        self._best, self._best_weights = None, None

    @property
    def steps(self) -> int:
        """The number of steps made."""
        return len(self.losses)

    @property
    def stopped_early(self) -> bool:
        """Whether as many evaluations as ``patience`` have passed since the best one."""
        if self.plan.patience is None or self._best is None:
            return False
        return sum(step > self._best[0] for step, _ in self.evaluations) >= self.plan.patience

    @property
    def is_finished(self) -> bool:
        """Whether there is nothing left to do."""
        return self.steps >= self.plan.steps or self.stopped_early

    def step(self):
        """One update of the weights; ``TrainingDiverged`` leaves them as they were before it."""
        buffers = [buffer.clone() for buffer in self._buffers]
        self._optimizer.zero_grad()  # here, so that the forward pass has the memory of the old gradients: it is faster
        batch, outputs, extra, loss = self._forward(self.steps)
        value, norm = loss.item(), None
        if math.isfinite(value):
            loss.backward()
            norm = self._clipped_norm()
        if norm is None or not math.isfinite(norm):
            for buffer, before in zip(self._buffers, buffers, strict=True):
                buffer.copy_(before)
            trouble = Trouble(self.steps, batch, outputs, value, norm, self.gradient_norms, self.plan)
            raise TrainingDiverged(trouble.sentence(), self.run())
        self._optimizer.step()
        if self._schedule and self.steps + 1 < self.plan.steps:
            self._schedule.step()
        self._state = _detached(extra) if self.plan.carry_state else None
        self.losses.append(value)
        self.gradient_norms.append(norm)

    def first_loss(self) -> float:
        """The loss of step 0, of a session that has made no step."""
        with torch.no_grad():
            return self._forward(0)[-1].item()

    def _forward(self, step):
        rng = self._seeds.start(step)
        batch = as_tensors(self.batches(step, rng), self.device, self._dtype)
        state = {"state": self._state} if self.plan.carry_state else {}
        outputs, extra = outputs_and_extra(self.model(*batch[:-1], **state))
        loss = self.loss(outputs, batch[-1])
        if not isinstance(loss, torch.Tensor) or loss.ndim > 0:
            raise ValueError(f"loss: expected a tensor of one number, got {_kind(loss)}")
        if torch.is_grad_enabled() and not loss.requires_grad:
            raise ValueError("loss: expected a number that depends on the model's parameters, got one that does not")
        return batch, outputs, extra, loss

    def _clipped_norm(self):
        if self.plan.clip_norm is not None:
            of_its_own = getattr(self.model, "clip_grad_norm_", None)  # a population clips each member for itself
            clip = of_its_own or partial(torch.nn.utils.clip_grad_norm_, self._parameters)
            return clip(self.plan.clip_norm).item()
        return torch.nn.utils.get_total_norm([p.grad for p in self._parameters if p.grad is not None]).item()

    def evaluate(self):
        """Evaluate the model as it is now, and keep its weights if they are the best so far."""
        seed_torch(self.plan.seed, self.device)
        with evaluating(self.model):
            value = float(self.plan.evaluate(self.model))
        if math.isnan(value):
            raise ValueError(f"evaluate: expected a number, got nan after {self.steps} steps")
        self.evaluations.append((self.steps, value))
        if self._best is None or self.plan.improves(value, self._best[1]):
            self._best = self.evaluations[-1]
            self._best_weights = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}

    def run(self) -> Run:
        """What has been reached, with the model as it is now."""
        self._optimizer.zero_grad()
        arrays = np.array(self.losses), np.array(self.gradient_norms)
        return Run(self.model.eval(), *arrays, list(self.evaluations), self._best, self.stopped_early)

    def finished_run(self) -> Run:
        """What has been reached, with the model as it was at its best evaluation, if there was any."""
        if self._best_weights is not None:
            self.model.load_state_dict(self._best_weights)
        return self.run()

    def identity(self) -> dict:
        """What must not change between the parts of a run, as plain numbers and words."""
        weights = {f"weight {name}": f"{tuple(w.shape)} {w.dtype}" for name, w in self.model.state_dict().items()}
        return self.plan.identity() | {"optimizer": self._optimizer_name} | weights

    def content(self) -> dict:
        """All that changes during a run, as tensors and plain values, for :meth:`load`."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule and self._schedule.state_dict(),
            "state": self._state,
            "losses": self.losses,
            "gradient_norms": self.gradient_norms,
            "evaluations": self.evaluations,
            "best": self._best,
            "best_weights": self._best_weights,
        }

    def load(self, content: dict):
        """Take over what :meth:`content` gave."""
        self.model.load_state_dict(content["model"])
        self._optimizer.load_state_dict(content["optimizer"])
        if self._schedule:
            self._schedule.load_state_dict(content["schedule"])
        self._state = content["state"]
        self.losses, self.gradient_norms = content["losses"], content["gradient_norms"]
        self.evaluations = content["evaluations"]
        self._best, self._best_weights = content["best"], content["best_weights"]


def _new_model(make_model):
    if isinstance(make_model, torch.nn.Module):
        name = type(make_model).__name__
        raise ValueError(f"make_model: expected a function that makes a new model, got a model, {name}")
    model = make_model()
    if not isinstance(model, torch.nn.Module):
        raise ValueError(f"make_model: expected a function that returns an nn.Module, got {type(model).__name__} of it")
    return model


def _described(optimizer):
    settings = (f"{key}={group[key]}" for group in optimizer.param_groups for key in group if key != "params")
    return f"{type(optimizer).__name__}({', '.join(settings)})"


def _detached(state):
    if isinstance(state, torch.Tensor):
        return state.detach()
    if isinstance(state, tuple | list):
        return tuple(map(_detached, state))
    raise ValueError(
        f"model: expected (outputs, state), to carry the state of tensors, got {type(state).__name__} of it"
    )


def _kind(loss):
    return f"shape {tuple(loss.shape)}" if isinstance(loss, torch.Tensor) else type(loss).__name__
