"""The training loop."""

from collections.abc import Callable
from pathlib import Path

import torch

from rnncourse.training.checkpoint import resume, save
from rnncourse.training.plan import Plan
from rnncourse.training.progress import Bar
from rnncourse.training.randomness import repeatable
from rnncourse.training.run import Run
from rnncourse.training.session import Session
from rnncourse.training.tensors import choose_device


def train(
    make_model: Callable[[], torch.nn.Module],
    batches: Callable,
    loss: Callable,
    *,
    steps: int,
    seed: int = 0,
    learning_rate: float = 1e-2,
    optimizer: Callable = torch.optim.Adam,
    schedule: str | None = None,
    clip_norm: float | None = 1.0,
    carry_state: bool = False,
    evaluate: Callable | None = None,
    every: int = 100,
    patience: int | None = None,
    better: str = "lower",
    checkpoint: str | Path | None = None,
    device: str | torch.device = "auto",
    progress: bool | str = True,
) -> Run:
    """Train a new model for ``steps`` steps and return it with its losses, as a :class:`Run`.

    - ``make_model()`` returns a new model; torch is seeded with ``seed`` before.
    - ``batches(step, rng)`` returns batch number ``step``, from 0: a tuple of NumPy arrays, what the model takes in
      order and last the targets. ``rng`` is ``np.random.default_rng([seed, step])``; torch is seeded anew as well.
    - ``model(*batch[:-1])`` returns the outputs, or a tuple whose first entry they are. With ``carry_state=True`` it
      gets ``state=`` besides, at first None, then what it returned last, detached (truncated backpropagation).
    - ``loss(outputs, batch[-1])`` returns one number, a tensor.
    - ``optimizer(parameters, lr=learning_rate)`` as in torch. ``schedule="one cycle"`` raises the rate to
      ``learning_rate`` over a tenth of the steps and lowers it to almost 0 over the others (Smith and Topin 2018).
    - ``clip_norm``: gradients whose joint norm is greater are scaled down to it (Pascanu et al. 2013); None: never. A
      model with a method ``clip_grad_norm_``, such as ``LSTMPopulation``, clips by that.
    - ``evaluate(model)`` returns a number; ``better`` says whether "lower" or "higher" is better. It is called without
      gradients, in eval() mode, after every ``every`` steps and at the end. The model is returned with the weights of
      the best evaluation, the first among equals; ``patience`` evaluations without a better one end the run.
    - ``checkpoint`` names a file, written after every ``every`` steps and at the end. If it is there already, the run
      goes on from it, with the numbers of a run without a break; a finished run is returned at once. Other settings,
      another model, loss or first batch than the file's are a ``ValueError``, and so is a file of another kind.
    - ``device="auto"`` is an accelerator where there is one, else the CPU. ``progress``: whether runs of more than a
      second show a bar; a string is the text before it.

    During training torch runs on one thread, and random states and the thread count of the caller are put back at the
    end. So a run gives the same numbers every time on a CPU. Raises :class:`TrainingDiverged` when a loss or gradient
    is not finite.
    """
    plan = Plan(
        steps=steps,
        seed=seed,
        learning_rate=learning_rate,
        optimizer=optimizer,
        schedule=schedule,
        clip_norm=clip_norm,
        carry_state=carry_state,
        evaluate=evaluate,
        every=every,
        patience=patience,
        better=better,
    )
    device = choose_device(device)
    with repeatable(device):
        session = Session(make_model, batches, loss, plan, device)
        path = None if checkpoint is None else Path(checkpoint)
        if path is not None:
            resume(session, path)
        with Bar(progress, plan.steps, session.steps) as bar:
            while not session.is_finished:
                session.step()
                bar.step(session.losses[-1], session.evaluations)
                if session.steps % plan.every == 0 or session.steps == plan.steps:
                    _evaluate_and_save(session, path)
        return session.finished_run()


def _evaluate_and_save(session, path):
    if session.plan.evaluate is not None:
        session.evaluate()
    if path is not None:
        save(session, path)
