"""One verdict: what check says in a notebook, rnncourse check in a terminal, and rnncourse grade from its jail."""

import nbformat
import pytest
from nbclient import NotebookClient

from rnncourse.exercises import EXERCISES
from rnncourse.grading.classroom.student import Job, grade
from rnncourse.grading.session import why_not_secure
from rnncourse.grading.solutions import solution_source
from rnncourse.grading.submission import check_submission

pytestmark = pytest.mark.skipif(bool(why_not_secure()), reason=why_not_secure())
START = "import numpy as np\nfrom rnncourse.grading import check, hint, progress\nfrom rnncourse.scratch import functional, optim"
CHANGES = [
    {  # one way to fail for each function
        "rnn_step_forward": [("return np.tanh(x @ W_xh", "return np.tanh(x @ W_hh")],
        "cross_entropy_backward": [("return dlogits / len(targets)", "return dlogits")],
        "rnn_step_backward": [("x.T @ da", "da.T @ x")],
        "bptt": [("da = (1 - outputs[t] ** 2)", "da = (1 - outputs[t] ** 4)")],
        "truncated_bptt": [("return total", "return list(total)[:2]")],
        "clip_by_norm": [("[factor * gradient for", "[(factor * gradient).astype(np.float32) for")],
    },
    {
        "rnn_step_forward": [("return np.tanh", 'raise NotImplementedError("rnn_step_forward")\n    return np.tanh')],
        "cross_entropy_backward": [("return dlogits /", "return None\n    return dlogits /")],
        "rnn_step_backward": [("1 - h**2", "1 / (h - h)")],
        "bptt": [("dh = np.zeros_like(h_0)", "dh = np.zeros_like(h_0)\n    x *= 2")],
        "truncated_bptt": [("return total", "return functional.softmax(total[0])")],
        "clip_by_norm": [("norm = np.sqrt(", "optim.clip_grad_norm\n    norm = np.sqrt(")],
    },
    {
        "rnn_step_forward": [("def rnn_step_forward", "def rnn_step_fowrard")],
        "clip_by_norm": [("threshold):\n", "threshold:\n")],
    },
    {},
]
STAGES = [
    ["exception", "gradient", "shape", "gradient", "result", "dtype"],
    ["not attempted", "result", "not finite", "inputs", "package", "package"],
    ["missing", "passed", "passed", "passed", "passed", "missing"],
    ["passed"] * 6,
]


def changed(name, changes):
    source = solution_source(EXERCISES[name])
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    return source


@pytest.mark.parametrize(("changes", "stages"), list(zip(CHANGES, STAGES, strict=True)))
def test_the_verdict_is_the_same_in_all_three(changes, stages, tmp_path):
    cells = [nbformat.v4.new_code_cell(START)]
    for name in EXERCISES:
        cells.append(nbformat.v4.new_code_cell(changed(name, changes.get(name, []))))
        cells.append(nbformat.v4.new_code_cell(f"check({name})", metadata={"tags": ["raises-exception"]}))
    notebook = nbformat.v4.new_notebook(cells=cells)
    path = tmp_path / "03_bptt.ipynb"
    nbformat.write(notebook, path)

    record = grade(Job("ada", path.name, "key", path.read_bytes(), ("03_bptt",), b"a secret of the tests"))
    assert [verdict["stage"] for verdict in record["verdicts"]] == stages
    verdicts, notes = check_submission(path)
    assert [verdict.record() for verdict in verdicts] == record["verdicts"]
    assert notes == record["notes"]

    NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True).execute()
    shown = [cell.outputs for cell in notebook.cells if cell.source.startswith("check(")]
    for outputs, verdict in zip(shown, verdicts, strict=True):
        if verdict.stage == "missing":  # in the notebook Python itself says that there is no such function
            assert outputs[0]["ename"] == "NameError"
        else:
            (display,) = [output["data"] for output in outputs if "data" in output]  # NumPy may have warned besides
            assert display["text/plain"].splitlines()[0] == str(verdict)
            assert "text/html" in display


def test_a_package_that_is_missing_when_grading_is_told_apart_in_all_three(tmp_path):
    """nbformat is installed here, and to Python's import as good as SciPy would be."""
    source = (
        "import numpy as np\nimport nbformat\nfrom nbformat.v4 import new_notebook as new\n"
        "def rnn_step_forward(x, h_prev, W_xh, W_hh, b_h):\n    nbformat.from_dict({})\n    return x\n"
        "def cross_entropy_backward(logits, targets):\n    return new()\n"
        "def clip_by_norm(gradients, threshold):\n    import nbformat.v4 as v4\n    return v4\n"
        "try:\n    import nbformat.nowhere as there\nexcept ImportError:\n    there = np\n"
        "def rnn_step_backward(dh, h, x, h_prev, W_xh, W_hh):\n    return there.zeros(3)\n"
    )
    path = tmp_path / "03_bptt.py"
    path.write_text(source)
    record = grade(Job("ada", path.name, "key", path.read_bytes(), ("03_bptt",), b"a secret of the tests"))
    said = {verdict["function"]: (verdict["stage"], verdict["message"]) for verdict in record["verdicts"]}
    assert said["rnn_step_forward"] == (
        "package",
        "it uses nbformat. That is not there when it is graded: write it yourself.",
    )
    assert said["cross_entropy_backward"][1].startswith("it uses nbformat.v4.")
    assert said["clip_by_norm"][1].startswith("it uses nbformat.v4.")
    assert said["rnn_step_backward"][0] == "result"  # what it falls back on is there
    verdicts, _ = check_submission(path)
    assert [verdict.record() for verdict in verdicts] == record["verdicts"]
