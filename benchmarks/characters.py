"""A character RNN in training: our layers on B streams of a text at once, against a plain loop over its characters.

`plain` is the program rnncourse/char_rnn.py. `ours` is the same model by `RNN` and `Linear`, from the same start, with
the same loss, clipping and Adagrad; each update is for T characters of B streams. Plain looks up the rows that ours
gets by one-hot inputs. Nothing is timed before both have given the same loss and gradients with B = 1. `plain / ours`
is how many times as many characters ours reads in a second of the processor; plain computes in float64.

That is not how many times faster it learns, because ours makes B times fewer updates of the same characters. So bits a
character are measured too, on text that neither has trained on: after `seen` characters, and for ours also after the
time that these took the plain program. Bits are means over the seeds, with half of their 95 % interval. The text is
the reference that comes with Python and differs from version to version.
"""

from dataclasses import dataclass
from functools import partial
from itertools import islice
from pydoc_data.topics import topics

import numpy as np

from benchmarks.timing import geometric_mean, interleaved, ratio
from rnncourse import char_rnn as plain
from rnncourse.scratch import RNN, Linear
from rnncourse.scratch.functional import cross_entropy, cross_entropy_backward
from rnncourse.scratch.optim import Adagrad, clip_grad_value
from rnncourse.training import mean_and_interval

T = plain.STEPS
WAYS = [(32, "float64"), (64, "float64"), (64, "float32")]
TOLERANCE = 1e-9  # relative, float64


@dataclass(frozen=True)
class Task:
    """The text as numbers below ``size``, the end of it kept apart, and how much of it to learn from how often."""

    text: np.ndarray
    unseen: np.ndarray
    size: int
    seen: int
    seeds: int

    def start(self, seed):
        """The plain program's starting weights."""
        return plain.make_weights(self.size, np.random.default_rng(seed))


def run(quick):
    """One row for each number of streams and precision: the ratio with its quartiles, speeds, and bits learned."""
    task = make_task(20_000, 1000, 2) if quick else make_task(None, 100_000, 3)
    require_equal(plain_pass(task), our_pass(task))
    contenders = {"plain": partial(next, plain.train(task.start(0), task.text.tolist()))}
    contenders |= {way: partial(next, train(make_model(task.start(0), way[1]), task.text, way[0])) for way in WAYS}
    times = interleaved(contenders, rounds=3 if quick else 9)
    seconds = {"plain": times["plain"] / T} | {way: times[way] / (T * way[0]) for way in WAYS}
    plain_bits = [bits_of_plain(task, seed) for seed in range(task.seeds)]
    rows = [measure(task, *way, seconds, plain_bits) for way in WAYS]
    sizes = {"T": T, "H": plain.HIDDEN, "V": task.size, "text": len(task.text), "unseen": len(task.unseen)}
    return {"sizes": sizes | {"seen": task.seen, "seeds": task.seeds}, "rows": rows, "summary": summary(rows)}


def summary(rows):
    """The geometric mean of the ratios for each precision, and how far behind ours is for the same characters."""
    dtypes = dict.fromkeys(row["dtype"] for row in rows)
    means = {d: geometric_mean(row["plain / ours"] for row in rows if row["dtype"] == d) for d in dtypes}
    figures = {f"plain / ours, {dtype}": mean for dtype, mean in means.items()}
    for key in ("ours bits", "ours bits, same time"):
        figures[f"{key} - plain bits, worst"] = max(row[key] - row["plain bits"] for row in rows)
    return figures


def make_task(count, seen, seeds):
    """Python's reference, its first ``count`` characters or all, the last tenth of them unseen."""
    letters = "\n".join(topics[name] for name in sorted(topics))[:count]
    alphabet = sorted(set(letters))
    number = {letter: i for i, letter in enumerate(alphabet)}
    text, unseen = np.split(np.array([number[letter] for letter in letters]), [int(0.9 * len(letters))])
    return Task(text, unseen, len(alphabet), seen, seeds)


def measure(task, B, dtype, seconds, plain_bits):
    """One row: how fast ours is, and what it has learned."""
    median, low, high = ratio(seconds, "plain", (B, dtype))
    row = {"B": B, "dtype": dtype, "plain / ours": median, "low": low, "high": high}
    row |= {f"{name}/s": float(1 / np.median(seconds[key])) for name, key in [("plain", "plain"), ("ours", (B, dtype))]}
    learned = {"plain bits": plain_bits}
    for name, seen in [("ours bits", task.seen), ("ours bits, same time", task.seen * median)]:
        learned[name] = [bits_of_ours(task, seed, B, dtype, seen) for seed in range(task.seeds)]
    for name, runs in learned.items():
        row[name], row[f"{name} ±"] = mean_and_interval(runs)
    return row


def bits_of_plain(task, seed):
    """What the plain program has learned of ``seen`` characters."""
    weights = task.start(seed)
    for _ in islice(plain.train(weights, task.text.tolist()), round(task.seen / T)):
        pass
    return bits(make_model(weights, "float64"), task.unseen)


def bits_of_ours(task, seed, B, dtype, seen):
    """What our model has learned of so many characters."""
    model = make_model(task.start(seed), dtype)
    for _ in islice(train(model, task.text, B), round(seen / (B * T))):
        pass
    return bits(model, task.unseen)


def make_model(weights, dtype):
    """The plain program's model by our layers."""
    own = {name: weight.astype(dtype) for name, weight in weights.items()}  # copies, which it trains
    rng = np.random.default_rng(0)  # for weights that are replaced at once
    rnn, readout = (kind(*own[name].shape, rng, dtype) for kind, name in [(RNN, "W_xh"), (Linear, "W_hy")])
    rnn.W_xh, rnn.W_hh, rnn.b_h = own["W_xh"], own["W_hh"], own["b_h"]
    readout.W, readout.b = own["W_hy"], own["b_y"]
    return rnn, readout


def loss_and_gradients(model, inputs, targets, state):
    """Inputs and targets (T, B): the loss, summed over steps and averaged over streams, and the last state."""
    rnn, readout = model
    for module in model:
        module.zero_grads()
    onehot = np.eye(rnn.input_size, dtype=rnn.dtype)[inputs]
    states, state, rnn_cache = rnn.forward(onehot, state)
    scores, readout_cache = readout.forward(states)
    loss, loss_cache = cross_entropy(scores, targets, reduction="sum")
    streams = inputs.shape[1]
    dstates = readout.backward(cross_entropy_backward(loss_cache, 1 / streams), readout_cache)
    rnn.backward(dstates, None, rnn_cache)
    return loss / streams, state


def train(model, text, B):
    """The plain program's training on B streams, which begin at B places of the text; for ever."""
    optimizer = Adagrad(model, plain.RATE, epsilon=1e-8)
    stream = (len(text) - 1) // B
    inputs, targets = (text[first : first + B * stream].reshape(B, stream).T for first in (0, 1))
    while True:
        state = None
        for start in range(0, stream - T + 1, T):
            now = slice(start, start + T)
            loss, state = loss_and_gradients(model, inputs[now], targets[now], state)
            clip_grad_value([module.grads for module in model], plain.CLIP)
            optimizer.step()
            yield loss, state


def bits(model, text, streams=100):
    """Bits a character of a text that is read in so many streams, from their second character on."""
    rnn, readout = model
    block = text[: len(text) // streams * streams].reshape(streams, -1).T
    states, _, _ = rnn.forward(np.eye(rnn.input_size, dtype=rnn.dtype)[block[:-1]])
    return cross_entropy(readout.forward(states)[0], block[1:])[0] / np.log(2)


def first_piece(task):
    """Inputs, targets and a state other than zero, to compare the two by."""
    state = np.random.default_rng(1).uniform(-1, 1, plain.HIDDEN)
    return task.text[:T], task.text[1 : T + 1], state


def plain_pass(task):
    """Loss, gradients and last state of the first piece by the plain program."""
    inputs, targets, state = first_piece(task)
    loss, gradients, h = plain.loss_and_gradients(task.start(0), inputs, targets, state)
    return {"loss": loss, "h": h} | gradients


def our_pass(task):
    """The same by our layers."""
    inputs, targets, state = first_piece(task)
    rnn, readout = model = make_model(task.start(0), "float64")
    loss, h = loss_and_gradients(model, inputs[:, None], targets[:, None], state[None])
    return {"loss": loss, "h": h[0], "W_hy": readout.grads["W"], "b_y": readout.grads["b"]} | rnn.grads


def require_equal(one, other):
    """Refuse to time two computations that do not agree."""
    for name, value in one.items():
        error = np.linalg.norm(value - other[name]) / np.linalg.norm(value)
        if not error <= TOLERANCE:
            raise RuntimeError(f"{name} or its gradient: plain and ours differ by {error:.1e}, relative")
