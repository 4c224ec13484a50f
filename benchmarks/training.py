"""`train` against the plain loop that one would write for the same run: what seeds, records and a bar cost.

The model is torch's LSTM and a linear layer on its last output. Both loops start from the same weights, turn the same
NumPy arrays into tensors, clip, stop when a number is not finite, and make as many steps of Adam; nothing is timed
before both have given the same losses, bit for bit. `ours / plain` is above 1 by what ours does besides: it seeds each
step anew, checks shapes, keeps gradient norms, and is ready to say why a run broke. A run is timed as a whole, with the
making of the model; float32, one thread.
"""

import math

import numpy as np
import torch

from benchmarks.timing import geometric_mean, interleaved, ratio
from rnncourse.training import mean_squared_error, train

RATE, CLIP = 1e-2, 1.0


class Regressor(torch.nn.Module):
    """An LSTM, and one number read from its last output."""

    def __init__(self, D, H):
        super().__init__()
        self.lstm, self.readout = torch.nn.LSTM(D, H), torch.nn.Linear(H, 1)

    def forward(self, x):
        """The numbers (B,) and the last state."""
        outputs, state = self.lstm(x)
        return self.readout(outputs[-1])[:, 0], state


def run(quick):
    """One row for each shape: the ratio with its quartiles, and the time of a step of both."""
    torch.set_num_threads(1)
    shapes = [(2, 5, 4)] if quick else [(32, 20, 32), (32, 50, 32), (32, 50, 64), (64, 100, 64)]
    rows = [measure(*shape, steps=5 if quick else 100, rounds=3 if quick else 15) for shape in shapes]
    return {"sizes": {"D": 2}, "rows": rows, "summary": summary(rows)}


def summary(rows):
    """The geometric mean of the ratios, the worst, and what a step costs more on average."""
    ratios = [row["ours / plain"] for row in rows]
    more = float(np.mean([row["ours, ms a step"] - row["plain, ms a step"] for row in rows]))
    return {"ours / plain": geometric_mean(ratios), "ours / plain, worst": max(ratios), "more a step, ms": more}


def measure(B, T, H, steps, rounds):
    """Compare the two at one shape, after they were seen to agree."""
    rng = np.random.default_rng(0)
    data = [(rng.standard_normal((T, B, 2)), rng.standard_normal(B)) for _ in range(8)]
    contenders = {"ours": our_run(data, H, steps), "plain": plain_run(data, H, steps)}
    require_equal(contenders["ours"](), contenders["plain"]())
    times = interleaved(contenders, rounds)
    median, low, high = ratio(times, "ours", "plain")
    row = {"B": B, "T": T, "H": H, "steps": steps, "ours / plain": median, "low": low, "high": high}
    return row | {f"{name}, ms a step": 1000 * float(np.median(times[name])) / steps for name in contenders}


def our_run(data, H, steps):
    """A function that trains a new model by ours and returns its losses."""

    def call():
        found = train(
            lambda: Regressor(2, H),
            lambda step, rng: data[step % len(data)],
            mean_squared_error,
            steps=steps,
            learning_rate=RATE,
            clip_norm=CLIP,
            device="cpu",
            progress=False,
        )
        return found.losses.tolist()

    return call


def plain_run(data, H, steps):
    """The same by a plain loop."""

    def call():
        torch.manual_seed(0)
        model = Regressor(2, H)
        parameters = list(model.parameters())
        optimizer, losses = torch.optim.Adam(parameters, lr=RATE), []
        for step in range(steps):
            x, targets = (torch.from_numpy(array.astype(np.float32)) for array in data[step % len(data)])
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(model(x)[0], targets)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(parameters, CLIP)
            if not (math.isfinite(loss.item()) and math.isfinite(norm.item())):
                raise FloatingPointError(f"step {step}: loss {loss.item()}")
            optimizer.step()
            losses.append(loss.item())
        return losses

    return call


def require_equal(ours, plain):
    """Refuse to time two runs that do not give the same losses."""
    for step, (one, other) in enumerate(zip(ours, plain, strict=True)):
        if one != other:
            raise RuntimeError(f"loss of step {step}: ours and plain differ, {one} and {other}")
