"""The bar that a long run shows."""

import os

from tqdm.auto import tqdm

DELAY = 1.0
"""Seconds after which a bar appears: short runs show none."""


class Bar:
    """A bar over the steps of a run, with the loss and the last evaluation; none if ``progress`` is False.

    A string is the text before the bar. The environment variable TQDM_DISABLE, tqdm's own, turns all bars off; tqdm's
    notebook bar does not read it, so it is read here.
    """

    def __init__(self, progress: bool | str, steps: int, done: int):
        self._bar = tqdm(
            desc=progress if isinstance(progress, str) else None,
            total=steps,
            initial=done,
            delay=DELAY,
            leave=False,
            disable=not progress or bool(os.environ.get("TQDM_DISABLE")),
        )

    def step(self, loss: float, evaluations: list[tuple[int, float]]):
        """One step more. The words change when tqdm draws, a few times a second, for they cost more than a step."""
        if self._bar.update():
            evaluation = f", evaluation {evaluations[-1][1]:.3g}" if evaluations else ""
            self._bar.set_postfix_str(f"loss {loss:.3g}{evaluation}")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._bar.total = self._bar.n  # tqdm would leave a bar that is not full, in red
        self._bar.close()
