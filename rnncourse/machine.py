"""What this machine is called: without it a time in seconds means nothing."""

import platform
from pathlib import Path


def cpu_model():
    """The processor's name; Linux tells it in a file."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
