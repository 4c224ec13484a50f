"""One thread, because two libraries that use their threads differently cannot be compared otherwise.

This module imports no NumPy: the libraries read these variables once, when they are loaded.
"""

import os
import sys

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def pin_to_one_thread():
    """Pin every numerical library to one thread. Raises ``RuntimeError`` when one was loaded with another setting."""
    wrong = [name for name in VARIABLES if os.environ.get(name) != "1"]
    loaded = [name for name in ("numpy", "torch") if name in sys.modules]
    if wrong and loaded:
        raise RuntimeError(
            f"{' and '.join(loaded)} already loaded with {', '.join(wrong)} not 1: threads can no longer be pinned. "
            "Run the benchmarks as `python -m benchmarks`."
        )
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
