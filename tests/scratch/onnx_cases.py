"""The cases that the onnx package publishes for the conformance of its operators."""

import runpy
import warnings
from pathlib import Path

import numpy as np
import onnx.backend.test.case.node
import pytest


def published_cases(file):
    """All cases of one file of exporters, such as ``"attention.py"``: a dictionary of arrays and attributes for each.

    The package's ``collect_testcases`` runs every exporter once a process, for the node of the first call only, so its
    answer hangs on which test came before. Here the file runs with a recorder in the place of ``expect``, and with
    NumPy's global random numbers, from which some cases draw, seeded and put back.
    """
    cases = []

    def record(node, inputs, outputs, name, opset_imports=(), **_):
        case = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        case |= zip(filter(None, node.input), inputs, strict=True)
        case |= zip(filter(None, node.output), outputs, strict=True)
        opset = opset_imports[0].version if opset_imports else None
        cases.append(case | {"operator": node.op_type, "name": name, "opset": opset})

    nodes = onnx.backend.test.case.node
    drawn = np.random.get_state()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setattr(nodes, "expect", record)
        np.random.seed(0)
        runpy.run_path(str(Path(nodes.__file__).with_name(file)))
    np.random.set_state(drawn)
    return cases
