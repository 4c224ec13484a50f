"""Our recursive autoencoder, forward and backward, against the same by torch's autograd, one sentence after the other.

`given` runs up trees that are there, `greedy` finds them first; torch is given the trees, which spares it the search,
and loops over the merges of each sentence: the usual code from scratch, for every sentence has another tree. The loss
is that of Socher et al. 2011 (normalised parents, labels at all inner nodes), with all gradients, of the words too;
D = 50, lengths 5 to 40, float32, one thread. `torch / given` is how many times faster ours is; B sentences are one
batch of ours, and `words` is their mean length.
"""

import numpy as np
import torch

from benchmarks.timing import geometric_mean, interleaved, ratio
from rnncourse.scratch.recursive import RecursiveAutoencoder, autoencoder_loss, autoencoder_loss_backward

CLASSES, ALPHA = 2, 0.2
TOLERANCE = 1e-4  # relative, float32


def run(quick):
    """One row for each batch size: two ratios with their quartiles, and sentences a second."""
    torch.set_num_threads(1)
    sizes = [(4, 8, 10)] if quick else [(16, 50, 40), (64, 50, 40), (256, 50, 40)]
    rows = [measure(B, D, longest, rounds=3 if quick else 9) for B, D, longest in sizes]
    return {"rows": rows, "summary": summary(rows)}


def summary(rows):
    """The ratios at the largest batch, and the geometric means over the batch sizes."""
    figures = {}
    for key in ("torch / given", "torch / greedy"):
        figures[f"{key}, B = {rows[-1]['B']}"] = rows[-1][key]
        figures[f"{key}, mean"] = geometric_mean(row[key] for row in rows)
    return figures


def measure(B, D, longest, rounds):
    """Compare the three on one batch, after ours and torch were seen to agree."""
    rng = np.random.default_rng(0)
    model = RecursiveAutoencoder(D, CLASSES, rng, dtype=np.float32)
    lengths, targets = rng.integers(5, longest + 1, B), rng.integers(CLASSES, size=B)
    x = rng.standard_normal((lengths.max(), B, D)).astype(np.float32) / np.float32(np.sqrt(D))
    trees = model.greedy_trees(x, lengths)
    contenders = {
        "given": our_pass(model, x, lengths, targets, trees),
        "greedy": our_pass(model, x, lengths, targets),
        "torch": torch_pass(model, x, lengths, targets, trees),
    }
    for name in ("given", "greedy"):
        require_equal(contenders[name](), contenders["torch"]())
    times = interleaved(contenders, rounds)
    row = {"B": B, "D": D, "words": float(lengths.mean())}
    for name in ("given", "greedy"):
        median, low, high = ratio(times, "torch", name)
        row |= {f"torch / {name}": median, f"low {name}": low, f"high {name}": high}
    return row | {f"{name}, sentences/s": B / float(np.median(values)) for name, values in times.items()}


def our_pass(model, x, lengths, targets, given=None):
    """Loss and all gradients by ours; without given trees they are searched for first."""

    def call():
        model.zero_grads()
        trees = model.greedy_trees(x, lengths) if given is None else given
        _, errors, logits, cache = model.forward(x, lengths, trees)
        loss, loss_cache = autoencoder_loss(errors, logits, lengths, targets, ALPHA)
        dx = model.backward(None, *autoencoder_loss_backward(loss_cache), cache)
        return {"loss": loss, "x": dx} | model.grads

    return call


def torch_pass(model, x, lengths, targets, trees):
    """The same by torch, with the same weights, sentence by sentence."""
    p = {name: torch.tensor(array, requires_grad=True) for name, array in model.parameters().items()}
    words = [torch.tensor(x[:n, b], requires_grad=True) for b, n in enumerate(lengths)]
    merges = [trees[: n - 1, b].tolist() for b, n in enumerate(lengths)]
    labels = [torch.tensor([target]) for target in targets]

    def call():
        for tensor in (*p.values(), *words):
            tensor.grad = None
        total = 0.0
        for sentence in zip(words, merges, labels, strict=True):
            loss = sentence_loss(p, *sentence) / len(words)
            loss.backward()
            total += loss.item()
        dx = np.zeros_like(x)
        for b, tensor in enumerate(words):
            dx[: len(tensor), b] = tensor.grad.numpy()
        return {"loss": total, "x": dx} | {name: tensor.grad.numpy() for name, tensor in p.items()}

    return call


def sentence_loss(p, words, merges, label):
    """The loss of one sentence, merge by merge."""
    nodes, loss = list(words), 0
    for left, right in merges:
        children = torch.cat([nodes[left], nodes[right]])
        h = torch.tanh(children @ p["W_e"] + p["b_e"])
        parent = h / h.norm()
        error = 0.5 * (parent @ p["W_d"] + p["b_d"] - children).square().sum()
        logits = parent @ p["W_label"] + p["b_label"]
        loss = loss + ALPHA * error + (1 - ALPHA) * torch.nn.functional.cross_entropy(logits[None], label)
        nodes.append(parent)
    return loss


def require_equal(ours, theirs):
    """Refuse to time two computations that do not agree."""
    for name, other in theirs.items():
        error = np.linalg.norm(ours[name] - other) / np.linalg.norm(other)
        if not error <= TOLERANCE:
            raise RuntimeError(f"{name} or its gradient: ours and torch's differ by {error:.1e}, relative")
