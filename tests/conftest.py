"""Settings for all tests."""

import os

os.environ["RNNCOURSE_PROGRESS"] = "memory"  # no test reads or writes what the developer has reached in the exercises
