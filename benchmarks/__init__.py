"""Speed and memory, as ratios: ``python -m benchmarks [--quick] [--output FOLDER] [NAME...]``.

A benchmark is a module here with ``run(quick) -> {"rows": [...], "summary": {...}}``: one flat dictionary a measured
case, and the figures worth quoting. Its docstring says what is compared with what.
"""

from benchmarks.threads import pin_to_one_thread

pin_to_one_thread()  # here, so that it comes before any benchmark imports NumPy
