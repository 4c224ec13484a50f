"""Run a notebook and keep what it prints."""

import copy
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from tools.notebook import PlainCell
from tools.source import Source

SECONDS = 300
TEXT, TEXT_AND_FIGURES = ("text/plain",), ("text/plain", "text/html", "text/markdown")
ENVIRONMENT = {  # one thread, no progress bars, and nothing of what the author has reached in the exercises
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "RNNCOURSE_PROGRESS": "memory",
    "TQDM_DISABLE": "1",
}
CHANGES_EACH_RUN = {
    r" at 0x[0-9a-f]{6,}": "a memory address",
    r"ipykernel_\d+": "a temporary file's name",
    r"/(site|dist)-packages/": "a path of this machine",
}


@dataclass(frozen=True)
class How:
    """What there is to choose about a run: outputs to keep, seconds for a cell, more of an environment, the kernel."""

    kinds: tuple[str, ...] = TEXT
    seconds: int = SECONDS
    environment: dict[str, str] = field(default_factory=dict)
    kernel: str = "python3"


CHAPTER = How()


def execute(
    notebook: NotebookNode, cells: list[PlainCell], source: Source, folder: Path, how: How = CHAPTER
) -> NotebookNode:
    """A copy of `notebook` with its outputs, run in `folder`; `cells` tell the lines to name in errors."""
    try:
        ran = _run_again_if_no_start(notebook, folder, how)
    except _Failure as failure:
        raise source.error(cells[failure.cell].line, failure.reason) from None
    for cell, node in zip(cells, ran.cells, strict=True):
        if node.cell_type == "code":
            node.outputs = [kept for output in node.outputs if (kept := _kept(output, how.kinds))]
            _check_stable(node, cell, source)
    _number(ran)
    ran.metadata = notebook.metadata  # the kernel writes its own version there
    return ran


class _Failure(Exception):
    """The cell where a run stopped, and why; it may be tried again if no cell had finished before."""

    def __init__(self, cell: int, reason: str, may_retry: bool):
        self.cell, self.reason, self.may_retry = cell, reason, may_retry


def _run_again_if_no_start(notebook: NotebookNode, folder: Path, how: How) -> NotebookNode:
    """Now and then a kernel dies or hangs before its first cell is done; that is worth one more try."""
    try:
        return _run(copy.deepcopy(notebook), folder, how)
    except _Failure as failure:
        if not failure.may_retry:
            raise
    return _run(copy.deepcopy(notebook), folder, how)


def _run(notebook: NotebookNode, folder: Path, how: How) -> NotebookNode:
    begun, done = [], []
    client = NotebookClient(
        notebook,
        timeout=how.seconds,
        kernel_name=how.kernel,
        extra_arguments=["--log-level=ERROR"],
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
        on_cell_execute=lambda cell, cell_index: begun.append(cell_index),
        on_cell_executed=lambda cell, cell_index, execute_reply: done.append(cell_index),
    )
    try:
        return client.execute(env={**os.environ, **ENVIRONMENT, **how.environment})
    except CellExecutionError as error:
        last_line = f"{error.ename}: {error.evalue}".strip().splitlines()[-1]
        raise _Failure(begun[-1], f"this cell raises {last_line}", may_retry=False) from None
    except CellTimeoutError:
        raise _Failure(begun[-1], f"this cell runs longer than {how.seconds} seconds", may_retry=not done) from None
    except (DeadKernelError, RuntimeError, TimeoutError, AssertionError) as error:  # the last: nbclient, cleaning up
        raise _Failure(begun[-1] if begun else 0, f"the kernel stopped ({error})", may_retry=not done) from None


def _kept(output: NotebookNode, kinds: tuple[str, ...]) -> NotebookNode | None:
    """An output with nothing but these kinds of data; None if it has no text to stand for them."""
    if output.output_type == "stream":
        return output
    if output.output_type == "error":
        return NotebookNode(output_type="error", ename=output.ename, evalue=output.evalue, traceback=[])
    if "text/plain" not in output.data:
        return None
    data = NotebookNode({kind: output.data[kind] for kind in kinds if kind in output.data})
    kept = NotebookNode(output_type=output.output_type, data=data, metadata={})
    if output.output_type == "execute_result":
        kept.execution_count = None
    return kept


def _check_stable(node: NotebookNode, cell: PlainCell, source: Source) -> None:
    """A stored output that differs at the next run, or on another machine, would fail the book's tests."""
    root = str(source.path).removesuffix(source.name)
    for output in node.outputs:
        text = output.get("text", "") or output.get("evalue", "") or output.get("data", {}).get("text/plain", "")
        changing = [what for pattern, what in CHANGES_EACH_RUN.items() if re.search(pattern, text)]
        if root in text:
            changing.append("a path of this machine")
        if changing:
            raise source.error(cell.line, f"this cell prints {changing[0]}, which differs elsewhere: print less")


def _number(notebook: NotebookNode) -> None:
    """Number the code cells 1, 2, ... as a fresh run does."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        cell.execution_count = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
