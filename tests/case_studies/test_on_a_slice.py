"""Every case study runs from top to bottom on a slice of its data, through the code of the full run.

Where `make test` has made the stand-in for Colab, it runs there: outside the repository, with the installed package.
"""

import os
import re

import pytest
from jupyter_client.kernelspec import find_kernel_specs

from rnncourse.data import real
from tools import colab
from tools.case_studies import run_on_a_slice
from tools.project import Project
from tools.sync import ROOT

PROJECT = Project(ROOT)
KERNEL = colab.KERNEL if colab.KERNEL in find_kernel_specs() else "python3"


def require_data(study):
    """Skip where the data is not here, but not in continuous integration, which may fetch it."""
    names = set(re.findall(r'real\.load\(\s*"(\w+)"', study.read_text("utf-8")))
    assert names, "a case study loads real data"
    missing = sorted(name for name in names if not real.is_here(name))
    if missing and not os.environ.get("CI"):
        pytest.skip(f"not here: run `rnncourse data fetch {missing[0]}`")


@pytest.mark.parametrize("study", PROJECT.case_studies(), ids=lambda path: path.stem)
def test_it_runs(study, monkeypatch, tmp_path):
    require_data(study)
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    # Colab has no gensim: there the study asks the reader to install it.
    kernel = "python3" if "import gensim" in (text := study.read_text("utf-8")) or "from gensim" in text else KERNEL
    ran = run_on_a_slice(study, PROJECT, kernel, tmp_path)
    outputs = [output for cell in ran.cells if cell.cell_type == "code" for output in cell.outputs]
    printed = "".join(output.text for output in outputs if output.output_type == "stream")
    assert "not judged on a slice: " in printed
    assert "holds: " not in printed
    assert re.search(r"^run +on a slice, ", printed, re.MULTILINE)
    assert sum("<svg" in output.get("data", {}).get("text/html", "") for output in outputs) >= 3
