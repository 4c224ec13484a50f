"""Submissions of exercise 03_bptt for the benchmark of the grader: right, wrong, unfinished, and written with torch."""

import json
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHAPTER = "03_bptt"
SOLUTIONS = ROOT / "rnncourse" / "exercises" / "solutions"
WRONG = {  # what learners do; the last ones are no known mistakes, so that the grader has to look for where they lie
    "one mistake": [("dW_hh += h_prev.T @ da", "dW_hh = h_prev.T @ da")],
    "several mistakes": [
        ("return dlogits / len(targets)", "return dlogits"),
        ("da.sum(axis=0)", "da.mean(axis=0)"),
        ("1 - h**2", "1 - h"),
        ("if norm >= threshold else 1.0", ""),
    ],
    "all wrong, nothing known": [
        ("np.tanh(", "np.sin("),
        ("return dlogits / len(targets)", "return dlogits**3"),
        ("1 - h**2", "1 - h**4"),
        ("1 - outputs[t] ** 2", "1 - outputs[t] ** 4"),
        ("factor * gradient for", "factor**3 * gradient for"),
    ],
}
WITH_TORCH = """
import torch
from torch.nn import functional as F


def tensors(*arrays):
    return [torch.from_numpy(array) for array in arrays]


def rnn_step_forward(x, h_prev, W_xh, W_hh, b_h):
    x, h_prev, W_xh, W_hh, b_h = tensors(x, h_prev, W_xh, W_hh, b_h)
    return torch.tanh(x @ W_xh + h_prev @ W_hh + b_h).numpy()


def cross_entropy_backward(logits, targets):
    logits, targets = tensors(logits, targets)
    logits.requires_grad_()
    F.cross_entropy(logits, targets).backward()
    return logits.grad.numpy()


def clip_by_norm(gradients, threshold):
    gradients = tensors(*gradients)
    norm = torch.sqrt(sum((gradient**2).sum() for gradient in gradients))
    return [(gradient * min(1.0, threshold / norm)).numpy() for gradient in gradients]


def _bptt(doutputs, outputs, x, h_0, W_xh, W_hh):
    doutputs, outputs, x, h_0, W_xh, W_hh = tensors(doutputs, outputs, x, h_0, W_xh, W_hh)
    before, dh, das = torch.cat([h_0[None], outputs[:-1]]), torch.zeros_like(h_0), []
    for t in reversed(range(len(x))):
        das.append((1 - outputs[t] ** 2) * (dh + doutputs[t]))
        dh = das[-1] @ W_hh.T
    da = torch.stack(das[::-1])
    products = [torch.einsum("tbi,tbj->ij", each, da) for each in (x, before)]
    return [result.numpy() for result in (*products, da.sum(dim=(0, 1)), dh)]


bptt = _bptt
"""


def notebooks():
    """The bytes of a notebook for each kind of submission."""
    solution = solved(CHAPTER)
    kinds = {"solution": solution, "unfinished": handed_out(CHAPTER)}
    kinds |= {kind: replaced(solution, pairs) for kind, pairs in WRONG.items()}
    kinds["solution with torch"] = with_cell(solution, WITH_TORCH)
    return {kind: text.encode() for kind, text in kinds.items()}


def handed_out(chapter):
    """The text of the notebook that students of the chapter start from."""
    return (ROOT / "exercises" / f"{chapter}.ipynb").read_text("utf-8")


def solved(chapter):
    """The handed-out notebook with the solutions filled in."""
    notebook = json.loads(handed_out(chapter))
    solutions = json.loads((SOLUTIONS / f"{chapter}.json").read_text("utf-8"))
    for cell in notebook["cells"]:
        for name, source in solutions.items():
            if f"def {name}(" in "".join(cell["source"]):
                cell["source"] = source
    return json.dumps(notebook)


def replaced(notebook, pairs):
    """The notebook with pieces of its code replaced. Raises ``ValueError`` when one does not occur."""
    for old, new in pairs:
        if old not in notebook:
            raise ValueError(f"the solution no longer has {old!r}; choose another mistake")
        notebook = notebook.replace(old, new)
    return notebook


def with_cell(notebook, source):
    """The notebook with one more code cell at its end."""
    content = json.loads(notebook)
    content["cells"].append({"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "id": "last"})
    content["cells"][-1]["execution_count"] = None
    return json.dumps(content)
