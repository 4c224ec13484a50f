"""GradientLaboratory: at every turn of a control a network runs forward, and its gradient back through time."""

from numbers import Real

import numpy as np

from rnncourse.live import gradients_page as page
from rnncourse.live.figure import LiveFigure, packed
from rnncourse.live.gradients_network import as_float32, new_network, states_and_lengths
from rnncourse.viz import lines

STILL = {
    "tanh, radius 0.9": {"cell": "tanh", "spectral radius": 0.9},
    "LSTM, forget bias 4": {"cell": "LSTM", "forget bias": 4},
    "ReLU, radius 1.8": {"cell": "ReLU", "spectral radius": 1.8},
}
"""What stands still where no script runs: a gradient that vanishes, one that is kept, and one that explodes."""

_LEAST_STEPS = 41  # the challenges ask about lag 40
_ALT = (
    "A laboratory of the gradient through time: how long the gradient of the last loss is at every step before, for a "
    "cell, a matrix, a spectral radius and a size of the inputs that the reader chooses."
)


class GradientLaboratory(LiveFigure):
    """A recurrent network whose gradient the page computes, for any setting of the controls, while a reader turns them.

    The cell is a simple one (linear, tanh or ReLU) or an LSTM, its recurrent weights Gaussian or orthogonal and of any
    spectral radius from 0.3 to 2.5. A loss on the last state, along a fixed direction, is sent back through every step.
    The page shows the length of dL/dh_t by lag, what bounds it, what the slopes (or forget gates) let through, and says
    in words what is left; three challenges are ticked off by what it measures. Without JavaScript three settings stand
    still: vanishing, kept and exploding.

    Parameters
    ----------
    start : ``{control: value}``, for some or all of "cell", "matrix", "spectral radius", "size of the inputs",
        "forget bias" and "lag"
    units, steps : H, 2 to 32, and T, 41 to 120
    seed : of the weights, the inputs and the direction, all of them random and rounded to float32
    """

    kind = "gradients"

    def __init__(self, *, start=None, units=20, steps=60, seed=4, alt=_ALT):
        super().__init__(alt)
        self.units, self.steps = _whole("units", units, 2, 32), _whole("steps", steps, _LEAST_STEPS, 120)
        self.network = as_float32(new_network(np.random.default_rng(seed), self.units, self.steps))
        self.start = {**page.DEFAULTS, **_checked(start or {}, self.steps)}

    def lengths(self, settings):
        """The length of the gradient at each lag, 0 to T, with these controls: an array (T + 1,), by rnncourse.scratch.

        ``settings`` is as ``start``. Of the linear cell only the page knows.
        """
        settings = {**self.start, **_checked(settings, self.steps)}
        if settings["cell"] == "linear":
            raise ValueError("settings['cell']: expected 'tanh', 'ReLU' or 'LSTM', got 'linear'")
        return states_and_lengths(self.network, settings)[1]

    def still(self):
        """The lengths of three gradients in one picture; after it, hidden until the script runs, the laboratory."""
        return (
            f'<div class="rnn-still">{self._three().svg}<p style="margin:.4rem 0">{page.STILL_WORDS}</p></div>'
            f"{page.laboratory(self.start, self.units, self.steps, self.alt)}"
        )

    def data(self):
        """The network, and the largest singular value of each W_hh of spectral radius 1."""
        singular = {m: float(np.linalg.norm(self.network[f"W_hh {m}"], 2)) for m in page.MATRICES}
        network = {name: packed(array) for name, array in self.network.items()}
        return {"network": network, "singular": singular, "range": [page.LOWEST, page.HIGHEST]}

    def _three(self):
        lags = np.arange(self.steps + 1)
        curves = {
            name: states_and_lengths(self.network, {**page.DEFAULTS, **settings})[1] for name, settings in STILL.items()
        }
        vanished, kept, exploded = (f"{curve[40]:.0e}" for curve in curves.values())
        return lines(
            {name: (lags, curve) for name, curve in curves.items()},
            x_label=page.LAG_LABEL,
            y_label=page.LENGTH_LABEL,
            scales=("linear", "log"),
            limits=(10.0**page.LOWEST, 10.0**page.HIGHEST),
            levels={"as long as at the loss": 1},
            markers=False,
            alt=f"Length of the gradient of the last loss by lag, log scale, for three networks. At lag 40 it is {vanished} "
            f"with tanh, where it vanishes, {kept} in an LSTM with open forget gates, {exploded} with ReLU and large weights.",
        )


def _whole(name, value, low, high):
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name}: expected a whole number from {low} to {high}, got {value!r}")
    return value


def _checked(start, steps):
    """The start values, or ``ValueError`` for one that its control cannot show."""
    ranges = {**page.SLIDERS, "lag": (0, steps, 1)}
    for name, value in start.items():
        if name in page.CHOICES:
            if value not in page.CHOICES[name]:
                raise ValueError(f"start[{name!r}]: expected one of {list(page.CHOICES[name])}, got {value!r}")
        elif name not in ranges:
            raise ValueError(f"start: expected names of controls, {[*page.CHOICES, *ranges]}, got {name!r}")
        elif not (isinstance(value, Real) and ranges[name][0] <= value <= ranges[name][1]):
            low, high, _ = ranges[name]
            raise ValueError(f"start[{name!r}]: expected a number from {low:g} to {high:g}, got {value!r}")
    return start
