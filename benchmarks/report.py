"""What a benchmark leaves behind: a table to read and a JSON file for the book."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from benchmarks.threads import VARIABLES
from rnncourse.machine import cpu_model


def machine():
    """Where and when: without it a time means nothing."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cpu": cpu_model(),
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "numpy": np.__version__,
            "blas of numpy": f"{blas['name']} {blas['version']}",
            "torch": torch.__version__,
            "threads": {name: os.environ.get(name) for name in VARIABLES} | {"torch": torch.get_num_threads()},
        },
    }


def table(rows):
    """Dictionaries with the same keys as aligned lines, numbers to three digits."""
    cells = [list(rows[0]), *([_written(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("  ".join(cell.rjust(w) for cell, w in zip(line, widths, strict=True)) for line in cells) + "\n"


def write(folder, name, content):
    """Write ``name.json`` under another name, then rename it: a killed run leaves the old file whole."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    unfinished = folder / f".{name}.{os.getpid()}"
    unfinished.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", "utf-8")
    unfinished.replace(path)
    return path


def _written(value):
    return f"{value:.3g}" if isinstance(value, float) else str(value)
