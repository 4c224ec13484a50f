"""Settings of pytest for the whole project."""

import os

os.environ["TQDM_DISABLE"] = "1"  # a progress bar is no output to compare; the kernels of nbval inherit this

# Notebooks among the tests are material of those tests, not notebooks to run.
collect_ignore_glob = ["tests/*.ipynb"]

NOT_STORED = ("text/html", "text/markdown", "image/svg+xml")


def pytest_itemcollected(item):
    """Let nbval compare the plain words of an output and nothing else.

    The stored notebooks keep an output's text/plain, for a figure its alt text, and drop the rest to stay small.
    """
    skipped = getattr(item.parent, "skip_compare", None)  # only a notebook of nbval has it
    if skipped is not None:
        item.parent.skip_compare = tuple(dict.fromkeys((*skipped, *NOT_STORED)))
