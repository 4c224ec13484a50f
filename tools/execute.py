"""Run a notebook and keep the text that it prints."""

import copy
import os
import re
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from tools.notebook import PlainCell
from tools.source import Source

SECONDS = 300
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


def execute(notebook: NotebookNode, cells: list[PlainCell], source: Source, folder: Path) -> NotebookNode:
    """A copy of `notebook` with its text outputs, run in `folder`; `cells` tell the lines to name in errors."""
    try:
        ran = _run_again_if_no_start(notebook, folder)
    except _Failure as failure:
        raise source.error(cells[failure.cell].line, failure.reason) from None
    for cell, node in zip(cells, ran.cells, strict=True):
        if node.cell_type == "code":
            node.outputs = [kept for kept in map(_text_only, node.outputs) if kept]
            _check_stable(node, cell, source)
    _number(ran)
    ran.metadata = notebook.metadata  # the kernel writes its own version there
    return ran


class _Failure(Exception):
    """The cell where a run stopped, and why; it may be tried again if no cell had finished before."""

    def __init__(self, cell: int, reason: str, may_retry: bool):
        self.cell, self.reason, self.may_retry = cell, reason, may_retry


def _run_again_if_no_start(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Now and then a kernel dies or hangs before its first cell is done; that is worth one more try."""
    try:
        return _run(copy.deepcopy(notebook), folder)
    except _Failure as failure:
        if not failure.may_retry:
            raise
    return _run(copy.deepcopy(notebook), folder)


def _run(notebook: NotebookNode, folder: Path) -> NotebookNode:
    begun, done = [], []
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
        on_cell_execute=lambda cell, cell_index: begun.append(cell_index),
        on_cell_executed=lambda cell, cell_index, execute_reply: done.append(cell_index),
    )
    try:
        return client.execute(env={**os.environ, **ENVIRONMENT})
    except CellExecutionError as error:
        last_line = f"{error.ename}: {error.evalue}".strip().splitlines()[-1]
        raise _Failure(begun[-1], f"this cell raises {last_line}", may_retry=False) from None
    except CellTimeoutError:
        raise _Failure(begun[-1], f"this cell runs longer than {SECONDS} seconds", may_retry=not done) from None
    except (DeadKernelError, RuntimeError, TimeoutError) as error:
        raise _Failure(begun[-1] if begun else 0, f"the kernel stopped ({error})", may_retry=not done) from None


def _text_only(output: NotebookNode) -> NotebookNode | None:
    """An output without pictures, pages and widgets; None if there was nothing else."""
    if output.output_type == "stream":
        return output
    if output.output_type == "error":
        return NotebookNode(output_type="error", ename=output.ename, evalue=output.evalue, traceback=[])
    text = output.data.get("text/plain")
    if text is None:
        return None
    kept = NotebookNode(output_type=output.output_type, data=NotebookNode({"text/plain": text}), metadata={})
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
